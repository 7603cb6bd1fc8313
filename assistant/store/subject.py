"""All that is held about one client, read out for a subject access request. Writes no file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from assistant import documents
from assistant.domain import Access, Erasure, Held, HeldSession
from assistant.store.base import Row
from assistant.store.client_keys import of_client
from assistant.store.history import History
from assistant.store.recordings import Recordings
from assistant.store.sessions import Sessions

T = TypeVar("T")
SESSIONS = "SELECT * FROM sessions WHERE client = ? ORDER BY coalesce(date, created_at), created_at"
ERASED = "SELECT at, what, object, why FROM erasures WHERE owner = ? ORDER BY n"
UNFINISHED = "SELECT * FROM unfinished WHERE owner = ? ORDER BY rowid"
OWN = "SELECT id FROM sessions WHERE client = ? UNION SELECT id FROM notes WHERE client = ?"


class Subject(Sessions, Recordings, History):
    def held(self, ref: str) -> Held:
        """Everything about a client. Raises Refused for a coach, UsageProblem when there is no such client."""
        self.must_be_admin("read out all that is held about a person")
        client = self.client(ref)
        rows = self._db.rows(SESSIONS, [ref])
        first = min((dt.datetime.fromisoformat(row["created_at"]) for row in rows), default=None)
        entries = self._accesses()
        own = {ref, *(row["id"] for row in self._db.rows(OWN, [ref, ref]))}
        return Held(
            client=client,
            sessions=tuple(self._held_session(row) for row in rows),
            accesses=tuple(entry for entry in entries if entry.object in own),
            openings=tuple(entry for entry in entries if first and entry.what == "opened" and entry.at >= first),
            erased=tuple(
                Erasure(at=dt.datetime.fromisoformat(row["at"]), what=row["what"], object=row["object"], why=row["why"])
                for row in self._db.rows(ERASED, [of_client(ref)])
            ),
            unfinished=tuple(
                documents.read_unfinished(self._text("unfinished", row)) for row in self._db.rows(UNFINISHED, [of_client(ref)])
            ),
        )

    def note_access_pack(self, ref: str) -> None:
        """An entry in the audit that all of it was handed out."""
        with self._db.write() as db:
            self._audit.append(db, "access_pack", ref)

    def _held_session(self, row: Row) -> HeldSession:
        name = row["id"]
        return HeldSession(
            session=self.session(name),
            recordings=tuple(self.recordings(name)),
            transcripts=self._all("transcripts", name, documents.read_transcript),
            drafts=self._all("drafts", name, documents.read_draft),
            reviews=self._all("reviews", name, documents.read_review),
            notes=self._all("notes", name, documents.read_note),
        )

    def _all(self, table: str, session: str, read: Callable[[bytes], T]) -> tuple[T, ...]:
        rows = self._db.rows(f"SELECT * FROM {table} WHERE session = ? ORDER BY rowid", [session])  # noqa: S608 - a name of our own
        return tuple(read(self._text(table, row)) for row in rows)

    def _accesses(self) -> list[Access]:
        names = {slot.label for slot in self._unlocked.header.slots}
        return [
            Access(at=dt.datetime.fromisoformat(e.at), what=e.what, object=e.object, who=e.who if e.who in names else None)
            for e in self.audit()
        ]
