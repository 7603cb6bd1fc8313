"""What the channels of a recording are: one sound, or two that may be two people. Found out block by block, without keeping any. Pure.

Knows nothing of voices: whether two channels that are unlike are two people is for `sides` to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.speech.level import Meter
from assistant.speech.mono import Samples, mono

Way = Literal["left", "right", "mixed"]
"""How a block of one or many channels becomes one. Only of two channels is one taken; any others are mixed."""
ALIKE = 0.9
"""Correlation of two channels, either way up, from which they are one sound: a voice on both, or the same turned over."""
DEAD = 1e-6
"""Power of one channel against the other, below which nothing is on it: -60 dB, quieter than a voice heard through a headset."""


class Channels:
    """Blocks go in one after the other; `ways` and `levels` then tell of all of them."""

    def __init__(self) -> None:
        self._meters: dict[Way, Meter] = {"left": Meter()}
        """More than one from the first moment at which two channels differ."""
        self._power = np.zeros(2)
        self._common = 0.0

    def add(self, block: Samples) -> None:
        """int16, shape (n, channels)."""
        if block.shape[1] == 2:
            self._measure(block)
            if len(self._meters) == 1 and (block[:, 0] != block[:, 1]).any():
                self._meters |= {"right": deepcopy(self._meters["left"]), "mixed": deepcopy(self._meters["left"])}
        for way, meter in self._meters.items():
            meter.add(taken(block, way))

    def ways(self) -> tuple[Way, ...]:
        """Left and right where the two are unlike, else one that holds all there is."""
        if len(self._meters) == 1:
            return ("left",)
        if self._power.min() < DEAD * self._power.max():
            return ("right",) if self._power.argmax() else ("left",)
        return ("mixed",) if self._alike else ("left", "right")

    def levels(self) -> dict[Way, NDArray[np.float32]]:
        """RMS in dBFS of every 32 ms, -120 for digital silence, shape (windows,), by every way that `ways` may name."""
        return {way: meter.levels() for way, meter in self._meters.items()}

    @property
    def _alike(self) -> bool:
        return bool(abs(self._common) >= ALIKE * np.sqrt(self._power.prod()) > 0)

    def _measure(self, block: Samples) -> None:
        """Sums from which the correlation of all blocks follows, each without its own constant part."""
        sound = block.astype(np.float32)
        sound -= sound.mean(axis=0)
        self._power += (sound**2).sum(axis=0, dtype=np.float64)
        self._common += float((sound[:, 0] * sound[:, 1]).sum(dtype=np.float64))


def taken(block: Samples, way: Way) -> Samples:
    """One channel of a block, shape (n,)."""
    return mono(block) if block.shape[1] != 2 or way == "mixed" else block[:, 0 if way == "left" else 1]


def cut(steps: Iterator[Samples | None], spans: Sequence[tuple[Way, int, int]]) -> Iterator[Samples | None]:
    """Spans of samples out of a recording that comes in blocks, holding no more of it than the spans to come need; None where it gives
    None. Raises EOFError where it ends before a span does.
    """
    needed = list(accumulate((start for _, start, _ in reversed(spans)), min))
    held, reached = list[tuple[int, Samples]](), 0
    for way, start, end in spans:
        first = needed.pop()
        while reached < end:
            try:
                block = next(steps)
            except StopIteration:
                raise EOFError from None
            if block is None:
                yield None
                continue
            held = [(at, kept) for at, kept in held if at + len(kept) > first] + [(reached, block)]
            reached += len(block)
        parts = (taken(block, way)[max(0, start - at) : max(0, end - at)] for at, block in held)
        yield np.concatenate([np.empty(0, dtype=np.int16), *parts])
