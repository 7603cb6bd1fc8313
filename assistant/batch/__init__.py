"""A folder of recordings, each walked through the same line as a single file. Knows protocols and the pipeline, no engine and no screen."""
