"""Any container that libav opens as samples of one rate on the recording's own time line. Runs in the process that decodes.

A packet that cannot be decoded is counted and passed over, and the time it held becomes silence, so that a second in the
samples is the same second in a player. Knows nothing of where a recording is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import av

from assistant.errors import NotAudio
from assistant.speech.container import container_of, cut_short, declared_seconds, frames_itself, sound_octets, start_of
from assistant.speech.recorded import recorded_on
from assistant.speech.resample import Block, Resampler, Unusable
from assistant.speech.tally import AT_LEAST, Tally

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


def unpacked(file: BinaryIO, size: int, rate: int, tally: Tally) -> Iterator[Block]:
    """The recording of `size` bytes as blocks of about one second at `rate` Hz, keeping `tally` as it goes. Raises NotAudio."""
    with container_of(file) as container:
        stream = container.streams.best("audio")
        if stream is None:
            raise NotAudio("This file has no sound track.", do="Choose a recording with sound.")
        tally.declared = declared_seconds(container, stream, file, size)
        tally.recorded = recorded_on({**stream.metadata, **container.metadata})
        sound, origin = Resampler(rate), start_of(container)
        for frame in _frames(container, stream, tally):
            origin = frame.time if origin is None else origin
            yield from _fill(sound, tally, None if frame.time is None else frame.time - origin)
            try:
                yield from sound.add(frame)
                tally.sounded = True
            except Unusable:
                _count_bad(tally, 0)
            tally.seconds = sound.seconds
        yield from sound.rest()
        tally.seconds = sound.seconds
        if frames_itself(container) and tally.octets:
            tally.declared = round(tally.seconds * sound_octets(file, size) / tally.octets, 2)
        if cut_short(container, tally.torn, file, size):
            tally.declared = max(tally.declared or 0.0, tally.seconds + AT_LEAST)


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
                tally.good, tally.torn = tally.good + 1, bool(packet.is_corrupt) if packet.size else tally.torn
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
    tally.bad, tally.lost, tally.torn = tally.bad + 1, True, True


def _fill(sound: Resampler, tally: Tally, at: float | None) -> Iterator[Block]:
    """Silence up to `at` seconds where the timestamps say that sound is missing."""
    lost, tally.lost = tally.lost, False
    if at is None:
        return
    here = sound.seconds
    limit = LONGEST_JUMP if tally.declared is None else tally.declared - here
    missing = min(at + tally.swallowed - here, limit)
    if missing > (LOSS if lost else JITTER):
        start = tally.holes.pop()[0] if tally.holes and here - tally.holes[-1][1] < LOSS else here
        tally.holes.append((start, here + missing, lost or tally.bad > 0))
        yield from sound.silence(missing)
