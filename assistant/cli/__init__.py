"""The commands, one file a group. Thin: they read words, call the pipeline and print."""
