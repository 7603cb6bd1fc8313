"""What every part of the store stands on: folder, connection, keys, and text sealed under the key of whoever owns the session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.errors import UsageProblem
from assistant.store.audit import Audit
from assistant.store.client_keys import ClientKeys, KeyGoneError
from assistant.store.connection import Connection

Row = dict[str, Any]


class StoreBase:
    def __init__(self, folder: Path, connection: Connection, keys: ClientKeys, audit: Audit) -> None:
        self._folder, self._db, self._keys, self._audit = folder, connection, keys, audit

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Other threads finish first."""
        self._db.close()

    def _session_row(self, session_id: str) -> Row:
        row = self._db.row("SELECT * FROM sessions WHERE id = ?", [session_id])
        if row is None:
            raise UsageProblem(f"There is no session {session_id}.", do="See the sessions with: coachnote list")
        return row

    def _sealed(self, owner: str, table: str, row_id: str, text: bytes) -> bytes:
        return self._keys.seal(owner, f"{table}|{row_id}", text)

    def _text(self, table: str, row: Row) -> bytes:
        return self._keys.unseal(row["owner"], f"{table}|{row['id']}", row["sealed"])

    def _text_of(self, table: str, find: Callable[[], Row | None]) -> bytes | None:
        """The text of the row that `find` finds. Looks twice: in between, another process may have filed it under its client's key."""
        row = find()
        if row is None:
            return None
        try:
            return self._text(table, row)
        except KeyGoneError:
            again = find()
            if again is None or again["owner"] == row["owner"]:
                raise
            return self._text(table, again)


def encoded(text: str) -> bytes:
    """UTF-8. Raises UsageProblem for half a character, which a terminal with another encoding can hand over."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageProblem("A name holds a sign that is no letter.", do="Type it again in a terminal that is set to UTF-8.") from None


def stamp(at: dt.datetime | None = None) -> str:
    """UTC, in a form that sorts as it reads."""
    return (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="microseconds")
