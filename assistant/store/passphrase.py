"""Offers a passphrase of random words, and says why a typed one is too weak.

A word of the list carries 11 bits, so four carry 44. The check of a typed one is a floor that keeps out what is guessed first; it cannot
measure strength, and a line of a song passes it.
"""

from __future__ import annotations

import functools
import re
import secrets
import unicodedata
from importlib import resources

WORDS = 4
SHORTEST = 12
"""Characters."""
FEWEST_DIFFERENT = 6
GUESSED_FIRST = (
    "password",
    "passphrase",
    "letmein",
    "welcome",
    "qwertyuiop",
    "iloveyou",
    "coachnote",
    "jobcoach",
    "changeme",
    "administrator",
)
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LONGEST_RUN = 4
LEAST_LEFT = 8
"""Characters that must be left once what is guessed first is taken out."""


@functools.cache
def words() -> tuple[str, ...]:
    return tuple(resources.files("assistant.store").joinpath("words.txt").read_text(encoding="ascii").split())


def suggest(count: int = WORDS) -> str:
    """That many words, each drawn with the system's own randomness; drawn again where `problem` would refuse them (one in thousands)."""
    while True:
        drawn = " ".join(secrets.choice(words()) for _ in range(count))
        if problem(drawn) is None:
            return drawn


def problem(text: str) -> str | None:
    """Why it is too weak, as a sentence that does not quote it; None when nothing is found."""
    folded = unicodedata.normalize("NFC", text).casefold()
    if len(folded) < SHORTEST:
        return f"It has fewer than {SHORTEST} characters. Four random words are easier to keep in mind and far harder to guess."
    if len(set(folded)) < FEWEST_DIFFERENT:
        return f"It has fewer than {FEWEST_DIFFERENT} different characters."
    if re.fullmatch(r"(.{1,8}?)\1+.{0,8}", folded) and len(folded) < 3 * SHORTEST:
        return "It repeats one short piece."
    if len(_without_first_guesses(folded)) < LEAST_LEFT:
        return "Most of it is a word or a row of keys that is guessed first."
    return None


def _without_first_guesses(text: str) -> str:
    """Without well-known passwords, runs along the alphabet or the keyboard, digits and signs at the ends."""
    plain = text.translate(str.maketrans("013457@$!", "oieastasi"))
    for guess in GUESSED_FIRST:
        if guess in plain:
            start = plain.index(guess)
            text = text[:start] + text[start + len(guess) :]
            break
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        for length in range(len(row), LONGEST_RUN - 1, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], "")
    return text.strip("0123456789 !?.,-_*#")
