"""Makes a store and opens it: folder, header, keys, database, in an order that leaves either a whole store or none.

folder/ (0700)   keys.json + copy       the header: who may open it
                 store.lock             held while it is open
                 audit.head             the newest entry of the audit
                 client-keys.bin + copy one key per client, session and recording
                 notes.db (+ -wal -shm) SQLCipher
                 audio/*.enc            recordings, and *.box beside those that were left while it was locked
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path

from assistant.errors import CoachnoteError, NotWritable, Refused, StoreDamaged, UsageProblem
from assistant.protocols import Progress
from assistant.store import client_keys, disk, keys, os_keyring, recovery, rotation, slots, verify
from assistant.store.audit import HEAD, Audit, note_head
from assistant.store.backup import Backups
from assistant.store.base import DATABASE, REPAIRED
from assistant.store.client_keys import ClientKeys
from assistant.store.connection import Connection
from assistant.store.erasure import LIVE
from assistant.store.ledger import Ledger
from assistant.store.migrations import migrate, waiting
from assistant.store.presence import LOCK, PATIENCE, Presence
from assistant.store.recordings import FOLDER as AUDIO
from assistant.store.refiling import Refiling
from assistant.store.remembered import Remembered
from assistant.store.retention import Keeping
from assistant.store.search import Search
from assistant.store.subject import Subject
from assistant.store.unfinished import UnfinishedWork

BEFORE = "notes.before-{}.db"
"""The database as it was before the newest change of its tables."""
MAKING = ".making"
"""Stands in the folder while a store is being made: what lies beside it without a header is half a store, and nobody's data."""


class SqliteStore(Subject, Keeping, Refiling, UnfinishedWork, Ledger, Remembered, Search, Backups):
    """Every face of `protocols.Store`. May be shared between threads and opened by several processes at once."""

    def faults(self) -> list[str]:
        """What is wrong with the database, the keys and the audit chain, empty when nothing is. Reads every page, but no recording."""
        return self._db.faults() + self._other_faults()

    def verify(self) -> Generator[Progress, None, list[str]]:
        """What `faults` looks at, and every entry, recording and file mode, and whether any file holds plaintext of what was opened.

        Damaged pages are all it finds where there are any.
        """
        yield Progress(stage="check", done=0)
        if damaged := self._db.faults():
            return damaged
        found = self._other_faults()
        return found + (yield from verify.findings(self._folder, self._db, self._keys, self._unlocked.header))

    def _other_faults(self) -> list[str]:
        shut = [f"The box of recording {name} does not open." for name in self.boxes_that_do_not_open()]
        audited = self.audit_faults() if self.role == "admin" else self.older_than_audit()
        return missing_keys(self._db, self._keys) + shut + audited


def missing_keys(connection: Connection, entries: ClientKeys) -> list[str]:
    """A sentence for each key that something in the database needs and that is not there."""
    return [f"The key of {name} is gone." for name in sorted(owners(connection)) if not entries.has(name)]


def owners(connection: Connection) -> set[str]:
    """The names of the keys that something in the database needs."""
    return {row["name"] for row in connection.rows(LIVE)}


def create(folder: Path, passphrase: str, *, cost: keys.Cost | None = None) -> str:
    """Make a store and return its recovery code, which is kept nowhere.

    Raises Refused when the folder holds a store or anything else, UsageProblem for an empty passphrase, NotWritable.
    """
    if not passphrase:
        raise UsageProblem("A store needs a passphrase.", do="Type one, or take the one that is offered.")
    _refuse_taken(folder)
    secret = recovery.new_secret()
    with disk.writing("the store"):
        disk.make_folder(folder)
        with disk.locked(folder / MAKING):
            _refuse_taken(folder)
            _clear_half_made(folder)
            _make(folder, keys.make(passphrase, secret, cost or slots.calibrated()))
        (folder / MAKING).unlink(missing_ok=True)
    return recovery.as_code(secret)


def open_with_passphrase(folder: Path, passphrase: str, user: str | None = None) -> SqliteStore:
    """`user`: whose way in is tried first, for each try takes about a second.

    Raises WrongPassphrase, StoreMissing, StoreDamaged, StoreTooNew, Refused or NotWritable, each only when it is that.
    """
    return _open(folder, lambda: keys.unlock(folder, passphrase, user))


def open_with_recovery(folder: Path, code: str) -> SqliteStore:
    """Raises UsageProblem when the code holds a slip, else as `open_with_passphrase`."""
    secret = recovery.read_code(code)
    return _open(folder, lambda: keys.unlock_with_recovery(folder, secret))


def open_with_keyring(folder: Path, tell: Callable[[str], None]) -> SqliteStore | None:
    """With what the operating system's keyring keeps; None when the passphrase must be asked for. `tell` hears why, when there is a why.

    Raises nothing of the store's own: asking for the passphrase shows it again.
    """
    found: list[bytes] = []

    def secret_of(slot: keys.Slot) -> bytes | None:
        secret = os_keyring.look_up(slot.id)
        found.extend([secret] if secret else [])
        return secret

    try:
        if any(slot.kind == "keyring" for header in keys.read(folder) for slot in header.slots):
            return _open(folder, lambda: keys.unlock_with_keyring(folder, secret_of))
    except os_keyring.UnusableError:
        tell("The keyring of this computer did not answer, so the passphrase is needed.")
    except CoachnoteError:
        if found:
            tell("What the keyring of this computer keeps does not open the store, so the passphrase is needed.")
    return None


def has_lost_its_keys(folder: Path) -> bool:
    """Whether there is a database and no header, which is not what an interrupted creation leaves."""
    return not keys.present(folder) and (folder / DATABASE).exists() and not (folder / MAKING).exists()


def _make(folder: Path, unlocked: keys.Unlocked) -> None:
    ClientKeys.make(folder, unlocked.key("client-keys"), unlocked.header.store)
    connection = _connect(folder, unlocked)
    migrate(connection)
    with connection.write() as db:
        Audit.of(unlocked).append(db, "created", unlocked.header.store)
    note_head(folder, connection)
    connection.close()
    keys.save(folder, unlocked.header)  # last: from here on it is a store


def _open(folder: Path, unlock: Callable[[], keys.Unlocked]) -> SqliteStore:
    if has_lost_its_keys(folder):
        means = "The database is there, but without this file nothing in it can be read."
        raise StoreDamaged("The file keys.json of the store is missing.", means=means, do="Put it back from a backup.")
    presence = Presence(folder) if keys.present(folder) else None
    try:
        return _opened(folder, unlock(), presence)
    except BaseException:
        if presence is not None:
            presence.leave()
        raise


def _opened(folder: Path, unlocked: keys.Unlocked, presence: Presence | None) -> SqliteStore:
    if presence is None or not (folder / DATABASE).is_file() or not (folder / DATABASE).stat().st_size:  # SQLite would make a new database
        raise StoreDamaged(f"The database {DATABASE} of the store is missing or empty.", do="Put it back from a backup.")
    if (folder / REPAIRED).exists():
        raise StoreDamaged(
            "A repair of the database broke off.", means="All that was saved is there.", do="Finish it with: coachnote repair"
        )
    unlocked, connection = rotation.opened(folder, unlocked, lambda with_: _connect(folder, with_))
    try:
        entries = ClientKeys(folder, unlocked.key("client-keys"), unlocked.header.store)
        unlocked = slots.upgraded(unlocked)
        _mend_header(folder, unlocked.header)
        _migrate(folder, connection, presence)
        with connection.write() as db:
            Audit.of(unlocked).append(db, "opened", unlocked.header.store)
        note_head(folder, connection)
        store = SqliteStore(folder, connection, entries, unlocked, presence)
        with contextlib.suppress(NotWritable):  # then the opening after that finishes it
            store.finish_erasures()
    except BaseException:
        connection.close()
        raise
    return store


def _migrate(folder: Path, connection: Connection, presence: Presence) -> None:
    """Alone, and with a copy of the database from before beside it until the next time."""
    if not waiting(connection):
        return
    with presence.alone(patience=PATIENCE):
        steps = waiting(connection)
        if steps:
            for older in folder.glob(BEFORE.format("*")):
                older.unlink()
            connection.copy_to(folder / BEFORE.format(steps[0][:4]))
            migrate(connection)


def _connect(folder: Path, unlocked: keys.Unlocked) -> Connection:
    return Connection(folder / DATABASE, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt))


def _mend_header(folder: Path, header: keys.Header) -> None:
    """Two whole copies again, after a crash between them or damage to one."""
    ours = keys.encoded(header)
    with disk.writing("the keys of the store"):
        if any(not (folder / name).is_file() or (folder / name).read_bytes() != ours for name in keys.NAMES):
            with disk.locked(folder / client_keys.LOCK):
                keys.save(folder, header)


def _refuse_taken(folder: Path) -> None:
    if keys.present(folder):
        raise Refused(f"There is a store in {folder} already.", means="It was left as it is.", do="Use it, or choose another folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MAKING).exists():
        raise Refused(f"The folder {folder} is not empty.", means="A store has a folder to itself.", do="Choose another folder.")


def _clear_half_made(folder: Path) -> None:
    """Remove what a creation that was interrupted left: by name, so that nothing of anybody else's can be among it."""
    databases = [DATABASE + suffix for suffix in ("", "-wal", "-shm", "-journal")]
    files = [*databases, *client_keys.NAMES, client_keys.LOCK, LOCK, HEAD]
    for name in [*files, *(f"{n}.tmp" for n in (*client_keys.NAMES, *keys.NAMES))]:
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (folder / AUDIO).rmdir()
