"""A note that was filed under the wrong person: made void, and its session begun again under the right one."""

from __future__ import annotations

from assistant import documents
from assistant.domain import Draft, Review, Session, Transcript
from assistant.store.notes import Notes
from assistant.store.sessions import Sessions


class Refiling(Sessions, Notes):
    def refile(
        self, session_id: str, new: Session, transcript: Transcript, draft: Draft, review: Review | None, *, by: str, why: str
    ) -> None:
        """Everything or nothing. The recordings move; what was signed stays where it is, and the void version after it.

        Raises Refused when the session is not signed or void already; UsageProblem.
        """
        self.client(new.client or "")
        with self._db.write() as db:
            self._void_note(db, session_id, by, why)
            self._insert_session(db, new)
            for table in ("recordings", "sources"):
                db.execute(f"UPDATE {table} SET session = ? WHERE session = ?", [new.id, session_id])  # noqa: S608 - names of our own
            self._append(db, "transcripts", new.id, documents.transcript_json(transcript))
            self._append_draft(db, new.id, draft, review)
            self._audit.append(db, "assigned", new.id)
