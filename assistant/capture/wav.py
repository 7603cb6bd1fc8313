"""The WAV header of a recording whose length is not known yet. Knows nothing of the samples that follow."""

from __future__ import annotations

import struct

from assistant.protocols import SAMPLE_RATE

UNKNOWN = 0xFFFF_FFFF
"""Written as both lengths: readers then take everything up to the end of the file, so that the header never has to be written twice."""


def streaming_header(rate: int = SAMPLE_RATE) -> bytes:
    """44 bytes that announce 16-bit mono PCM at `rate` Hz (RIFF/WAVE, format tag 1)."""
    width = 2
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * width, width, width * 8)
    return _chunk(b"RIFF", UNKNOWN) + b"WAVE" + _chunk(b"fmt ", len(form)) + form + _chunk(b"data", UNKNOWN)


def _chunk(name: bytes, length: int) -> bytes:
    return name + struct.pack("<I", length)
