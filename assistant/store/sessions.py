"""Sessions, the stage each has reached, and filing one under its client."""

from __future__ import annotations

import datetime as dt
from typing import Any

from assistant.domain import Session, SessionSummary, Stage
from assistant.errors import Refused
from assistant.store.base import Row, encoded, stamp
from assistant.store.client_keys import KeyGoneError, of_client, of_session
from assistant.store.people import People

SUMMARIES = """
SELECT s.*,
  (SELECT seconds FROM recordings WHERE session = s.id ORDER BY rowid DESC LIMIT 1) AS seconds,
  (SELECT max(version) FROM notes WHERE session = s.id) AS version,
  (SELECT void FROM notes WHERE session = s.id ORDER BY version DESC LIMIT 1) AS void,
  EXISTS (SELECT 1 FROM drafts WHERE session = s.id) AS drafted,
  EXISTS (SELECT 1 FROM transcripts WHERE session = s.id) AS transcribed
FROM sessions s ORDER BY s.created_at DESC, s.id DESC
"""
REFILED = ("transcripts", "drafts", "reviews", "unfinished")
"""Notes are never among them: a session with a note has its client already."""


class Sessions(People):
    def add_session(self, session: Session) -> None:
        """Raises Refused when there is one with its id; UsageProblem when there is no such client."""
        if session.client is not None:
            self.client(session.client)
        with self._db.write() as db:
            if next(iter(db.query("SELECT 1 FROM sessions WHERE id = ?", [session.id])), None):
                raise Refused(f"There is a session {session.id} already.", do="Give the new one an id of its own.")
            self._insert_session(db, session)

    def _insert_session(self, db: Any, session: Session) -> None:
        owner = of_session(session.id) if session.client is None else of_client(session.client)
        if session.client is None:
            self._keys.ensure(owner)
        coach = None if session.coach is None else self._sealed(owner, "sessions", session.id, encoded(session.coach))
        db["sessions"].insert(
            {
                "id": session.id,
                "kind": session.kind,
                "date": session.date.isoformat() if session.date else None,
                "date_confirmed": int(session.date_confirmed),
                "client": session.client,
                "created_at": stamp(session.created_at),
                "owner": owner,
                "sealed": coach,
                "made_by": self._unlocked.slot.label,
            }
        )

    def session(self, session_id: str) -> Session:
        """Raises UsageProblem when there is none."""
        row = self._session_row(session_id)
        try:
            return self._session(row)
        except KeyGoneError:  # filed under its client in between
            return self._session(self._session_row(session_id))

    def sessions(self) -> list[SessionSummary]:
        """Newest first."""
        names: dict[str | None, str | None] = {None: None}
        return [self._summary(row, names) for row in self._db.rows(SUMMARIES)]

    def assign(self, session_id: str, client: str) -> None:
        """File a session under a client: all it holds is sealed anew under the client's key. Refused once signed."""
        self.client(client)
        new = of_client(client)
        with self._db.write() as db:
            row = self._session_row(session_id)
            if next(iter(db.query("SELECT 1 FROM notes WHERE session = ?", [session_id])), None):
                means = "A signed note stays with its client until it is made void."
                raise Refused("This session is signed already.", means=means, do=f"Run `coachnote refile {session_id} --to {client}`.")
            if row["owner"] == new:
                return
            sealed = None if row["sealed"] is None else self._sealed(new, "sessions", session_id, self._text("sessions", row))
            db.execute("UPDATE sessions SET client = ?, owner = ?, sealed = ? WHERE id = ?", [client, new, sealed, session_id])
            for table in REFILED:
                self._refile(db, table, session_id, new)
            self._audit.append(db, "assigned", session_id)
        self._keys.drop(of_session(session_id))

    def _refile(self, db: Any, table: str, session_id: str, owner: str) -> None:
        for row in list(db.query(f"SELECT * FROM {table} WHERE session = ?", [session_id])):  # noqa: S608 - a name of our own
            sealed = self._sealed(owner, table, row["id"], self._text(table, row))
            db.execute(f"UPDATE {table} SET owner = ?, sealed = ? WHERE id = ?", [owner, sealed, row["id"]])  # noqa: S608 - likewise

    def _session(self, row: Row) -> Session:
        return Session(
            id=row["id"],
            kind=row["kind"],
            date=dt.date.fromisoformat(row["date"]) if row["date"] else None,
            date_confirmed=bool(row["date_confirmed"]),
            client=row["client"],
            coach=None if row["sealed"] is None else self._text("sessions", row).decode(),
            created_at=dt.datetime.fromisoformat(row["created_at"]),
        )

    def _summary(self, row: Row, names: dict[str | None, str | None]) -> SessionSummary:
        """Without names where their key is gone: one missing key must not hide every other session."""
        try:
            session = self._session(row)
            if row["client"] not in names:
                names[row["client"]] = self.client(row["client"]).name
        except KeyGoneError:
            names[row["client"]] = None
            session = self._session({**row, "sealed": None})
        name = names[row["client"]]
        return SessionSummary(
            session=session,
            stage=_stage(row),
            client_name=name,
            seconds=row["seconds"],
            version=row["version"],
            void=bool(row["void"]),
        )


def _stage(row: Row) -> Stage:
    if row["version"] is not None:
        return "signed"
    if row["drafted"]:
        return "drafted"
    return "transcribed" if row["transcribed"] else "recorded"
