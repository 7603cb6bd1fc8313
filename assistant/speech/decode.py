"""Any recording as 16 kHz mono samples on its own time line. Parsers of sound files are the first thing a hostile or damaged file meets,
so they run in a process of their own, with limits, and a file that hangs or ends it costs that file at most.

The recording's bytes reach the child through a pipe as it asks for them: one that was decrypted is never a file. Knows nothing of
speech, of models or of where a recording is kept; loads no parser itself.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from assistant import children
from assistant.domain import Gap
from assistant.errors import InputError, MissingPart, NotAudio
from assistant.protocols import SAMPLE_RATE, Progress
from assistant.speech import wire
from assistant.speech.channels import Channels, Way, cut
from assistant.speech.mono import Samples, mono
from assistant.speech.source import Source, opened
from assistant.speech.tally import AT_LEAST, Tally

WORKER = "assistant.speech.decode_worker"
PATIENCE = 60.0
"""Seconds without a sign of the child after which it is given up. How long a recording takes in all does not count."""
MOST_READ, SOME_BYTES = 4, 1 << 26
"""So many times its size, and so many bytes, are read of a file without a second of sound before that counts as going round in circles."""
LONGEST = 24 * 3600.0
"""Seconds of sound: a recorder that was forgotten for a night is still taken."""
KEPT = 600.0
"""Seconds of sound that are held in memory: 19 MB, or twice that. A longer recording is decoded again whenever its sound is needed."""
MOST_KEPT = 2
"""Channels of these: of more, each is no person."""


DAMAGE_SHARE = 0.01
"""More bad packets, and the recording counts as damaged."""
SHORTEST_HOLE, SHORTEST_IN_DAMAGE = 0.5, 0.1
"""Seconds: shorter holes are no stretch that a person could miss; in a damaged recording the limit is lower."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What a recording holds, and its sound for whoever asks."""

    audio: Path | BinaryIO = field(repr=False)
    blocks: Sequence[Samples] | None = field(repr=False)
    """All of it, int16 at 16 kHz, each of shape (n, channels); None where it is too long to be kept."""
    ways: tuple[Way, ...]
    """One, or left and right where two channels are unlike."""
    levels: Mapping[Way, NDArray[np.float32]] = field(repr=False)
    seconds: float
    declared: float | None
    """Seconds that it should last: as the container says, or by its bytes for a raw stream; None where nothing is known."""
    bad_packets: int
    gaps: tuple[Gap, ...] = ()
    """Stretches that are lost, oldest first; those inside `seconds` are silent in its sound."""

    def side(self, number: int) -> Decoded:
        """One of the ways alone."""
        return replace(self, ways=(self.ways[number],))

    def mixed(self) -> Decoded:
        """All of it as one channel."""
        return replace(self, ways=("mixed",)) if len(self.ways) > 1 else self

    @property
    def level(self) -> NDArray[np.float32]:
        """RMS in dBFS of every 32 ms of its first way, -120 for digital silence, shape (windows,)."""
        return self.levels[self.ways[0]]

    @property
    def samples(self) -> Samples:
        """All of it as one channel, shape (n,), however long it is: 115 MB an hour."""
        (way,) = self.mixed().ways
        return np.concatenate([part for part in self.play([(way, 0.0, self.seconds)]) if part is not None])

    def play(self, spans: Sequence[tuple[Way, float, float]]) -> Generator[Samples | None, None, None]:
        """The samples from second to second of each span, shape (n,); None whenever there was nothing to do for a fifth of a second.

        Memory follows from how far the spans lie out of order. Raises as `decode` does, and InputError where a recording is not what it
        was when it was first decoded.
        """
        steps = (block for block in self.blocks) if self.blocks is not None else _steps(self.audio, Tally())
        with contextlib.closing(steps):
            try:
                yield from cut(steps, [(way, round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for way, start, end in spans])
            except EOFError:
                raise _changed() from None


def decode(audio: Path | BinaryIO) -> Generator[Progress, None, Decoded]:
    """Go through a whole recording. Raises InputMissing, InputError or NotAudio; nothing decoded is an error, never an empty result."""
    kept, channels, tally = list[Samples](), Channels(), Tally()
    for block in _steps(audio, tally):
        if block is not None:
            channels.add(block)
            kept.append(block if block.shape[1] <= MOST_KEPT else mono(block).reshape(-1, 1))
        if tally.seconds > KEPT:
            kept.clear()
        yield Progress(stage="decode", done=tally.seconds, total=tally.declared)
    return Decoded(
        audio=audio,
        blocks=kept if tally.seconds <= KEPT else None,
        ways=channels.ways(),
        levels=channels.levels(),
        seconds=tally.seconds,
        declared=tally.declared,
        bad_packets=tally.bad,
        gaps=_gaps(tally),
    )


def probe(audio: Path | BinaryIO) -> dt.date | None:
    """The day on which it was recorded by its own account. Raises as `decode` does where not even its beginning can be decoded."""
    tally = Tally()
    with contextlib.closing(blocks(audio, tally)) as sound:
        next(sound)
    return dt.date.fromisoformat(tally.recorded) if tally.recorded else None


def blocks(audio: Path | BinaryIO, tally: Tally) -> Generator[Samples, None, None]:
    """The recording as int16 mono blocks of about one second, keeping `tally` as it goes. Raises as `decode` does."""
    with contextlib.closing(_steps(audio, tally)) as steps:
        yield from (mono(block) for block in steps if block is not None)


def _steps(audio: Path | BinaryIO, tally: Tally) -> Generator[Samples | None, None, None]:
    """Blocks of sound, shape (n, channels), and None whenever a fifth of a second brought nothing. Whoever stops here ends the child."""
    with opened(audio) as source, _child() as child:
        ended = yield from _conversation(child, source, tally)
    if not tally.sounded:
        raise _no_sound()
    if not ended:
        _given_up(source, tally)


@contextlib.contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    process = children.start(WORKER, str(SAMPLE_RATE))
    try:
        yield process
    finally:
        children.end(process)


def _conversation(child: subprocess.Popen[bytes], source: Source, tally: Tally) -> Generator[Samples | None, None, bool]:
    """Serve the child until it has said its last word. False when it never did: it died, hung or went round in circles."""
    assert child.stdout is not None  # noqa: S101 - opened with pipes
    idle, spoke = 0.0, False
    for message in children.beating(wire.messages(child.stdout)):
        idle, spoke = (idle + children.BEAT, spoke) if message is None else (0.0, True)
        if idle > PATIENCE or source.asked > MOST_READ * source.size + SOME_BYTES:
            return False
        if message is None:
            yield None
        elif message[0] == wire.DONE:
            return True
        elif message[0] == wire.SOUND:
            source.asked = 0
            yield _sound(message[1], tally)
        else:
            _reply(child, source, tally, *message)
    if not spoke:
        raise MissingPart("The part of the program that decodes recordings could not be started.", do="Install coachnote again.")
    return False


def _reply(child: subprocess.Popen[bytes], source: Source, tally: Tally, kind: bytes, payload: bytes) -> None:
    if kind == wire.NEWS:
        tally.learn(wire.unpacked(payload))
    elif kind == wire.REFUSED:
        raise NotAudio(**wire.unpacked(payload))
    elif kind == wire.READ:
        _send(child, source.read(*wire.PLACE.unpack(payload)))
    elif kind == wire.MOVE:
        _send(child, wire.PLACE.pack(source.seek(*wire.SEEK.unpack(payload))))


def _send(child: subprocess.Popen[bytes], payload: bytes) -> None:
    assert child.stdin is not None  # noqa: S101 - opened with pipes
    with contextlib.suppress(OSError):  # it is gone; the end of its messages says so
        wire.send(child.stdin, wire.DATA, payload)


def _sound(payload: bytes, tally: Tally) -> Samples:
    samples = np.frombuffer(payload, dtype=np.int16, offset=1).reshape(-1, payload[0])
    tally.seconds = (round(tally.seconds * SAMPLE_RATE) + len(samples)) / SAMPLE_RATE
    if tally.seconds > LONGEST:
        raise InputError("This recording is longer than 24 hours.", do="Cut it into its sessions first.")
    return samples


def _given_up(source: Source, tally: Tally) -> None:
    """What follows the last sound is lost: as much as the file declares, or else as its bytes let expect."""
    expected = tally.seconds / source.reached if source.reached else 0.0
    tally.bad, tally.declared = tally.bad + 1, max(tally.declared or expected, tally.seconds + AT_LEAST)


def _no_sound() -> NotAudio:
    return NotAudio(
        "No sound could be decoded from this file.",
        means="It is damaged beyond use, or holds no sound.",
        do="Play it in another program to check it.",
    )


def _changed() -> InputError:
    return InputError(
        "The recording could not be read the same way twice.",
        means="It changed while it was read, or what it lies on fails now and then. Nothing of it was left out without a word.",
        do="Copy it to a disk of this computer, and try again.",
    )


def _gaps(tally: Tally) -> tuple[Gap, ...]:
    """The holes worth telling, and what is missing at the end."""
    damaged = tally.bad > DAMAGE_SHARE * (tally.good + tally.bad)
    shortest = SHORTEST_IN_DAMAGE if damaged else SHORTEST_HOLE
    gaps = [
        Gap(start=round(a, 2), end=round(b, 2), why="damaged" if lost else "dropout") for a, b, lost in tally.holes if b - a >= shortest
    ]
    if tally.declared is not None and tally.declared - tally.seconds > SHORTEST_HOLE:
        gaps.append(Gap(start=round(tally.seconds, 2), end=round(tally.declared, 2), why="damaged"))
    return tuple(gaps)
