"""Erasures made since a backup, made again in a database that was put back: rows, what hangs on them, and the names of their keys.

Follows the foreign keys, so it needs no list of tables.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assistant.errors import StoreTooNew
from assistant.store.connection import Connection
from assistant.store.erasure import KEY_OF, NAMES

TABLES: dict[str, str] = {
    "client": "clients",
    "session": "sessions",
    "recording": "recordings",
    **{what: table for table, what in NAMES.items()},
}


class Erased(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the ledger. It holds no content."""

    at: str
    what: str
    object: str
    """An identifier or a reference."""
    why: str
    owner: str


def ledger(connection: Connection) -> list[Erased]:
    """As it stands in a database, oldest first."""
    return [msgspec.convert(row, Erased) for row in connection.rows("SELECT at, what, object, why, owner FROM erasures ORDER BY n")]


def keys_of(entries: list[Erased]) -> list[str]:
    return [KEY_OF[entry.what](entry.object) for entry in entries if entry.what in KEY_OF]


def reapply(db: Any, entries: list[Erased]) -> None:
    """Within a transaction. Raises StoreTooNew for an entry of a kind that this build does not know."""
    tables = {row["name"] for row in db.query("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for entry in entries:
        if entry.what not in TABLES:
            raise StoreTooNew("The ledger of erasures was written by a newer coachnote.", do="Install the newer version.")
        if entry.what == "recording":  # its row stays while its session does
            db.execute("UPDATE recordings SET state = 'erased', bytes = NULL WHERE id = ?", [entry.object])
        else:
            _erase(db, tables, entry)
        db["erasures"].insert(msgspec.to_builtins(entry))
    db.execute("DELETE FROM erasing")


def _erase(db: Any, tables: set[str], entry: Erased) -> None:
    if entry.what in KEY_OF:
        for table in sorted(tables - {"erasures", "erasing"}):
            if "owner" in _columns(db, table):
                _delete(db, tables, table, "owner", KEY_OF[entry.what](entry.object))
    _delete(db, tables, TABLES[entry.what], "ref" if entry.what == "client" else "id", entry.object)


def _delete(db: Any, tables: set[str], table: str, column: str, value: object) -> None:
    """The rows, after whatever refers to them."""
    rows = list(db.query(f"SELECT * FROM {table} WHERE {column} = ?", [value]))  # noqa: S608 - names from the schema
    for child in sorted(tables):
        for link in db.query(f"PRAGMA foreign_key_list({child})"):
            if link["table"] == table:
                for row in rows:
                    _delete(db, tables, child, link["from"], row[link["to"]])
    if rows and "owner" in rows[0]:
        for owner in {row["owner"] for row in rows}:
            db.execute("INSERT OR IGNORE INTO erasing VALUES (?)", [owner])
    db.execute(f"DELETE FROM {table} WHERE {column} = ?", [value])  # noqa: S608 - likewise


def _columns(db: Any, table: str) -> set[str]:
    return {row["name"] for row in db.query(f"PRAGMA table_info({table})")}
