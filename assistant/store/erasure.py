"""Erasing: rows in one transaction, each leaving an entry without content, then the keys, the files, and the write-ahead log.

    1  one transaction: the rows go, `erasures` says what went, the audit says who did it
    2  the keys of what went are dropped from both copies of the key file: copies of its rows and files are noise from here on
    3  its recordings' files and older copies of the database beside it are removed, and the log is emptied into the main file

Whatever breaks off after 1 is finished at the next opening, from the entries. Nothing is ever half there: before 1 has committed
everything can be read, and afterwards nothing is listed. Only a recording, a client and an unassigned session have keys of their own;
a transcript or draft of a client can be read in an older copy of the database until its client is erased.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

from assistant.domain import Erasable, Why
from assistant.errors import NotWritable, Refused
from assistant.store import audio
from assistant.store.base import Row, stamp
from assistant.store.client_keys import of_client, of_recording, of_session
from assistant.store.people import People
from assistant.store.recordings import FOLDER, Recordings

KEY_OF = {"client": of_client, "session": of_session, "recording": of_recording}
NAMES: dict[str, Erasable] = {
    "unfinished": "unfinished",
    "reviews": "review",
    "drafts": "draft",
    "transcripts": "transcript",
    "notes": "note",
}
"""In the order in which they can go: a review refers to its draft."""
OLDER_COPIES = "notes.before-*.db"
LIVE = """
SELECT 'client/' || ref AS name FROM clients UNION SELECT owner FROM sessions
UNION SELECT owner FROM unfinished UNION SELECT 'recording/' || id FROM recordings WHERE state != 'erased'
"""
"""Every key that something still needs."""
BY_KEY = "SELECT what, object FROM erasures WHERE what IN ('client', 'session', 'recording')"


class Deletion:
    """Takes rows out within one transaction. Knows neither keys nor files."""

    def __init__(self, db: Any, why: Why) -> None:
        self._db, self._why, self._at = db, why, stamp()

    def client(self, ref: str) -> None:
        for row in self._rows("SELECT * FROM sessions WHERE client = ?", ref):
            self.session(row)
        for row in self._rows("SELECT id FROM unfinished WHERE owner = ?", of_client(ref)):  # a typed note that is no session yet
            self._db.execute("DELETE FROM unfinished WHERE id = ?", [row["id"]])
            self._enter("unfinished", row["id"], of_client(ref))
        self._db.execute("DELETE FROM clients WHERE ref = ?", [ref])
        self._enter("client", ref, of_client(ref))

    def session(self, row: Row) -> None:
        for recording in self._rows("SELECT * FROM recordings WHERE session = ?", row["id"]):
            if recording["state"] != "erased":
                self._enter("recording", recording["id"], row["owner"])
        self.texts(row, *NAMES)
        for table in ("recordings", "sources"):
            self._db.execute(f"DELETE FROM {table} WHERE session = ?", [row["id"]])  # noqa: S608 - names of our own
        self._db.execute("DELETE FROM sessions WHERE id = ?", [row["id"]])
        self._enter("session", row["id"], row["owner"])

    def texts(self, session: Row, *tables: str) -> None:
        """All rows of these tables that belong to a session."""
        self._db.execute("INSERT OR IGNORE INTO erasing VALUES (?)", [session["owner"]])
        for table in tables:
            for row in self._rows(f"SELECT id FROM {table} WHERE session = ?", session["id"]):  # noqa: S608 - likewise
                self._enter(NAMES[table], row["id"], session["owner"])
            self._db.execute(f"DELETE FROM {table} WHERE session = ?", [session["id"]])  # noqa: S608 - likewise
        self._db.execute("DELETE FROM erasing")

    def recording(self, recording_id: str, session: Row) -> None:
        """Its row stays, so that a note can say what became of it."""
        self._db.execute("UPDATE recordings SET state = 'erased', bytes = NULL WHERE id = ?", [recording_id])
        self._enter("recording", recording_id, session["owner"])

    def _rows(self, sql: str, value: str) -> list[Row]:
        return list(self._db.query(sql, [value]))

    def _enter(self, what: Erasable, thing: str, owner: str) -> None:
        self._db["erasures"].insert({"at": self._at, "what": what, "object": thing, "why": self._why, "owner": owner})


class Erasing(People, Recordings):
    def erase_client(self, ref: str) -> None:
        """Everything held about a client. Raises Refused: for a coach, under a legal hold, or while a recording of theirs is being made."""
        self.must_be_admin("erase a client")
        with self._db.write() as db:
            self._not_held(ref)
            self._none_running("SELECT r.* FROM recordings r JOIN sessions s ON s.id = r.session WHERE s.client = ?", ref)
            Deletion(db, "asked").client(ref)
            self._audit.append(db, "erased", ref)
        self.finish_erasures()

    def erase_session(self, session_id: str) -> None:
        """One session with all it holds. Raises Refused as `erase_client`, but a coach may erase what she made and nobody signed."""
        with self._db.write() as db:
            row = self._session_row(session_id)
            if self._db.row("SELECT 1 FROM notes WHERE session = ?", [session_id]):
                self.must_be_admin("erase what was signed")
            elif row["made_by"] != self._unlocked.slot.label:
                self.must_be_admin("erase a session that somebody else made")
            if row["client"] is not None:
                self._not_held(row["client"])
            self._none_running("SELECT * FROM recordings WHERE session = ?", session_id)
            Deletion(db, "asked").session(row)
            self._audit.append(db, "erased", session_id)
        self.finish_erasures()

    def hold(self, ref: str) -> None:
        """Stop every clock of a client and refuse erasure, until released. Raises Refused for a coach."""
        self.must_be_admin("put a client under a legal hold")
        self._set_hold(ref, stamp(), "held")

    def release(self, ref: str) -> None:
        """What came due meanwhile is due at once. Raises Refused for a coach."""
        self.must_be_admin("release a client from a legal hold")
        self._set_hold(ref, None, "released")

    def finish_erasures(self) -> None:
        """What follows the transaction; also after one that broke off. May be called again."""
        gone = self._db.rows(BY_KEY)
        if not gone:
            return
        live = {row["name"] for row in self._db.rows(LIVE)}
        try:
            self._keys.drop(*({KEY_OF[row["what"]](row["object"]) for row in gone} - live))
        except NotWritable as error:
            means = "It is out of the database already. Its keys and files are still there."
            raise NotWritable(error.what, means=means, do="Free some space; the next opening of the store finishes it.") from error
        self._remove_files({row["object"] for row in gone if row["what"] == "recording"})
        self._db.checkpoint()

    def _set_hold(self, ref: str, since: str | None, what: Any) -> None:
        with self._db.write() as db:
            row = self._client_row(ref)
            if (row["hold"] is None) == (since is None):
                return
            db.execute("UPDATE clients SET hold = ? WHERE ref = ?", [since, ref])
            self._audit.append(db, what, ref)

    def _not_held(self, ref: str) -> None:
        if self._client_row(ref)["hold"] is not None:
            means = "While it lasts, nothing of theirs may be erased."
            raise Refused(f"{ref} is under a legal hold.", means=means, do=f"An admin can end it: coachnote clients release {ref}")

    def _none_running(self, sql: str, value: str) -> None:
        if any(self.being_made(row) for row in self._db.rows(sql, [value])):
            raise Refused("A recording of this is being made.", means="Nothing was erased.", do="Stop it first.")

    def being_made(self, recording: Row) -> bool:
        """By a living process."""
        return recording["state"] == "recording" and audio.being_written(self._path(recording["id"]))

    def _remove_files(self, recordings: set[str]) -> None:
        sound = [path for path in (self._folder / FOLDER).glob("*.enc") if path.stem in recordings]
        for path in [*sound, *self._older_copies()]:
            with contextlib.suppress(OSError):  # open elsewhere, on Windows: it goes at the next opening
                path.unlink()

    def _older_copies(self) -> list[Path]:
        """Copies of the database beside it that are older than the newest erasure."""
        newest = (self._db.row("SELECT max(at) AS at FROM erasures") or {})["at"]
        made = {path: dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) for path in self._folder.glob(OLDER_COPIES)}
        return [path for path, at in made.items() if stamp(at) <= newest]
