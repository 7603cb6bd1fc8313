# ruff: noqa: S608 - the names of our own tables
"""The tables: what may never be changed is not, whoever asks, and the audit chain shows who tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from assistant.store.client_keys import of_session
from assistant.store.migrations import APPEND_ONLY, SEALED_TABLES, STEPS
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, COACH, SAID
from tests.store.made import opened

FORBIDDEN = [
    "DELETE FROM {}",
    "UPDATE {} SET sealed = x'00'",
    "UPDATE {} SET created_at = '2020-01-01', owner = 'client/other'",
    "UPDATE {} SET session = 'other', owner = 'client/other'",
    "UPDATE {} SET owner = 'client/other'",
    "REPLACE INTO {0} SELECT * FROM {0}",
]


@pytest.mark.parametrize("table", [*APPEND_ONLY, "audit"])
@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_was_heard_drafted_and_signed_stays(filled: Path, table: str, sql: str) -> None:
    if table == "audit" and ("sealed" in sql or "owner" in sql):
        sql = "UPDATE {} SET what = 'opened'"
    store = opened(filled)
    before = store._db.rows(f"SELECT * FROM {table}")
    assert before
    with pytest.raises(sqlcipher3.IntegrityError, match="append-only"), store._db.write() as db:
        db.execute(sql.format(table))
    assert store._db.rows(f"SELECT * FROM {table}") == before
    store.close()


def test_free_text_lies_only_in_sealed_columns(filled: Path) -> None:
    """Even to somebody with the key of the database: the client's own key is needed too."""
    store = opened(filled)
    for (name,) in store._db._raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in store._db.rows(f"SELECT * FROM {name}"):
            shown = repr(row)
            for secret in (CLIENT.name, "Sam", COACH, "Ellis", *(text for *_, text in SAID)):
                assert secret not in shown, name
    assert all(store._db.row(f"SELECT 1 FROM {table}") for table in SEALED_TABLES)
    store.close()


def test_steps_are_numbered_in_order() -> None:
    assert [step.name[:4] for step in STEPS._migrations] == [f"m{n:03d}" for n in range(1, len(STEPS._migrations) + 1)]


def tamper(store: SqliteStore, sql: str) -> None:
    """As somebody would who opens the database with its key and takes the triggers away."""
    with store._db.write() as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(sql)


@pytest.mark.parametrize(
    ("sql", "entry"),
    [
        ("UPDATE audit SET what = 'opened' WHERE n = 1", 1),
        ("UPDATE audit SET at = '2020-01-01' WHERE n = 2", 2),
        ("DELETE FROM audit WHERE n = 2", 2),
        ("DELETE FROM audit WHERE n = 1", 1),
        ("UPDATE audit SET n = 99 WHERE n = 3", 3),
        ("INSERT INTO audit SELECT n + 100, at, what, object, slot, mac FROM audit WHERE n = 1", 5),
    ],
)
def test_the_audit_shows_what_was_edited_removed_or_put_in(filled: Path, sql: str, entry: int) -> None:
    store = opened(filled)
    rows: list[dict[str, Any]] = store._db.rows("SELECT * FROM audit ORDER BY n")
    assert [row["what"] for row in rows] == ["created", "opened", "signed", "opened"]
    assert store.faults() == []
    tamper(store, sql)
    assert store.faults() == [f"The audit chain breaks at entry {entry}."]
    store.close()


def test_the_audit_names_nobody(filled: Path) -> None:
    store = opened(filled)
    for row in store._db.rows("SELECT * FROM audit"):
        assert CLIENT.ref not in repr(row)
        assert of_session("") not in repr(row)
    store.close()
