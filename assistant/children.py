"""Processes of the program's own making: started from this very package, read without ever blocking for long, ended within a moment.

Knows nothing of what they do or of how they are spoken to.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

T = TypeVar("T")

BEAT = 0.2
"""Seconds: whoever reads can stop that soon."""
HOME = Path(__file__).resolve().parents[1]
"""Where the package `assistant` is; the current folder is no place to import from."""
LAST_WISHES = 2.0
"""Seconds for a killed process to be gone."""


def start(module: str, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """`python -m module words`, with pipes to and from it. What it says on stderr is thrown away: it could quote what was said."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(env or {}), "PYTHONPATH": os.pathsep.join([str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])])},
        **_apart(),
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Whatever it is doing."""
    process.kill()
    process.wait(LAST_WISHES)
    for pipe in (process.stdin, process.stdout):
        _closed(pipe)


def beating(source: Iterable[T]) -> Iterator[T | None]:
    """A blocking source read so that its reader never blocks for long: items as they come, and None while nothing does.

    Ends when the source ends. What the source raises is raised here. To stop early, close what the source reads from.
    """
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


def _closed(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:
        return


def _apart() -> dict[str, Any]:
    """Ctrl-C in the terminal is for the program, which then ends its child itself."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
