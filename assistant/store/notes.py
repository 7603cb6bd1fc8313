"""What was heard, drafted, decided and signed: each document sealed whole, appended and never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from assistant import documents
from assistant.domain import CaseNote, Draft, Review, Transcript, Void
from assistant.errors import Refused, UsageProblem
from assistant.identity import new_id
from assistant.store.base import Row, StoreBase, stamp

LATEST = """
SELECT n.* FROM notes n JOIN sessions s ON s.id = n.session
WHERE n.client = ? AND n.session IS NOT ? AND n.void = 0
  AND n.version = (SELECT max(version) FROM notes WHERE session = n.session)
ORDER BY coalesce(s.date, substr(s.created_at, 1, 10)) DESC, s.created_at DESC LIMIT 1
"""

HEARD = """
SELECT s.id FROM sessions s WHERE s.client = ? AND EXISTS (SELECT 1 FROM transcripts t WHERE t.session = s.id)
ORDER BY coalesce(s.date, substr(s.created_at, 1, 10)) DESC, s.created_at DESC LIMIT ?
"""

NEWEST = "SELECT version, void FROM notes WHERE session = ? ORDER BY version DESC LIMIT 1"


class Notes(StoreBase):
    def save_transcript(self, session_id: str, transcript: Transcript) -> None:
        with self._db.write() as db:
            self._append(db, "transcripts", session_id, documents.transcript_json(transcript))

    def transcript(self, session_id: str) -> Transcript | None:
        text = self._text_of("transcripts", lambda: self._newest("transcripts", session_id))
        return None if text is None else documents.read_transcript(text)

    def earlier_transcript(self, session_id: str, transcript_id: str) -> Transcript | None:
        """The newest one with this id of its own. The ids lie within the sealed text, and a session has few transcripts."""
        for row in self._db.rows("SELECT * FROM transcripts WHERE session = ? ORDER BY rowid DESC", [session_id]):
            transcript = documents.read_transcript(self._text("transcripts", row))
            if transcript.id == transcript_id:
                return transcript
        return None

    def transcripts_of(self, client: str, limit: int) -> list[Transcript]:
        """The newest transcripts of the client's newest sessions, one a session. One refiled while they are read is left out."""
        sessions = [row["id"] for row in self._db.rows(HEARD, [client, limit])]
        return [transcript for session in sessions if (transcript := self.transcript(session)) is not None]

    def save_draft(self, session_id: str, draft: Draft, review: Review | None = None) -> None:
        """With the decisions carried over to it, if any: both are kept, or neither."""
        with self._db.write() as db:
            self._append_draft(db, session_id, draft, review)

    def _append_draft(self, db: Any, session_id: str, draft: Draft, review: Review | None) -> None:
        row = self._append(db, "drafts", session_id, documents.draft_json(draft))
        if review is not None:
            self._append(db, "reviews", session_id, documents.review_json(review), draft=row)

    def draft(self, session_id: str) -> Draft | None:
        text = self._text_of("drafts", lambda: self._newest("drafts", session_id))
        return None if text is None else documents.read_draft(text)

    def save_review(self, session_id: str, review: Review) -> None:
        """Keeps one review per draft. Raises Refused when the session holds no draft of that id."""
        with self._db.write() as db:
            draft = self._draft_row(db, session_id, review.draft)
            old = next(iter(db.query("SELECT id FROM reviews WHERE draft = ?", [draft])), None)
            if old is None:
                self._append(db, "reviews", session_id, documents.review_json(review), draft=draft)
            else:
                owner = self._session_row(session_id)["owner"]
                sealed = self._sealed(owner, "reviews", old["id"], documents.review_json(review))
                db.execute("UPDATE reviews SET sealed = ?, owner = ? WHERE id = ?", [sealed, owner, old["id"]])

    def review(self, session_id: str) -> Review | None:
        """The newest review of the newest draft."""
        text = self._text_of("reviews", lambda: self._newest_review(session_id))
        return None if text is None else documents.read_review(text)

    def save_note(self, note: CaseNote) -> None:
        """Raises Refused: a session without a client, another client's, or a version that does not follow the newest one."""
        with self._db.write() as db:
            self._save_note(db, note)

    def _save_note(self, db: Any, note: CaseNote) -> None:
        client = self._session_row(note.session)["client"]
        if client is None:
            raise Refused("A session without a client cannot be signed.", do="Assign it to a client first.")
        if client != note.client:
            raise Refused("This note names another client than its session.", do="Open the session again and sign it there.")
        _check_follows(note, next(iter(db.query(NEWEST, [note.session])), None))
        row = {"version": note.version, "void": int(note.void is not None), "client": client}
        note_id = self._append(db, "notes", note.session, documents.note_json(note), **row)
        self._audit.append(db, "voided" if note.void else "signed", note_id)

    def void_note(self, session_id: str, by: str, why: str) -> CaseNote:
        """A new version that says who made the note void, and why. Raises Refused when it is not signed or void already, UsageProblem."""
        with self._db.write() as db:
            return self._void_note(db, session_id, by, why)

    def _void_note(self, db: Any, session_id: str, by: str, why: str) -> CaseNote:
        if not by.strip() or not why.strip():
            raise UsageProblem("A note is made void with a name and a reason.", means="Nothing was changed.", do="Give both.")
        versions = self.notes(session_id)
        if not versions:
            raise Refused("This session has no signed note.", means="Only a signed note is made void.")
        newest, void = versions[-1], Void(who=by.strip(), at=dt.datetime.now(dt.UTC), why=why.strip())
        note = replace(newest, version=newest.version + 1, supersedes=newest.version, void=void)
        self._save_note(db, note)
        return note

    def notes(self, session_id: str) -> list[CaseNote]:
        """Oldest version first; empty while unsigned."""
        rows = self._db.rows("SELECT * FROM notes WHERE session = ? ORDER BY version", [session_id])
        return [documents.read_note(self._text("notes", row)) for row in rows]

    def latest_note_of(self, client: str, *, before: str | None = None) -> CaseNote | None:
        """The newest version of the note of the client's newest session, by date, leaving out the session `before` and notes made void."""
        row = self._db.row(LATEST, [client, before])
        return None if row is None else documents.read_note(self._text("notes", row))

    def _append(self, db: Any, table: str, session_id: str, text: bytes, **columns: object) -> str:
        owner, row_id = self._session_row(session_id)["owner"], new_id()
        sealed = self._sealed(owner, table, row_id, text)
        db[table].insert({"id": row_id, "session": session_id, "created_at": stamp(), "owner": owner, "sealed": sealed, **columns})
        return row_id

    def _newest(self, table: str, session_id: str) -> Row | None:
        return self._db.row(f"SELECT * FROM {table} WHERE session = ? ORDER BY rowid DESC LIMIT 1", [session_id])  # noqa: S608 - our own name

    def _newest_review(self, session_id: str) -> Row | None:
        draft = self._newest("drafts", session_id)
        return None if draft is None else self._db.row("SELECT * FROM reviews WHERE draft = ?", [draft["id"]])

    def _draft_row(self, db: Any, session_id: str, name: str) -> str:
        """The row of the newest draft with this id. The ids lie within the sealed text, and a session has few drafts."""
        rows: Iterable[Row] = list(db.query("SELECT * FROM drafts WHERE session = ? ORDER BY rowid DESC", [session_id]))
        for row in rows:
            draft = documents.read_draft(self._text("drafts", row))
            if name == (draft.draft or draft.id):
                return str(row["id"])
        raise Refused("This review belongs to a draft that is not in the store.", do="Open the session again.")


def _check_follows(note: CaseNote, last: Row | None) -> None:
    if last is not None and last["void"]:
        raise Refused("This note is void.", means="It was filed under the wrong client, and nothing follows it.")
    newest = last["version"] if last else None
    if note.version != (newest or 0) + 1 or note.supersedes != newest:
        raise Refused(
            f"Version {note.version} of this note does not follow the newest one.",
            means="It was signed in another window meanwhile; nothing was overwritten." if newest else "The first version of a note is 1.",
            do="Open the session again and sign a new version.",
        )
