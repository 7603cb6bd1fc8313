"""What was being typed when the app locked: at most one form for each session, and one typed note that is no session yet.

The only text here that is replaced and removed: it is on its way, not part of the record.
"""

from __future__ import annotations

from typing import Any

from assistant import documents
from assistant.domain import Unfinished
from assistant.errors import DocumentError, StoreDamaged
from assistant.identity import new_id
from assistant.store.base import Row, StoreBase, stamp
from assistant.store.client_keys import of_client, of_session


class UnfinishedWork(StoreBase):
    def save_unfinished(self, session_id: str | None, unfinished: Unfinished) -> None:
        """Under the key of whoever the session belongs to. A typed note lies under its client's key, or under one of its own."""
        text, row_id = documents.unfinished_json(unfinished), new_id()
        with self._db.write() as db:
            spare = self._remove(db, session_id)
            owner = self._owner(session_id, unfinished, row_id)
            sealed = self._sealed(owner, "unfinished", row_id, text)
            db["unfinished"].insert({"id": row_id, "session": session_id, "created_at": stamp(), "owner": owner, "sealed": sealed})
        self._drop_keys(spare)

    def unfinished(self, session_id: str | None) -> Unfinished | None:
        """None also for what cannot be read any more: it never stands between a coach and the session."""
        try:
            text = self._text_of("unfinished", lambda: self._waiting(session_id))
            return None if text is None else documents.read_unfinished(text)
        except (StoreDamaged, DocumentError):
            return None

    def drop_unfinished(self, session_id: str | None) -> None:
        """Once its form is finished or left. Does nothing when there is none."""
        if self._waiting(session_id) is not None:
            with self._db.write() as db:
                spare = self._remove(db, session_id)
            self._drop_keys(spare)

    def _remove(self, db: Any, session_id: str | None) -> list[str]:
        """The keys that are of no use once this is committed."""
        rows: list[Row] = list(db.query("SELECT id, owner FROM unfinished WHERE session IS ?", [session_id]))
        db.execute("DELETE FROM unfinished WHERE session IS ?", [session_id])
        return [row["owner"] for row in rows if row["owner"] == of_session(row["id"])]

    def _drop_keys(self, names: list[str]) -> None:
        for name in names:
            self._keys.drop(name)

    def _owner(self, session_id: str | None, unfinished: Unfinished, row_id: str) -> str:
        if session_id is not None:
            return str(self._session_row(session_id)["owner"])
        if unfinished.at:
            return of_client(unfinished.at)
        self._keys.ensure(of_session(row_id))
        return of_session(row_id)

    def _waiting(self, session_id: str | None) -> Row | None:
        return self._db.row("SELECT * FROM unfinished WHERE session IS ?", [session_id])
