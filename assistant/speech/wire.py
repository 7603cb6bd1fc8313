"""What the program and a process that works for it say to each other: a letter, a length, and so many bytes. Knows no sound."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from typing import IO, Any

HEAD = struct.Struct("<cI")
SEEK = struct.Struct("<qi")
PLACE = struct.Struct("<q")

READ = b"R"
"""From the child: so many bytes of the recording, please (PLACE). Answered with DATA."""
MOVE = b"M"
"""From the child: go to an offset from a whence (SEEK). Answered with the new place, or with -1."""
SOUND = b"S"
"""From the child: a byte with the number of channels, and their samples, 16 bits each, interleaved."""
NEWS = b"N"
"""From the child: what is known so far, as JSON."""
REFUSED = b"X"
"""From the child, its last word: why there is no sound, as JSON."""
DONE = b"D"
"""From the child, its last word: that was all."""
DATA = b"A"

LOAD = b"L"
"""To a process that hears: which model, as JSON. Answered with READY."""
HEAR = b"H"
"""To it: a stretch and how to hear it. Answered with FOUND."""
LANGUAGES = b"G"
"""To it: a stretch. Answered with FOUND: the probability of every language in it."""
READY = b"Y"
FOUND = b"F"
LAST = b"Z"
"""From it: as FOUND, and it ends now, since a fresh one is better."""
NO_CARD = b"C"
"""From it, its last word: why the graphics card cannot be used, as JSON."""


def send(pipe: IO[bytes], kind: bytes, payload: bytes = b"") -> None:
    pipe.write(HEAD.pack(kind, len(payload)) + payload)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message; None when the other side is gone, in the middle of one or between two."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    payload = pipe.read(length)
    return (kind, payload) if len(payload) == length else None


def messages(pipe: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    try:
        while (message := receive(pipe)) is not None:
            yield message
    except (OSError, ValueError):  # the pipe was closed while it was read
        return


def packed(known: dict[str, Any]) -> bytes:
    return json.dumps(known).encode()


def unpacked(payload: bytes) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(payload)
    return known


def only_way_out() -> IO[bytes]:
    """The real stdout for messages; whatever a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return out
