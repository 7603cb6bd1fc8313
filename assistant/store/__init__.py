"""The encrypted store: one folder that holds everything, readable with a passphrase or a recovery code.

Only `wiring` opens this room. Its libraries are loaded when a function here is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.store.vault import SqliteStore

__all__ = [
    "create_store",
    "exists",
    "harden",
    "open_store",
    "open_with_keyring",
    "open_with_recovery",
    "passphrase_problem",
    "suggest_passphrase",
]


def create_store(folder: Path, passphrase: str) -> str:
    """Make a store and return its recovery code, to be shown once. Raises Refused, UsageProblem or NotWritable."""
    from assistant.store import vault

    return vault.create(folder, passphrase)


def open_store(folder: Path, passphrase: str) -> SqliteStore:
    """Raises WrongPassphrase, StoreMissing, StoreDamaged, StoreTooNew or NotWritable."""
    from assistant.store import vault

    return vault.open_with_passphrase(folder, passphrase)


def open_with_recovery(folder: Path, code: str) -> SqliteStore:
    """Raises UsageProblem when the code holds a slip, else as `open_store`."""
    from assistant.store import vault

    return vault.open_with_recovery(folder, code)


def open_with_keyring(folder: Path, tell: Callable[[str], None]) -> SqliteStore | None:
    """None when the passphrase must be asked for; `tell` hears why, if there is a why. Raises nothing of the store's own."""
    from assistant.store import vault

    return vault.open_with_keyring(folder, tell)


def exists(folder: Path) -> bool:
    """Whether the folder holds a store, damaged or not."""
    from assistant.store import keys

    if keys.present(folder):
        return True
    from assistant.store import vault

    return vault.has_lost_its_keys(folder)


def suggest_passphrase() -> str:
    """Four random words."""
    from assistant.store.passphrase import suggest

    return suggest()


def passphrase_problem(text: str) -> str | None:
    """Why this passphrase is too weak, as a sentence; None when it is not."""
    from assistant.store.passphrase import problem

    return problem(text)


def harden() -> None:
    """Core dumps off, memory closed to other processes, new files private."""
    from assistant.store import process

    process.harden()
