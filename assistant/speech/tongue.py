"""Which language is spoken: in a recording, and in each of its stretches. Nothing is forced into English without a word.

Whisper says how likely each language is. It is often wrong where it is unsure: in windows of a German recording it named English with
0.43 and 0.29, and with about 1.0 where it was right (SYSTRAN/faster-whisper #1322); English with a Welsh accent is taken for Welsh. So
a language that was not expected must be clear, and what is not clear is heard as the expected one and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Segment
from assistant.languages import DOUBTFUL, ENGLISH, OTHER, spans
from assistant.protocols import SAMPLE_RATE
from assistant.speech.ear import Ear

CLEAR = 0.7
"""Probability from which a language is taken for the one spoken although another was expected."""
EVEN = 0.5
"""Probability of the expected language under which it is told that it may be another one."""
SHORTEST = 2.5
"""Seconds: what language a shorter stretch is in cannot be told by its sound."""
SAMPLED = 3
"""How many of the longest stretches say in which language a recording is."""


@dataclass(frozen=True)
class Tongue:
    """The language of a stretch."""

    heard: str = ENGLISH
    """In which it is heard."""
    perhaps: str | None = None
    """The likelier one, where that is not clear or was not asked for."""


def of_recording(longest: Sequence[Mapping[str, float]]) -> str:
    """English, unless its longest stretches clearly are not; then the likeliest. `longest`: how likely each language is, for each."""
    told = [each for each in longest if each]
    shares: dict[str, float] = {}
    for each in told:
        for language, share in each.items():
            shares[language] = shares.get(language, 0.0) + share / len(told)
    return _likeliest(shares) if told and 1 - shares.get(ENGLISH, 0.0) >= CLEAR else ENGLISH


def of_stretch(ear: Ear, sound: NDArray[np.float32], *, window: float, expected: str, follow: bool) -> Tongue:
    """`follow`: hear it in another language than the expected one where that is clear; else only tell it."""
    if len(sound) < SHORTEST * SAMPLE_RATE:
        return Tongue(expected)
    shares = ear.languages(sound, window=window)
    likeliest = _likeliest(shares)
    if likeliest == expected:
        return Tongue(expected)
    if follow and shares[likeliest] >= CLEAR:
        return Tongue(likeliest)
    return Tongue(expected, perhaps=likeliest if shares.get(expected, 0.0) < EVEN else None)


def summary(segments: Sequence[Segment], spoken: Mapping[int, Tongue], expected: str) -> tuple[str, dict[str, str]]:
    """The language that was spoken longest, and for `made_by.settings` what was not in it, or may not have been.

    `spoken`: of every segment, by its number.
    """
    seconds: dict[str, float] = {}
    for segment in segments:
        language, length = spoken[segment.id].heard, (segment.end or 0.0) - (segment.start or 0.0)
        seconds[language] = seconds.get(language, 0.0) + length
    most = max(seconds, key=lambda language: (seconds[language], language == expected), default=expected)
    other = spans({n: each.heard for n, each in spoken.items() if each.heard != most})
    doubtful = spans({n: each.perhaps for n, each in spoken.items() if each.perhaps is not None})
    return most, ({OTHER: other} if other else {}) | ({DOUBTFUL: doubtful} if doubtful else {})


def _likeliest(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda language: shares[language])
