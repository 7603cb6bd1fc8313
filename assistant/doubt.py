"""Which words of a transcript somebody should look at again: what the recogniser doubted, and what was changed since. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Segment, Word

UNCLEAR_BELOW = 0.5
"""Confidence of a segment or a word under which it must be listened to: below even odds, it may not be what was said."""

VOCABULARY = "vocabulary"
"""Who made a correction that put a listed word in the place of what sounds like it."""

Span = tuple[int, int]


def unclear(segment: Segment, quote: str | None = None) -> bool:
    """Whether somebody should listen to a segment again, or to the part of it that is quoted. To a machine's translation, always."""
    if "machine_translation" in segment.flags and "corrected" not in segment.flags:
        return True
    if "unclear" in segment.flags or (segment.confidence is not None and segment.confidence < UNCLEAR_BELOW):
        return True
    start = 0 if quote is None else segment.text.find(quote)
    start, end = (0, len(segment.text)) if quote is None or start < 0 else (start, start + len(quote))
    return any(a < end and b > start for a, b in doubted(segment))


def doubted(segment: Segment) -> list[Span]:
    """Where in its text the doubted words stand, in order."""
    return sorted({span for word, span in places(segment) if doubtful(word)})


def places(segment: Segment) -> list[tuple[Word, Span]]:
    """Its words, each with where it stands in the text; without those that do not stand there."""
    spans: list[Span | None] = [found.span() for found in re.finditer(r"\S+", segment.text)]
    if [word.text for word in segment.words] != segment.text.split():
        spans = [_place(word, segment) for word in segment.words]
    return [(word, span) for word, span in zip(segment.words, spans, strict=True) if span is not None]


def respelt(segment: Segment) -> str:
    """What was heard where a listed word is shown now: `heard: rest art`. Empty where there is none, or a coach has changed it since."""
    heard = [each.heard for each in segment.corrections if each.by == VOCABULARY and each.shown in segment.text]
    return f"heard: {', '.join(heard)}" if heard else ""


def doubtful(word: Word) -> bool:
    return word.confidence is not None and word.confidence < UNCLEAR_BELOW


def _place(word: Word, segment: Segment) -> Span | None:
    """A word may stand in a segment more than once: its time says which one it is."""
    found = list(_places(word.text, segment.text))
    if segment.start is None or segment.end is None or segment.end <= segment.start:
        return found[0] if found else None
    expected = (word.start - segment.start) / (segment.end - segment.start) * len(segment.text)
    return min(found, key=lambda span: abs(span[0] - expected), default=None)


def _places(word: str, text: str) -> Iterator[Span]:
    for match in re.finditer(rf"(?<!\S){re.escape(word)}(?!\S)", text):
        yield match.span()
