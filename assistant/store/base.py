"""What every part of the store stands on: folder, connection, keys, and text sealed under the key of whoever owns the session."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assistant.domain import Role
from assistant.errors import CoachnoteError, Refused, UsageProblem
from assistant.store.audit import Audit, note_head, went_back
from assistant.store.client_keys import ClientKeys, KeyGoneError
from assistant.store.connection import Connection
from assistant.store.keys import Unlocked, read
from assistant.store.presence import Presence

Row = dict[str, Any]
DATABASE, REPAIRED = "notes.db", "notes.db.repaired"
"""The second stands there while a repair is being finished."""


class StoreBase:
    def __init__(self, folder: Path, connection: Connection, keys: ClientKeys, unlocked: Unlocked, presence: Presence) -> None:
        self._folder, self._db, self._keys, self._unlocked, self._presence = folder, connection, keys, unlocked, presence
        self._audit = Audit.of(unlocked)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Other threads finish first. May be called again."""
        if self._presence.open:
            with contextlib.suppress(CoachnoteError):  # a disk that is full now keeps nobody from closing
                if not went_back(self._folder, self._db):  # else the only trace of it would be gone
                    note_head(self._folder, self._db)
        self._db.close()
        self._presence.leave()

    @property
    def role(self) -> Role:
        """Of whoever opened the store."""
        return "admin" if self._unlocked.slot.role == "admin" else "coach"

    def must_be_admin(self, to: str) -> None:
        """Raises Refused for a coach. `to`: what is refused, as in "revoke users"."""
        if self.role != "admin":
            raise Refused(f"Only an admin may {to}.", do="Ask one, or open the store with an admin's passphrase or the recovery code.")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """With nobody else in the store. Raises Refused while another program has it open, or when the header has changed meanwhile."""
        with self._presence.alone():
            if max(header.seq for header in read(self._folder)) != self._unlocked.header.seq:
                raise Refused("Who may open this store was changed meanwhile.", means="Nothing was changed now.", do="Start again.")
            yield

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
