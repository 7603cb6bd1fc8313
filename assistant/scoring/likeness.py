"""How alike two texts are: shared content words, pairs matched one to one, what a citation truly quotes. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from assistant.domain import MAX_EVIDENCE, Evidence

STOP = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "did", "do", "does", "for", "from", "had", "has", "have",
    "he", "her", "him", "his", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "she",
    "so", "that", "the", "their", "them", "then", "there", "they", "this", "to", "us", "was", "we", "were", "will", "with", "you",
    "your", "going", "get", "got", "just", "really", "she's", "he's", "i'll", "we'll", "you'll", "i'm", "it's", "that's", "don't",
})  # fmt: skip
ENDINGS = ("ing", "ies", "ed", "es", "s")
SHORTEST_STEM = 3
ABOUT = 0.2
"""Least share of a statement's content words that what it cites must hold, for the statement to be about it."""

Bag = Counter[str]
W = TypeVar("W")
G = TypeVar("G")


def bag(text: str) -> Bag:
    """The content words of a text, without their endings, each as often as it is said."""
    words = re.findall(r"[a-z0-9£'.:]+", text.lower().replace("’", "'"))
    return Counter(stem(word) for word in words if word not in STOP and word.strip("'.:"))


def stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def f1(one: Bag, other: Bag) -> float:
    """Shared words as a share of both bags: 0 for nothing in common, 1 for the same words."""
    both = (one & other).total()
    return 2 * both / (one.total() + other.total()) if both else 0.0


def flat(text: str) -> str:
    """Lower case, words only, one space between."""
    return " ".join(re.findall(r"\w+", text.lower()))


def cited(evidence: Sequence[Evidence], said: Mapping[int, str]) -> set[int]:
    """Ids of the segments that are truly quoted. Citing more than MAX_EVIDENCE, or a quote that is not there, counts for nothing."""
    if len(evidence) > MAX_EVIDENCE:
        return set()
    return {e.segment for e in evidence if e.segment in said and flat(e.quote) and flat(e.quote) in flat(said[e.segment])}


def about(text: str, segments: Iterable[int], said: Mapping[int, str]) -> bool:
    """Whether a statement shares enough of its content words with what it cites."""
    mine = bag(text)
    shared = (mine & bag(" ".join(said[n] for n in segments))).total()
    return bool(mine) and shared >= max(1, ABOUT * mine.total())


def match(wanted: Sequence[W], given: Sequence[G], likeness: Callable[[W, G], float], least: float) -> list[tuple[int, int]]:
    """Positions in both, one to one, the most alike first, none less alike than `least`."""
    ranked = sorted(((likeness(w, g), i, j) for i, w in enumerate(wanted) for j, g in enumerate(given)), reverse=True)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in ranked:
        if score >= least and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return list(pairs.items())
