"""Puts a backup back: built whole beside the store, checked, and only then swapped in; what stood there is kept aside.

1  the keys of today, from their own folder, opened with a passphrase of today
2  the backup's own header, opened with the same slot, or, after a change of both master key and passphrase, with the one of then
3  database, recordings and keys into `<store>.restoring`; every file compared with the manifest, every page read
4  what was erased since is erased again, and its keys are left out
5  the database goes under the master key of today, so that whoever was revoked since stays out
6  the folder that stands there becomes `<store>.before-<time>`, and the new one takes its name
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Restored
from assistant.errors import Refused, StoreDamaged, StoreMissing, WrongPassphrase
from assistant.protocols import Progress
from assistant.store import audit, client_keys, disk, key_copy, keys, manifest, reapply, rotation
from assistant.store.audit import Audit
from assistant.store.base import DATABASE
from assistant.store.client_keys import ClientKeys
from assistant.store.connection import Connection
from assistant.store.key_copy import KeyCopy
from assistant.store.keys import Unlocked
from assistant.store.manifest import File, Manifest
from assistant.store.migrations import migrate
from assistant.store.presence import LOCK, Presence
from assistant.store.recordings import FOLDER as AUDIO
from assistant.store.vault import missing_keys, owners

RESTORING, BEFORE = ".restoring", ".before-"
MORE_NAMED = 5
"""Recordings that are named one by one; of more, the number is told."""

Unlock = Callable[[Path], Unlocked]
"""Opens the header in a folder with what a person gave. Raises WrongPassphrase or StoreDamaged."""


@dataclass(frozen=True)
class _Source:
    """A backup, and what opens it."""

    backup: Path
    manifest: Manifest
    copy: KeyCopy
    now: Unlocked
    """The header that the copy of the keys has."""
    then: Unlocked
    """The header that the backup has."""
    record: key_copy.Record


def restore(
    store: Path, backups: Path, keys_from: Path, name: str | None, unlock: Unlock, unlock_then: Unlock
) -> Generator[Progress, None, Restored]:
    """The backup `name`, or the newest. `unlock_then` is asked only when the header of then does not open otherwise.

    Raises InputMissing, WrongPassphrase, StoreDamaged when backup or keys are; Refused when the folder holds a whole, newer store or
    anything else, or is in use; NotWritable. Then everything is as it was.
    """
    backup = manifest.named(backups, name, key_copy.stores_in(keys_from))
    told = manifest.read(backup)
    copy = key_copy.read(keys_from, told.store)
    with _made(store) as making:
        source = _opened(making, backup, told, copy, unlock, unlock_then)
        _refuse_whole(store, source, unlock)
        yield Progress(stage="check", done=0)
        manifest.check(backup, told, source.then)
        faults = yield from _filled(making, source)
        erased = _brought_up_to_date(making, source, faults)
        disk.sync_folder(making)
    aside = _swap(store, making)
    return Restored(name=backup.name, made_at=told.at, aside=aside, erased=erased, faults=tuple(faults))


@contextlib.contextmanager
def _made(store: Path) -> Iterator[Path]:
    """An empty folder beside the store, which nobody else fills; gone again unless it took the store's place."""
    making = store.with_name(store.name + RESTORING)
    with disk.writing("the folder beside the store"):
        disk.make_folder(making)
        fd = disk.open_private(making / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        if not disk.lock(fd, wait=False):
            raise Refused("A backup is being put back here already.", do="Wait until it is done.")
        with disk.writing("the folder beside the store"):
            _clear(making)
        try:
            with disk.writing("what is put back"):
                yield making
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    finally:
        os.close(fd)


def _clear(making: Path) -> None:
    """What a restore that was killed left: copies only."""
    for path in making.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _opened(making: Path, backup: Path, told: Manifest, copy: KeyCopy, unlock: Unlock, unlock_then: Unlock) -> _Source:
    header = key_copy.header(copy, making)
    if header.store != told.store:
        raise Refused("The backup and the keys belong to two stores.", do="Name the two folders that `coachnote backup` was given.")
    keys.save(making, header)
    now = unlock(making)
    then = _then(backup, now, unlock, unlock_then)
    if (then.header.store, then.header.gen) != (told.store, told.gen):
        raise StoreDamaged(
            f"The backup {backup.name} is damaged: keys.json.", do="Take another one: `coachnote restore` with --backup NAME."
        )
    return _Source(backup, told, copy, now, then, key_copy.record(copy, now))


def _then(backup: Path, now: Unlocked, unlock: Unlock, unlock_then: Unlock) -> Unlocked:
    """A slot outlives changes of the master key, and the master key changes of a passphrase: only after both is the old one needed."""
    header = keys.read(backup)[0]
    if header.gen > now.header.gen:
        means = "The master key was changed between the two."
        raise Refused("The keys are older than the backup.", means=means, do="Name the folder that holds the newest copy of the keys.")
    with contextlib.suppress(WrongPassphrase, StoreDamaged):
        return keys.reopened(header, now)
    if header.gen == now.header.gen:
        return keys.with_master(header, now)
    with contextlib.suppress(WrongPassphrase):
        return unlock(backup)
    return unlock_then(backup)


def _refuse_whole(store: Path, source: _Source, unlock: Unlock) -> None:
    """Raises Refused unless the folder is missing, empty, or holds this store, damaged or no newer than the backup."""
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return
    if not store.is_dir() or not (keys.present(store) or (store / DATABASE).exists()):
        raise Refused(f"{store} holds something other than a store.", means="Nothing was changed.", do="Choose another place with --store.")
    presence = Presence(store)
    try:
        with presence.alone():
            newest = _newest_entry(store, source, unlock)
    finally:
        presence.leave()
    if newest is not None and newest > source.manifest.entry:
        raise Refused(
            f"The store in {store} is whole, and newer than the backup {source.backup.name}.",
            means="Nothing was changed.",
            do="To go back all the same, move that folder elsewhere first. It stays yours to keep or to delete.",
        )


def _newest_entry(store: Path, source: _Source, unlock: Unlock) -> int | None:
    """Of the audit of a whole store; None for one that is damaged."""
    if not (store / DATABASE).is_file() or not (store / DATABASE).stat().st_size:
        return None
    try:
        unlocked = unlock(store)
        if unlocked.header.store != source.manifest.store:
            raise _foreign(store)
        unlocked, connection = rotation.opened(store, unlocked, lambda with_: _connect(store, with_))
        with contextlib.closing(connection):
            ClientKeys(store, unlocked.key("client-keys"), unlocked.header.store)
            newest = audit.head(connection)
            return None if connection.faults() or newest is None else newest.n
    except WrongPassphrase:
        raise _foreign(store) from None
    except (StoreDamaged, StoreMissing):
        return None


def _foreign(store: Path) -> Refused:
    return Refused(
        f"The store in {store} is another one, or has another passphrase.",
        means="Nothing was changed.",
        do="Choose another place with --store, or move that folder elsewhere first.",
    )


def _filled(making: Path, source: _Source) -> Generator[Progress, None, list[str]]:
    """Database, keys and recordings. Returns what could not be put back whole."""
    for name in (DATABASE, audit.HEAD):
        if name in source.manifest.files and File(*disk.copy(source.backup / name, making / name)) != source.manifest.files[name]:
            raise StoreDamaged(f"The backup {source.backup.name} changed while it was read.", do="Try again.")
    client_keys.put_back(making, source.copy.keys)
    disk.make_folder(making / AUDIO)
    gone, wrong = set(reapply.keys_of(source.record.erased)), []
    for done, (name, file) in enumerate(source.manifest.recordings.items()):
        yield Progress(stage="sound", done=done, total=len(source.manifest.recordings))
        of = name.removesuffix(".enc")
        if client_keys.of_recording(of) not in gone and not _put_back(making / AUDIO / name, source.backup, file):
            wrong.append(of)
    if len(wrong) > MORE_NAMED:
        return [f"{len(wrong)} recordings of this backup are damaged or missing."]
    return [f"The recording {of} of this backup is damaged or missing." for of in wrong]


def _put_back(target: Path, backup: Path, file: File) -> bool:
    """Whether it is as it was; a damaged one is put back too, for what can still be heard of it."""
    own = backup / AUDIO / target.name
    source = own if own.exists() else backup.parent / AUDIO / target.name
    return source.is_file() and File(*disk.copy(source, target)) == file


def _brought_up_to_date(making: Path, source: _Source, faults: list[str]) -> int:
    """Erasures, master key, tables and audit as they are today. Returns how many erasures were made again; adds to `faults`."""
    now = source.now
    connection = _connect(making, source.then)
    with contextlib.closing(connection):
        migrate(connection)
        if source.then.header.gen != now.header.gen:
            connection.rekey(now.key("db"))
        known, before = set(reapply.ledger(connection)), owners(connection)
        again = [entry for entry in source.record.erased if entry not in known]
        with connection.write() as db:
            reapply.reapply(db, again)
            _hand_over_audit(db, source)
            Audit.of(now).append(db, "restored", source.backup.name)
        entries = ClientKeys(making, now.key("client-keys"), now.header.store)
        entries.drop(*(before - owners(connection)), *reapply.keys_of(again))
        _remove_sound(making, connection)
        faults += missing_keys(connection, entries) + _broken_chain(connection, source)
        connection.checkpoint()
        faults += connection.faults()
        audit.note_head(making, connection)
    return len(again)


def _hand_over_audit(db: Any, source: _Source) -> None:
    """The admins of today can verify what was written then, and nobody who was revoked."""
    for slot, sealed in source.record.roots.items():
        db["audit_roots"].insert({"slot": slot, "sealed": sealed}, pk="slot", ignore=True)
    slots = [slot.id for slot in source.now.header.slots]
    db.execute(f"DELETE FROM audit_roots WHERE slot NOT IN ({','.join('?' * len(slots))})", slots)  # noqa: S608 - question marks only


def _remove_sound(making: Path, connection: Connection) -> None:
    """Of the recordings that were just erased with their client or session."""
    left = {f"{row['id']}.enc" for row in connection.rows("SELECT id FROM recordings WHERE state != 'erased'")}
    for path in (making / AUDIO).iterdir():
        if path.name not in left:
            path.unlink()


def _broken_chain(connection: Connection, source: _Source) -> list[str]:
    try:
        broken = Audit.of(source.now).first_fault(connection, source.now)
    except Refused:  # a coach
        return []
    return [] if broken is None else [f"The audit chain breaks at entry {broken}."]


def _swap(store: Path, making: Path) -> Path | None:
    """Raises NotWritable or Refused; then what stood there stands there still."""
    aside = None
    try:
        with disk.writing("the folder of the store"):
            if store.exists() and any(store.iterdir()):
                _leave_alone(store)
                aside = _aside(store)
                os.replace(store, aside)
            elif store.exists():
                store.rmdir()
            os.replace(making, store)
            disk.sync_folder(store.parent)
    except BaseException:
        if aside is not None and aside.exists() and not store.exists():
            os.replace(aside, store)
        shutil.rmtree(making, ignore_errors=True)
        raise
    return aside


def _leave_alone(store: Path) -> None:
    """Nobody may be in it. Raises Refused."""
    presence = Presence(store)
    try:
        with presence.alone():
            pass
    finally:
        presence.leave()  # an open file in it would keep Windows from renaming the folder


def _aside(store: Path) -> Path:
    at = dt.datetime.now(dt.UTC)
    while (path := store.with_name(f"{store.name}{BEFORE}{at:%Y%m%dT%H%M%SZ}")).exists():
        at += dt.timedelta(seconds=1)
    return path


def _connect(folder: Path, unlocked: Unlocked) -> Connection:
    return Connection(folder / DATABASE, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt))
