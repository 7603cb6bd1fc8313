"""Retention: what the clocks say of this store, and erasing what is due in one transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from assistant.domain import Due, Outlook, Retention
from assistant.store import clocks
from assistant.store.base import Row
from assistant.store.clocks import Standing
from assistant.store.erasure import Deletion, Erasing

SESSIONS = "SELECT s.id, s.client, s.created_at, c.hold FROM sessions s LEFT JOIN clients c ON c.ref = s.client ORDER BY s.rowid"
STAMPS = {"heard": "transcripts", "drafted": "drafts", "signed": "notes"}
WRITTEN = "SELECT session, created_at FROM {0} INDEXED BY idx_{0}_created_at_session ORDER BY rowid"
"""In the order of writing, and from the index alone: beside the dates lie whole texts."""
SINCE = "SELECT at FROM audit WHERE n >= coalesce((SELECT max(n) FROM audit WHERE what = 'retention'), 0) ORDER BY n"
EMPTY = """
SELECT 1 FROM sessions s WHERE s.id = ? AND NOT EXISTS (SELECT 1 FROM recordings WHERE session = s.id AND state != 'erased')
AND NOT EXISTS (SELECT 1 FROM transcripts WHERE session = s.id) AND NOT EXISTS (SELECT 1 FROM drafts WHERE session = s.id)
AND NOT EXISTS (SELECT 1 FROM notes WHERE session = s.id)
"""


class Keeping(Erasing):
    def outlook(self, rules: Retention, now: dt.datetime | None = None) -> Outlook:
        """What is due and what comes due within a week. Reads no text."""
        now = now or dt.datetime.now(dt.UTC)
        stamps = [dt.datetime.fromisoformat(row["at"]) for row in self._db.rows(SINCE)]
        return clocks.outlook(self._standings(now), rules, now, clocks.doubt(stamps, now))

    def apply_retention(self, rules: Retention, *, sure: bool = False, now: dt.datetime | None = None) -> tuple[Due, ...]:
        """Erase what is due, and return it. Left alone: what is unsigned while the date is in doubt, unless a person is `sure`; whole
        notes where an admin did not ask for it.
        """
        with self._db.write() as db:
            outlook = self.outlook(rules, now)
            chosen = tuple(due for due in (outlook.due if sure else outlook.certain) if self.role == "admin" or due.what != "note")
            erased = tuple(due for due in chosen if self._erase(db, due))
            if sure or outlook.doubt is None:  # from here on the calendar counts as looked at
                self._audit.append(db, "retention", self._unlocked.header.store)
        self.finish_erasures()
        return erased

    def _erase(self, db: Any, due: Due) -> bool:
        """False where there is nothing left to erase, or it is being made."""
        session = self._db.row("SELECT * FROM sessions WHERE id = ?", [due.session])
        if session is None or (due.what == "recording" and self.being_made(self._recording_row(due.object))):
            return False
        deletion = Deletion(db, "retention")
        if due.what == "note":
            deletion.session(session)
        elif due.what == "recording":
            deletion.recording(due.object, session)
        else:
            deletion.texts(session, "unfinished", "reviews", "drafts", "transcripts")
        self._audit.append(db, "erased", due.object)
        if self._db.row(EMPTY, [due.session]):
            deletion.session(session)
        return True

    def _standings(self, now: dt.datetime) -> list[Standing]:
        sessions = self._db.rows(SESSIONS)
        made = clocks.newest(((row["id"], dt.datetime.fromisoformat(row["created_at"])) for row in sessions), now)
        times = {name: self._newest_stamps(WRITTEN.format(table), now) for name, table in STAMPS.items()}
        recordings: dict[str, list[str]] = {}
        for row in self._db.rows("SELECT id, session FROM recordings WHERE state != 'erased' ORDER BY rowid"):
            recordings.setdefault(row["session"], []).append(row["id"])
        return [_standing(row, made[row["id"]], recordings.get(row["id"], []), times) for row in sessions]

    def _newest_stamps(self, sql: str, now: dt.datetime) -> dict[str, dt.datetime]:
        return clocks.newest(((row["session"], dt.datetime.fromisoformat(row["created_at"])) for row in self._db.rows(sql)), now)


def _standing(row: Row, made: dt.datetime, recordings: list[str], times: dict[str, dict[str, dt.datetime]]) -> Standing:
    return Standing(
        session=row["id"],
        client=row["client"],
        held=row["hold"] is not None,
        made=made,
        recordings=tuple(recordings),
        **{name: found.get(row["id"]) for name, found in times.items()},
    )
