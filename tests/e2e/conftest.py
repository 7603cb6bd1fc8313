"""Fixtures that several end-to-end tests share."""

from tests.sound import short_speech, speech, spoken
from tests.tiny_whisper import tiny_polyglot, tiny_whisper, with_model

__all__ = ["short_speech", "speech", "spoken", "tiny_polyglot", "tiny_whisper", "with_model"]
