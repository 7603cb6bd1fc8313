"""When which of two voices speaks in a recording of one microphone, by the `diarize` extra and two models on this disk.

sherpa-onnx runs in a process of its own, with limits: native code that meets what it cannot take ends its process. Only sound goes there,
through a pipe, and only times come back. Knows no text, no person and no transcript.
"""

from __future__ import annotations

import contextlib
import math
import subprocess
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from assistant import children
from assistant.protocols import SAMPLE_RATE, Progress
from assistant.speech import provenance, wire
from assistant.speech.cards import ModelOnDisk
from assistant.speech.channels import Way
from assistant.speech.decode import Decoded
from assistant.speech.turns import Turn

WORKER = "assistant.speech.diarize_worker"
MINUTE = 60
"""Seconds."""


@dataclass(frozen=True)
class Diarizer:
    model: ModelOnDisk

    def turns(self, sound: Decoded) -> Generator[Progress, None, tuple[Turn, ...]]:
        """Of two voices in the first way of a recording; none where sherpa-onnx gave out.

        Raises as `decode` does, and ModelUnusable for changed files.
        """
        provenance.verify(self.model.folder)
        with _child(str(self.model.folder), str(round(sound.seconds * SAMPLE_RATE))) as child:
            for samples in sound.play(list(_minutes(sound))):
                if samples is not None:
                    _send(child, samples.tobytes())
                yield Progress(stage="voices", done=0)
            return (yield from _answer(child))


def _minutes(sound: Decoded) -> Iterator[tuple[Way, float, float]]:
    for start in range(0, math.ceil(sound.seconds), MINUTE):
        yield sound.ways[0], float(start), min(float(start + MINUTE), sound.seconds)


@contextlib.contextmanager
def _child(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = children.start(WORKER, *words)
    try:
        yield process
    finally:
        children.end(process)


def _send(child: subprocess.Popen[bytes], sound: bytes) -> None:
    assert child.stdin is not None  # noqa: S101 - opened with pipes
    with contextlib.suppress(OSError):  # it is gone; the end of its messages says so
        wire.send(child.stdin, wire.DATA, sound)


def _answer(child: subprocess.Popen[bytes]) -> Generator[Progress, None, tuple[Turn, ...]]:
    assert child.stdout is not None  # noqa: S101 - opened with pipes
    step = Progress(stage="voices", done=0)
    for message in children.beating(wire.messages(child.stdout)):
        if message is not None and message[0] == wire.DONE:
            return tuple(Turn(**turn) for turn in wire.unpacked(message[1])["turns"])
        if message is not None:
            step = Progress(stage="voices", **wire.unpacked(message[1]))
        yield step
    return ()
