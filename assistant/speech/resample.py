"""Frames of any rate, format and number of channels as 16-bit samples of one rate. Knows nothing of files or of time stamps.

Runs in the process that decodes, which loads no numpy for it: mixing the channels is left to whoever gets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av

SAMPLE_BYTES = 2


class Unusable(Exception):
    """A frame whose rate or format makes no sense. It never leaves the room."""


@dataclass(frozen=True)
class Block:
    """Interleaved 16-bit samples."""

    channels: int
    data: bytes


class Resampler:
    """Blocks of about a second at `rate` Hz."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler: Any = None
        self._kind: tuple[str, str, int] | None = None
        self._channels = 1
        self._pending: list[bytes] = []
        self._waiting = 0
        self._given = 0

    @property
    def seconds(self) -> float:
        return (self._given + self._waiting) / self._rate

    def add(self, frame: Any) -> Iterator[Block]:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self.rest()
            self._resampler = av.AudioResampler(format="s16", layout=frame.layout, rate=self._rate)
            self._kind, self._channels = kind, frame.layout.nb_channels
        frame.pts = None  # the resampler would refuse timestamps that run backwards
        try:
            frames = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError) as error:
            self._kind = self._resampler = None
            raise Unusable from error
        yield from self._take(frames)

    def silence(self, seconds: float) -> Iterator[Block]:
        yield from self.rest()
        left = round(seconds * self._rate)
        while left > 0:
            samples = min(left, self._rate)
            left, self._given = left - samples, self._given + samples
            yield Block(1, bytes(samples * SAMPLE_BYTES))

    def rest(self) -> Iterator[Block]:
        """What is still inside; the next frame starts afresh."""
        if self._resampler is not None:
            yield from self._take(self._resampler.resample(None))
        self._kind = self._resampler = None
        yield from self._give()

    def _take(self, frames: list[Any]) -> Iterator[Block]:
        for frame in frames:
            # interleaved, so one plane, of which the end may be padding
            self._pending.append(bytes(frame.planes[0])[: frame.samples * self._channels * SAMPLE_BYTES])
            self._waiting += frame.samples
        if self._waiting >= self._rate:
            yield from self._give()

    def _give(self) -> Iterator[Block]:
        if self._pending:
            block = Block(self._channels, b"".join(self._pending))
            self._pending, self._waiting, self._given = [], 0, self._given + self._waiting
            yield block
