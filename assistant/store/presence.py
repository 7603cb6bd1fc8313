"""Who is in a store: every process that has it open holds a shared lock, and what changes all of it waits until it is alone.

The lock dies with its holder, so a crash never leaves a store locked. Knows nothing of what lies in the folder.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import Refused
from assistant.store import disk

LOCK = "store.lock"
PATIENCE = 10.0
"""Seconds to wait for somebody who is changing all of the store."""
STEP = 0.02
"""Seconds between two tries."""


class Presence:
    """Enters at once. Raises Refused when somebody stays alone in the store for longer than PATIENCE; NotWritable."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._fd: int | None = None
        self._enter(shared=True, patience=PATIENCE)

    @property
    def open(self) -> bool:
        return self._fd is not None

    def leave(self) -> None:
        """May be called again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @contextlib.contextmanager
    def alone(self, patience: float = 0.5) -> Iterator[None]:
        """Raises Refused when others are still there after `patience` seconds."""
        self.leave()
        try:
            self._enter(shared=False, patience=patience)
            yield
        finally:
            self.leave()
            self._enter(shared=True, patience=PATIENCE)

    def _enter(self, *, shared: bool, patience: float) -> None:
        with disk.writing("the lock of the store"):
            fd = disk.open_private(self._path, os.O_RDWR | os.O_CREAT)
        until = time.monotonic() + patience
        while not disk.lock(fd, wait=False, shared=shared):
            if time.monotonic() > until:
                os.close(fd)
                means = "All of it is being changed." if shared else "What was asked for changes all of it, and needs it alone."
                raise Refused(
                    "Another coachnote has this store open.", means=means, do="Wait until it is done, or close it, and try again."
                )
            time.sleep(STEP)
        self._fd = fd
