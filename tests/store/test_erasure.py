"""Erased is erased: no row, no key, no file, no byte of it; and an erasure that breaks off is finished at the next opening."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from assistant.errors import NotWritable, Refused, StoreDamaged, UsageProblem
from assistant.store import client_keys, disk, keys, vault
from assistant.store.client_keys import ClientKeys, of_client, of_recording, of_session
from assistant.store.connection import Connection
from assistant.store.erasure import Erasing
from assistant.store.migrations import SEALED_TABLES
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, draft, session, transcript
from tests.store.made import COST, PASSPHRASE, opened
from tests.store.test_users import SECOND, open_as

TABLES = ("sessions", "recordings", "sources", *SEALED_TABLES)


@pytest.fixture
def two(filled: Path) -> SqliteStore:
    """The example, and another client whose every thing must stay."""
    store = opened(filled)
    store.add_client("Priya Nair", "C-0007")
    store.add_session(session(id="s-0007", client="C-0007"))
    store.save_transcript("s-0007", transcript(client="Priya"))
    store.save_draft("s-0007", draft())
    return store


def gone(folder: Path, recording: str) -> None:
    store = opened(folder)
    with pytest.raises(UsageProblem):
        store.client(CLIENT.ref)
    for table in TABLES:
        owner = "session" if table in ("recordings", "sources") else "owner"
        value = SESSION if owner == "session" else of_client(CLIENT.ref)
        assert store._db.rows(f"SELECT * FROM {table} WHERE {owner} = ?", [value]) == []  # noqa: S608
    assert not store._keys.has(of_client(CLIENT.ref)) and not store._keys.has(of_recording(recording))
    assert not (folder / "audio" / f"{recording}.enc").exists()
    assert (folder / client_keys.NAMES[0]).read_bytes() == (folder / client_keys.NAMES[1]).read_bytes()
    assert [c.ref for c in store.clients()] == ["C-0007"]
    assert store.transcript("s-0007") and store.draft("s-0007")
    assert store.faults() == []
    store.close()


def test_a_client_goes_whole_and_nobody_else_does(two: SqliteStore, filled: Path) -> None:
    recording = two.recordings(SESSION)[0].id
    two.erase_client(CLIENT.ref)
    assert (filled / "notes.db-wal").stat().st_size == 0, "the log is emptied at once"
    two.close()
    gone(filled, recording)


def test_every_deletion_leaves_an_entry_without_content(two: SqliteStore) -> None:
    two.erase_client(CLIENT.ref)
    rows = two._db.rows("SELECT what, object, why, owner FROM erasures ORDER BY n")
    assert [row["what"] for row in rows] == ["recording", "review", "draft", "transcript", "note", "session", "client"]
    assert {(row["why"], row["owner"]) for row in rows} == {("asked", of_client(CLIENT.ref))}
    assert two._db.rows("SELECT what, object FROM audit ORDER BY n DESC LIMIT 1") == [{"what": "erased", "object": CLIENT.ref}]
    assert two._db.rows("SELECT * FROM erasing") == []
    two.close()


def test_a_reference_of_somebody_erased_is_not_given_again(two: SqliteStore) -> None:
    two.erase_client(CLIENT.ref)
    with pytest.raises(Refused, match="taken"):
        two.add_client("Another", CLIENT.ref)
    assert two.add_client("Another").ref == "C-0043"
    two.close()


def test_an_older_copy_of_the_database_can_be_read_no_more(two: SqliteStore, filled: Path, tmp_path: Path) -> None:
    """Not even by somebody who has the passphrase: what is left of the keys opens no row of it."""
    copy = tmp_path / "older.db"
    two._db.copy_to(copy)
    before, recording = copy.read_bytes(), two.recordings(SESSION)[0].id
    sound = (filled / "audio" / f"{recording}.enc").read_bytes()
    two.erase_client(CLIENT.ref)
    two.close()
    (filled / "notes.db").write_bytes(before)
    (filled / "audio" / f"{recording}.enc").write_bytes(sound)
    unlocked = keys.unlock(filled, PASSPHRASE)
    connection = vault._connect(filled, unlocked)
    kept = ClientKeys(filled, unlocked.key("client-keys"), unlocked.header.store)
    names = [*kept._entries.keys]
    assert names and of_client(CLIENT.ref) not in names
    sealed = [(t, row) for t in SEALED_TABLES for row in connection.rows(f"SELECT * FROM {t} WHERE session = ?", [SESSION])]  # noqa: S608
    assert len(sealed) == 4
    for table, row in sealed:
        for name in names:
            with pytest.raises(StoreDamaged):
                kept.unseal(name, f"{table}|{row['id']}", row["sealed"])
    assert not kept.has(of_recording(recording))
    connection.close()


def test_no_byte_of_it_is_left_in_the_database(two: SqliteStore, filled: Path, tmp_path: Path) -> None:
    """Each page decrypted as a forensic tool would that has the key: free pages and the write-ahead log too."""
    rows = [row for t in SEALED_TABLES for row in two._db.rows(f"SELECT * FROM {t} WHERE owner = ?", [of_client(CLIENT.ref)])]  # noqa: S608
    pieces = [row["sealed"][at : at + 16] for row in rows for at in range(0, len(row["sealed"]) - 16, 512)]
    two._db.checkpoint()
    before = pages(filled, two._unlocked.key("db"))
    two.erase_client(CLIENT.ref)
    after = pages(filled, two._unlocked.key("db"))
    assert len(pieces) > 20 and sum(piece in before for piece in pieces) > 0.9 * len(pieces), "the search finds what is there"
    assert not [piece for piece in pieces if piece in after]
    two.close()


def pages(folder: Path, key: bytes) -> bytes:
    """Main file and log in plaintext. SQLCipher 4: pages of 4096 bytes, AES-256-CBC, the last 80 hold the IV and the HMAC."""
    database, log = (folder / "notes.db").read_bytes(), (folder / "notes.db-wal").read_bytes()
    found = [database[at : at + 4096] for at in range(0, len(database), 4096)]
    found += [log[at + 24 : at + 24 + 4096] for at in range(32, len(log) - 4119, 4120)]
    plain = []
    for n, page in enumerate(found):
        cipher = Cipher(algorithms.AES(key), modes.CBC(page[4016:4032])).decryptor()
        plain.append(cipher.update(page[16 if n == 0 else 0 : 4016]) + cipher.finalize())
    assert plain[0][:2] == (4096).to_bytes(2, "big"), "the size of a page, as the header of every SQLite file has it"
    return b"".join(plain)


def test_a_session_goes_and_its_client_stays(two: SqliteStore, filled: Path) -> None:
    two.erase_session(SESSION)
    assert two.client(CLIENT.ref) == CLIENT
    assert [s.session.id for s in two.sessions()] == ["s-0007"]
    assert two.faults() == []
    two.close()


def test_a_session_that_nobody_has_filed_goes_with_its_key(store: SqliteStore) -> None:
    store.add_session(session(id="s-0002", client=None))
    store.save_transcript("s-0002", transcript())
    store.erase_session("s-0002")
    assert not store._keys.has(of_session("s-0002"))
    assert store.sessions() == [] and store.faults() == []


def test_a_legal_hold_refuses_until_it_is_released(two: SqliteStore) -> None:
    two.hold(CLIENT.ref)
    since = two.client(CLIENT.ref).hold
    two.hold(CLIENT.ref)
    assert since and two.client(CLIENT.ref).hold == since, "held twice, held since the first time"
    for erase in (lambda: two.erase_client(CLIENT.ref), lambda: two.erase_session(SESSION)):
        with pytest.raises(Refused, match="legal hold"):
            erase()
    assert two.notes(SESSION) and two.faults() == []
    two.release(CLIENT.ref)
    two.erase_client(CLIENT.ref)
    assert [row["what"] for row in two._db.rows("SELECT what FROM audit ORDER BY n DESC LIMIT 3")] == ["erased", "released", "held"]
    two.close()


def test_what_a_coach_may_erase(two: SqliteStore, filled: Path) -> None:
    two.add_user("second", SECOND, "coach", cost=COST)
    two.close()
    coach = open_as(filled, SECOND)
    coach.add_session(session(id="s-0009", client=None))
    coach.erase_session("s-0009")
    refused: list[Callable[[], object]] = [
        lambda: coach.erase_client(CLIENT.ref),
        lambda: coach.erase_session(SESSION),
        lambda: coach.erase_session("s-0007"),
        lambda: coach.hold(CLIENT.ref),
        lambda: coach.release(CLIENT.ref),
        lambda: coach.held(CLIENT.ref),
    ]
    for act in refused:
        with pytest.raises(Refused, match="Only an admin"):
            act()
    assert coach.notes(SESSION)
    coach.close()


def test_what_is_not_there_cannot_be_erased(store: SqliteStore) -> None:
    for act in (lambda: store.erase_client("C-9"), lambda: store.erase_session("s-9"), lambda: store.hold("C-9")):
        with pytest.raises(UsageProblem):
            act()


def test_while_a_recording_is_being_made_nothing_goes(two: SqliteStore) -> None:
    _, writer = two.start_recording("s-0007", ".wav")
    for act in (lambda: two.erase_client("C-0007"), lambda: two.erase_session("s-0007")):
        with pytest.raises(Refused, match="being made"):
            act()
    assert two.transcript("s-0007")
    writer.close()
    two.erase_client("C-0007")
    two.close()


def test_older_copies_beside_the_database_go_too(two: SqliteStore, filled: Path) -> None:
    two._db.copy_to(filled / "notes.before-m006.db")
    two.erase_session(SESSION)
    assert not list(filled.glob("notes.before-*"))
    two._db.copy_to(filled / "notes.before-m008.db")
    two.close()
    opened(filled).close()
    assert list(filled.glob("notes.before-*")), "one that is newer than the erasure holds nothing of it"


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


MOMENTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "before the keys": lambda: mock.patch.object(ClientKeys, "drop", stop),
    "before the files": lambda: mock.patch.object(Erasing, "_remove_files", stop),
    "before the checkpoint": lambda: mock.patch.object(Connection, "checkpoint", stop),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_erasure_that_breaks_off_is_finished_at_the_next_opening(two: SqliteStore, filled: Path, moment: str) -> None:
    recording = two.recordings(SESSION)[0].id
    with MOMENTS[moment](), pytest.raises(KeyboardInterrupt):
        two.erase_client(CLIENT.ref)
    two._db.close()
    two._presence.leave()
    opened(filled).close()
    gone(filled, recording)


def test_an_erasure_that_breaks_off_before_it_is_committed_never_was(two: SqliteStore) -> None:
    with mock.patch.object(type(two._audit), "append", stop), pytest.raises(KeyboardInterrupt):
        two.erase_client(CLIENT.ref)
    assert two.notes(SESSION) and two.transcript(SESSION) and two.client(CLIENT.ref)
    assert two._db.rows("SELECT * FROM erasures") == two._db.rows("SELECT * FROM erasing") == []
    assert two.faults() == []
    two.close()


def test_a_full_disk_is_told_and_finished_later(two: SqliteStore, filled: Path) -> None:
    recording = two.recordings(SESSION)[0].id

    def full(*_: object) -> None:
        raise OSError(28, "no space")

    with mock.patch.object(disk, "write_atomically", full), pytest.raises(NotWritable, match="no room") as told:
        two.erase_client(CLIENT.ref)
    assert "out of the database already" in told.value.means
    two.close()
    opened(filled).close()
    gone(filled, recording)
