"""Asking for a passphrase: at the terminal without an echo, or from a file descriptor. Never from arguments or the environment."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from assistant.console import say
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.protocols import Store

LONGEST = 4096
"""Bytes; a longer passphrase is a mistake."""


def unlock(settings: Settings) -> Store:
    """Open the store, by the keyring where a person wanted that, and close what a crash left open.

    Raises WrongPassphrase, StoreMissing, StoreDamaged or StoreTooNew.
    """
    from assistant import wiring

    wiring.require_store(settings)
    store = wiring.open_with_keyring(settings, say) if settings.passphrase_fd is None else None
    store = store or wiring.open_store(settings, read_passphrase(settings, "Passphrase: "))
    for recording in store.recover_recordings():
        say(f"A recording that broke off was recovered: session {recording.session}. `coachnote finish` goes on with it.")
    return store


def read_passphrase(settings: Settings, prompt: str) -> str:
    """One passphrase. Raises UsageProblem when there is nobody to ask and no descriptor to read."""
    if settings.passphrase_fd is not None:
        return from_descriptor(settings.passphrase_fd)
    if not sys.stdin.isatty():
        raise UsageProblem("The passphrase is needed, and there is no terminal to ask for it.", do="Give it with --passphrase-fd N.")
    return getpass.getpass(prompt, stream=sys.stderr)


def from_descriptor(number: int) -> str:
    """The first line that comes through a file descriptor."""
    try:
        with os.fdopen(number, "rb", closefd=False) as pipe:
            line = pipe.readline(LONGEST)
    except OSError as error:
        raise UsageProblem(
            f"File descriptor {number} cannot be read ({error.strerror}).",
            do="Open it in the shell, as in `coachnote --passphrase-fd 3 … 3<FILE`.",
        ) from error
    return line.rstrip(b"\r\n").decode("utf-8", errors="replace")
