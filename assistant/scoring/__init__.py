"""How good drafts are: held against labelled cases, and against what coaches made of them. Knows no engine and no screen."""
