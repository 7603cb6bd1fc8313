"""The sound of a recording as it is decoded: both of two channels for as long as they may hold two people, else one. Pure.

Knows nothing of voices: whether two channels that are unlike are two people is for `sides` to say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from assistant.protocols import SAMPLE_RATE
from assistant.speech.mono import Samples, mono

ALIKE = 0.9
"""Correlation of two channels, either way up, from which they are one sound: a voice on both, or the same turned over."""
DEAD = 1e-6
"""Power of one channel against the other, below which nothing is on it: -60 dB, quieter than a voice heard through a headset."""
SETTLED = 300.0
"""Seconds after which channels that were alike so far are mixed at once, so that stereo needs no more memory than it must."""


class Channels:
    """Blocks go in one after the other; `sides` takes them out. An hour takes 115 MB, and twice that where two channels are unlike."""

    def __init__(self) -> None:
        self._blocks: deque[Samples] = deque()
        self._samples = 0
        self._mixing = False
        self._power = np.zeros(2)
        self._common = 0.0

    def add(self, block: Samples) -> None:
        """int16, shape (n, channels)."""
        self._samples += len(block)
        two = block.shape[1] == 2 and not self._mixing
        if two:
            self._measure(block)
        self._blocks.append(block if two and (block[:, 0] != block[:, 1]).any() else mono(block).reshape(-1, 1))
        if not self._mixing and self._samples > SETTLED * SAMPLE_RATE and self._alike:
            self._mixing = True
            self._blocks = deque(mono(each).reshape(-1, 1) for each in self._blocks)

    def sides(self) -> tuple[Samples, ...]:
        """16 kHz, shape (n,): left and right where they are unlike, else one. The blocks are gone then."""
        if self._alike or not any(block.shape[1] == 2 for block in self._blocks):
            return (_joined(mono(block) for block in self._taken()),)
        if self._power.min() < DEAD * self._power.max():
            live = int(self._power.argmax())
            return (_joined(block[:, min(live, block.shape[1] - 1)] for block in self._taken()),)
        left, right = bytearray(), bytearray()
        for block in self._taken():
            left += block[:, 0].tobytes()
            right += block[:, -1].tobytes()
        return np.frombuffer(left, dtype=np.int16), np.frombuffer(right, dtype=np.int16)

    @property
    def _alike(self) -> bool:
        return bool(abs(self._common) >= ALIKE * np.sqrt(self._power.prod()) > 0)

    def _measure(self, block: Samples) -> None:
        """Sums from which the correlation of all blocks follows, each without its own constant part."""
        sound = block.astype(np.float32)
        sound -= sound.mean(axis=0)
        self._power += (sound**2).sum(axis=0, dtype=np.float64)
        self._common += float((sound[:, 0] * sound[:, 1]).sum(dtype=np.float64))

    def _taken(self) -> Iterator[Samples]:
        while self._blocks:
            yield self._blocks.popleft()


def _joined(blocks: Iterator[Samples]) -> Samples:
    pcm = bytearray()
    for block in blocks:
        pcm += block.tobytes()
    return np.frombuffer(pcm, dtype=np.int16)


def mixed(sides: tuple[Samples, ...]) -> Samples:
    """Left and right as one channel, a second at a time."""
    if len(sides) == 1:
        return sides[0]
    left, right = sides
    seconds = range(0, len(left), SAMPLE_RATE)
    return _joined(mono(np.stack([left[at : at + SAMPLE_RATE], right[at : at + SAMPLE_RATE]], axis=1)) for at in seconds)
