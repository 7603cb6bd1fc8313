"""A microphone without hardware: the same callback as PortAudio's, samples that the test chooses, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.capture.microphone import MicrophoneRecorder
from assistant.capture.portaudio import WANTED, Callback, Format
from assistant.errors import MissingPart
from assistant.protocols import Level
from tests.fakes import MemoryWriter

HEADER = 44
"""Bytes."""


def tone(seconds: float, *, dbfs: float = -20.0, rate: int = 16_000, hertz: float = 440.0) -> bytes:
    """A sine with that peak, s16le mono."""
    at = np.arange(round(seconds * rate)) / rate
    return (np.sin(2 * np.pi * hertz * at) * 32_767 * 10 ** (dbfs / 20)).astype("<i2").tobytes()


@dataclass
class FakeMicrophone:
    """Opens like `open_microphone`. `hear` hands samples to the callback in tenths of a second and moves the clock with them."""

    form: Format = WANTED
    latency: float = 0.0
    now: float = 100.0
    active: bool = False
    closed: int = 0
    opened: int = 0
    missing: bool = False
    _callback: Callback | None = None

    def open(self, _device: object, callback: Callback) -> tuple[FakeMicrophone, Format]:
        if self.missing:
            raise MissingPart("No microphone was found.")
        self._callback, self.active = callback, True
        self.opened += 1
        return self, self.form

    def hear(self, pcm: bytes, *, overflow: bool = False) -> None:
        step = self.form.rate // 10 * 2 * self.form.channels
        for start in range(0, len(pcm), step):
            block = pcm[start : start + step]
            self.now += len(block) / (2 * self.form.channels * self.form.rate)
            assert self._callback is not None
            self._callback(memoryview(block), len(block) // 2, None, _Status(overflow))

    def stop(self) -> None:
        self.active = False

    def close(self) -> None:
        self.closed += 1

    def clock(self) -> float:
        return self.now


@dataclass
class _Status:
    input_overflow: bool

    def __bool__(self) -> bool:
        return self.input_overflow


@dataclass
class Taping:
    """A recording under way: what the front end would do, one step at a time."""

    microphone: FakeMicrophone = field(default_factory=FakeMicrophone)
    seconds: float | None = None
    sink: MemoryWriter = field(default_factory=MemoryWriter)
    length: float | None = None
    """What the recorder returned; None while it runs."""

    def __post_init__(self) -> None:
        recorder = MicrophoneRecorder(open_stream=self.microphone.open, clock=self.microphone.clock)
        self.levels: Generator[Level, str | None, float] = recorder.record(self.sink, self.seconds)
        self.last = next(self.levels)

    def step(self, command: str | None = None) -> Level | None:
        """One Level, or None when the recording has ended."""
        try:
            self.last = self.levels.send(command)
        except StopIteration as end:
            self.length = end.value
            return None
        return self.last

    def hear(self, pcm: bytes, **flags: Any) -> list[Level]:
        """Play `pcm` to the microphone, and take a Level for each tenth of a second of it."""
        self.microphone.hear(pcm, **flags)
        tenths = -(-len(pcm) // (self.microphone.form.rate // 10 * 2 * self.microphone.form.channels))
        return [level for level in self._steps(tenths) if level]

    def _steps(self, count: int) -> Iterator[Level | None]:
        for _ in range(count):
            yield self.step()

    @property
    def pcm(self) -> bytes:
        return self.sink.data.getvalue()[HEADER:]
