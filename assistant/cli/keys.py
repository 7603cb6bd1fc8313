"""Single key presses while something runs, without waiting and without an echo. Knows nothing of what the keys mean."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Press = Callable[[], str | None]
"""The next key pressed, or None when there is none yet. Never waits."""


@contextlib.contextmanager
def pressed() -> Iterator[Press]:
    """Without a terminal on standard input there are never any keys. The terminal is put back as it was."""
    if not sys.stdin.isatty():
        yield lambda: None
    elif sys.platform == "win32":
        yield _windows()
    else:
        with _posix() as press:
            yield press


if sys.platform == "win32":

    def _windows() -> Press:
        import msvcrt

        return lambda: msvcrt.getwch() if msvcrt.kbhit() else None

else:

    @contextlib.contextmanager
    def _posix() -> Iterator[Press]:
        import os
        import select
        import termios
        import tty

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)

        def press() -> str | None:
            ready, _, _ = select.select([terminal], [], [], 0)
            return os.read(terminal, 1).decode("ascii", errors="ignore") or None if ready else None

        try:
            tty.setcbreak(terminal)
            yield press
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
