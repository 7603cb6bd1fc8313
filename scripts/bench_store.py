"""How fast the store is beside plain SQLite: the same engine without a key, notes in clear, a full-text index on the disk.

Both do the same work on the same notes, in turns: save a signed note so that it survives a power cut; search for one word, for two, and for
one within a client, each for the best 20 with what stands round the words; open. The store seals every text under its client's key and
keeps an audit; its index is built in memory after opening, and Argon2id is timed on its own. Notes are made in memory from a seed, about
1.5 KB of text each. Prints machine, versions, medians and p95, ratios, and one JSON line last.

    python scripts/bench_store.py [--notes 1000 20000 100000] [--rounds 200] [--folder DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlcipher3

from assistant import documents
from assistant.domain import (
    CaseNote,
    Coverage,
    DraftedBy,
    Evidence,
    Session,
    SignedAction,
    SignedSection,
    SignedStatement,
)
from assistant.store import keys, prose, query, vault
from assistant.store.vault import SqliteStore

PASSPHRASE = "made up for this bench"  # noqa: S105 - of stores that are thrown away
CHEAP = keys.Cost(m=19 * 1024, t=2, p=1)
"""What the stores here are made with; the real cost is timed on its own."""
SECTIONS = ("attendance", "progress", "goals", "barriers", "support")
STATEMENTS, WORDS = 12, 18
"""A note, and words in each statement: about 1.5 KB."""
NOTES_OF_A_CLIENT = 50
FIRST_DAY = dt.date(2019, 1, 1)
BEST = 20
STEP = 500
PLAIN = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -64000;
"""
PLAIN_TABLES = """
CREATE TABLE notes (n INTEGER PRIMARY KEY, session TEXT NOT NULL, client TEXT NOT NULL, day TEXT NOT NULL, text BLOB NOT NULL);
CREATE INDEX notes_client ON notes (client);
CREATE VIRTUAL TABLE words USING fts5 (note, content='', contentless_delete=1, tokenize='ascii');
"""
PLAIN_FIND = """
SELECT notes.text FROM words JOIN notes ON notes.n = words.rowid
WHERE words MATCH :words AND (:client IS NULL OR notes.client = :client) ORDER BY words.rank, notes.day DESC LIMIT :limit
"""


class Spent(NamedTuple):
    wall: float
    """Milliseconds on the clock: what saving is measured by, which waits for the disk."""
    cpu: float
    """Milliseconds of the processor: what searching is measured by, where others are at work on the same machine."""


Times = list[Spent]


class Writing:
    """Notes from a seed. Words are as frequent as in a language (Zipf), so that some stand in every note and most in few."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        stems = [word.strip() for word in (Path(vault.__file__).parent / "words.txt").read_text(encoding="utf-8").split()]
        self.random.shuffle(stems)
        self.vocabulary = stems + [stem + "s" for stem in stems] + [stem + "ed" for stem in stems]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.vocabulary))))

    def words(self, count: int) -> list[str]:
        return self.random.choices(self.vocabulary, cum_weights=self._weights, k=count)

    def client(self, notes: int) -> str:
        return f"C-{self.random.randrange(max(1, notes // NOTES_OF_A_CLIENT)):04}"

    def note(self, number: int, client: str) -> CaseNote:
        statements = [self._statement(segment) for segment in range(STATEMENTS)]
        size = STATEMENTS // len(SECTIONS) + 1
        sections = tuple(
            SignedSection(section=name, statements=tuple(statements[n * size : (n + 1) * size])) for n, name in enumerate(SECTIONS)
        )  # type: ignore[arg-type]
        action = SignedAction(what=" ".join(self.words(6)), owner="client", evidence=(), origin="kept")
        return CaseNote(
            id=f"t-{number}", session=f"s-{number:07}", transcript=f"t-{number}", draft=f"d-{number}", client=client, version=1,
            signed_by="Made Up", signed_at=dt.datetime(2026, 3, 12, 16, 0, tzinfo=dt.UTC), note=sections, barriers=(), actions=(action,),
            referrals=(), previous=(), next_appointment=None, coverage=Coverage(segments=STATEMENTS, read=STATEMENTS, windows=1),
            made_by=DraftedBy(drafter="extractive", version="1"),
        )  # fmt: skip

    def _statement(self, segment: int) -> SignedStatement:
        said = self.words(WORDS)
        evidence = Evidence(segment=segment, quote=" ".join(said[: WORDS - 4]))
        return SignedStatement(
            text=" ".join(said).capitalize() + ".", said_by="client", evidence=(evidence,), supported=True, origin="kept"
        )


def day_of(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number % 2500)


def session_of(note: CaseNote, number: int) -> Session:
    day = day_of(number)
    return Session(
        id=note.session, kind="dictation", date=day, client=note.client, created_at=dt.datetime.combine(day, dt.time(16), dt.UTC)
    )


class Plain:
    """What a program that keeps its notes in clear would do, with the same engine."""

    def __init__(self, path: Path) -> None:
        self._db = sqlcipher3.connect(str(path), isolation_level=None)
        self._db.executescript(PLAIN)

    def make(self) -> None:
        self._db.executescript(PLAIN_TABLES)

    def save(self, notes: list[tuple[int, CaseNote]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for number, note in notes:
            text = documents.note_json(note)
            self._db.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", [number, note.session, note.client, str(day_of(number)), text])
            self._db.execute("INSERT INTO words (rowid, note) VALUES (?, ?)", [number, query.indexed(prose.written(text))])
        self._db.execute("COMMIT")

    def search(self, words: str, client: str | None = None) -> int:
        terms = query.read(words)
        rows = self._db.execute(PLAIN_FIND, {"words": query.expression(terms), "client": client, "limit": BEST}).fetchall()
        return len([query.snippet(terms, prose.written(text)) for (text,) in rows])

    def close(self) -> None:
        self._db.close()


def fill(store: SqliteStore, plain: Plain, writing: Writing, count: int) -> float:
    """The same notes into both, many in one transaction: only `save` is timed, and one at a time. Returns megabytes of text."""
    for number in range(max(1, count // NOTES_OF_A_CLIENT)):
        store.add_client(f"Made Up {number}", f"C-{number:04}")
    size = 0
    for first in range(0, count, STEP):
        notes = [(n, writing.note(n, writing.client(count))) for n in range(first, min(first + STEP, count))]
        plain.save(notes)
        with store._db.write() as db:
            for number, note in notes:
                _insert(store, db, note, number)
        size += sum(len(line) for _, note in notes for line in prose.written(documents.note_json(note)))
    return size / 1e6


def _insert(store: SqliteStore, db: Any, note: CaseNote, number: int) -> None:
    session, owner = session_of(note, number), f"client/{note.client}"
    row = {"kind": "dictation", "date": str(session.date), "date_confirmed": 1, "client": note.client, "sealed": None}
    db["sessions"].insert({"id": session.id, "owner": owner, "created_at": session.created_at.isoformat(), **row})
    store._append(db, "notes", session.id, documents.note_json(note), version=1, void=0, client=note.client)


def timed(work: Callable[[], object]) -> Spent:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)


def in_turns(rounds: int, **works: Callable[[int], object]) -> dict[str, Times]:
    """Each once a round, so that a busy moment of the machine falls on all of them."""
    took: dict[str, Times] = {name: [] for name in works}
    for n in range(rounds):
        for name, work in works.items():
            took[name].append(timed(lambda work=work, n=n: work(n)))  # type: ignore[misc]
    return took


def searches(writing: Writing, count: int, rounds: int) -> dict[str, list[tuple[str, str | None]]]:
    one, two, within = ([writing.words(k) for _ in range(rounds)] for k in (1, 2, 1))
    return {
        "search, one word": [(w[0], None) for w in one],
        "search, two words": [(" ".join(w), None) for w in two],
        "search, one word of one client": [(w[0], writing.client(count)) for w in within],
    }


def saved(store: SqliteStore, plain: Plain, writing: Writing, count: int, rounds: int) -> dict[str, dict[str, Times]]:
    """Saving one note, then the first search after it, which has to find what was saved."""
    notes = [(count + n, writing.note(count + n, writing.client(count))) for n in range(rounds)]
    for number, note in notes:
        store.add_session(session_of(note, number))
    word = [next(iter(prose.written(documents.note_json(note)))) for _, note in notes]
    first = in_turns(
        rounds,
        plain=lambda n: plain.save([notes[n]]),
        store=lambda n: store.save_note(notes[n][1]),
        found=lambda n: _must_find(store, f'"{word[n]}"', notes[n][1].session),
        found_plain=lambda n: plain.search(f'"{word[n]}"'),
    )
    return {
        "save a note": {"plain": first["plain"], "store": first["store"]},
        "search after a save": {"plain": first["found_plain"], "store": first["found"]},
    }


def _must_find(store: SqliteStore, words: str, session: str) -> None:
    if session not in {found.session for found in store.search(words).found}:
        raise SystemExit("what was saved was not found")


def opened(folder: Path) -> SqliteStore:
    return vault.open_with_passphrase(folder, PASSPHRASE)


def unlocking(folder: Path, clear: Path, rounds: int) -> dict[str, dict[str, Times]]:
    """Opening with the derivation left out, as if the key were known, and reading everything for the index."""
    known = keys.unlock(folder, PASSPHRASE)

    def build(store: SqliteStore) -> None:
        for _ in store.read_for_search():
            pass

    builds: Times = []
    with mock.patch.object(keys, "unlock", return_value=known):
        took = in_turns(rounds, plain=lambda _: Plain(clear).close(), store=lambda _: opened(folder).close())
        for _ in range(max(3, rounds // 10)):
            store = opened(folder)
            builds.append(timed(lambda store=store: build(store)))  # type: ignore[misc]
            store.close()
    return {"open": took, "build the index": {"store": builds}}


def derivation() -> dict[str, dict[str, Times]]:
    cost, salt = keys.Cost(), bytes(16)
    return {"derive the key (Argon2id)": {"store": [timed(lambda: keys.stretch(PASSPHRASE, salt, cost)) for _ in range(3)]}}


def measured(folder: Path, count: int, rounds: int) -> tuple[dict[str, dict[str, Times]], dict[str, float]]:
    writing, clear = Writing(), folder / "plain.db"
    vault.create(folder / "store", PASSPHRASE, cost=CHEAP)
    store, plain = opened(folder / "store"), Plain(clear)
    plain.make()
    size = fill(store, plain, writing, count)
    before = resident()
    for _ in store.read_for_search():
        pass
    pages = store._index._memory.execute("PRAGMA page_count").fetchone()[0]
    facts = {"notes": count, "text_mb": size, "index_mb": pages * 4096 / 1e6, "memory_grew_mb": resident() - before}
    results: dict[str, dict[str, Times]] = {}
    for name, asked in searches(writing, count, rounds).items():
        results[name] = in_turns(rounds, plain=lambda n, a=asked: plain.search(*a[n]), store=lambda n, a=asked: _search(store, *a[n]))  # type: ignore[misc]
    results |= saved(store, plain, writing, count, min(rounds, 100))
    store.close()
    plain.close()
    results |= unlocking(folder / "store", clear, 30)
    facts |= {"plain_file_mb": clear.stat().st_size / 1e6, "store_file_mb": (folder / "store" / "notes.db").stat().st_size / 1e6}
    return results, {name: round(value, 1) for name, value in facts.items()}


def _search(store: SqliteStore, words: str, client: str | None) -> None:
    if not store.search(words, client=client, limit=BEST).complete:
        raise SystemExit("the index is not complete")


def resident() -> float:
    """Megabytes of memory in use; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def lines(results: dict[str, dict[str, Times]]) -> Iterator[str]:
    """Clock, then processor, of each; the ratio is that of the medians on the clock."""
    yield f"  {'milliseconds':<32} {'plain p50':>9} {'p95':>7} {'CPU p95':>8} {'store p50':>10} {'p95':>7} {'CPU p95':>8}   ratio"
    for name, took in results.items():
        cells = [f"{p50(t):>9.2f} {p95(t):>7.2f} {p95(t, 1):>8.2f}" if t else " " * 26 for t in (took.get("plain"), took["store"])]
        ratio = f"{p50(took['store']) / p50(took['plain']):>7.2f}" if "plain" in took else ""
        yield f"  {name:<32} {cells[0]}  {cells[1]} {ratio}"


def p50(times: Times, of: int = 0) -> float:
    return statistics.median(spent[of] for spent in times)


def p95(times: Times, of: int = 0) -> float:
    return sorted(spent[of] for spent in times)[min(len(times) - 1, int(len(times) * 0.95))]


def figures(times: Times) -> dict[str, list[float]]:
    return {name: [round(p50(times, of), 3), round(p95(times, of), 3)] for of, name in enumerate(Spent._fields)}


def processor() -> str:
    try:
        found = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        found = []
    return next((line.partition(":")[2].strip() for line in found if line.startswith("model name")), platform.processor() or "?")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--notes", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; a temporary folder by default")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    engine = sqlcipher3.connect(":memory:").execute("PRAGMA cipher_version").fetchone()[0]
    print(f"Python {platform.python_version()}, sqlcipher3 {version('sqlcipher3')}, SQLCipher {engine}, SQLite {sqlcipher3.sqlite_version}")
    derived = derivation()
    print("\n".join(lines(derived)))
    report: dict[str, Any] = {name: figures(took["store"]) for name, took in derived.items()}
    for count in asked.notes:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            results, facts = measured(Path(folder), count, asked.rounds)
        print(f"{count:,} notes, load {os.getloadavg()[0]:.1f}: " + ", ".join(f"{name} {value:,}" for name, value in facts.items()))
        print("\n".join(lines(results)), flush=True)
        times = {name: {who: figures(t) for who, t in took.items()} for name, took in results.items()}
        report[str(count)] = facts | times
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "p50_p95_ms": report}))


if __name__ == "__main__":
    main()
