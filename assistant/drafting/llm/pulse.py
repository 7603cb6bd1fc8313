"""A blocking source read so that its reader never blocks for long: items as they come, and None while nothing does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

BEAT = 0.2
"""Seconds: whoever reads can stop that soon."""


def beating(source: Iterable[T]) -> Iterator[T | None]:
    """Ends when the source ends. What the source raises is raised here. To stop early, close what the source reads from."""
    items: queue.SimpleQueue[tuple[T] | BaseException | None] = queue.SimpleQueue()

    def pump() -> None:
        try:
            for item in source:
                items.put((item,))
            items.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever reads
            items.put(error)

    threading.Thread(target=pump, daemon=True).start()
    while True:
        try:
            item = items.get(timeout=BEAT)
        except queue.Empty:
            yield None
            continue
        if item is None:
            return
        if isinstance(item, BaseException):
            raise item
        yield item[0]
