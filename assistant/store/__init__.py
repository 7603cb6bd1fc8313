"""The encrypted store: one folder that holds everything, readable with a passphrase or a recovery code.

Only `wiring` opens this room. Its libraries are loaded when a function here is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.store.letterbox import Letterbox
    from assistant.store.vault import SqliteStore

__all__ = [
    "create_store",
    "exists",
    "harden",
    "open_letterbox",
    "open_store",
    "open_with_recovery",
    "passphrase_problem",
    "remember_box",
    "suggest_passphrase",
]


def create_store(folder: Path, passphrase: str) -> str:
    """Make a store and return its recovery code, to be shown once. Raises Refused, UsageProblem or NotWritable."""
    from assistant.store import vault

    return vault.create(folder, passphrase)


def open_store(folder: Path, passphrase: str, user: str | None = None) -> SqliteStore:
    """`user`: whose way in is tried first. Raises WrongPassphrase, StoreMissing, StoreDamaged, StoreTooNew, Refused or NotWritable."""
    from assistant.store import vault

    return vault.open_with_passphrase(folder, passphrase, user)


def open_with_recovery(folder: Path, code: str) -> SqliteStore:
    """Raises UsageProblem when the code holds a slip, else as `open_store`."""
    from assistant.store import vault

    return vault.open_with_recovery(folder, code)


def open_letterbox(folder: Path, memory: Path, box: str | None = None) -> Letterbox:
    """For recordings while the store is locked. `box`: as an unlocked store gives it; else the one that is remembered in `memory`.

    Raises Refused where the store has to be unlocked first, StoreMissing, StoreDamaged, StoreTooNew or NotWritable.
    """
    from assistant.store import letterbox

    return letterbox.Letterbox(folder, box or letterbox.remembered(memory, folder))


def remember_box(folder: Path, memory: Path, box: str) -> None:
    """Keep the box of a store that was unlocked, in the folder `memory` outside it."""
    from assistant.store import letterbox

    letterbox.remember(memory, folder, box)


def exists(folder: Path) -> bool:
    """Whether the folder holds a store, damaged or not."""
    from assistant.store import keys

    return keys.present(folder)


def suggest_passphrase(words: int = 4) -> str:
    """Random words, 11 bits each."""
    from assistant.store.passphrase import suggest

    return suggest(words)


def passphrase_problem(text: str) -> str | None:
    """Why this passphrase is too weak, as a sentence; None when it is not."""
    from assistant.store.passphrase import problem

    return problem(text)


def harden() -> None:
    """Core dumps off, memory closed to other processes, new files private."""
    from assistant.store import process

    process.harden()
