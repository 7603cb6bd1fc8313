"""Every face of the store: what goes in comes out, and what the rules forbid is refused with nothing changed."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain import Client, Decision, Recording, Review, Session, Void
from assistant.errors import Refused, StoreDamaged, UsageProblem
from assistant.identity import new_id
from assistant.protocols import Store
from assistant.store import audio
from assistant.store.client_keys import of_client, of_recording, of_session
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, COACH, MADE_AT, SESSION, draft, session, transcript
from tests.store.made import SOUND, note, opened, work_day


@pytest.fixture
def at_work(store: SqliteStore) -> SqliteStore:
    """With a client and a session of theirs."""
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    return store


def unassigned(store: SqliteStore) -> Session:
    """A session that nobody has filed yet, heard and drafted."""
    made = session(id="s-0002", client=None)
    store.add_session(made)
    store.save_transcript(made.id, transcript())
    store.save_draft(made.id, draft())
    store.save_review(made.id, Review(draft="d-0001"))
    return made


def test_it_is_a_store(store: SqliteStore) -> None:
    face: Store = store
    assert face.sessions() == []
    assert face.clients() == []
    assert face.recover_recordings() == []


def test_a_work_day_comes_back_after_a_night(folder: Path) -> None:
    store = opened(folder)
    recording = work_day(store)
    store.close()
    store = opened(folder)
    (summary,) = store.sessions()
    assert summary.session == session() == store.session(SESSION)
    assert (summary.stage, summary.client_name, summary.seconds, summary.version) == ("signed", CLIENT.name, 85.2, 1)
    assert store.transcript(SESSION) == transcript()
    assert store.draft(SESSION) == draft()
    assert store.review(SESSION) == Review(draft="d-0001")
    assert store.notes(SESSION) == [note()]
    assert store.recordings(SESSION) == [Recording(id=recording, session=SESSION, media=".wav", state="complete", seconds=85.2)]
    with store.open_recording(recording) as sound:
        assert sound.read() == SOUND
    assert store.seen("ab" * 32) == SESSION
    assert store.faults() == []
    store.close()


def test_references_are_given_in_order_and_never_twice(store: SqliteStore) -> None:
    assert [store.add_client(f"Person {n}").ref for n in range(3)] == ["C-0001", "C-0002", "C-0003"]
    assert store.add_client("Sam", "C-0042") == Client(ref="C-0042", name="Sam")
    assert store.add_client("Sam").ref == "C-0043", "two people with one name are two clients"
    for taken in ("C-0042", "c-0042"):
        with pytest.raises(Refused):
            store.add_client("Another", taken)
    assert [client.ref for client in store.clients()] == ["C-0001", "C-0002", "C-0003", "C-0042", "C-0043"]
    assert store.client("C-0042").name == "Sam"


@pytest.mark.parametrize("ref", ["", " ", "a b", "../x", "-x", "C-1\n", "x" * 33, "é"])
def test_a_reference_is_short_and_plain(store: SqliteStore, ref: str) -> None:
    with pytest.raises(UsageProblem):
        store.add_client("Sam", ref)


def test_what_is_not_there_is_said(store: SqliteStore) -> None:
    for ask in (
        lambda: store.session("none"),
        lambda: store.client("C-9999"),
        lambda: store.add_session(session()),  # its client is not there
        lambda: store.save_transcript("none", transcript()),
        lambda: store.save_note(note()),
        lambda: store.start_recording("none", ".wav"),
        lambda: store.open_recording("none"),
        lambda: store.finish_recording("none", 1.0),
        lambda: store.remember("ab", "none"),
        lambda: store.assign("none", "C-9999"),
        lambda: store.add_client("  "),
        lambda: store.add_client("half a sign \ud800"),
        lambda: store.add_session(session(client=None, coach="\udcff")),
    ):
        with pytest.raises(UsageProblem):
            ask()
    assert store.transcript("none") is store.draft("none") is store.review("none") is store.seen("ab") is None
    assert store.notes("none") == store.recordings("none") == store.sessions() == store.clients() == []


def test_stages_follow_from_what_exists(at_work: SqliteStore) -> None:
    def stage() -> str:
        return at_work.sessions()[0].stage

    assert stage() == "recorded"
    at_work.save_transcript(SESSION, transcript())
    assert stage() == "transcribed"
    at_work.save_draft(SESSION, draft())
    assert stage() == "drafted"
    at_work.save_note(note())
    assert stage() == "signed"


def test_sessions_are_listed_newest_first(at_work: SqliteStore) -> None:
    for hours, name in ((2, "late"), (-2, "early"), (1, "middle")):
        at_work.add_session(session(id=name, created_at=MADE_AT + dt.timedelta(hours=hours)))
    assert [row.session.id for row in at_work.sessions()] == ["late", "middle", SESSION, "early"]


def test_a_session_without_date_client_or_coach_is_kept_as_such(store: SqliteStore) -> None:
    bare = Session(id=new_id(), kind="appointment", date=None, date_confirmed=False, created_at=MADE_AT)
    store.add_session(bare)
    assert store.session(bare.id) == bare
    (summary,) = store.sessions()
    assert (summary.client_name, summary.seconds, summary.version, summary.stage) == (None, None, None, "recorded")
    with pytest.raises(Refused):
        store.add_session(bare)


def test_the_newest_transcript_draft_and_review_count(at_work: SqliteStore) -> None:
    for n in (1, 2):
        at_work.save_transcript(SESSION, transcript(id=f"t-{n}"))
        at_work.save_draft(SESSION, draft(draft=f"d-{n}"))
    first, second = Review(draft="d-1"), Review(draft="d-2", decisions=(Decision(path="actions/0", verdict="drop"),))
    at_work.save_review(SESSION, first)
    assert at_work.review(SESSION) is None, "a review of an older draft is not one of the newest"
    at_work.save_review(SESSION, Review(draft="d-2"))
    at_work.save_review(SESSION, second)
    assert at_work.review(SESSION) == second
    assert (at_work.transcript(SESSION).id, at_work.draft(SESSION).draft) == ("t-2", "d-2")  # type: ignore[union-attr]
    with pytest.raises(Refused):
        at_work.save_review(SESSION, Review(draft="d-3"))


def test_versions_follow_one_another(at_work: SqliteStore) -> None:
    for wrong in (note(0), note(2), note(2, supersedes=None), note(0, supersedes=None), note(1, supersedes=1), note(1, supersedes=0)):
        with pytest.raises(Refused):
            at_work.save_note(wrong)
    at_work.save_note(note(1))
    for wrong in (note(1), note(3), note(3, supersedes=1), note(1, supersedes=1), note(2, supersedes=None), note(2, client="C-0001")):
        with pytest.raises(Refused):
            at_work.save_note(wrong)
    at_work.save_note(note(2))
    assert at_work.notes(SESSION) == [note(1), note(2)]
    assert at_work.sessions()[0].version == 2


def test_an_unassigned_session_cannot_be_signed(store: SqliteStore) -> None:
    unassigned(store)
    with pytest.raises(Refused):
        store.save_note(note(session="s-0002"))
    assert store.notes("s-0002") == []


def test_filing_a_session_moves_all_it_holds_under_the_clients_key(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    made = unassigned(store)
    recording, writer = store.start_recording(made.id, ".wav")
    writer.close()
    store.finish_recording(recording.id, None)
    store.assign(made.id, CLIENT.ref)
    assert store.session(made.id) == replace(made, client=CLIENT.ref)
    assert (store.transcript(made.id), store.draft(made.id), store.review(made.id)) == (transcript(), draft(), Review(draft="d-0001"))
    with pytest.raises(StoreDamaged):
        store._keys.get(of_session(made.id))
    store.open_recording(recording.id).close()
    store.assign(made.id, CLIENT.ref)
    store.save_note(note(session=made.id))
    store.add_client("Another", "C-0001")
    with pytest.raises(Refused):
        store.assign(made.id, "C-0001")


def test_a_misfiled_session_can_be_filed_again_before_it_is_signed(at_work: SqliteStore) -> None:
    at_work.save_transcript(SESSION, transcript())
    at_work.add_client("Another", "C-0001")
    at_work.assign(SESSION, "C-0001")
    at_work._keys.drop(of_client(CLIENT.ref))
    assert at_work.transcript(SESSION) == transcript()
    with pytest.raises(UsageProblem):
        at_work.assign(SESSION, "C-9999")


def test_a_reader_that_is_overtaken_by_filing_reads_again(folder: Path) -> None:
    reading, filing = opened(folder), opened(folder)
    reading.add_client(CLIENT.name, CLIENT.ref)
    made = unassigned(reading)
    found = reading._newest

    def slowly(table: str, session_id: str) -> object:
        row = found(table, session_id)
        filing.assign(session_id, CLIENT.ref)
        return row

    reading._newest = slowly  # type: ignore[method-assign, assignment]
    assert reading.transcript(made.id) == transcript()
    reading.close()
    filing.close()


def test_the_newest_note_of_a_client_is_by_date_and_leaves_out_what_is_void(at_work: SqliteStore) -> None:
    assert at_work.latest_note_of(CLIENT.ref) is None
    for name, day in (("older", 1), ("newer", 20)):
        at_work.add_session(session(id=name, date=dt.date(2026, 3, day)))
    for name in ("newer", SESSION, "older"):
        at_work.save_note(note(session=name))
    at_work.save_note(note(2, session="older"))
    assert at_work.latest_note_of(CLIENT.ref) == note(session="newer")
    assert at_work.latest_note_of(CLIENT.ref, before="newer") == note()
    at_work.save_note(note(2, session="newer", void=Void(who="coach", at=MADE_AT, why="wrong client")))
    assert at_work.latest_note_of(CLIENT.ref) == note()
    assert at_work.latest_note_of(CLIENT.ref, before=SESSION) == note(2, session="older")
    at_work.add_client("Another", "C-0001")
    assert at_work.latest_note_of("C-0001") is None


def test_a_recording_is_played_only_when_it_is_finished(at_work: SqliteStore) -> None:
    recording, writer = at_work.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    assert at_work.recordings(SESSION) == [recording]
    assert at_work.recover_recordings() == [], "a living writer is left alone"
    for ask in (lambda: at_work.open_recording(recording.id), lambda: at_work.finish_recording(recording.id, 1.0)):
        with pytest.raises(Refused):
            ask()
    writer.close()
    at_work.finish_recording(recording.id, 0.32)
    assert at_work.recordings(SESSION)[0].state == "complete"
    assert at_work.sessions()[0].seconds == 0.32


def test_recovery_closes_what_a_crash_left_and_what_was_closed_but_not_noted(at_work: SqliteStore) -> None:
    torn, writer = at_work.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    writer.abandon()
    whole, writer = at_work.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    writer.close()
    lost, writer = at_work.start_recording(SESSION, ".wav")
    writer.close()
    at_work._path(lost.id).unlink()
    assert [(r.id, r.state) for r in at_work.recover_recordings()] == [(torn.id, "recovered"), (whole.id, "complete")]
    assert at_work.open_recording(torn.id).read() == SOUND[:8192]
    assert at_work.open_recording(whole.id).read() == SOUND
    at_work.finish_recording(torn.id, 0.26)
    assert at_work.recordings(SESSION)[0] == replace(torn, state="recovered", seconds=0.26)
    assert at_work.recover_recordings() == []
    assert at_work.recordings(SESSION)[2].state == "recording", "a missing file is not called finished"


def test_a_recording_exchanged_for_its_own_beginning_is_noticed(at_work: SqliteStore) -> None:
    """Even when it is given a proper end: its row knows how long it was."""
    recording, writer = at_work.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    early = at_work._path(recording.id).read_bytes()
    writer.write(SOUND)
    writer.close()
    at_work.finish_recording(recording.id, None)
    at_work._path(recording.id).write_bytes(early)
    with pytest.raises(StoreDamaged):
        at_work.open_recording(recording.id)
    assert audio.recover(at_work._path(recording.id), recording.id, at_work._keys.get(of_recording(recording.id))) == "recovered"
    with pytest.raises(StoreDamaged):
        at_work.open_recording(recording.id)


def test_a_recording_that_could_not_be_noted_leaves_no_file(at_work: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work._db, "write", lambda: (_ for _ in ()).throw(RuntimeError("no")))
    with pytest.raises(RuntimeError):
        at_work.start_recording(SESSION, ".wav")
    assert list((at_work._folder / "audio").iterdir()) == []


def test_a_source_taken_in_again_belongs_to_its_newest_session(at_work: SqliteStore) -> None:
    at_work.add_session(session(id="again"))
    at_work.remember("ab", SESSION)
    at_work.remember("ab", "again")
    assert at_work.seen("ab") == "again"
    assert at_work.seen("cd") is None


OLDER = "The database is older than the newest entry of its audit."


def test_an_old_copy_of_the_database_is_unreadable_once_the_key_is_gone(filled: Path) -> None:
    old = (filled / "notes.db").read_bytes()
    store = opened(filled)
    (recording,) = store.recordings(SESSION)
    store._keys.drop(of_client(CLIENT.ref))
    store._keys.drop(of_recording(recording.id))
    store.close()
    (filled / "notes.db").write_bytes(old)
    store = opened(filled)
    assert store.faults() == [f"The key of client/{CLIENT.ref} is gone.", f"The key of recording/{recording.id} is gone.", OLDER]
    assert store.clients() == []
    (summary,) = store.sessions()
    assert (summary.session, summary.client_name) == (session(coach=None), None), "what is left can still be listed"
    for ask in (
        lambda: store.client(CLIENT.ref),
        lambda: store.add_session(session(id="s-0003")),
        lambda: store.transcript(SESSION),
        lambda: store.draft(SESSION),
        lambda: store.review(SESSION),
        lambda: store.notes(SESSION),
        lambda: store.session(SESSION),
        lambda: store.open_recording(recording.id),
    ):
        with pytest.raises(StoreDamaged):
            ask()
    store.close()


def test_threads_share_a_store(at_work: SqliteStore) -> None:
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(5):
                at_work.add_session(session(id=f"{name}-{n}"))
                at_work.save_transcript(f"{name}-{n}", transcript())
                assert at_work.transcript(f"{name}-{n}") == transcript()
                at_work.sessions()
        except BaseException as error:  # noqa: BLE001 - handed to the test, which fails on any
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(at_work.sessions()) == 21


def test_nothing_said_is_shown_by_the_store_itself(at_work: SqliteStore) -> None:
    unassigned(at_work)
    shown = repr(at_work) + repr(vars(at_work)) + repr(at_work.sessions()) + repr(at_work.clients())
    for secret in (CLIENT.name, COACH, "food hygiene"):
        assert secret not in shown
