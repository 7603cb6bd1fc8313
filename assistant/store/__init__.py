"""The encrypted store: one folder that holds everything, readable with a passphrase or a recovery code.

Only `wiring` opens this room. Its libraries are loaded when a function here is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from assistant.domain import Repaired, Restored
    from assistant.protocols import Progress
    from assistant.store.keys import Unlocked
    from assistant.store.letterbox import Letterbox
    from assistant.store.vault import SqliteStore

__all__ = [
    "create_store",
    "exists",
    "harden",
    "open_letterbox",
    "open_store",
    "open_with_keyring",
    "open_with_recovery",
    "passphrase_problem",
    "put_back",
    "remember_box",
    "repair",
    "suggest_passphrase",
    "unlocked",
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


def put_back(
    folder: Path, backups: Path, keys_from: Path, name: str | None, passphrase: str, passphrase_then: Callable[[], str]
) -> Generator[Progress, None, Restored]:
    """Put a backup back. `passphrase_then` is asked for the one of then, should it be needed. Raises as `restore.restore`."""
    from assistant.store import restore

    return restore.restore(
        folder, backups, keys_from, name, lambda where: unlocked(where, passphrase), lambda where: unlocked(where, passphrase_then())
    )


def repair(folder: Path, passphrase: str) -> Generator[Progress, None, Repaired]:
    """Save what can be read of a damaged database into a new one. Raises as `repairing.repair`."""
    from assistant.store import repairing

    return repairing.repair(folder, lambda where: unlocked(where, passphrase))


def unlocked(folder: Path, passphrase: str) -> Unlocked:
    """The header in a folder, opened with a passphrase or with the recovery code in its place. Raises as `open_store`."""
    from assistant.errors import UsageProblem, WrongPassphrase
    from assistant.store import keys, recovery

    try:
        return keys.unlock(folder, passphrase)
    except WrongPassphrase as wrong:
        try:
            return keys.unlock_with_recovery(folder, recovery.read_code(passphrase))
        except UsageProblem:
            raise wrong from None


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
