"""Search over everything the store holds, through an index that is built in memory from the opened texts and has no file.

Before each search it is looked whether anything was saved, filed, made void or erased since, here or by another process; what has changed
is read again, and nothing else. A text whose key is gone is as if it were not there.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from assistant.domain import Found, SearchResult, Where
from assistant.errors import StoreDamaged, StoreError
from assistant.protocols import Progress
from assistant.store import prose, query
from assistant.store.base import Row, StoreBase
from assistant.store.client_keys import ClientKeys, KeyGoneError, of_client
from assistant.store.connection import Connection
from assistant.store.index import Entry, Index
from assistant.store.keys import Unlocked
from assistant.store.presence import Presence
from assistant.store.query import Term

STANDING = """
SELECT s.id, s.client, s.owner, coalesce(s.date, substr(s.created_at, 1, 10)) AS day, s.created_at,
  (SELECT id FROM notes WHERE session = s.id ORDER BY version DESC LIMIT 1),
  (SELECT id FROM drafts WHERE session = s.id AND NOT EXISTS (SELECT 1 FROM notes WHERE session = s.id) ORDER BY rowid DESC LIMIT 1),
  (SELECT id FROM transcripts WHERE session = s.id AND NOT EXISTS (SELECT 1 FROM notes WHERE session = s.id AND void)
   ORDER BY rowid DESC LIMIT 1)
FROM sessions s ORDER BY day DESC, s.created_at DESC
"""
TABLES: dict[Where, str] = {"note": "notes", "draft": "drafts", "transcript": "transcripts"}
"""In the order in which a snippet is looked for."""
AT_ONCE = 200
"""Sessions read before others get their turn: 20 to 30 ms."""
ENTERED_FOR = 600.0
"""Seconds. Whoever searches is entered in the audit, and within this time not again at every key."""


class Standing(NamedTuple):
    """What there is of a session to be searched. Whenever this changes, the session is read again; rows themselves never change."""

    client: str | None
    owner: str
    day: str
    created_at: str
    note: str | None
    draft: str | None
    transcript: str | None
    name: str | None

    def __repr__(self) -> str:
        return "<Standing>"


class Search(StoreBase):
    def __init__(self, folder: Path, connection: Connection, keys: ClientKeys, unlocked: Unlocked, presence: Presence) -> None:
        super().__init__(folder, connection, keys, unlocked, presence)
        self._searching = threading.RLock()
        self._index = Index()
        self._read: dict[str, Standing] = {}
        self._unread: dict[str, Standing] = {}
        self._damaged: set[str] = set()
        self._seen: tuple[object, ...] | None = None
        self._entered = -ENTERED_FOR
        self._closed = False

    def close(self) -> None:
        """Other threads finish first."""
        with self._searching:
            self._closed = True
            self._index.close()
            super().close()

    def read_for_search(self) -> Generator[Progress, None, None]:
        """Read what is new or has changed since, the newest first. May be stopped and gone on with; search works meanwhile."""
        while True:
            with self._searching:
                self._must_be_open()
                self._look()
                if not self._unread:
                    return
                self._read_some()
                done, left = len(self._read), len(self._unread)
            yield Progress(stage="index", done=done, total=done + left)

    def search(
        self, words: str, *, client: str | None = None, since: dt.date | None = None, until: dt.date | None = None, limit: int = 20
    ) -> SearchResult:
        """Sessions that hold all the words, the last one as a beginning; several in quotation marks are a phrase. Any text is safe.

        Finds what is saved, also by another process. Not complete while more than AT_ONCE sessions wait for `read_for_search`.
        """
        terms = query.read(words)
        if not terms:
            return SearchResult()
        day = {name: value and value.isoformat() for name, value in (("since", since), ("until", until))}
        with self._searching:
            self._must_be_open()
            self._enter()
            self._look()
            self._read_some()
            sessions = self._index.find(words=query.expression(terms), client=client, limit=limit, **day)
            found = tuple(self._found(terms, session, self._read[session]) for session in sessions)
            return SearchResult(found=found, complete=not self._unread, damaged=len(self._damaged))

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreError("The store was closed.", do="Open it again.")

    def _enter(self) -> None:
        """In the audit: that somebody searches, never for what."""
        if time.monotonic() - self._entered >= ENTERED_FOR:
            with self._db.write() as db:
                self._audit.append(db, "searched", "store")
            self._entered = time.monotonic()

    def _look(self) -> None:
        """What must be read again, if anything at all was changed since the last look."""
        seen = (*self._db.changes(), self._keys.version)
        if seen == self._seen:
            return
        now = self._standing()
        self._unread = {session: standing for session, standing in now.items() if self._read.get(session) != standing}
        gone = self._read.keys() - now.keys()
        self._index.put([], gone)
        self._damaged -= gone
        self._read = {session: standing for session, standing in self._read.items() if session in now}
        self._seen = seen

    def _standing(self) -> dict[str, Standing]:
        """Newest session first."""
        names: dict[str | None, str | None] = {row["ref"]: self._name(row) for row in self._db.rows("SELECT * FROM clients")}
        rows = self._db.tuples(STANDING)
        held = {owner: self._keys.has(owner) for owner in {row[2] for row in rows}}
        return {session: _standing(row, names.get(row[0]), readable=held[row[1]]) for session, *row in rows}

    def _name(self, row: Row) -> str | None:
        try:
            return self._keys.unseal(of_client(row["ref"]), f"clients|{row['ref']}", row["sealed"]).decode()
        except StoreDamaged:
            return None

    def _read_some(self) -> None:
        """Of what is unread, the newest."""
        some = dict(islice(self._unread.items(), AT_ONCE))
        if not some:
            return
        self._damaged.difference_update(some)
        texts = [self._texts(part, [getattr(standing, part) for standing in some.values()]) for part in TABLES]
        entries, empty = [], []
        for session, standing in some.items():
            ids = (standing.note, standing.draft, standing.transcript)
            lines = ([standing.name or ""], *(text.get(row or "", []) for text, row in zip(texts, ids, strict=True)))
            words = [query.indexed(each) for each in lines]
            if any(words):
                entries.append(Entry(session, standing.client, standing.day, standing.created_at, words))
            else:
                empty.append(session)
        self._index.put(entries, empty)
        self._read.update(some)
        for session in some:
            del self._unread[session]

    def _texts(self, part: Where, ids: Iterable[str | None]) -> dict[str, list[str]]:
        """The lines of each row that can be read, without notes that were made void."""
        wanted = [row_id for row_id in ids if row_id]
        if not wanted:
            return {}
        found, marks = {}, ", ".join("?" * len(wanted))
        for row in self._db.rows(f"SELECT * FROM {TABLES[part]} WHERE id IN ({marks})", wanted):  # noqa: S608 - names of our own
            if row.get("void"):
                continue
            try:
                text = self._text(TABLES[part], row)
                found[row["id"]] = prose.heard(text) if part == "transcript" else prose.written(text)
            except KeyGoneError:
                continue
            except (StoreDamaged, msgspec.MsgspecError):
                self._damaged.add(row["session"])
        return found

    def _found(self, terms: Sequence[Term], session: str, standing: Standing) -> Found:
        """Where most of the words stand: in the note before the draft, and in either before what was heard."""
        best: tuple[Where, list[str]] = ("name", [])
        most = 0
        for part in TABLES:
            lines = self._texts(part, [getattr(standing, part)]).get(getattr(standing, part) or "", [])
            count = query.held(terms, query.fold("\n".join(lines)))
            if count > most:
                best, most = (part, lines), count
            if most == len(terms):
                break
        cut = query.snippet(terms, best[1])
        day = dt.date.fromisoformat(standing.day)
        return Found(session=session, day=day, client=standing.client, where=best[0], snippet=cut.text, marks=cut.marks)


def _standing(row: list[str | None], name: str | None, *, readable: bool) -> Standing:
    """`row` as in STANDING, without the session."""
    return Standing._make((*(row if readable else [*row[:4], None, None, None]), name))
