"""The full-text index: a database of its own that lives in memory and has no file. One entry a session.

It holds words and where they stand, never the texts themselves (FTS5 without content). Knows no key and no document.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlcipher3

TABLES = (
    "PRAGMA temp_store = MEMORY",
    "CREATE TABLE sessions (n INTEGER PRIMARY KEY, id TEXT NOT NULL, client TEXT, day TEXT NOT NULL, created_at TEXT NOT NULL)",
    # `ascii` splits where we do: it is handed words that are folded already, and letters beyond ASCII only within them.
    "CREATE VIRTUAL TABLE words USING fts5(name, note, draft, transcript, content='', contentless_delete=1, tokenize='ascii')",
)
ENTER_SESSION = "INSERT OR REPLACE INTO sessions (n, id, client, day, created_at) VALUES (?, ?, ?, ?, ?)"
ENTER_WORDS = "INSERT OR REPLACE INTO words (rowid, name, note, draft, transcript) VALUES (?, ?, ?, ?, ?)"
FIND = """
SELECT s.id FROM words JOIN sessions s ON s.n = words.rowid
WHERE words MATCH :words AND (:client IS NULL OR s.client = :client)
  AND (:since IS NULL OR s.day >= :since) AND (:until IS NULL OR s.day <= :until)
ORDER BY words.rank, s.day DESC, s.created_at DESC LIMIT :limit
"""
"""`rank` is bm25, the better the smaller."""


class Entry(NamedTuple):
    session: str
    client: str | None
    day: str
    created_at: str
    words: Sequence[str]
    """As the columns of `words`: name, note, draft, transcript."""


class Index:
    """May be shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers: dict[str, int] = {}
        """Given once, and never to another session: asking the database for them with RETURNING would take three times as long."""
        self._memory = sqlcipher3.connect(":memory:", check_same_thread=False, isolation_level=None)
        for statement in TABLES:
            self._memory.execute(statement)

    def __repr__(self) -> str:
        return "<Index>"

    def put(self, entries: Iterable[Entry], gone: Iterable[str] = ()) -> None:
        """Enter sessions, in place of what was entered for them before, and drop those that are gone."""
        with self._lock:
            self._memory.execute("BEGIN")
            try:
                for n in [self._numbers[session] for session in gone if session in self._numbers]:
                    self._memory.execute("DELETE FROM words WHERE rowid = ?", [n])
                    self._memory.execute("DELETE FROM sessions WHERE n = ?", [n])
                for entry in entries:
                    n = self._numbers.setdefault(entry.session, len(self._numbers) + 1)
                    self._memory.execute(ENTER_SESSION, [n, *entry[:-1]])
                    self._memory.execute(ENTER_WORDS, [n, *entry.words])
                self._memory.execute("COMMIT")
            except BaseException:
                self._memory.rollback()
                raise

    def find(self, **asked: Any) -> list[str]:
        """Sessions by the names of the values in FIND, the best first."""
        with self._lock:
            return [session for (session,) in self._memory.execute(FIND, asked)]

    def close(self) -> None:
        with self._lock:
            self._memory.close()
