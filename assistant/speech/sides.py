"""The two sides of a recording in which each person has a channel: told apart, heard each by itself, and put together again.

Knows voices by their activity and their words, not by their sound, and no ear. Who is who is for a person to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.domain import Gap, Segment, voices
from assistant.protocols import Progress
from assistant.speech import vad
from assistant.speech.account import account
from assistant.speech.decode import Decoded
from assistant.speech.hearing import Lost
from assistant.speech.turns import Said
from assistant.speech.vad import ON, Activity

APART = 0.2
"""Share of the moments with speech in which only one side has it, from which the sides are two people. Measured: at most 0.11 in stereo of
one scene, at least 0.32 where each has a channel, even if one microphone hears the other's loudspeaker; two microphones in one room lie
between and may be either (docs/transcription.md)."""
COVERED = 0.5
"""Share of the time of a piece that the other side's words must cover for it to be the same words heard twice (lokalbot #44)."""
SAME_WORDS, FEWEST_WORDS = 0.8, 4
"""Share of its words that the other side must have too, and how many it must have: short answers are alike by chance (lokalbot #44)."""


@dataclass(kw_only=True)
class Side:
    """One channel, and what was heard in it so far."""

    sound: Decoded
    activity: Activity
    segments: list[Segment] = field(default_factory=list, repr=False)
    lost: list[Lost] = field(default_factory=list)


def sides(decoded: Decoded) -> Generator[Progress, None, list[Side]]:
    """Left and right where two people are apart on them; else one: the channel on which somebody speaks, or both mixed."""
    left = yield from _side(decoded.side(0))
    if len(decoded.ways) == 1:
        return [left]
    right = yield from _side(decoded.side(1))
    speaking = [side for side in (left, right) if side.activity.voiced()]
    if len(speaking) == 1 or (len(speaking) == 2 and _apart(*speaking)):
        return speaking
    return [(yield from _side(decoded.mixed()))]


def _side(sound: Decoded) -> Generator[Progress, None, Side]:
    return Side(sound=sound, activity=(yield from vad.activity(sound)))


def _apart(left: Side, right: Side) -> bool:
    one, other = left.activity.speech >= ON, right.activity.speech >= ON
    return bool((one ^ other).sum() >= APART * (one | other).sum())


def together(found: Sequence[Side]) -> list[Said]:
    """All segments by time, as they were numbered when heard; of words that a microphone heard from the other side, the louder ones."""
    if len(found) == 1:
        return [(segment, voices.UNKNOWN) for segment in found[0].segments]
    left, right = found
    on_left = [segment for segment in left.segments if not _is_bleed(segment, left, right, right.segments)]
    on_right = [segment for segment in right.segments if not _is_bleed(segment, right, left, on_left)]  # of two, one is always kept
    said = [*((segment, voices.LEFT) for segment in on_left), *((segment, voices.RIGHT) for segment in on_right)]
    return sorted(said, key=lambda each: (*_span(each[0]), each[1]))


def gaps(found: Sequence[Side], segments: Sequence[Segment], broken: Sequence[Gap]) -> tuple[Gap, ...]:
    """What is in no segment. A side's speech without words is told unless the other side speaks louder there: then it is heard twice."""
    if len(found) == 1:
        return account(segments, found[0].lost, broken, found[0].activity)
    left, right = found
    lost = [*_unheard(left, right, broken), *_unheard(right, left, broken)]
    speech, level = (np.maximum(getattr(left.activity, name), getattr(right.activity, name)) for name in ("speech", "level"))
    return account(segments, lost, broken, Activity(speech=speech, level=level, seconds=left.activity.seconds))


def _unheard(own: Side, other: Side, broken: Sequence[Gap]) -> Iterator[Lost]:
    for gap in account(own.segments, own.lost, broken, own.activity):
        if gap.why == "unclear" and not _drowned(gap.start, gap.end, own, other, other.segments):
            yield gap.start, gap.end


def _is_bleed(segment: Segment, own: Side, other: Side, said: Sequence[Segment]) -> bool:
    """Whether the other side says the same words at the same time, and louder: a microphone that hears the other's loudspeaker."""
    words, (start, end) = _words(segment), _span(segment)
    if len(words) < FEWEST_WORDS or not _drowned(start, end, own, other, said):
        return False
    there = Counter(word for each in _within(start, end, said) for word in _words(each))
    return sum((Counter(words) & there).values()) >= SAME_WORDS * len(words)


def _drowned(start: float, end: float, own: Side, other: Side, said: Sequence[Segment]) -> bool:
    """Whether what the other side has said covers most of a time, in which it is as loud or louder."""
    covered = sum(min(end, stop) - max(start, begin) for begin, stop in map(_span, _within(start, end, said)))
    return covered >= COVERED * (end - start) and other.activity.loudness(start, end) >= own.activity.loudness(start, end)


def _within(start: float, end: float, said: Sequence[Segment]) -> list[Segment]:
    return [each for each in said if _span(each)[0] < end and _span(each)[1] > start]


def _span(segment: Segment) -> tuple[float, float]:
    return segment.start or 0.0, segment.end or 0.0


def _words(segment: Segment) -> list[str]:
    """In small letters, without signs."""
    bare = ("".join(c for c in word if c.isalnum()) for word in segment.text.casefold().split())
    return [word for word in bare if word]
