"""One line on stderr that is drawn over itself, and sentences above it. Without a terminal only the sentences are written."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.console import say


@dataclass
class StatusLine:
    _terminal: bool = field(default_factory=lambda: sys.stderr.isatty())
    _shown: str = ""

    def draw(self, text: str) -> None:
        if not self._terminal:
            return
        self._shown = text[: shutil.get_terminal_size().columns - 1]
        with contextlib.suppress(OSError):  # a terminal that was closed must not take the work with it
            print(f"\r\x1b[2K{self._shown}", end="", file=sys.stderr, flush=True)

    def tell(self, text: str) -> None:
        below = self._shown
        self.draw("")
        with contextlib.suppress(OSError):
            say(text)
        self.draw(below)


@contextlib.contextmanager
def status_line() -> Iterator[StatusLine]:
    """Cleared at the end."""
    line = StatusLine()
    try:
        yield line
    finally:
        line.draw("")
