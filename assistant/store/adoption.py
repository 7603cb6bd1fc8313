"""What to do with rows whose parent was lost in a damaged database: text and sound that can be read get a place again.

A session is made anew from what belonged to it, without its date; a client without a name is called by the reference. A review without
its draft says nothing and goes, as does the digest of a file that was taken in.
"""

from __future__ import annotations

from typing import Any

from assistant.store.base import Row, stamp
from assistant.store.client_keys import ClientKeys, of_client, of_session
from assistant.store.sealing import seal

OF_CLIENT = of_client("")


def adopt(db: Any, entries: ClientKeys) -> list[str]:
    """Within the transaction, until nothing lacks its parent. Returns a sentence for each thing that was made or dropped."""
    told: list[str] = []
    while orphans := sorted(db.query("PRAGMA foreign_key_check"), key=_owned_first):
        told.append(_placed(db, entries, orphans[0]))
    return told


def _owned_first(orphan: Row) -> bool:
    """A session is best made anew from a row that says whose it is."""
    return orphan["table"] in {"recordings", "sources"}


def _placed(db: Any, entries: ClientKeys, orphan: Row) -> str:
    table, at, parent = orphan["table"], orphan["rowid"], orphan["parent"]
    (row,) = db.query(f"SELECT * FROM {table} WHERE rowid = ?", [at])  # noqa: S608 - a name from the schema
    links = db.query(f"PRAGMA foreign_key_list({table})")
    name = row[next(link["from"] for link in links if link["id"] == orphan["fkid"])]
    if parent == "clients":
        _make_client(db, entries, name)
        return f"The name of client {name} was lost: the reference stands in its place."
    if parent == "sessions" and table != "sources":
        _make_session(db, entries, name, row)
        return f"The session {name} was lost, and made anew from what belonged to it: its date was lost."
    db.execute(f"DELETE FROM {table} WHERE rowid = ?", [at])  # noqa: S608 - likewise
    return f"An entry of {table} was dropped, because what it belonged to was lost ({row.get('id') or row.get('digest') or at})."


def _make_client(db: Any, entries: ClientKeys, ref: str) -> None:
    owner = of_client(ref)
    sealed = (
        seal(entries.get(owner), ref.encode(), f"clients|{ref}") if entries.has(owner) else b""
    )  # without a key: erased, and never shown
    db["clients"].insert({"ref": ref, "sealed": sealed})


def _make_session(db: Any, entries: ClientKeys, name: str, child: Row) -> None:
    owner = child.get("owner") or of_session(name)
    if owner == of_session(name):
        entries.ensure(owner)
    db["sessions"].insert(
        {
            "id": name,
            "kind": "dictation",
            "date": None,
            "date_confirmed": 0,
            "client": owner.removeprefix(OF_CLIENT) if owner.startswith(OF_CLIENT) else None,
            "created_at": child.get("created_at") or stamp(),
            "owner": owner,
            "sealed": None,
        }
    )
