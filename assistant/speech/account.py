"""Every second of a recording is accounted for: in a segment, or in a gap that says why not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from assistant.domain import Gap, Segment
from assistant.speech.level import STEP
from assistant.speech.vad import ON, Activity

LONG_SILENCE = 10.0
"""Seconds: shorter silences are how people speak."""
UNHEARD = 2.0
"""Seconds of likely speech that no segment covers: fewer are the blurred edges of segments."""


def account(segments: Sequence[Segment], lost: Sequence[tuple[float, float]], broken: Sequence[Gap], activity: Activity) -> tuple[Gap, ...]:
    """The gaps by time: what the file lost, stretches without believable words, speech that nothing covers, long silences."""
    unclear = [Gap(start=round(start, 2), end=round(end, 2), why="unclear") for start, end in lost]
    told = [(gap.start, gap.end) for gap in (*broken, *unclear)]
    spans = [(s.start, s.end) for s in segments if s.start is not None and s.end is not None]
    found = [gap for start, end in _between(sorted(told + spans), activity.seconds) for gap in _explain(start, end, activity)]
    return tuple(sorted([*broken, *unclear, *found], key=lambda gap: (gap.start, gap.end)))


def _between(spans: Iterable[tuple[float, float]], seconds: float) -> Iterator[tuple[float, float]]:
    at = 0.0
    for start, end in spans:
        if start > at:
            yield at, start
        at = max(at, end)
    if seconds > at:
        yield at, seconds


def _explain(start: float, end: float, activity: Activity) -> Iterator[Gap]:
    """Speech from its first to its last sign as unclear, and what is long and silent around it as silence."""
    if activity.said(start, end) > UNHEARD:
        first = round(start / STEP)
        heard = np.flatnonzero(activity.speech[first : round(end / STEP)] >= ON)
        begins, stops = max(start, (first + int(heard[0])) * STEP), min(end, (first + int(heard[-1]) + 1) * STEP)
        yield from _explain(start, begins, activity)
        yield Gap(start=round(begins, 2), end=round(stops, 2), why="unclear")
        yield from _explain(stops, end, activity)
    elif end - start > LONG_SILENCE:
        yield Gap(start=round(start, 2), end=round(end, 2), why="silence")
