"""One connection to the encrypted database: opened the safe way, written to in whole transactions, its errors in plain words.

Knows the file and the key; knows no table.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3

from assistant.errors import CoachnoteError, MissingPart, NotWritable, StoreDamaged, StoreError
from assistant.store import disk
from assistant.store.shim import bind

sqlite_utils = bind()

SALT_BYTES = 16
STEP = (0.001, 0.004)
"""Seconds between two tries to get the lock."""
READING = (
    "temp_store=MEMORY",  # no sort or index ever spills to a file
    "trusted_schema=OFF",
    "cache_size=-64000",  # KiB
)
WRITING = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was acknowledged survives a power cut
    "fullfsync=ON",
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # INSERT OR REPLACE must not slip past the append-only triggers
    "secure_delete=ON",
)
FULL = {sqlcipher3.SQLITE_FULL}
DAMAGED = {sqlcipher3.SQLITE_CORRUPT, sqlcipher3.SQLITE_NOTADB}
BUSY = {sqlcipher3.SQLITE_BUSY, sqlcipher3.SQLITE_LOCKED}
UNWRITABLE = {sqlcipher3.SQLITE_READONLY, sqlcipher3.SQLITE_CANTOPEN, sqlcipher3.SQLITE_IOERR, sqlcipher3.SQLITE_PERM}
UNSAVED = "The last change was not saved; everything before it was."


class Connection:
    """Safe to share between threads: one at a time, the others wait."""

    def __init__(self, path: Path, key: bytes, salt: bytes, *, wait: float = 10.0, frozen: bool = False, cut: bool = False) -> None:
        """Open or make the database. `wait`: seconds to wait for another process that is writing.

        `frozen` is for a file that nobody writes, such as a backup: it is read as it lies, without a lock, without a file beside it, and
        without its write-ahead log. `cut`: even where pages at its end are missing.

        Raises StoreDamaged when the key, known to be right, does not open the file; NotWritable; MissingPart when the SQLite at hand
        does not encrypt.
        """
        self._lock, self._salt = threading.RLock(), salt
        where = f"{path.absolute().as_uri()}?immutable=1" if frozen else str(path)
        if not frozen:
            with disk.writing("the database of the store"), contextlib.suppress(FileExistsError):
                os.close(disk.open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))  # SQLite gives -wal and -shm the same mode
        with translated():
            self._raw = sqlcipher3.connect(where, check_same_thread=False, uri=frozen)
            try:
                self._raw.set_busy_handler(_patience(wait))
                self._unlock(key, salt, READING if frozen else WRITING + READING, cut=cut)
            except BaseException:
                self._raw.close()
                raise
        if not frozen:
            _restore_salt(path, salt)
        self._db = sqlite_utils.Database(self._raw, execute_plugins=False)
        # Known answers: probing for them would create and drop a table on every connection.
        self._db._supports_strict = self._db._supports_on_conflict = True

    def _unlock(self, key: bytes, salt: bytes, pragmas: Sequence[str], *, cut: bool) -> None:
        if len(key) != 32 or len(salt) != SALT_BYTES:
            raise ValueError("a database key has 32 bytes and its salt 16")
        self._raw.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr, over the screen
        self._raw.set_key(f"x'{key.hex()}{salt.hex()}'")  # not PRAGMA key: keeps the key out of SQL text and the statement cache
        if cut:
            self._raw.execute("PRAGMA writable_schema = ON")  # the one thing that makes SQLite open a file shorter than its header says
        self._raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if self._raw.execute("PRAGMA cipher_status").fetchone() != ("1",):
            raise MissingPart("The SQLite at hand does not encrypt.", do="Install sqlcipher3 from its own wheel.")
        if "ENABLE_FTS5" not in {option for (option,) in self._raw.execute("PRAGMA compile_options")}:
            raise MissingPart("The SQLCipher at hand was built without full-text search.", do="Install sqlcipher3 from its own wheel.")
        for pragma in pragmas:
            self._raw.execute(f"PRAGMA {pragma}")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        with self._lock, translated():
            return list(self._db.query(sql, values))

    def tables(self) -> list[str]:
        """All but SQLite's own."""
        found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name")
        return [row["name"] for row in found]

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        return {table: self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in self.tables()}  # noqa: S608 - SQLite's own list

    def row(self, sql: str, values: Sequence[object] = ()) -> dict[str, Any] | None:
        return next(iter(self.rows(sql, values)), None)

    def tuples(self, sql: str) -> list[tuple[Any, ...]]:
        """For many rows: a third of the time that `rows` takes."""
        with self._lock, translated():
            return list(self._raw.execute(sql))

    @contextlib.contextmanager
    def write(self) -> Iterator[Any]:
        """A transaction that holds the write lock from its start, so that what is read in it stays true until it commits.

        Yields the sqlite_utils Database. Anything raised inside undoes all of it.
        """
        with self._lock, translated():
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._raw.execute("COMMIT")
            except BaseException:
                self._db.rollback()
                raise

    def rekey(self, key: bytes) -> None:
        """Encrypt every page anew, in one transaction. Nobody else may have the database open."""
        with self._lock, translated():
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._raw.reset_key(f"x'{key.hex()}{self._salt.hex()}'")
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else the main file would still be under the old key

    def copy_to(self, path: Path) -> None:
        """A whole, compact copy under the same key, put in place of `path` once it is on the medium; others may go on writing.

        Raises NotWritable.
        """
        beside = path.with_name(path.name + ".tmp")
        with disk.writing("the copy of the database"):
            fd = disk.open_private(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC)  # VACUUM INTO takes an empty file, and keeps its mode
            try:
                with self._lock, translated():
                    self._raw.execute("VACUUM INTO ?", [str(beside)])
                disk.sync(fd)
            finally:
                os.close(fd)
            os.replace(beside, path)
            disk.sync_folder(path.parent)

    def checkpoint(self) -> None:
        """Bring every change into the main file and empty the write-ahead log, so that nothing deleted lives on in it."""
        with self._lock, translated():
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def changes(self) -> tuple[int, int]:
        """Another value after every commit, by another process (SQLite's `data_version`) or here (rows changed so far)."""
        with self._lock, translated():
            return self._raw.execute("PRAGMA data_version").fetchone()[0], self._raw.total_changes

    def faults(self) -> list[str]:
        """Reads every page: what SQLCipher and SQLite find wrong, empty when nothing is. About 4 s per 100 MB."""
        with self._lock, translated():
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the cipher check reads the main file only
            found = [str(row[0]) for row in self._raw.execute("PRAGMA cipher_integrity_check")]
            return found or [str(row[0]) for row in self._raw.execute("PRAGMA quick_check") if row[0] != "ok"]

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _patience(wait: float) -> Callable[[int], bool]:
    """Whether to ask for the lock once more, for `wait` seconds.

    Every few milliseconds: SQLite's own handler comes to sleep a tenth of a second at a time, and somebody who writes one thing after the
    other overtakes it for seconds on end.
    """
    until = 0.0

    def again(asked: int) -> bool:
        nonlocal until
        if asked == 0:
            until = time.monotonic() + wait
        time.sleep(random.uniform(*STEP))  # noqa: S311 - only so that two who wait do not stay in step
        return time.monotonic() < until

    return again


def _restore_salt(path: Path, salt: bytes) -> None:
    """The first bytes of the file hold the salt and nothing else, and SQLCipher took ours: put back what a bad sector changed."""
    with disk.writing("the database of the store"), path.open("r+b") as file:
        held = file.read(SALT_BYTES)
        if len(held) == SALT_BYTES and held != salt:
            file.seek(0)
            file.write(salt)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """SQLCipher's errors as ours. The key is verified before a connection is made: `not a database` is damage, never a wrong passphrase."""
    try:
        yield
    except sqlcipher3.DatabaseError as error:
        ours = _ours(error)
        if ours is None:
            raise
        raise ours from error


def damaged_pages() -> StoreDamaged:
    return StoreDamaged(
        "The database of the store is damaged.",
        means="What it holds can not be read as it stands; nothing was changed.",
        do="Put a backup back with `coachnote restore`, or save what can be read with `coachnote repair`.",
    )


def _ours(error: Any) -> CoachnoteError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in DAMAGED:
        return damaged_pages()
    if code in FULL:
        return NotWritable("There is no room left on the disk to save.", means=UNSAVED, do="Free some space and try again.")
    if code in UNWRITABLE:
        return NotWritable(
            "The store cannot be written.",
            means=UNSAVED,
            do="Check that the disk has room and is not read only, and that the folder belongs to you.",
        )
    if code in BUSY:
        return StoreError("Another program is keeping the store busy.", means=UNSAVED, do="Wait for it to finish and try again.")
    return None
