"""A damaged database is saved row by row; what can be read of it is whole afterwards, and the damaged one is still there."""

from __future__ import annotations

import random
import shutil
import zipfile
from pathlib import Path

import pytest

from assistant.domain import Repaired
from assistant.errors import Refused, StoreDamaged, WrongPassphrase
from assistant.store import pages, repairing, vault
from assistant.store.connection import Connection
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session, transcript
from tests.store.made import PASSPHRASE, SOUND, make, opened, unlocked, work_day
from tests.work import finish

PAGE = 4096
SESSIONS = 100


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty clients, a hundred sessions, two transcripts each: some 2 MB."""
    folder = tmp_path_factory.mktemp("large") / "store"
    make(folder)
    store = opened(folder)
    store._db._raw.execute("PRAGMA synchronous = OFF")
    work_day(store)
    for n in range(40):
        store.add_client(f"Somebody {n}", f"C-{n + 100:04d}")
    for n in range(SESSIONS):
        store.add_session(session(id=f"s-{n}", client=f"C-{n % 40 + 100:04d}" if n % 4 else None))
        for m in range(2):
            store.save_transcript(f"s-{n}", transcript(id=f"t-{n}-{m}"))
    store.close()
    return folder


@pytest.fixture
def large(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "large"))


def repaired(folder: Path) -> Repaired:
    return finish(repairing.repair(folder, lambda where: unlocked(where, PASSPHRASE)))


def spoil(folder: Path, numbers: list[int], name: str = "notes.db") -> None:
    with (folder / name).open("r+b") as file:
        for page in numbers:
            file.seek((page - 1) * PAGE + 2000)
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ 1]))


def frozen(folder: Path, name: str = "notes.db") -> Connection:
    known = unlocked(folder, PASSPHRASE)
    return Connection(folder / name, known.key("db"), bytes.fromhex(known.header.db_salt), frozen=True)


def readable(folder: Path) -> set[tuple[int, object]]:
    """Rowid and first text of every row on a page that is whole, found by other means than a tree: before anything is damaged this is
    compared with what SQLite reads.
    """
    known = unlocked(folder, PASSPHRASE)
    rows = pages.Pages(folder / "notes.db", known.key("db"), bytes.fromhex(known.header.db_salt)).rows()
    return {(at, _name(values)) for at, values in rows if values[0] not in {"table", "index", "trigger"}}


def _name(values: list[pages.Value]) -> object:
    return next(value for value in values if value is not None)


def by_sqlite(folder: Path) -> set[tuple[int, object]]:
    connection = frozen(folder)
    found = set()
    for table in connection.tables():
        for row in connection.rows(f"SELECT rowid AS _at, * FROM {table}"):  # noqa: S608 - names from the schema
            key = {"audit": "at", "erasures": "at", "audit_chain": "first", "_sqlite_migrations": "migration_set"}.get(table)
            found.add((row.pop("_at"), row[key] if key else _name(list(row.values()))))
    connection.close()
    return found


def schema_pages(folder: Path) -> set[int]:
    """Pages without which no table is known: found by spoiling each."""
    found, size = set(), (folder / "notes.db").stat().st_size // PAGE
    for page in range(1, min(size, 40) + 1):
        spoil(folder, [page])
        try:
            frozen(folder).close()
        except StoreDamaged:
            found.add(page)
        spoil(folder, [page])
    return found


def saved_of_readable(folder: Path, spoiled: list[int]) -> tuple[int, int, Repaired]:
    assert readable(folder) == by_sqlite(folder)
    spoil(folder, spoiled)
    there = readable(folder)
    told = repaired(folder)
    connection = frozen(folder)
    assert connection.faults() == []
    connection.close()
    return len(there & by_sqlite(folder)), len(there), told


def usable(folder: Path) -> SqliteStore:
    """It opens as always, everything in it can be read or is named, and its rules still hold."""
    store = opened(folder)
    for summary in store.sessions():
        store.transcript(summary.session.id)
        store.draft(summary.session.id)
        store.notes(summary.session.id)
    store.clients()
    for trigger in ("transcripts_stay", "notes_keep", "audit_no_delete"):
        assert store._db.rows("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?", [trigger])
    return store


def test_a_whole_database_is_left_as_it_is(filled: Path) -> None:
    before = (filled / "notes.db").read_bytes()
    assert repaired(filled) == Repaired(damaged=None)
    assert (filled / "notes.db").read_bytes() == before
    assert not list(filled.glob("notes.db.*"))


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 1))])
def test_what_lies_on_other_pages_is_saved(large: Path, seed: int) -> None:
    """Whichever they are: also those that lead to others, and the first one."""
    rng, size = random.Random(seed), (large / "notes.db").stat().st_size // PAGE
    spoiled = rng.sample(range(1, size + 1), 6) + [1] * (seed == 2)
    whole = (large / "notes.db").read_bytes()
    saved, there, told = saved_of_readable(large, spoiled)
    assert there > 300
    assert saved >= 0.99 * there
    spoil(large, spoiled, told.damaged.name if told.damaged else "")
    assert told.damaged and told.damaged.read_bytes() == whole, "the damaged one, mended, is what it was"
    store = usable(large)
    last = store._db.rows("SELECT what FROM audit ORDER BY n DESC LIMIT 2")
    assert [row["what"] for row in last] == ["opened", "repaired"]
    store.close()
    assert repaired(large).damaged is None


def test_lost_rows_are_named_by_their_identifiers(large: Path) -> None:
    """One damaged leaf of the transcripts: their index lies elsewhere."""

    def read(sql: str) -> set[str] | None:
        connection = frozen(large)
        try:
            return {row["id"] for row in connection.rows(sql)}
        except StoreDamaged:
            return None
        finally:
            connection.close()

    by_index, by_row = (
        "SELECT id FROM transcripts INDEXED BY sqlite_autoindex_transcripts_1",
        "SELECT id, sealed FROM transcripts NOT INDEXED",
    )
    before = read(by_row)
    for page in sorted(set(range(1, (large / "notes.db").stat().st_size // PAGE)) - schema_pages(large), reverse=True):
        spoil(large, [page])
        if read(by_row) is None and read(by_index) == before:
            break
        spoil(large, [page])
    lost = next(table.lost for table in repaired(large).tables if table.table == "transcripts")
    assert before and set(lost) == before - (read(by_row) or set())
    assert 0 < len(lost) < 5


def test_what_lost_its_session_or_client_gets_a_place_again(large: Path) -> None:
    """Rows of a parent that is gone, as damage to its page alone leaves them."""
    store = opened(large)
    gone = store._db.rows("SELECT id FROM sessions WHERE id IN ('s-0001', 's-1', 's-4') ORDER BY id")
    store._db._raw.execute("PRAGMA foreign_keys = OFF")
    with store._db.write() as db:
        db.execute("DELETE FROM sessions WHERE id IN ('s-0001', 's-1', 's-4')")
        db.execute("DELETE FROM clients WHERE ref = ?", [CLIENT.ref])
        db.execute("DROP TRIGGER drafts_stay")
        db.execute("DELETE FROM drafts")
    (recording,) = store.recordings(SESSION)
    store.close()
    assert len(gone) == 3
    spoil(large, [(large / "notes.db").stat().st_size // PAGE - 20])  # so that there is something to repair
    told = repaired(large)
    assert f"The name of client {CLIENT.ref} was lost: the reference stands in its place." in told.faults
    store = usable(large)
    assert store.client(CLIENT.ref).name == CLIENT.ref
    assert store.session(SESSION).client == CLIENT.ref
    assert store.session("s-4").client is None
    assert store.transcript("s-4") and store.notes(SESSION)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    assert store._db.rows("PRAGMA foreign_key_check") == []
    assert store._db.rows("SELECT * FROM reviews") == []
    store.close()


def test_a_database_without_its_first_page_is_collected_page_by_page(large: Path) -> None:
    before = by_sqlite(large)
    spoil(large, [1])
    with pytest.raises(StoreDamaged):
        opened(large)
    told = repaired(large)
    assert told.faults == ("The list of tables was damaged: rows that are lost cannot be named.",)
    after = by_sqlite(large)
    assert {name for _, name in before - after} <= {"coachnote"}, "the migrations are those of today"
    usable(large).close()


def test_rows_of_an_older_version_find_their_tables_too(tmp_path: Path) -> None:
    """Those of clients have fewer values than columns, and look like the roots of the audit."""
    with zipfile.ZipFile(Path(__file__).parent / "frozen" / "m004.zip") as archive:
        archive.extractall(tmp_path / "store")
    opened(tmp_path / "store").close()
    before = by_sqlite(tmp_path / "store")
    spoil(tmp_path / "store", [1])
    told = repaired(tmp_path / "store")
    assert told.faults == ("The list of tables was damaged: rows that are lost cannot be named.",)
    assert {name for _, name in before - by_sqlite(tmp_path / "store")} <= {"coachnote"}
    store = usable(tmp_path / "store")
    assert store.clients() == [CLIENT] and store.faults() == []
    store.close()


def test_a_database_of_noise_is_left_as_it_is(filled: Path) -> None:
    (filled / "notes.db").write_bytes(random.Random(1).randbytes(40 * PAGE))
    before = (filled / "notes.db").read_bytes()
    with pytest.raises(StoreDamaged, match="Nothing in this database"):
        repaired(filled)
    assert (filled / "notes.db").read_bytes() == before
    assert not list(filled.glob("notes.db.*"))


def test_a_database_that_was_cut_off_does_not_open_and_is_repaired(large: Path) -> None:
    with (large / "notes.db").open("r+b") as file:
        file.truncate((large / "notes.db").stat().st_size * 3 // 4 // PAGE * PAGE)
    told = repaired(large)
    assert sum(table.saved for table in told.tables) > 200
    usable(large).close()


def test_who_may_not_and_when(large: Path) -> None:
    with pytest.raises(WrongPassphrase):
        finish(repairing.repair(large, lambda where: unlocked(where, "another one entirely")))
    store = opened(large)
    with pytest.raises(Refused, match="Another coachnote"):
        repaired(large)
    store.close()
    (large / "notes.db").unlink()
    with pytest.raises(StoreDamaged, match="missing or empty"):
        repaired(large)
    assert not (large / "notes.db").exists()


def crashed(folder: Path, *, saves: int) -> tuple[Path, list[str]]:
    """As a crash leaves it: the newest saves are in the log only. Returns it and what was saved, oldest first."""
    store = opened(folder)
    store._db._raw.execute("PRAGMA wal_autocheckpoint = 0")
    names = [f"new-{n}" for n in range(saves)]
    for name in names:
        store.save_transcript(SESSION, transcript(id=name))
    copy = Path(shutil.copytree(folder, folder.parent / "crashed"))
    store.close()
    return copy, names


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_only_the_log_is_damaged(filled: Path, share: float) -> None:
    """What comes before the damage is kept, in order; nothing else is touched; the log is kept aside."""
    folder, names = crashed(filled, saves=12)
    log = folder / "notes.db-wal"
    data = bytearray(log.read_bytes())
    data[int(len(data) * share) + 9] ^= 1
    log.write_bytes(data)
    told = repaired(folder)
    assert told.damaged and told.damaged.with_name(told.damaged.name + "-wal").read_bytes() == bytes(data)
    assert told.faults and "log of the newest changes was damaged" in told.faults[0]
    store = usable(folder)
    kept = [name for name in names if store.earlier_transcript(SESSION, name)]
    assert kept == names[: len(kept)]
    assert share < 0.3 or len(kept) >= int(12 * share) - 3
    assert store.notes(SESSION)
    store.close()


def test_a_log_that_is_whole_is_no_damage(filled: Path) -> None:
    folder, names = crashed(filled, saves=3)
    assert repaired(folder) == Repaired(damaged=None)
    store = usable(folder)
    assert [name for name in names if store.earlier_transcript(SESSION, name)] == names
    store.close()


@pytest.mark.parametrize("step", ["_swap", "os.replace"])
def test_a_repair_that_breaks_off_is_finished_or_begun_again(large: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    spoil(large, [(large / "notes.db").stat().st_size // PAGE - 5])

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"assistant.store.repairing.{step}", die)
        with pytest.raises(Killed):
            repaired(large)
    if step == "_swap":
        with pytest.raises(StoreDamaged, match="broke off"):
            opened(large)
    repaired(large)
    usable(large).close()
    assert not (large / vault.REPAIRED).exists() and not (large / repairing.REPAIRING).exists()


@pytest.mark.slow
def test_salvage_of_many_random_pages(original: Path, tmp_path: Path) -> None:
    rng, rates = random.Random(7), []
    for n in range(40):
        folder = Path(shutil.copytree(original, tmp_path / f"large{n}"))
        size = (folder / "notes.db").stat().st_size // PAGE
        saved, there, _ = saved_of_readable(folder, rng.sample(range(1, size + 1), rng.randint(1, 40)))
        rates.append(saved / there)
        usable(folder).close()
        shutil.rmtree(folder)
    assert min(rates) >= 0.99
