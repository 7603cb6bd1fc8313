"""Record the microphone into a sink: everything said before the stop is written, however busy the screen or the disk was meanwhile.

Knows no store, no key and no screen.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from math import inf

from assistant.capture.levels import FLOOR, LevelWatch, measure
from assistant.capture.line import Block, Line
from assistant.capture.portaudio import Callback, Device, Format, Stream, must_be_available, open_microphone
from assistant.capture.wav import streaming_header
from assistant.errors import MissingPart
from assistant.protocols import SAMPLE_RATE, AudioWriter, Level

PATIENCE = 0.25
"""Seconds to wait for a block of a tenth of a second before the meter is shown without one."""
TAIL = 0.2
"""Seconds recorded after "stop": people press it on their last syllable."""
FIRST_SOUND_WITHIN = 8.0
"""Seconds. PulseAudio took up to 2; wireless headsets take longer."""

__all__ = ["MicrophoneRecorder", "must_be_available"]

OpenStream = Callable[[Device, Callback], tuple[Stream, Format]]


@dataclass(frozen=True, kw_only=True)
class MicrophoneRecorder:
    """A Recorder (assistant.protocols) on a sound device."""

    device: Device = None
    open_stream: OpenStream = open_microphone
    clock: Callable[[], float] = time.monotonic

    def record(self, sink: AudioWriter, seconds: float | None) -> Generator[Level, str | None, float]:
        """Yields a Level every tenth of a second, with `at` 0 until the first sound comes and standing still in a pause.

        `sink` is not touched before the first sound. Closing the generator keeps what has come so far. A recording ends by itself when the
        microphone goes away for half a minute.
        """
        take = _Take(sink=sink, limit=None if seconds is None else round(seconds * SAMPLE_RATE))
        line = Line(open_stream=lambda callback: self.open_stream(self.device, callback), clock=self.clock)
        with contextlib.closing(line):
            try:
                yield from _listen(line, take)
            except GeneratorExit:
                take.keep_all(line.waiting())
                raise
            take.keep_rest(line.flush())
        return take.seconds


@dataclass(kw_only=True)
class _Take:
    """What goes into the sink: every block outside the pauses, up to the limit."""

    sink: AudioWriter
    limit: int | None
    """Samples."""
    pauses: list[tuple[float, float]] = field(default_factory=list)
    """From and until, on the line's clock. All of them are kept, since blocks may be looked at long after they came."""
    written: int = 0
    """Samples."""

    @property
    def seconds(self) -> float:
        return self.written / SAMPLE_RATE

    @property
    def full(self) -> bool:
        return self.limit is not None and self.written >= self.limit

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] == inf

    def pause(self, now: float, lag: float) -> None:
        """A sound takes `lag` seconds to arrive, so what was said before the pause still comes after it."""
        if not self.paused:
            self.pauses.append((now + lag, inf))

    def resume(self, now: float) -> None:
        if self.paused:
            self.pauses[-1] = (self.pauses[-1][0], now)

    def keep(self, block: Block) -> None:
        if not any(start < block.at <= end for start, end in self.pauses):
            self._write(block.pcm)

    def keep_all(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self.keep(block)

    def keep_rest(self, pcm: bytes) -> None:
        if not self.paused:
            self._write(pcm)

    def _write(self, pcm: bytes) -> None:
        pcm = pcm if self.limit is None else pcm[: 2 * (self.limit - self.written)]
        if pcm:
            self.sink.write(pcm if self.written else streaming_header() + pcm)
            self.written += len(pcm) // 2


def _listen(line: Line, take: _Take) -> Generator[Level, str | None, None]:
    line.open()
    opened, watch = line.clock(), LevelWatch()
    while not take.full and not line.ended:
        block = line.take(PATIENCE)
        if block is not None:
            take.keep(block)
        else:
            _still_there(line, opened)
        command = yield _level(block, take, line, watch)
        if command == "stop":
            return _finish(line, take)
        if command == "pause":
            take.pause(line.clock(), line.lag)
        elif command == "resume":
            take.resume(line.clock())


def _still_there(line: Line, opened: float) -> None:
    """Nothing came: wait, open the stream again, or give up a microphone that never made a sound."""
    if line.heard:
        line.mend()
    elif line.clock() - opened > FIRST_SOUND_WITHIN:
        raise MissingPart(
            "The microphone was opened but delivers nothing.",
            means="It may be switched off, or taken by another program. Nothing was recorded.",
            do="Check it in the system's sound settings, and try again.",
        )


def _level(block: Block | None, take: _Take, line: Line, watch: LevelWatch) -> Level:
    rms, peak = measure(block.pcm) if block else (FLOOR, FLOOR)
    seen = watch.see(block.seconds, rms, peak) if block else None
    return Level(at=take.seconds, rms=rms, peak=peak, warning=line.dropouts.warning(line.clock()) or seen)


def _finish(line: Line, take: _Take) -> None:
    """Write what was said before the stop and is still on its way, and the tail."""
    end = line.clock() + (0.0 if take.paused else line.lag + TAIL)
    while (left := end - line.clock()) > 0 and (block := line.take(left)) is not None:
        take.keep(block)
    take.keep_all(line.waiting())
