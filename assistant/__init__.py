"""coachnote: dictation or appointment in, signed and encrypted case note out, on one laptop."""

__version__ = "0.1.0"
