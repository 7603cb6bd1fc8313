"""Which source files have been taken in, by their SHA-256."""

from __future__ import annotations

from assistant.store.base import StoreBase


class Ledger(StoreBase):
    def seen(self, digest: str) -> str | None:
        """The session that a source with this SHA-256 became, or None."""
        row = self._db.row("SELECT session FROM sources WHERE digest = ?", [digest])
        return None if row is None else str(row["session"])

    def remember(self, digest: str, session_id: str) -> None:
        """Raises UsageProblem when there is no such session. A source that is taken in again belongs to its newest session."""
        with self._db.write() as db:
            self._session_row(session_id)
            db["sources"].upsert({"digest": digest, "session": session_id}, pk="digest")
