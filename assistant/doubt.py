"""Which words of a transcript somebody should listen to again, by what the recogniser said of its own work. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Segment, Word

UNCLEAR_BELOW = 0.5
"""Confidence of a segment or a word under which it must be listened to: below even odds, it may not be what was said."""

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
    spans = (_place(word, segment) for word in segment.words if doubtful(word))
    return sorted({span for span in spans if span is not None})


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
