"""An open microphone as a queue of blocks, opened again when it breaks. Knows nothing of recordings, pauses or screens."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.capture.levels import DropoutWatch
from assistant.capture.portaudio import BLOCKS_PER_SECOND, Callback, Format, Stream
from assistant.capture.resample import Convert, to_mono_16k
from assistant.errors import MissingPart

BACKLOG = 600 * BLOCKS_PER_SECOND
"""Blocks: ten minutes, 19 MB, before anything is let go."""
LONGEST_LAG = 1.0
"""Seconds of latency believed; some drivers report nonsense."""
HUNG_AFTER = 10.0
"""Seconds without a sample from a stream that says it is running."""
REOPEN_EVERY = 1.0
REOPEN_FOR = 30.0
"""Seconds for which a microphone that went away is looked for."""


@dataclass(frozen=True, kw_only=True)
class Block:
    at: float
    """When it was handed over, on the line's clock in seconds."""
    pcm: bytes = field(repr=False)
    """16 kHz mono s16le."""
    seconds: float


@dataclass(kw_only=True)
class Line:
    """The callback does nothing but put bytes into a bounded queue; the rest happens in the thread that takes blocks."""

    open_stream: Callable[[Callback], tuple[Stream, Format]]
    clock: Callable[[], float]
    dropouts: DropoutWatch = field(default_factory=DropoutWatch)
    _queue: queue.Queue[tuple[float, bytes]] = field(default_factory=lambda: queue.Queue(BACKLOG))
    _let_go: int = 0
    """Blocks that found the queue full, or that PortAudio said it had to throw away."""
    _told: int = 0
    _stream: Stream | None = None
    _convert: Convert = bytes
    _bytes_per_second: int = 0
    _last_block: float = 0.0
    _broken_at: float | None = None
    _tried_at: float = 0.0

    def open(self) -> None:
        """Raises MissingPart."""
        self._stream, form = self.open_stream(self._callback)
        self._convert = to_mono_16k(form.rate, form.channels)
        self._bytes_per_second = 2 * form.rate * form.channels
        self._last_block = self.clock()

    def _callback(self, samples: Any, _frames: int, _times: Any, status: Any) -> None:
        """On PortAudio's thread: nothing here may wait."""
        try:
            self._queue.put_nowait((self.clock(), bytes(samples)))
        except queue.Full:
            self._let_go += 1
        if status and status.input_overflow:
            self._let_go += 1

    @property
    def lag(self) -> float:
        """Seconds that a sound takes to get here."""
        return min(self._stream.latency, LONGEST_LAG) if self._stream else 0.0

    @property
    def heard(self) -> bool:
        """At least one block has come."""
        return self.dropouts.started

    @property
    def ended(self) -> bool:
        """The microphone went away and is not coming back."""
        return self._broken_at is not None and self.clock() - self._broken_at > REOPEN_FOR

    def take(self, wait: float) -> Block | None:
        """The next block, or None when none comes within `wait` seconds."""
        try:
            at, raw = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
        except queue.Empty:
            self.dropouts.waited(wait)
            return None
        seconds = len(raw) / self._bytes_per_second
        self._last_block, self._broken_at = self.clock(), None
        self.dropouts.came(at, seconds)
        if self._let_go > self._told:
            self._told = self._let_go
            self.dropouts.lost(at)
        return Block(at=at, pcm=self._convert(raw), seconds=seconds)

    def waiting(self) -> Iterator[Block]:
        """What has come and nobody has taken."""
        while block := self.take(0):
            yield block

    def mend(self) -> None:
        """Open the stream again when it has ended or hangs; called while nothing comes."""
        now = self.clock()
        if self._stream and self._stream.active and now - self._last_block < HUNG_AFTER:
            return
        if self._broken_at is None:
            self._broken_at = now
        if now - self._tried_at >= REOPEN_EVERY:
            self._tried_at = now
            self.close()
            with contextlib.suppress(MissingPart):
                self.open()

    def flush(self) -> bytes:
        """The last samples, which a resampler holds back."""
        return self._convert(b"")

    def close(self) -> None:
        if self._stream is not None:
            self._stream.stop()
            self._stream.close()
            self._stream = None
