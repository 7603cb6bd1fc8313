"""One speech model in a process of its own, so that its memory and its time can be measured apart from the program's.

Knows an ear, and no recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import children
from assistant.errors import ModelUnusable
from assistant.speech import plain, wire
from assistant.speech.cards import ModelOnDisk
from assistant.speech.hearing import Found, Sound, Task

WORKER = "assistant.speech.one_ear_worker"


@dataclass(frozen=True, kw_only=True)
class Known:
    """An ear, once it is loaded."""

    multilingual: bool
    settings: dict[str, str | int | float | bool | None]


class OneEar:
    """Started when it is made. Whatever takes time yields None whenever there is nothing to tell yet; `close` ends it."""

    known: Known

    def __init__(self, model: ModelOnDisk) -> None:
        self._model = model
        self._process = children.start(WORKER, model.card.name, str(model.folder))
        assert self._process.stdout is not None  # noqa: S101 - opened with pipes
        self._said = children.beating(wire.messages(self._process.stdout))

    @property
    def pids(self) -> list[int]:
        return [self._process.pid]

    def load(self) -> Iterator[None]:
        """Until it is loaded. Raises ModelUnusable."""
        for message in self._until_told():
            if message is None:
                yield None
            else:
                self.known = Known(**wire.unpacked(message))
                return

    def hear(self, sounds: Iterable[Sound], task: Task) -> Iterator[Found | None]:
        """Each stretch, in order. Raises ModelUnusable."""
        assert self._process.stdin is not None  # noqa: S101 - opened with pipes
        for sound in sounds:
            try:
                wire.send(self._process.stdin, wire.DATA, plain.encoded((sound, task)))
            except OSError as error:
                raise self._gone() from error
            for message in self._until_told():
                yield None if message is None else plain.decoded(message, Found)

    def close(self) -> None:
        children.end(self._process)

    def _until_told(self) -> Iterator[bytes | None]:
        """None while it is at work, then one answer."""
        for message in self._said:
            if message is None:
                yield None
                continue
            kind, payload = message
            if kind == wire.REFUSED:
                raise ModelUnusable(**wire.unpacked(payload))
            yield payload
            return
        raise self._gone()

    def _gone(self) -> ModelUnusable:
        return ModelUnusable(
            f"The speech model {self._model.card.name} cannot be run on this computer: its process ended without an answer.",
            means="There may be too little memory for it. Nothing was lost.",
            do="Close other programs and try again, or choose a smaller model.",
        )


def peak_mb(pid: int) -> float | None:
    """The most memory that a running process has held, in millions of bytes; None where the system does not tell so simply."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    held: Any = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return int(held) * 1024 / 1e6 if held else None
