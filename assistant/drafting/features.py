"""What the tagger looks at in a segment: words, pieces of words, listed phrases, neighbours, who speaks; as rows of a hashed table.

The same code makes the features in training and in use. Knows no labels and no weights.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.domain import Segment, Transcript
from assistant.drafting.lexicon import lexicon, tokens

SIZE = 1 << 15
"""Rows of the hashed table; features that share a row share its weights."""
LISTS = ("sections", "barriers", "referrals", "omissions", "thesaurus")
NUMBER = re.compile(r"\d")
MONEY = re.compile(r"£|\b(?:quid|pounds?|pence|tenner|fiver)\b")
CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\bo'clock\b|\bhalf (?:past )?(?:\d|[a-z]+)\b")
DAY = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:tomorrow|tonight|today|fortnight|week|month)\b|\b\d{1,2}(?:st|nd|rd|th)\b"
)
ORDINALS = re.compile(r"^\d+(?:st|nd|rd|th)$")


def features(transcript: Transcript) -> list[list[int]]:
    """For every segment the rows that are on, in no order, none twice."""
    names = {(transcript.client or "").lower(): "<client>", (transcript.coach or "").lower(): "<coach>"}
    seen = [_Seen(_words(s, names), tuple(_listed(s.text))) for s in transcript.segments]
    return [sorted({zlib.crc32(name.encode()) % SIZE for name in _all(transcript, seen, at)}) for at in range(len(seen))]


@dataclass(frozen=True)
class _Seen:
    """What is looked up once of a segment, for itself and for its neighbours."""

    words: Sequence[str] = field(repr=False)
    listed: tuple[str, ...]


def _words(segment: Segment, names: dict[str, str]) -> list[str]:
    """Lower-case words with the two people and every number made alike."""
    return [names.get(word) or names.get(word.removesuffix("'s")) or _plain(word) for word in tokens(segment.text)]


def _plain(word: str) -> str:
    if not NUMBER.search(word):
        return word
    return "<sum>" if word[0] == "£" else "<time>" if ":" in word else "<number>"


def _all(transcript: Transcript, seen: Sequence[_Seen], at: int) -> Iterator[str]:
    segment, words = transcript.segments[at], seen[at].words
    speaker = segment.speaker or "-"
    yield from ("bias", f"who:{speaker}", f"kind:{_kind(transcript)}", f"place:{min(at, 2)}", f"end:{min(len(seen) - 1 - at, 3)}")
    yield f"long:{min(len(words) // 4, 6)}"
    yield from _own(segment.text, words)
    yield from seen[at].listed
    if segment.text.rstrip().endswith("?"):
        yield "question"
    for step in (-2, -1, 1, 2):
        if 0 <= at + step < len(seen):
            yield from _near(transcript, seen[at + step], at, step)


def _kind(transcript: Transcript) -> str:
    """How it reads: a talk in which nobody knows who spoke reads like a dictation."""
    return transcript.kind if any(s.speaker for s in transcript.segments) else "dictation"


def _own(text: str, words: Sequence[str]) -> Iterator[str]:
    padded = ["<s>", *words, "</s>"]
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{a} {b}" for a, b in pairwise(padded))
    yield from (f"t:{a} {b} {c}" for a, b, c in zip(padded, padded[1:], padded[2:], strict=False))
    yield f"first:{padded[1]}"
    for word in words:
        if len(word) > 3:
            yield from (f"p:{word[:4]}", f"p:{word[:5]}", f"x:{word[-3:]}")
    low = text.lower()
    yield from (
        f"has:{name}" for name, pattern in (("sum", MONEY), ("clock", CLOCK), ("day", DAY), ("number", NUMBER)) if pattern.search(low)
    )
    yield f"names:{min(len(re.findall(r'(?<=[a-z,] )[A-Z][a-z]+', text)), 2)}"


def _listed(text: str) -> Iterator[str]:
    found = tokens(text)
    for name in LISTS:
        yield from (f"list:{name}:{label}" for label in {hit.label for hit in lexicon(name).find(found)})


def _near(transcript: Transcript, beside: _Seen, at: int, step: int) -> Iterator[str]:
    """A neighbour: whether the same person speaks, whether it asks, its words; of the further ones only the lists and the question."""
    segment, other = transcript.segments[at], transcript.segments[at + step]
    same = "same" if segment.speaker == other.speaker else "else"
    where = f"{step}:{same}:"
    yield f"{where}ends:{other.text.rstrip()[-1:]}"
    yield from (f"{where}{name}" for name in beside.listed)
    if abs(step) == 1:
        yield from (f"{where}w:{word}" for word in beside.words)
        yield f"{where}first:{' '.join(beside.words[:2])}"
