"""One ear in a process of its own: asked one thing at a time, its answer put where all answers go. Knows no recording and no other ear."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from assistant import children
from assistant.speech import wire

WORKER = "assistant.speech.hear_worker"
LOADING = 300.0
"""Seconds for a model to be read, checked and loaded from a slow disk."""
Message = tuple[bytes, bytes]
Answers = queue.SimpleQueue[tuple["EarProcess", Message | None]]
"""Who said what; None when it is gone."""


class EarProcess:
    """Started with the model that it is to load, which is the first thing it answers."""

    def __init__(self, answers: Answers, model: Mapping[str, Any]) -> None:
        self.asked: Any = None
        """What it works at, for whoever asked; None when it is idle or loading."""
        self.ready = False
        self._process = children.start(WORKER, env=surroundings(os.environ))
        self._questions: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._answers = answers
        threading.Thread(target=self._converse, daemon=True).start()
        self._deadline = 0.0
        self.ask(wire.LOAD, wire.packed(dict(model)), LOADING)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, kind: bytes, payload: bytes, patience: float) -> None:
        """Something, to be answered within so many seconds."""
        self._deadline = time.monotonic() + patience
        self._questions.put((kind, payload))

    def answered(self) -> None:
        self.asked, self.ready, self._deadline = None, True, float("inf")

    def end_if_stuck(self) -> None:
        """Its end is then told as its answer."""
        if time.monotonic() > self._deadline:
            self._process.kill()

    def end(self) -> None:
        """At once, whatever it does."""
        self._questions.put(None)
        children.end(self._process)

    def _converse(self) -> None:
        """In a thread: a process that reads or writes nothing holds up nobody else."""
        sender, source = self._process.stdin, self._process.stdout
        assert sender is not None  # noqa: S101 - opened with pipes
        assert source is not None  # noqa: S101 - likewise
        for question in iter(self._questions.get, None):
            try:
                wire.send(sender, *question)
                answer = wire.receive(source)
            except (OSError, ValueError):  # it is gone, or was ended here
                answer = None
            self._answers.put((self, answer))
            if answer is None:
                return


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """One thread, no network, and memory in huge pages where the C library can ask for them.

    Linux measures: `hugetlb=1` lets a window of 30 s fault 23,000 pages in instead of 132,000, at no memory; windows of up to 15 s gain
    nothing. jemalloc that gives nothing back takes the rest of the faults away, and a third more memory.
    """
    wanted = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    if sys.platform == "linux":
        wanted["GLIBC_TUNABLES"] = ":".join(filter(None, [environment.get("GLIBC_TUNABLES"), "glibc.malloc.hugetlb=1"]))
    return wanted
