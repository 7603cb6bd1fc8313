"""Changing the master key on the disk, in an order that any interruption leaves either wholly undone or to be finished at the next opening.

    1  keys.next.json and client-keys.next.bin: everything under the new key, beside the old
    2  the database takes its new key, in one transaction of SQLite
    3  the two take the place of the old ones, and are removed

While the database opens with the old key, step 2 was never reached and 1 is thrown away. Once it opens only with the new one, step 3 is
done again. The caller sees to it that nobody else has the store open.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import StoreDamaged
from assistant.store import client_keys, disk, keys
from assistant.store.client_keys import ClientKeys
from assistant.store.connection import Connection
from assistant.store.keys import Unlocked

HEADER, ENTRIES = keys.NEXT, "client-keys.next.bin"

Connect = Callable[[Unlocked], Connection]


def rotate(folder: Path, connection: Connection, entries: ClientKeys, new: Unlocked) -> None:
    """Bring everything under `new`. Raises NotWritable: then the old keys are in force, or the next opening finishes the change."""
    with disk.writing("the keys of the store"):
        disk.write_atomically(folder / ENTRIES, entries.wrapped_under(new.key("client-keys")))
        disk.write_atomically(folder / HEADER, keys.encoded(new.header))
    connection.rekey(new.key("db"))
    _publish(folder, new)


def opened(folder: Path, unlocked: Unlocked, connect: Connect) -> tuple[Unlocked, Connection]:
    """The database, with whichever master key is in force; finishes or forgets a change that was interrupted.

    Raises StoreDamaged, or WrongPassphrase for somebody whom the interrupted change was to keep out.
    """
    if not (folder / HEADER).exists():
        _forget(folder)  # of a change that broke off before its header was whole
        return unlocked, connect(unlocked)
    try:
        connection = connect(unlocked)
    except StoreDamaged:
        new = keys.reopened(keys.read_one(folder / HEADER), unlocked)
        connection = connect(new)
        with disk.locked(folder / client_keys.LOCK):
            if (folder / HEADER).exists():
                _publish(folder, new)
        return new, connection
    with disk.locked(folder / client_keys.LOCK):
        _forget(folder)
    return unlocked, connection


def _publish(folder: Path, new: Unlocked) -> None:
    with disk.writing("the keys of the store"):
        client_keys.put_back(folder, (folder / ENTRIES).read_bytes())
        keys.save(folder, new.header)
        _forget(folder)


def _forget(folder: Path) -> None:
    """The header last: while it is there, the change is not over."""
    for name in (f"{HEADER}.tmp", f"{ENTRIES}.tmp", ENTRIES, HEADER):
        (folder / name).unlink(missing_ok=True)
