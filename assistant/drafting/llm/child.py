"""A language model in a process of its own: starting it, talking to it, ending it within a moment.

The drafter stays free to report and to stop, memory that runs out or a crash ends the child and nothing else. Loads neither torch nor a
model itself.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

import msgspec

from assistant import children
from assistant.drafting.llm.talk import Event, Failed, Known, ModelFailed, Pulse, Reading, Ready

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}


class ChildModel:
    """A talk.LanguageModel. The process starts at the first reading and ends with `close`, with a failure, or when a reading is left."""

    def __init__(self, name: str, folder: Path, *, lookup: int | None = None) -> None:
        self.name = name
        self.sha256: str | None = None
        self.ready: Ready | None = None
        self._words = (str(folder), *([str(lookup)] if lookup else []))
        self._process: subprocess.Popen[bytes] | None = None
        self._events: Iterator[Event | None] = iter(())

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return self._process.pid if self._process else None

    def read(self, reading: Reading) -> Generator[Event, None, None]:
        finished = False
        try:
            self._send(reading)
            yield from self._answers()
            finished = True
        except ModelFailed as failed:
            finished = failed.why == "too long"  # said by a child that is well and can read something shorter
            raise
        finally:
            if not finished:
                self.close()

    def _answers(self) -> Iterator[Event]:
        for event in self._events:
            if isinstance(event, Failed):
                raise ModelFailed(event.why)
            if isinstance(event, Known):
                self.sha256 = event.sha256
                return
            if isinstance(event, Ready):
                self.ready = event
            yield event or Pulse()
        raise ModelFailed("crashed")

    def _send(self, reading: Reading) -> None:
        process = self._process or self._start()
        assert process.stdin is not None  # noqa: S101 - opened with a pipe
        try:
            process.stdin.write(msgspec.json.encode(reading) + b"\n")
            process.stdin.flush()
        except OSError:
            return  # it is gone; the end of its events says so

    def _start(self) -> subprocess.Popen[bytes]:
        process = children.start("assistant.drafting.llm.worker", *self._words, env=OFFLINE)
        assert process.stdout is not None  # noqa: S101 - opened with a pipe
        self._process, self._events = process, children.beating(_events(process.stdout))
        return process

    def close(self) -> None:
        process, self._process, self._events = self._process, None, iter(())
        if process is not None:
            children.end(process)


def _events(source: IO[bytes]) -> Iterator[Event]:
    decoder = msgspec.json.Decoder(Event)
    try:
        for line in source:
            yield decoder.decode(line)
    except (ValueError, msgspec.DecodeError):  # the pipe was closed, or the child died in the middle of a line
        return
