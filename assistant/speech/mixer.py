"""Frames of any rate, format and number of channels as 16 kHz mono int16. Knows nothing of files or of time stamps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from assistant.protocols import SAMPLE_RATE

Samples = NDArray[np.int16]

CANCELLED = 0.1
"""Power of the mixed channels against the loudest one, below which the loudest is taken: voices in opposite phase cancel out."""


class Unusable(Exception):
    """A frame whose rate or format makes no sense. It never leaves the room."""


class Mixer:
    """Frames of any rate, format and number of channels as 16 kHz mono int16, handed out about a second at a time."""

    def __init__(self) -> None:
        self._resampler: Any = None
        self._kind: tuple[str, str, int] | None = None
        self._pending: list[NDArray[np.int16]] = []
        self._waiting = 0
        self._given = 0

    @property
    def seconds(self) -> float:
        return (self._given + self._waiting) / SAMPLE_RATE

    def add(self, frame: Any) -> Iterator[Samples]:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self.rest()
            self._kind, self._resampler = kind, av.AudioResampler(format="s16", layout=frame.layout, rate=SAMPLE_RATE)
        frame.pts = None  # the resampler would refuse timestamps that run backwards
        try:
            frames = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError) as error:
            self._kind = self._resampler = None
            raise Unusable from error
        yield from self._take(frames)

    def silence(self, seconds: float) -> Iterator[Samples]:
        yield from self.rest()
        left = round(seconds * SAMPLE_RATE)
        while left > 0:
            block = np.zeros(min(left, SAMPLE_RATE), dtype=np.int16)
            left, self._given = left - len(block), self._given + len(block)
            yield block

    def rest(self) -> Iterator[Samples]:
        """What is still inside; the next frame starts afresh."""
        if self._resampler is not None:
            yield from self._take(self._resampler.resample(None))
        self._kind = self._resampler = None
        yield from self._give()

    def _take(self, frames: list[Any]) -> Iterator[Samples]:
        for frame in frames:
            # interleaved, because PyAV 18 reads beyond the planes of some eight-channel frames and ends the process
            self._pending.append(frame.to_ndarray().reshape(frame.samples, -1))
            self._waiting += frame.samples
        if self._waiting >= SAMPLE_RATE:
            yield from self._give()

    def _give(self) -> Iterator[Samples]:
        if self._pending:
            block = _mono(np.concatenate(self._pending).T)
            self._pending, self._waiting, self._given = [], 0, self._given + len(block)
            yield block


def _mono(channels: NDArray[np.int16]) -> Samples:
    """Channels, shape (channels, n), as one: their mean, or the loudest where they cancel out or most of them are silent."""
    if len(channels) == 1:
        only: Samples = channels[0]
        return only
    sound = channels.astype(np.float32)
    mean, power = sound.mean(axis=0), (sound**2).mean(axis=1)
    if (mean**2).mean() < CANCELLED * power.max():
        mean = sound[power.argmax()]
    mixed: Samples = np.rint(mean).astype(np.int16)
    return mixed
