"""The chain of who did what: an edit, a removal, an insertion and a cut show, even to somebody who holds the key of the database."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import Refused
from assistant.store import audit, vault
from assistant.store.vault import SqliteStore
from tests.examples import SESSION
from tests.often import times
from tests.store.made import COST, PASSPHRASE, opened

OLDER = "The database is older than the newest entry of its audit."
SECOND = "plover hinge saddle moss"


def as_holder_of_the_key(store: SqliteStore, *statements: str) -> None:
    """What somebody could do who opens the database with its key and takes the triggers away."""
    with store._db.write() as db:
        for verb in ("update", "delete"):
            db.execute(f"DROP TRIGGER IF EXISTS audit_no_{verb}")
        for sql in statements:
            db.execute(sql)


def long_chain(store: SqliteStore, entries: int = 12) -> int:
    """The number of the newest entry."""
    for n in range(entries):
        store.note_use("read", f"session-{n}")
    return store.audit()[-1].n


def test_entries_name_who_did_what_to_which(filled: Path) -> None:
    store = opened(filled)
    store.note_use("exported", SESSION)
    newest = store.audit()[-1]
    assert (newest.who, newest.what, newest.object) == ("admin", "exported", SESSION)
    assert [entry.n for entry in store.audit()] == list(range(1, newest.n + 1))
    assert store.audit_faults() == []
    store.close()


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_an_entry_shows_at_that_entry(folder: Path, tmp_path: Path, data: Any) -> None:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    store = opened(Path(shutil.copytree(folder, copy)))
    newest = long_chain(store)
    n = data.draw(st.integers(1, newest))
    harm = data.draw(
        st.sampled_from(
            [
                "UPDATE audit SET object = object || '0' WHERE n = {n}",
                "UPDATE audit SET what = 'signed' WHERE n = {n}",
                "UPDATE audit SET slot = 'another' WHERE n = {n}",
                "UPDATE audit SET at = '2020-01-01' WHERE n = {n}",
                "UPDATE audit SET mac = zeroblob(32) WHERE n = {n}",
                "DELETE FROM audit WHERE n = {n}",
            ]
        )
    )
    as_holder_of_the_key(store, harm.format(n=n))
    assert f"The audit chain breaks at entry {n}." in store.audit_faults()
    store.close()


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_a_cut_at_the_end_shows_even_when_the_head_is_cut_with_it(folder: Path, cut: int) -> None:
    store = opened(folder)
    left = long_chain(store) - cut
    as_holder_of_the_key(store, f"DELETE FROM audit WHERE n > {left}")  # noqa: S608 - a number of our own
    (folder / audit.HEAD).unlink()
    audit.note_head(folder, store._db)
    assert f"The audit chain breaks at entry {left + 1}." in store.audit_faults()
    store.close()


def test_an_entry_cannot_be_made_again_with_the_key_that_is_left(folder: Path) -> None:
    """The keys of earlier entries are nowhere in the database any more."""
    store = opened(folder)
    long_chain(store)
    chain = store._db.row("SELECT * FROM audit_chain")
    assert chain
    rows = store._db.rows("SELECT n, at, what, object, slot, mac FROM audit ORDER BY n")
    before, last = rows[-2]["mac"], {name: value for name, value in rows[-1].items() if name != "mac"}
    assert audit._mac(chain["key"], before, last) != rows[-1]["mac"]
    store.close()


def test_a_coach_cannot_verify_and_an_admin_and_the_recovery_code_can(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    code = vault.create(folder, PASSPHRASE, cost=COST)
    admin = opened(folder)
    admin.add_user("second", SECOND, "coach", cost=COST)
    admin.close()
    coach = vault.open_with_passphrase(folder, SECOND)
    with pytest.raises(Refused, match="admin"):
        coach.audit_faults()
    assert coach.faults() == []
    coach.close()
    for again in (opened(folder), vault.open_with_recovery(folder, code)):
        assert again.audit_faults() == []
        again.close()


def test_an_admin_added_later_can_verify_from_the_first_entry(folder: Path) -> None:
    store = opened(folder)
    store.add_user("second", SECOND, "admin", cost=COST)
    store.close()
    again = vault.open_with_passphrase(folder, SECOND)
    assert again.audit_faults() == []
    as_holder_of_the_key(again, "UPDATE audit SET object = 'another' WHERE n = 1")
    assert "The audit chain breaks at entry 1." in again.audit_faults()
    again.close()


def test_an_older_database_put_back_shows_without_any_key(folder: Path) -> None:
    older = (folder / "notes.db").read_bytes()
    opened(folder).close()
    (folder / "notes.db").write_bytes(older)
    store = opened(folder)
    assert OLDER in store.faults()
    store.close()
    store = opened(folder)  # and it still shows the next time
    assert OLDER in store.faults()
    store.close()


@pytest.mark.parametrize("head", [b"", b"{}", b"[", b"x" * 5000, None])
def test_a_damaged_or_missing_head_keeps_nobody_out(folder: Path, head: bytes | None) -> None:
    if head is None:
        (folder / audit.HEAD).unlink()
    else:
        (folder / audit.HEAD).write_bytes(head)
    store = opened(folder)
    assert store.faults() == []
    store.close()
