"""Stores that earlier versions left behind: each opens, loses nothing, and keeps a copy of its database from before."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from assistant.errors import Refused, StoreTooNew
from assistant.store import keys, vault
from assistant.store.migrations import STEPS, waiting
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION
from tests.store.made import PASSPHRASE, SOUND, opened

FROZEN = sorted((Path(__file__).parent / "frozen").glob("*.zip"))


@pytest.fixture(params=FROZEN, ids=lambda path: path.stem)
def frozen(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(tmp_path / "store")
    for path in (tmp_path / "store").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return tmp_path / "store"


def whole(store: SqliteStore) -> None:
    assert store.client(CLIENT.ref) == CLIENT
    assert store.transcript(SESSION)
    assert store.draft(SESSION)
    assert store.notes(SESSION)
    (recording,) = store.recordings(SESSION)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    assert store.faults() == []


def test_an_older_store_opens_whole_and_is_brought_up_to_date(frozen: Path) -> None:
    for _ in range(2):
        store = opened(frozen)
        whole(store)
        assert not waiting(store._db)
        store.close()
    assert keys.read(frozen)[0].v == keys.VERSION
    assert keys.read(frozen)[0].box


def test_a_copy_from_before_is_kept_and_opens_with_the_same_key(frozen: Path) -> None:
    opened(frozen).close()
    (before,) = frozen.glob("notes.before-*.db")
    unlocked = keys.unlock(frozen, PASSPHRASE)
    assert not before.read_bytes().startswith(b"SQLite format 3")
    assert before.stat().st_mode & 0o777 == 0o600
    first = int(before.stem[-3:])
    before.replace(frozen / "notes.db")
    connection = vault._connect(frozen, unlocked)
    assert len(waiting(connection)) == len(STEPS._migrations) - first + 1
    connection.close()


def test_entries_of_before_the_chain_are_bound_into_it(frozen: Path) -> None:
    opened(frozen).close()
    store = opened(frozen)
    with store._db.write() as db:
        db.execute("DROP TRIGGER audit_no_update")
        db.execute("UPDATE audit SET object = 'another' WHERE n = 1")
    assert any("audit chain breaks" in fault for fault in store.faults())
    store.close()


def test_an_older_store_is_not_changed_while_somebody_has_it_open(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.store.presence import Presence

    there = Presence(frozen)
    monkeypatch.setattr(vault, "PATIENCE", 0.05)
    with pytest.raises(Refused, match="Another coachnote"):
        opened(frozen)
    there.leave()
    opened(frozen).close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(folder: Path) -> None:
    store = opened(folder)
    with store._db.write() as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('coachnote', 'm999_tomorrow', '2030-01-01')")
    store.close()
    before = (folder / "notes.db").read_bytes()
    with pytest.raises(StoreTooNew):
        opened(folder)
    assert (folder / "notes.db").read_bytes() == before
