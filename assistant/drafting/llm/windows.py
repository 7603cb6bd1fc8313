"""A transcript cut into windows that a model can read at once, every segment in one of them, each line with its number in the window.

A window ends where a speaker ends, where it can, and the next one repeats its last two lines, so that a proposal and its answer are read
together. Knows no model: tokens are estimated from words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain import Segment
from assistant.drafting.llm.prompts import clean

TOKENS_PER_WORD = 1.35
"""Upper end of what general tokenisers need for English speech."""
TOKENS_PER_LINE = 5
"""Number, speaker and line break."""
MOST_TOKENS = 2_600
"""Of transcript in a window: what a small model reads with care, and 0.7 GB of cache at most in the 1.7B shape."""
OVERLAP = 2
TURN_END = 0.8
"""From this share of a window on, the end of a speaker's turn is a good place to cut."""
SPEAKERS = {"coach": "C", "client": "P", "other": "O", None: ""}


@dataclass(frozen=True)
class Line:
    number: int
    """From 1 within the window: small numbers are one or two tokens."""
    segment: int
    speaker: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Window:
    segments: tuple[Segment, ...] = field(repr=False)
    fresh: int
    """How many of the segments, counted from the last, no window before had."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Only lines with something to read."""
        texts = [(s, clean(s.text)) for s in self.segments]
        said = [(s, text) for s, text in texts if text]
        return tuple(Line(n, s.id, SPEAKERS[s.speaker], text) for n, (s, text) in enumerate(said, 1))


def cut(segments: Sequence[Segment], most_tokens: int = MOST_TOKENS) -> list[Window]:
    """Windows of at most `most_tokens`, but never fewer than one new segment each."""
    windows: list[Window] = []
    start, fresh = 0, 0
    while fresh < len(segments):
        end = _end(segments, start, fresh, most_tokens)
        windows.append(Window(tuple(segments[start:end]), end - fresh))
        start, fresh = max(end - OVERLAP, start + 1), end
    return windows


def halves(window: Window) -> list[Window]:
    """Two windows in place of one that was too long; none when it cannot be divided."""
    if window.fresh < 2:
        return []
    new = window.segments[-window.fresh :]
    middle = len(new) // 2
    before = window.segments[: len(window.segments) - len(new)]
    return [Window((*before, *new[:middle]), middle), Window(new[max(0, middle - OVERLAP) :], len(new) - middle)]


def _end(segments: Sequence[Segment], start: int, fresh: int, most: int) -> int:
    """Position after the last segment of the window that begins at `start`."""
    total, good = 0.0, 0
    for at in range(start, len(segments)):
        total += tokens(segments[at])
        if total > most and at > fresh:
            return good or at
        turn_ends = at + 1 < len(segments) and segments[at + 1].speaker != segments[at].speaker
        if at >= fresh and turn_ends and total >= TURN_END * most:
            good = at + 1
    return len(segments)


def tokens(segment: Segment) -> float:
    """Estimated tokens of a line."""
    return len(segment.text.split()) * TOKENS_PER_WORD + TOKENS_PER_LINE
