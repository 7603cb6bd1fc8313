"""How written words sound in British English, coarsely: one key for what an ear takes for one another. Pure.

A key is letters: consonants as they sound (an r only before a vowel, s and z alike, doubled ones once, silent ones not at all), and
five kinds of vowel. So `rest art` and `Restart` have one key, and `Gregs` and `Greggs`. The rules are our own, for words that are spelt
as English spells: they know nothing of `Siobhan`, and so a list may say how a word is heard. Knows no vocabulary and no sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

VOWELS = frozenset("AEIOU")
SURE = 3
"""Consonants of a key from which one vowel may differ: with fewer, too many words are alike."""
# Each takes small letters to the capitals of a key, in this order; what is left small is still to be heard.
_ENDINGS = (
    (r"(?<=[aeiou])re(?=s?$)", "r"),
    (r"(?<=[^aeiou])re(?=s?$)", "er"),
    (r"(?<=[a-z]{2})le(?=s?$)", "el"),
    (r"(?<=m)[bn]$", ""),
    (r"ey$", "y"),
    (r"(?<=w)e$", ""),
)
_CONSONANTS = (
    (r"^[kgp](?=n)|^w(?=r)|^p(?=s)|(?<=[aeiou])gh(?![aeiou])", ""),
    (r"tch|ch(?![rl])", "C"),
    (r"ch", "K"),
    (r"sh|ssi(?=o)|[cst]i(?=on|ou|al|an)", "X"),
    (r"ph|f", "F"),
    (r"th", "T"),
    (r"dge?(?=[ie])|dg|j|g(?=e$|es$|i[aeo]|y)|^g(?=e[no])", "J"),
    (r"sc(?=[eiy])|c(?=[eiy])|s|z", "S"),
    (r"qu", "KW"),
    (r"x", "KS"),
    (r"ck|c|k|q", "K"),
    (r"wh(?=o)", "H"),
    (r"wh|w(?=[aeiouy])", "W"),
    (r"(?<=[aeiou])h(?![aeiouy])", ""),
    (r"r+(?=[aeiouy])", "R"),
    (r"^y(?=[aeiou])", "Y"),
    (r"[bdghlmnptv]", lambda found: found[0].upper()),
)
_VOWELS = (
    (r"(?<=[aeiouy][A-Z])e(?=S?$)", ""),
    (r"(?<=[aeiouyA-Z][A-Z])a$|[eiu]r", "E"),
    (r"o[ou]?r|a[wu]|oa|ow|ou", "O"),
    (r"oo|e[wu]|u[ei]?", "U"),
    (r"e[aei]|ie|[iy]", "I"),
    (r"a[iy]?", "A"),
    (r"o[ei]?", "O"),
    (r"e", "E"),
    (r"[rw]", ""),
)
_RULES = tuple((re.compile(pattern), sound) for pattern, sound in (*_ENDINGS, *_CONSONANTS, *_VOWELS))
_TWICE = re.compile(r"(.)\1+")


def key(words: Iterable[str]) -> str:
    """The sounds of words said one after the other; empty where there is no letter of the Latin alphabet."""
    return _TWICE.sub(r"\1", "".join(map(_sounds, words)))


def consonants(sounds: str) -> str:
    """A key without its vowels: what two keys must share to be alike."""
    return "".join(sound for sound in sounds if sound not in VOWELS)


def alike(one: str, other: str) -> bool:
    """Whether two keys are one, or differ in a single vowel between at least three consonants."""
    shared = consonants(one)
    return one == other or (shared == consonants(other) and len(shared) >= SURE and _one_apart(one, other))


def _one_apart(one: str, other: str) -> bool:
    """Whether one sound more, less or other makes the one the other."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[same + 1 :] == other[same + 1 :] or one[same:] == other[same + 1 :] or one[same + 1 :] == other[same:]


def _sounds(word: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if "a" <= c <= "z")
    for pattern, sound in _RULES:
        letters = pattern.sub(sound, letters)
    return letters
