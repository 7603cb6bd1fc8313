"""Whose voice says which segment, where one microphone heard two people: by who speaks longest in it. Pure.

Knows when which voice speaks, but not how that was found, and not whose voices they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.domain import Segment, Word, voices

SHORTEST_PART = 1.5
"""Seconds that a voice must have of a segment at least for the segment to be cut where the voice changes."""
LETTERS = "AB"
Said = tuple[Segment, str]
"""A segment, and the letter of the voice that says it (`domain.voices`)."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Somebody speaks, in seconds of the recording. Turns of two people may overlap."""

    start: float
    end: float
    voice: int


@dataclass(frozen=True)
class _Run:
    """Words that one voice says."""

    voice: int | None
    words: tuple[Word, ...]

    @property
    def seconds(self) -> float:
        return self.words[-1].end - self.words[0].start


def assigned(segments: Sequence[Segment], turns: Sequence[Turn]) -> list[Said]:
    """The segments with their voices, cut where the voice changes: parts keep the number of the whole. A is whoever speaks first."""
    parts = [part for segment in segments for part in _parts(segment, turns)]
    found = [_longest(part.start or 0.0, part.end or 0.0, turns) for part in parts]
    order = list(dict.fromkeys(voice for voice in found if voice is not None))
    letters = {voice: LETTERS[n] for n, voice in enumerate(order)}
    return [(part, voices.UNKNOWN if voice is None else letters[voice]) for part, voice in zip(parts, found, strict=True)]


def _longest(start: float, end: float, turns: Sequence[Turn]) -> int | None:
    """The voice that has most of the time between two moments; None where nobody speaks."""
    shares: dict[int, float] = {}
    for turn in turns:
        common = min(end, turn.end) - max(start, turn.start)
        if common > 0:
            shares[turn.voice] = shares.get(turn.voice, 0.0) + common
    return max(shares, key=lambda voice: shares[voice]) if shares else None


def _parts(segment: Segment, turns: Sequence[Turn]) -> Iterator[Segment]:
    """The segment whole, unless two voices have enough of it each, and every word of it has its time and is as it was heard."""
    as_heard = segment.original is None and not segment.corrections
    runs = _runs(segment.words, turns) if as_heard and [word.text for word in segment.words] == segment.text.split() else []
    if len(runs) < 2:
        yield segment
        return
    starts = [segment.start, *(run.words[0].start for run in runs[1:])]
    ends = [*(run.words[-1].end for run in runs[:-1]), segment.end]
    for run, start, end in zip(runs, starts, ends, strict=True):
        yield replace(segment, start=start, end=end, text=" ".join(word.text for word in run.words), words=run.words)


def _runs(words: Sequence[Word], turns: Sequence[Turn]) -> list[_Run]:
    """By voice, the shortest joined to what is beside it until each is long enough."""
    runs = _joined([_Run(_longest(word.start, max(word.end, word.start + 0.01), turns), (word,)) for word in words])
    while len(runs) > 1 and (short := min(runs, key=lambda run: run.seconds)).seconds < SHORTEST_PART:
        at = runs.index(short)
        beside = [n for n in (at - 1, at + 1) if 0 <= n < len(runs)]
        voice = max((runs[n] for n in beside), key=lambda run: run.seconds).voice
        runs = _joined([*runs[:at], replace(short, voice=voice), *runs[at + 1 :]])
    return runs


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    groups = (list(group) for _, group in groupby(runs, key=lambda run: run.voice))
    return [_Run(group[0].voice, tuple(word for run in group for word in run.words)) for group in groups]
