"""After the app has locked: the terminal is wiped, and a new process takes the place of the one that held the key.

It is told why and where the coach was, by identifiers only. It asks a person for the passphrase, whoever gave it the first time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.errors import CoachnoteError

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.tui.lock import Locked

MARK = "COACHNOTE_LOCKED"
ERASE_SCROLLBACK = "\x1b[3J"
"""xterm's control sequence ED 3; on Windows, clearing the screen clears what lies above it too."""


def locked_before() -> Locked | None:
    """What the process before this one left, if it locked. Taken away, so that no child inherits it."""
    mark = os.environ.pop(MARK, None)
    if mark is None:
        return None
    from assistant.tui.lock import REASONS, Locked

    try:
        locked = Locked(**json.loads(mark))
        return locked if locked.why in REASONS else None
    except (ValueError, TypeError):
        return None


def start_again(locked: Locked, settings: Settings) -> None:
    """Returns on Windows only, when the new process has ended, by raising its exit code."""
    _wipe()
    if settings.passphrase_fd is not None and settings.passphrase_fd > 2:  # the first three are the terminal
        with contextlib.suppress(OSError):
            os.close(settings.passphrase_fd)
    try:
        code = wiring.start_again({MARK: json.dumps(asdict(locked))})
    except OSError as error:
        raise CoachnoteError(
            f"coachnote is locked, and could not start again by itself ({error.strerror}).",
            means="Everything you decided is saved.",
            do="Start it with: coachnote",
        ) from error
    raise click.exceptions.Exit(code)


def _wipe() -> None:
    """What was printed before the app opened may be a note too."""
    click.clear()
    if sys.platform != "win32":
        click.echo(ERASE_SCROLLBACK, nl=False)
