"""Any file that PyAV opens as 16 kHz mono samples on the recording's own time line.

A packet that cannot be decoded is counted and passed over, and the time it held becomes silence, so that a second in the
samples is the same second in a player. Knows nothing of speech, of models or of where a recording is kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from assistant.domain import Gap
from assistant.errors import NotAudio
from assistant.protocols import SAMPLE_RATE, Progress
from assistant.speech.mixer import Mixer, Samples, Unusable
from assistant.speech.source import container_of, declared_seconds, frames_itself, opened, sound_octets, start_of

JITTER = 0.25
"""Seconds by which timestamps may run ahead of the samples before silence is put in: containers round and delay them."""
LOSS = 0.02
"""The same right after a bad packet, where a hole is expected; the shortest packets of speech codecs last 20 ms."""
LONGEST_JUMP = 600.0
"""Seconds of silence that one jump in the timestamps may put in where the file declares no duration."""
LOWEST_RATE = 4000
"""Hz: no recorder goes lower, but a damaged header may claim 1 Hz and make a day of a minute."""
SWOLLEN = 4
"""So many times the usual size, and a bad packet holds more than one."""
DAMAGE_SHARE, DAMAGE_SECONDS = 0.01, 2.0
"""More bad packets, or more seconds missing at the end, and the recording counts as damaged."""
SHORTEST_HOLE, SHORTEST_IN_DAMAGE = 0.5, 0.1
"""Seconds: shorter holes are no stretch that a person could miss; in a damaged recording the limit is lower."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A recording as sound."""

    samples: Samples = field(repr=False)
    """16 kHz mono, int16, shape (n,): half the memory of float32, 115 MB an hour."""
    seconds: float
    declared: float | None
    """Seconds that it should last: as the container says, or by its bytes for a raw stream; None where nothing is known."""
    bad_packets: int
    gaps: tuple[Gap, ...] = ()
    """Stretches that are lost, oldest first; those inside `seconds` are silent in `samples`."""

    def floats(self, start: float, end: float) -> NDArray[np.float32]:
        """Samples from `start` to `end` seconds as float32, full scale 1.0."""
        cut = self.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        return cut.astype(np.float32) / np.float32(32768)


@dataclass(kw_only=True)
class Tally:
    """What was met on the way."""

    declared: float | None = None
    good: int = 0
    """Packets."""
    bad: int = 0
    sounded: bool = False
    """Whether any of it was sound and not silence put in."""
    octets: int = 0
    """Bytes in all packets."""
    lost: bool = False
    """Whether a packet was bad since the last frame."""
    swallowed: float = 0.0
    """Seconds in bad packets beyond what their timestamps count."""
    seconds: float = 0.0
    """Given out so far."""
    holes: list[tuple[float, float, bool]] = field(default_factory=list)
    """Start and end in seconds, and whether a bad packet explains it."""


def decode(audio: Path | BinaryIO) -> Generator[Progress, None, Decoded]:
    """Read a whole recording. Raises InputMissing, InputError or NotAudio; nothing decoded is an error, never an empty result."""
    pcm, tally = bytearray(), Tally()
    for block in blocks(audio, tally):
        pcm += block.tobytes()
        yield Progress(stage="decode", done=tally.seconds, total=tally.declared)
    if not tally.sounded:
        raise _no_sound()
    samples = np.frombuffer(pcm, dtype=np.int16)
    return Decoded(samples=samples, seconds=len(samples) / SAMPLE_RATE, declared=tally.declared, bad_packets=tally.bad, gaps=_gaps(tally))


def probe(audio: Path | BinaryIO) -> None:
    """Raises InputError unless the beginning of the recording, at least, can be decoded."""
    if next(blocks(audio, Tally()), None) is None:
        raise _no_sound()


def _no_sound() -> NotAudio:
    return NotAudio(
        "No sound could be decoded from this file.",
        means="It is damaged beyond use, or holds no sound.",
        do="Play it in another program to check it.",
    )


def blocks(audio: Path | BinaryIO, tally: Tally) -> Iterator[Samples]:
    """The recording as int16 mono blocks of about one second, keeping `tally` as it goes. Raises as `decode` does."""
    with opened(audio) as source, container_of(source) as container:
        stream = container.streams.best("audio")
        if stream is None:
            raise NotAudio("This file has no sound track.", do="Choose a recording with sound.")
        tally.declared = declared_seconds(container, source)
        mixer, origin = Mixer(), start_of(container)
        for frame in _frames(container, stream, tally):
            origin = frame.time if origin is None else origin
            yield from _fill(mixer, tally, None if frame.time is None else frame.time - origin)
            try:
                yield from mixer.add(frame)
                tally.sounded = True
            except Unusable:
                _count_bad(tally, 0)
            tally.seconds = mixer.seconds
        yield from mixer.rest()
        tally.seconds = mixer.seconds
        if frames_itself(container) and tally.octets:
            tally.declared = round(tally.seconds * sound_octets(source) / tally.octets, 2)
    if source.fault is not None:
        raise source.fault


def _frames(container: Any, stream: Any, tally: Tally) -> Iterator[Any]:
    """Decoded frames, going on after every packet, and every stretch of the container, that cannot be read."""
    while True:
        seen = tally.good + tally.bad
        try:
            for packet in container.demux(stream):
                tally.octets += packet.size
                try:
                    frames = packet.decode()
                except (av.error.FFmpegError, OSError, ValueError):
                    _count_bad(tally, packet.size if container.format.name == "mp3" else 0)
                    continue
                tally.good += 1
                yield from (frame for frame in frames if frame.sample_rate >= LOWEST_RATE)
            return
        except (av.error.FFmpegError, OSError):
            _count_bad(tally, 0)
            if tally.good + tally.bad <= seen + 1:
                return  # not one packet since the last fault: the rest cannot be read


def _count_bad(tally: Tally, size: int) -> None:
    """A bad packet. MP3 has no timestamps, and its demuxer wraps all it cannot read into one packet: its `size` in bytes is then a time."""
    usual = tally.octets / (tally.good + tally.bad + 1)
    if tally.good and size > SWOLLEN * usual:
        tally.swallowed += size / usual * tally.seconds / tally.good
    tally.bad, tally.lost = tally.bad + 1, True


def _fill(mixer: Mixer, tally: Tally, at: float | None) -> Iterator[Samples]:
    """Silence up to `at` seconds where the timestamps say that sound is missing."""
    lost, tally.lost = tally.lost, False
    if at is None:
        return
    here = mixer.seconds
    limit = LONGEST_JUMP if tally.declared is None else tally.declared - here
    missing = min(at + tally.swallowed - here, limit)
    if missing > (LOSS if lost else JITTER):
        start = tally.holes.pop()[0] if tally.holes and here - tally.holes[-1][1] < LOSS else here
        tally.holes.append((start, here + missing, lost or tally.bad > 0))
        yield from mixer.silence(missing)


def _gaps(tally: Tally) -> tuple[Gap, ...]:
    """The holes worth telling, and what is missing at the end."""
    damaged = tally.bad > DAMAGE_SHARE * (tally.good + tally.bad)
    shortest = SHORTEST_IN_DAMAGE if damaged else SHORTEST_HOLE
    gaps = [
        Gap(start=round(a, 2), end=round(b, 2), why="damaged" if lost else "dropout") for a, b, lost in tally.holes if b - a >= shortest
    ]
    if tally.declared is not None and tally.declared - tally.seconds > DAMAGE_SECONDS:
        gaps.append(Gap(start=round(tally.seconds, 2), end=round(tally.declared, 2), why="damaged"))
    return tuple(gaps)
