"""Search over a real store: what is saved is found, by whatever process; what is void, erased or unreadable is not."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from assistant import documents
from assistant.domain import Found, Segment, Void
from assistant.errors import StoreError
from assistant.store import prose, search
from assistant.store.client_keys import of_client
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, COACH, MADE_AT, SESSION, draft, session, transcript
from tests.faults.test_store_crash import ROOT
from tests.store.made import files, many, note, opened


def sessions(store: SqliteStore, words: str, **filters: object) -> list[str]:
    return [found.session for found in store.search(words, **filters).found]  # type: ignore[arg-type]


def only(store: SqliteStore, words: str) -> Found:
    (found,) = store.search(words).found
    return found


def add(store: SqliteStore, name: str, *said: str, client: str | None = None, date: dt.date | None = None) -> None:
    store.add_session(session(id=name, client=client, date=date))
    segments = tuple(Segment(id=n, start=None, end=None, speaker=None, text=text) for n, text in enumerate(said))
    store.save_transcript(name, transcript(segments=segments, gaps=()))


def entries(store: SqliteStore, what: str) -> list[str]:
    return [row["object"] for row in store._db.rows("SELECT object FROM audit WHERE what = ?", [what])]


def test_a_word_is_found_in_the_note_before_what_was_heard(filled: Path) -> None:
    store = opened(filled)
    found = only(store, "council rent")
    assert (found.session, found.client, found.day, found.where) == (SESSION, CLIENT.ref, dt.date(2026, 3, 12), "note")
    assert found.snippet == "He is about £240 behind with the rent and has not told the council."
    assert [found.snippet[a:b] for a, b in found.marks] == ["rent", "council"]
    assert only(store, "travel card").where == "transcript", "that action was dropped from the note"
    assert only(store, '"sam okoro"').where == only(store, "okoro").where == "name"
    assert only(store, "okoro kitchen").where == "note", "words may stand in the name and in the text"
    assert (sessions(store, "zebra"), sessions(store, '"rent the"'), sessions(store, "")) == ([], [], [])
    assert CLIENT.name not in repr(store.search("okoro")) and "rent" not in repr(store.search("rent"))
    store.close()


def test_what_is_saved_is_found_at_once(store: SqliteStore) -> None:
    assert sessions(store, "kettle") == []
    add(store, "s-1", "The kettle is broken.")
    assert sessions(store, "kettle") == ["s-1"]
    assert sessions(store, "lantern") == []
    store.save_transcript("s-1", transcript(segments=(Segment(id=0, start=None, end=None, speaker=None, text="The lantern."),), gaps=()))
    assert (sessions(store, "kettle"), sessions(store, "lantern")) == ([], ["s-1"]), "the newest transcript only"


def test_a_draft_is_found_until_it_is_signed(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    assert sessions(store, "okoro") == [SESSION], "by its client, before anything was heard"
    store.save_draft(SESSION, draft())
    assert only(store, '"travel card"').where == "draft"
    store.save_note(note())
    assert only(store, "kitchen").where == "note"
    assert sessions(store, '"travel card"') == []


def test_only_the_newest_version_of_a_note_and_none_that_is_void(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    store.save_transcript(SESSION, transcript())
    store.save_draft(SESSION, draft())
    store.save_note(note())
    first = note()
    section = replace(first.note[0], statements=(replace(first.note[0].statements[0], text="He came by tandem."),))
    store.save_note(note(2, note=(section,)))
    assert (sessions(store, "tandem"), only(store, "kitchen").where) == ([SESSION], "transcript")
    store.save_note(note(3, void=Void(who=COACH, at=MADE_AT, why="another person's")))
    assert (sessions(store, "tandem"), sessions(store, "kitchen")) == ([], []), "nor what was drafted or heard: it is about somebody else"


def test_an_unassigned_session_is_found_before_and_after_it_is_filed(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    add(store, "s-1", "The kettle is broken.")
    assert (only(store, "kettle").client, sessions(store, "okoro")) == (None, [])
    store.assign("s-1", CLIENT.ref)
    assert (only(store, "kettle").client, sessions(store, "okoro kettle")) == (CLIENT.ref, ["s-1"])
    assert sessions(store, "kettle", client=CLIENT.ref) == ["s-1"]


def test_what_another_process_does_is_seen(folder: Path) -> None:
    here, there = opened(folder), opened(folder)
    assert sessions(here, "kettle") == []
    there.add_client("Ada Made-Up", "C-0001")
    add(there, "s-1", "The kettle is broken.")
    assert sessions(here, "kettle") == ["s-1"]
    there.assign("s-1", "C-0001")
    assert sessions(here, "made kettle", client="C-0001") == ["s-1"]
    there._keys.drop(of_client("C-0001"))
    assert sessions(here, "kettle") == sessions(here, "ada") == []
    here.close()
    there.close()


def test_a_session_whose_key_is_gone_is_passed_over_in_silence(store: SqliteStore) -> None:
    for ref in ("C-0001", "C-0002"):
        store.add_client(f"Made-Up {ref}", ref)
        add(store, f"s-{ref}", "The kettle is broken.", client=ref)
    assert len(sessions(store, "kettle")) == 2
    store._keys.drop(of_client("C-0001"))
    result = store.search("kettle")
    assert ([found.client for found in result.found], result.complete, result.damaged) == (["C-0002"], True, 0)


def test_rows_that_are_deleted_are_not_found_and_their_successors_are(store: SqliteStore) -> None:
    """SQLite gives the number of a deleted last row to the next one."""
    add(store, "s-1", "The kettle is broken.")
    assert sessions(store, "kettle") == ["s-1"]
    delete(store, "transcripts", "session = 's-1'")
    store.save_transcript("s-1", transcript(segments=(Segment(id=0, start=None, end=None, speaker=None, text="The lantern."),), gaps=()))
    assert (sessions(store, "kettle"), sessions(store, "lantern")) == ([], ["s-1"])
    delete(store, "transcripts", "session = 's-1'")
    delete(store, "sessions", "id = 's-1'")
    assert sessions(store, "lantern") == []
    add(store, "s-2", "The lantern.")
    assert sessions(store, "lantern") == ["s-2"]


def delete(store: SqliteStore, table: str, where: str) -> None:
    """As erasing does it, whatever triggers stand in the way of everything else."""
    with store._db.write() as db:
        for row in list(db.query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table])):
            db.execute(f"DROP TRIGGER {row['name']}")
        db.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608 - written here


def test_one_damaged_text_hides_no_other_and_is_counted(store: SqliteStore) -> None:
    add(store, "s-1", "The kettle is broken.")
    add(store, "s-2", "The kettle whistles.")
    with store._db.write() as db:
        db.execute("DROP TRIGGER transcripts_keep")
        db.execute("UPDATE transcripts SET sealed = zeroblob(200) WHERE session = 's-1'")
    result = store.search("kettle")
    assert ([found.session for found in result.found], result.damaged) == (["s-2"], 1)


def test_filters_and_order(store: SqliteStore) -> None:
    store.add_client("Ada Made-Up", "C-0001")
    days = {f"s-{n}": dt.date(2026, 3, n) for n in (1, 2, 3)}
    for name, day in days.items():
        add(store, name, "The kettle is broken.", client="C-0001" if name == "s-2" else None, date=day)
    add(store, "s-9", "The kettle, the kettle and the kettle.", date=dt.date(2020, 1, 1))
    assert sessions(store, "kettle") == ["s-9", "s-3", "s-1", "s-2"], "the best first, then the newest; a name makes a longer text"
    assert sessions(store, "kettle", client="C-0001") == ["s-2"]
    assert sessions(store, "kettle", client="C-0009") == []
    assert sessions(store, "kettle", since=days["s-2"]) == ["s-3", "s-2"]
    assert sessions(store, "kettle", since=days["s-2"], until=days["s-2"]) == ["s-2"]
    assert sessions(store, "kettle", limit=2) == ["s-9", "s-3"]


def test_a_large_store_is_read_in_steps_the_newest_first(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "AT_ONCE", 20)
    many(store, ["The kettle is broken."] * 70)
    early = store.search("kettle", limit=100)
    assert (len(early.found), early.complete) == (20, False)
    assert min(found.day for found in early.found) > dt.date(2020, 1, 1) + dt.timedelta(days=49)
    steps = store.read_for_search()
    assert (next(steps).done, next(steps).done) == (40, 60)
    steps.close()
    assert [(step.done, step.total) for step in store.read_for_search()] == [(70, 70)]
    done = store.search("kettle", limit=100)
    assert (len(done.found), done.complete, list(store.read_for_search())) == (70, True, [])


def test_searches_are_entered_in_the_audit_without_their_words_and_not_at_every_key(filled: Path) -> None:
    for _ in range(2):
        store = opened(filled)
        for typed in ("", "r", "re", "ren", "rent"):
            store.search(typed)
        store.close()
    store = opened(filled)
    assert entries(store, "searched") == ["store"] * 2
    assert store.faults() == []
    store.close()


def test_a_store_that_was_closed_says_so(filled: Path) -> None:
    store = opened(filled)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.search("rent")
    with pytest.raises(StoreError, match="closed"):
        list(store.read_for_search())


def test_the_index_is_in_no_file(filled: Path) -> None:
    store = opened(filled)
    before = files(filled)
    list(store.read_for_search())
    store.search("rent")
    assert files(filled) == before
    memory = store._index._memory
    assert [row[2] for row in memory.execute("PRAGMA database_list")] == [""]
    assert memory.execute("PRAGMA temp_store").fetchone() == (2,)
    store.close()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("strace"), reason="strace is not installed (apt install strace)")
def test_building_and_searching_opens_no_file_to_write_to_but_the_store_s(folder: Path, tmp_path: Path) -> None:
    store = opened(folder)
    many(store, [f"The kettle number {n} is broken, and so is the lantern." for n in range(600)])
    store.close()
    calls = "open,openat,creat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,memfd_create"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", str(tmp_path / "log"), sys.executable, "-B", "-m", "tests.store.children",
         "search", str(folder), "kettle", "600"], capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    if "ptrace" in done.stderr.lower():
        pytest.skip("tracing is not allowed here")
    assert (done.returncode, done.stdout) == (0, "600\n"), done.stderr
    lines = [line for line in (tmp_path / "log").read_text(errors="replace").splitlines() if "= -1" not in line]
    writing = [line for line in lines if any(flag in line for flag in ("O_WRONLY", "O_RDWR", "O_CREAT")) or "open" not in line]
    paths = {Path(part) for line in writing for part in line.split('"')[1::2]}
    assert folder / "notes.db" in paths, "the trace should show the database being opened"
    assert {path for path in paths if path.parent not in (folder, Path("/dev"))} == set()
    known = {path.name for path in files(folder)} | {"notes.db-wal", "notes.db-shm"}
    assert {path.name.removesuffix(".tmp") for path in paths if path.parent == folder} <= known


def test_every_word_that_is_shown_is_read(filled: Path) -> None:
    """A field that is added to a document later must be searched, or be left out on purpose here."""
    left_out = {"quote", "name", "why", "code", "id", "path", "said_by", "from", "to_", "owner", "signed_by", "before", "after"}
    for data, read in ((documents.transcript_json(transcript()), prose.heard), (documents.draft_json(draft()), prose.written)):
        assert not [text for text in _sentences(msgspec.json.decode(data), left_out) if text not in read(data)]
    assert prose.written(documents.note_json(note()))[0] == "Sam came in on time with an updated CV."


def _sentences(value: object, left_out: set[str]) -> Sequence[str]:
    if isinstance(value, dict):
        return [
            text
            for key, each in value.items()
            if key not in left_out | {"previous_actions", "notices"}
            for text in _sentences(each, left_out)
        ]
    if isinstance(value, list):
        return [text for each in value for text in _sentences(each, left_out)]
    return [value] if isinstance(value, str) and " " in value else []
