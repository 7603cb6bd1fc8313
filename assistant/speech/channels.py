"""The sound of a recording as it is decoded: both of two channels for as long as they may hold two people, else one. Pure.

Knows nothing of voices: whether two channels that are unlike are two people is for `sides` to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.protocols import SAMPLE_RATE
from assistant.speech.mono import Samples, mono

ALIKE = 0.9
"""Correlation of two channels, either way up, from which they are one sound: a voice on both, or the same turned over."""
DEAD = 1e-6
"""Power of one channel against the other, below which nothing is on it: -60 dB, quieter than a voice heard through a headset."""
SAMPLE_BYTES = 2
SETTLED = 300.0
"""Seconds after which channels that were alike so far are mixed at once, so that stereo needs no more memory than it must."""


class Channels:
    """Blocks go in one after the other; `sides` takes them out. An hour takes 115 MB, and twice that where two channels are unlike."""

    def __init__(self) -> None:
        self._left, self._right = bytearray(), bytearray()
        self._two = False
        """Whether there is a right channel, and not yet only what is on the left."""
        self._mixing = False
        self._power = np.zeros(2)
        self._common = 0.0

    def add(self, block: Samples) -> None:
        """int16, shape (n, channels)."""
        block = block if block.shape[1] == 2 and not self._mixing else mono(block).reshape(-1, 1)
        if block.shape[1] == 2:
            self._measure(block)
        if not self._two and (block[:, 0] != block[:, -1]).any():
            self._two, self._right = True, bytearray(self._left)
        self._left += block[:, 0].tobytes()
        if self._two:
            self._right += block[:, -1].tobytes()
        if self._two and len(self._left) > SETTLED * SAMPLE_RATE * SAMPLE_BYTES and self._alike:
            self._mixing = True
            self._mix()

    def sides(self) -> tuple[Samples, ...]:
        """16 kHz, shape (n,): left and right where they are unlike, else one."""
        if self._two and self._power.min() < DEAD * self._power.max():
            return (_samples(self._right if self._power.argmax() else self._left),)
        if self._two and self._alike:
            self._mix()
        return (_samples(self._left), _samples(self._right)) if self._two else (_samples(self._left),)

    @property
    def _alike(self) -> bool:
        return bool(abs(self._common) >= ALIKE * np.sqrt(self._power.prod()) > 0)

    def _measure(self, block: Samples) -> None:
        """Sums from which the correlation of all blocks follows, each without its own constant part."""
        sound = block.astype(np.float32)
        sound -= sound.mean(axis=0)
        self._power += (sound**2).sum(axis=0, dtype=np.float64)
        self._common += float((sound[:, 0] * sound[:, 1]).sum(dtype=np.float64))

    def _mix(self) -> None:
        """In place of the left one."""
        left = _samples(self._left)
        for at, both in _seconds(left, _samples(self._right)):
            left[at : at + len(both)] = mono(both)
        self._two, self._right = False, bytearray()


def mixed(sides: tuple[Samples, ...]) -> Samples:
    """One, or left and right as one."""
    return sides[0] if len(sides) == 1 else np.concatenate([mono(both) for _, both in _seconds(*sides)])


def _seconds(left: Samples, right: Samples) -> Iterator[tuple[int, Samples]]:
    """Both a second at a time, with the place of its first sample."""
    for at in range(0, len(left), SAMPLE_RATE):
        yield at, np.stack([left[at : at + SAMPLE_RATE], right[at : at + SAMPLE_RATE]], axis=1)


def _samples(pcm: bytearray) -> Samples:
    return np.frombuffer(pcm, dtype=np.int16)
