"""A process that hears: `python -m assistant.speech.hear_worker`. It is told on stdin which model to load and what to hear, one thing at a
time, and answers on stdout.

It opens no file but the model's, writes none, and ends at once when its parent does.
"""

from __future__ import annotations

import importlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assistant.errors import ModelUnusable
from assistant.speech import limits, wire

MOST_HEARD = 2000
"""Stretches, about two hundred recordings, after which a fresh process is better."""
GROWN, SETTLED = 1.5, 50
"""So many times the most memory that it had during its first stretches, and it leaks. So many stretches count as the first ones."""


@dataclass
class Wear:
    """How used up this process is."""

    heard: int = 0
    first: int = 0
    """The most memory in the first stretches."""

    def out(self, memory: int) -> bool:
        """After another stretch, with so much memory in use (in any unit; 0: not known)."""
        self.heard += 1
        if self.heard <= SETTLED:
            self.first = max(self.first, memory)
        return self.heard >= MOST_HEARD or memory > GROWN * self.first


def main() -> None:
    asked, out = _questions(sys.stdin.buffer), wire.only_way_out()
    limits.leave_nothing()
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        for kind, payload in _answers(asked):
            wire.send(out, kind, payload)
    except ModelUnusable as unusable:
        wire.send(out, wire.REFUSED, wire.packed({"what": unusable.what, "means": unusable.means, "do": unusable.do}))
    except OSError:
        return  # nobody listens any more


def _questions(pipe: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """As they come. A thread waits for them, so that the end of the parent ends even what is being heard."""
    found: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()

    def read() -> None:
        for message in wire.messages(pipe):
            found.put(message)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return iter(found.get, (b"", b""))


def _answers(asked: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    _, payload = next(asked)
    from assistant.speech import ear, hearing, plain, provenance

    try:
        told, wear = wire.unpacked(payload), Wear()
        folder = Path(told["folder"])
        provenance.verify(folder)
        module, _, name = told["ear"].partition(":")
        made: ear.MakesEar = getattr(importlib.import_module(module), name)
        hears = made(told["name"], folder, card=told["card"])
        yield wire.READY, wire.packed({"multilingual": hears.multilingual, "settings": dict(hears.settings)})
        for kind, payload in asked:
            if kind == wire.HEAR:
                answer: object = hearing.hear(hears, *plain.decoded(payload, tuple[hearing.Sound, hearing.Task]))
            else:
                answer = hears.languages(plain.decoded(payload, hearing.Sound).floats(), window=ear.LONGEST_WINDOW)
            worn = wear.out(_memory())
            yield wire.LAST if worn else wire.FOUND, plain.encoded(answer)
            if worn:
                return
    except ear.CardFailed as failed:
        yield wire.NO_CARD, wire.packed({"why": str(failed)})


def _memory() -> int:
    """Pages in use; 0 where the system does not tell so simply."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    main()
    os._exit(0)
