"""A dated, whole copy of the store, checked by opening it, and beside it, elsewhere, the keys that make it readable.

    1  the database, into a folder with an unfinished name, while others go on saving
    2  the recordings that are not in the backups yet, or not whole
    3  header, client keys and ledger of erasures, over the older ones in their own folder
    4  the manifest; then everything is read back, and the folder gets its name

Stopped or failed anywhere, older backups are as they were: after 3 their keys are merely newer. Nothing is ever pruned.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

from assistant import __version__
from assistant.domain import BackedUp
from assistant.errors import NotWritable, Refused, StoreError
from assistant.protocols import Progress
from assistant.store import audit, disk, key_copy, keys, manifest
from assistant.store.base import DATABASE, Row, StoreBase
from assistant.store.connection import Connection, damaged_pages
from assistant.store.manifest import File, Manifest
from assistant.store.recordings import FOLDER as AUDIO

LOCK = "backup.lock"
RECORDINGS = "SELECT id, state FROM recordings WHERE state != 'erased' ORDER BY rowid"


class Backups(StoreBase):
    def back_up(self, into: Path, keys_into: Path) -> Generator[Progress, None, BackedUp]:
        """Raises Refused for folders that lie within one another, for keys that are newer, and while another backup is made;
        NotWritable; StoreDamaged when the store, or what was written, does not read back whole.
        """
        _refuse_places(self._folder, into, keys_into)
        store = self._unlocked.header.store
        with _only_one(self._folder), disk.writing("the backup"):
            key_copy.refuse_newer(keys_into, self._unlocked, self._keys, self._db)
            for left in into.glob(f"coachnote-{manifest.short(store)}-*{manifest.UNFINISHED}"):
                shutil.rmtree(left)
            target = _free(into, store)
            making = target.with_name(target.name + manifest.UNFINISHED)
            try:
                missing = yield from self._make(making, into, keys_into)
                os.replace(making, target)
                disk.sync_folder(into)
            except BaseException:
                shutil.rmtree(making, ignore_errors=True)
                raise
            with self._db.write() as db:
                self._audit.append(db, "backed_up", target.name)
            there = manifest.found(into, store)
            return BackedUp(name=target.name, backups=len(there), size=_size([*there, into / AUDIO]), missing=missing)

    def _make(self, making: Path, into: Path, keys_into: Path) -> Generator[Progress, None, tuple[str, ...]]:
        """Returns the recordings that have no file."""
        yield Progress(stage="check", done=0)
        if self._db.faults():  # SQLCipher would copy some damaged pages as noise, and seal it
            raise damaged_pages()
        yield Progress(stage="database", done=0)
        making.mkdir(mode=disk.PRIVATE_FOLDER)
        self._db.copy_to(making / DATABASE)
        disk.write_atomically(making / keys.NAMES[0], keys.encoded(self._unlocked.header))
        with contextlib.closing(self._frozen(making / DATABASE)) as copy:
            audit.write_head(making, copy)
            newest, tables, rows = audit.head(copy), copy.counts(), copy.rows(RECORDINGS)
        sound = yield from self._recordings(rows, making, into)
        key_copy.write(keys_into, self._unlocked, self._keys, self._db)  # after the copy: it has the keys of all in it
        made = self._manifest(making, newest.n if newest else 0, tables, sound)
        disk.write_atomically(making / manifest.NAME, manifest.encoded(made))
        manifest.check(making, manifest.read(making), self._unlocked)
        return tuple(row["id"] for row in rows if _file(row) not in sound)

    def _manifest(self, making: Path, entry: int, tables: dict[str, int], sound: dict[str, File]) -> Manifest:
        header = self._unlocked.header
        made = Manifest(
            format="coachnote.backup",
            v=manifest.VERSION,
            store=header.store,
            at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            program=__version__,
            gen=header.gen,
            entry=entry,
            tables=tables,
            files={path.name: File(*disk.digest(path)) for path in sorted(making.iterdir()) if path.is_file()},
            recordings=sound,
        )
        return manifest.sealed(made, self._unlocked)

    def _recordings(self, rows: list[Row], making: Path, into: Path) -> Generator[Progress, None, dict[str, File]]:
        """One that is still being made grows, so its beginning goes beside the database; the others are shared by all backups."""
        known, found = _known(into, self._unlocked.header.store), {}
        for done, row in enumerate(rows):
            yield Progress(stage="sound", done=done, total=len(rows))
            name, growing = _file(row), row["state"] == "recording"
            target = (making if growing else into) / AUDIO / name
            target.parent.mkdir(mode=disk.PRIVATE_FOLDER, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # erased meanwhile, or lost
                found[name] = _kept(self._folder / AUDIO / name, target, None if growing else known.get(name))
        return found

    def _frozen(self, database: Path) -> Connection:
        return Connection(database, self._unlocked.key("db"), bytes.fromhex(self._unlocked.header.db_salt), frozen=True)


def _file(row: Row) -> str:
    return f"{row['id']}.enc"


def _kept(source: Path, target: Path, known: File | None) -> File:
    """Copied, unless it is there already and reads back as it was first copied, or as the store has it."""
    if target.exists():
        held = File(*disk.digest(target))
        if held == (known or File(*disk.digest(source))):
            return held
    return File(*disk.copy(source, target))


def _known(into: Path, store: str) -> dict[str, File]:
    """What earlier backups say of recordings, so that they need not be read again in the store. One that is damaged says nothing."""
    known: dict[str, File] = {}
    for backup in manifest.found(into, store):
        with contextlib.suppress(StoreError):
            known |= manifest.read(backup).recordings
    return known


def _free(into: Path, store: str) -> Path:
    """A name for now, or for the next second that has none: names sort by time."""
    at = dt.datetime.now(dt.UTC)
    while (into / manifest.folder_name(store, at)).exists():
        at += dt.timedelta(seconds=1)
    return into / manifest.folder_name(store, at)


def _refuse_places(store: Path, into: Path, keys_into: Path) -> None:
    """Raises NotWritable for a folder that is missing: made by itself it could end up under a drive that is not plugged in."""
    for folder in (into, keys_into):
        if not folder.is_dir():
            raise NotWritable(f"There is no folder {folder}.", means="Nothing was backed up.", do="Plug in the drive, or make the folder.")
    if _within(into, keys_into) or _within(keys_into, into):
        means = "Whoever has a backup together with old keys can read what was erased since."
        raise Refused("Backups and keys may not lie in one folder, nor one within the other.", means=means, do="Choose two folders.")
    for folder in (into, keys_into):
        if _within(folder, store) or _within(store, folder):
            means = "What happens to the store would happen to its backup too, and old keys must not lie beside it."
            raise Refused(f"The folder {folder} and the store lie within one another.", means=means, do="Choose a folder elsewhere.")


def _within(inner: Path, outer: Path) -> bool:
    """Also by another spelling or through a link."""
    inner = inner.resolve()
    return any(path.samefile(outer) for path in (inner, *inner.parents))


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with disk.writing("the lock of the backup"):
        fd = disk.open_private(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        if not disk.lock(fd, wait=False):
            raise Refused("A backup of this store is being made already.", do="Wait until it is done.")
        yield
    finally:
        os.close(fd)


def _size(folders: list[Path]) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
