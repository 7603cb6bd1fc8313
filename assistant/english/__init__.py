"""Which words are ordinary English: a list of 75,252 words and common names (`SOURCE.md` says whose). Knows no sentences."""

from __future__ import annotations

import functools
import gzip
import re
from importlib import resources

PARTS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def ordinary(word: str) -> bool:
    """Whether somebody who had never met the person, place or scheme that is spoken of might have written this word.

    Case does not count, nor a possessive ending; of a word with a hyphen, every part must be known. Numbers are ordinary.
    """
    return all(_known(part.lower().replace("’", "'").removesuffix("'s").removesuffix("'")) for part in PARTS.findall(word))


def _known(part: str) -> bool:
    return len(part) == 1 or part in _words()


@functools.cache
def _words() -> frozenset[str]:
    packed = resources.files("assistant.english").joinpath("words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").lower().split())
