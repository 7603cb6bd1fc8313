"""Repairs a damaged database: what can be read of it goes into a new one, and the damaged one is kept beside it.

    1  notes.db and its write-ahead log are copied to notes.db.damaged-<time>, as they lie
    2  the log is brought into notes.db as far as it is whole
    3  if that leaves damaged pages: notes.db.repairing is filled row by row, checked, and becomes notes.db.repaired
    4  the log goes, and notes.db.repaired takes the place of notes.db

Killed before 3 is done, nothing has changed; after it, step 4 is done at the next repair, and until then the store does not open.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import struct
from collections.abc import Callable, Generator
from pathlib import Path

from assistant.domain import Repaired, Salvaged
from assistant.errors import Refused, StoreDamaged
from assistant.protocols import Progress
from assistant.store import adoption, disk, rotation, salvage
from assistant.store.audit import Audit, note_head
from assistant.store.base import DATABASE, REPAIRED, Row
from assistant.store.client_keys import ClientKeys, of_client
from assistant.store.connection import Connection
from assistant.store.keys import Unlocked
from assistant.store.migrations import STEPS, migrate
from assistant.store.pages import Pages
from assistant.store.presence import Presence
from assistant.store.salvage import Leaves, Source
from assistant.store.vault import missing_keys

REPAIRING, DAMAGED = "notes.db.repairing", "notes.db.damaged-"
RESTORE = "Put a backup back with `coachnote restore`."
LOG, BESIDE = "-wal", ("-wal", "-shm", "-journal")
LOG_HEADER, FRAME_HEADER, PAGE = struct.Struct(">8I"), struct.Struct(">6I"), 4096
"""https://www.sqlite.org/fileformat2.html#the_write_ahead_log"""


def repair(folder: Path, unlock: Callable[[Path], Unlocked]) -> Generator[Progress, None, Repaired]:
    """Raises WrongPassphrase; Refused while another program has the store open; StoreDamaged where nothing can be saved; NotWritable."""
    unlocked = unlock(folder)
    presence = Presence(folder)
    try:
        with presence.alone(), disk.writing("the repaired database"):
            if (folder / REPAIRED).exists():
                _swap(folder)
            return (yield from _repaired(folder, unlocked))
    finally:
        presence.leave()


def _repaired(folder: Path, unlocked: Unlocked) -> Generator[Progress, None, Repaired]:
    _must_be_there(folder)
    yield Progress(stage="check", done=0)
    if not _held(folder / (DATABASE + LOG)) and _whole(folder, unlocked):
        return Repaired(damaged=None)
    kept = _kept(folder)
    unusable = _unusable_pages(folder / (DATABASE + LOG))
    with contextlib.suppress(StoreDamaged):
        unlocked, connection = rotation.opened(folder, unlocked, lambda with_: _connect(folder, with_))
        with contextlib.closing(connection):
            connection.checkpoint()
    if not _whole(folder, unlocked):
        return (yield from _rebuilt(folder, unlocked, kept))
    if not unusable:
        for path in (kept, kept.with_name(kept.name + LOG)):
            path.unlink(missing_ok=True)
        return Repaired(damaged=None)
    with contextlib.closing(_connect(folder, unlocked)) as connection:
        _note(folder, connection, unlocked, kept)
        faults = _faults(folder, connection, unlocked)
    return Repaired(damaged=kept, faults=(f"The log of the newest changes was damaged: {unusable} pages of it were of no use.", *faults))


def _rebuilt(folder: Path, unlocked: Unlocked, kept: Path) -> Generator[Progress, None, Repaired]:
    new = folder / REPAIRING
    _remove(new)
    source = Source(lambda: _frozen(folder, unlocked, cut=True))
    try:
        entries = ClientKeys(folder, unlocked.key("client-keys"), unlocked.header.store)
        with contextlib.closing(_connect(folder, unlocked, REPAIRING)) as connection:
            tables, adopted = yield from _filled(connection, source, _leaves(folder, unlocked, entries), entries)
            migrate(connection)
            _note(folder, connection, unlocked, kept)
            _must_read_back(connection)
            faults = adopted + _faults(folder, connection, unlocked)
        os.replace(new, folder / REPAIRED)
        _swap(folder)
    except BaseException:
        if not (folder / REPAIRED).exists():
            _remove(kept)
        raise
    finally:
        source.close()
        _remove(new)
    return Repaired(damaged=kept, tables=tuple(tables), faults=tuple(faults))


def _filled(
    connection: Connection, source: Source, leaves: Leaves, entries: ClientKeys
) -> Generator[Progress, None, tuple[list[Salvaged], list[str]]]:
    """In one transaction. Where it cannot be told how old its tables are, it gets those of today first."""
    known, done = salvage.tables(source), list[Salvaged]()
    as_it_was = known is not None and source.rows(f"SELECT * FROM {STEPS.migrations_table} NOT INDEXED")  # noqa: S608 - the library's
    if not as_it_was:
        migrate(connection)
    of_today = [name for name in connection.tables() if name != STEPS.migrations_table]
    # Clients first: a table whose seals nobody can open here must not be offered what is theirs.
    names = known if known and as_it_was else sorted(of_today, key=lambda name: name != "clients")
    with connection.write() as db:
        db.execute("PRAGMA defer_foreign_keys = ON")
        if as_it_was:
            salvage.make_tables(db, source)
        for name in names:
            yield Progress(stage="salvage", done=len(done), total=len(names))
            done.append(salvage.copy_rows(db, source if known else None, leaves, name))
        if not any(table.saved for table in done):
            raise StoreDamaged("Nothing in this database can be read.", means="It was left as it is.", do=RESTORE)
        adopted = adoption.adopt(db, entries)
        if as_it_was:
            salvage.make_indexes_and_triggers(db, source)
    return done, adopted + ([] if known else ["The list of tables was damaged: rows that are lost cannot be named."])


def _leaves(folder: Path, unlocked: Unlocked, entries: ClientKeys) -> Leaves:
    def genuine(table: str, row: Row) -> bool | None:
        owner = row.get("owner") or (of_client(row["ref"]) if "ref" in row else None)
        if owner is None or row.get("sealed") is None or not entries.has(owner):
            return None
        try:
            entries.unseal(owner, f"{table}|{row.get('id') or row['ref']}", row["sealed"])
        except StoreDamaged:
            return False
        return True

    return Leaves(Pages(folder / DATABASE, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt)), genuine)


def _must_be_there(folder: Path) -> None:
    if not _held(folder / DATABASE):
        raise StoreDamaged(f"The database {DATABASE} is missing or empty.", do=RESTORE)


def _must_read_back(connection: Connection) -> None:
    if damaged := connection.faults():
        raise StoreDamaged("What was saved does not read back.", means=damaged[0], do="Check the disk.")


def _whole(folder: Path, unlocked: Unlocked) -> bool:
    try:
        with contextlib.closing(_frozen(folder, unlocked)) as connection:
            return not connection.faults()
    except StoreDamaged:
        return False


def _kept(folder: Path) -> Path:
    """Copies of the database and its log, byte for byte."""
    at = dt.datetime.now(dt.UTC)
    while (kept := folder / f"{DAMAGED}{at:%Y%m%dT%H%M%SZ}").exists():
        at += dt.timedelta(seconds=1)
    if _held(folder / (DATABASE + LOG)):
        disk.copy(folder / (DATABASE + LOG), kept.with_name(kept.name + LOG))
    disk.copy(folder / DATABASE, kept)
    return kept


def _note(folder: Path, connection: Connection, unlocked: Unlocked, kept: Path) -> None:
    with connection.write() as db:
        Audit.of(unlocked).append(db, "repaired", kept.name)
    connection.checkpoint()
    note_head(folder, connection)


def _faults(folder: Path, connection: Connection, unlocked: Unlocked) -> list[str]:
    """What damage to pages alone does not show."""
    entries = ClientKeys(folder, unlocked.key("client-keys"), unlocked.header.store)
    try:
        broken = Audit.of(unlocked).first_fault(connection, unlocked)
    except Refused:  # a coach
        broken = None
    return missing_keys(connection, entries) + ([] if broken is None else [f"The audit chain breaks at entry {broken}."])


def _swap(folder: Path) -> None:
    """The log first: SQLite would write it into whatever database lies there."""
    for suffix in BESIDE:
        (folder / (DATABASE + suffix)).unlink(missing_ok=True)
    disk.sync_folder(folder)
    os.replace(folder / REPAIRED, folder / DATABASE)
    disk.sync_folder(folder)


def _remove(database: Path) -> None:
    for suffix in ("", *BESIDE):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _held(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _connect(folder: Path, unlocked: Unlocked, name: str = DATABASE) -> Connection:
    return Connection(folder / name, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt))


def _frozen(folder: Path, unlocked: Unlocked, *, cut: bool = False) -> Connection:
    return Connection(folder / DATABASE, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt), frozen=True, cut=cut)


def _unusable_pages(log: Path) -> int:
    """How many pages of this log lie behind the first that does not match its checksum: SQLite reads none of them.

    A power cut in the middle of a save leaves some too, which nobody was told were saved.
    """
    data = log.read_bytes() if log.is_file() else b""
    if len(data) < LOG_HEADER.size:
        return 0
    magic, _, _, _, *salts, first, second = LOG_HEADER.unpack_from(data)
    order, step, total = ("<" if magic & 1 == 0 else ">"), FRAME_HEADER.size + PAGE, 0
    sums = _summed(data[:24], order, (0, 0))
    usable = header = sums == (first, second)
    for at in range(LOG_HEADER.size, len(data) - step + 1, step):
        _, _, *own, one, two = FRAME_HEADER.unpack_from(data, at)
        if usable:
            sums = _summed(data[at + FRAME_HEADER.size : at + step], order, _summed(data[at : at + 8], order, sums))
            usable = own == salts and sums == (one, two)
        total += not usable and (own == salts or not header)  # others are left over from before the log was last begun again
    return total


def _summed(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for a, b in zip(words[::2], words[1::2], strict=True):
        one = (one + a + two) & 0xFFFFFFFF
        two = (two + b + one) & 0xFFFFFFFF
    return one, two
