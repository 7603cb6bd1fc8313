"""Looks in files for words that must not be there: as they are, in UTF-16, in hexadecimal digits, in base64.

Encrypted bytes hold no run of eight letters but by chance (about three in a million places), so such runs are found first, with the
string search of C, and only they are looked at. Knows nothing of what a store is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

LEAST = 8
"""Letters of a word that is searched for: 1 GB of noise holds one of 10,000 such words with a chance of 10^9 * 10^4 * (2/256)^8 < 10^-3."""
BLOCK, OVERLAP = 1 << 20, 256
"""Bytes."""
DATABASE = b"SQLite format 3"
KIND = bytes(ord("x") if (n < 128 and chr(n).isalnum()) or n in b"+/-_ " else ord(".") if n else 0 for n in range(256))
RUNS = ((b"x" * LEAST, 1), (b"x\0" * LEAST, 2))
"""What a readable stretch looks like in KIND, and every how many bytes it has a letter: UTF-16 has a zero between two."""
WORD, HEX, BASE64 = re.compile(rb"[A-Za-z]+"), re.compile(rb"[0-9A-Fa-f]{16,}"), re.compile(rb"[A-Za-z0-9+/_-]{12,}")
URL_SAFE = bytes.maketrans(b"-_", b"+/")


def words(text: str) -> set[bytes]:
    """What of a text is searched for: its longer words of plain letters, in lower case."""
    return {word for word in WORD.findall(text.lower().encode()) if len(word) >= LEAST}


def pairs(text: str) -> set[bytes]:
    """Neighbouring words, such as the two halves of a name, where both together have as many letters."""
    found = WORD.findall(text.lower().encode())
    return {b"%s %s" % pair for pair in pairwise(found) if sum(map(len, pair)) >= LEAST}


def found_in(path: Path, wanted: set[bytes]) -> bool:
    """Whether the file holds one of `wanted`, or the start of a database that is not encrypted. Raises OSError."""
    with path.open("rb") as file:
        before = b""
        while block := file.read(BLOCK):
            data = before + block
            if DATABASE in data or any(_hit(run, wanted) for run in _runs(data)):
                return True
            before = data[-OVERLAP:]
    return False


def _runs(data: bytes) -> Iterator[bytes]:
    """Stretches of letters, digits and what base64 has besides."""
    kinds = data.translate(KIND)
    for run, step in RUNS:
        at = 0
        while (at := kinds.find(run, at)) >= 0:
            end = kinds.find(b".", at)
            end = end if end >= 0 else len(data)
            yield data[at:end:step]
            at = end


def _hit(run: bytes, wanted: set[bytes]) -> bool:
    if _has(run, wanted):
        return True
    for digits in HEX.findall(run):
        for start in range(2):
            body = digits[start:]
            raw = bytes.fromhex(body[: len(body) // 2 * 2].decode())
            if any(_has(half, wanted) for half in (raw, raw[::2], raw[1::2])):
                return True
    for letters in BASE64.findall(run):
        for start in range(4):
            body = letters[start:].translate(URL_SAFE)
            raw = base64.b64decode(body[: len(body) // 4 * 4])
            if any(_has(half, wanted) for half in (raw, raw[::2], raw[1::2])):
                return True
    return False


def _has(text: bytes, wanted: set[bytes]) -> bool:
    found = WORD.findall(text.lower())
    return not wanted.isdisjoint(found) or any(b"%s %s" % pair in wanted for pair in pairwise(found))
