"""A note filed under the wrong person: void for good, begun again under the right one, and nothing of the one in the other."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest

from assistant import documents, pipeline
from assistant.domain import Decision, PreviousAction, Review, Session, SignedAction
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.errors import Refused, UsageProblem
from assistant.store.audit import Audit
from assistant.store.client_keys import of_client
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, COACH, SESSION, draft, evidence, session, transcript
from tests.store.made import SOUND, note, work_day
from tests.work import finish

RIGHT = "C-0007"
NAME = "Priya Nair"
WHY = "two clients on one morning"


@pytest.fixture
def wrong(store: SqliteStore) -> SqliteStore:
    """A whole working day, filed under the wrong client; the right one has an action open."""
    work_day(store)
    store.add_client(NAME, RIGHT)
    store.add_session(session(id="before", client=RIGHT))
    store.save_transcript("before", transcript())
    store.save_draft("before", draft())
    action = SignedAction(what="Send the wage slips", owner="client", evidence=(evidence(11),), origin="kept")
    store.save_note(note(session="before", client=RIGHT, actions=(action,)))
    return store


def refiled(store: SqliteStore, client: str = RIGHT) -> str:
    return finish(pipeline.refile_session(store, SESSION, client, ExtractiveDrafter, by=COACH, why=WHY))


def test_the_note_is_void_with_who_and_why_and_what_was_signed_stays(wrong: SqliteStore) -> None:
    refiled(wrong)
    first, second = wrong.notes(SESSION)
    assert first == note()
    assert second.void is not None
    assert (second.void.who, second.void.why, second.version, second.supersedes) == (COACH, WHY, 2, 1)
    assert replace(second, void=None, version=1, supersedes=None) == first
    summary = next(s for s in wrong.sessions() if s.session.id == SESSION)
    assert (summary.void, summary.stage, summary.session.client) == (True, "signed", CLIENT.ref)
    assert wrong.latest_note_of(CLIENT.ref) is None


def test_the_session_begins_again_under_the_right_client_unsigned(wrong: SqliteStore) -> None:
    new = refiled(wrong)
    assert wrong.session(new) == session(id=new, client=RIGHT)
    summary = next(s for s in wrong.sessions() if s.session.id == new)
    assert (summary.stage, summary.void, summary.client_name, summary.seconds) == ("drafted", False, NAME, 85.2)
    assert wrong.notes(new) == []
    heard = wrong.transcript(new)
    assert heard is not None
    assert [s.text for s in heard.segments] == [s.text for s in transcript().segments]
    assert heard.client == "Priya"
    assert heard.previous_actions == (PreviousAction(id="p1", what="Send the wage slips", owner="client"),)
    made = wrong.draft(new)
    assert made is not None
    assert made.transcript == heard.id
    assert [item.id for item in made.previous] == ["p1"]


def test_the_recording_and_its_source_go_with_it(wrong: SqliteStore) -> None:
    (recording,) = wrong.recordings(SESSION)
    new = refiled(wrong)
    assert wrong.recordings(SESSION) == []
    assert wrong.recordings(new) == [replace(recording, session=new)]
    with wrong.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    assert wrong.seen("ab" * 32) == new
    assert wrong.faults() == []


def test_nothing_of_the_new_session_lies_under_the_wrong_clients_key(wrong: SqliteStore) -> None:
    new = refiled(wrong)
    for rows in ("SELECT owner FROM transcripts WHERE session = ?", "SELECT owner FROM drafts WHERE session = ?"):
        assert {row["owner"] for row in wrong._db.rows(rows, [new])} == {of_client(RIGHT)}
    assert [row["owner"] for row in wrong._db.rows("SELECT owner FROM reviews WHERE session = ?", [new])] == [of_client(RIGHT)]
    wrong._keys.drop(of_client(CLIENT.ref))
    heard, made = wrong.transcript(new), wrong.draft(new)
    assert heard is not None and made is not None
    wrong.review(new)
    written = documents.transcript_json(replace(heard, segments=())) + documents.draft_json(replace(made, note=(), actions=()))
    for word in (*CLIENT.name.split(), "mock interview", "local kitchens"):  # what was agreed with the wrong client, too
        assert word.encode() not in written


def test_decisions_go_with_it_but_none_about_the_wrong_clients_earlier_actions(wrong: SqliteStore) -> None:
    first = finish(ExtractiveDrafter().draft(transcript()))
    paths = ("actions/0", "previous/p1")
    wrong.save_draft(
        SESSION, first, Review(draft=first.draft or first.id, decisions=tuple(Decision(path=p, verdict="drop") for p in paths))
    )
    new = refiled(wrong)
    review = wrong.review(new)
    assert review is not None
    assert [(d.path.split("/")[0], d.verdict) for d in review.decisions] == [("actions", "drop")]


def test_both_stand_in_the_audit(wrong: SqliteStore) -> None:
    before = len(wrong.audit())
    new = refiled(wrong)
    voided = wrong._db.row("SELECT id FROM notes WHERE session = ? AND void = 1", [SESSION])
    assert voided is not None
    assert [(e.what, e.object) for e in wrong.audit()[before:]] == [("voided", voided["id"]), ("assigned", new)]


@pytest.mark.parametrize("at", [(SqliteStore, "_insert_session"), (SqliteStore, "_append_draft"), (Audit, "append")])
def test_it_happens_whole_or_not_at_all(wrong: SqliteStore, at: tuple[type, str]) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = wrong.sessions()
    with mock.patch.object(*at, stop), pytest.raises(KeyboardInterrupt):
        refiled(wrong)
    assert wrong.sessions() == before
    assert wrong.notes(SESSION) == [note()]
    assert len(wrong.recordings(SESSION)) == 1
    refiled(wrong)
    assert len(wrong.sessions()) == len(before) + 1


def test_stopped_while_drafting_nothing_has_changed(wrong: SqliteStore) -> None:
    work = pipeline.refile_session(wrong, SESSION, RIGHT, ExtractiveDrafter, by=COACH, why=WHY)
    next(work)
    work.close()
    assert wrong.notes(SESSION) == [note()]
    assert len(wrong.sessions()) == 2


def test_void_is_for_good(wrong: SqliteStore) -> None:
    refiled(wrong)
    with pytest.raises(Refused, match="void"):
        wrong.save_note(note(3))
    with pytest.raises(Refused, match="void"):
        refiled(wrong)
    with pytest.raises(Refused, match="void"):
        wrong.void_note(SESSION, COACH, WHY)
    with pytest.raises(Refused):
        wrong.assign(SESSION, RIGHT)
    assert len(wrong.notes(SESSION)) == 2


def test_a_note_can_be_made_void_by_itself(wrong: SqliteStore) -> None:
    made = wrong.void_note(SESSION, f" {COACH} ", f" {WHY} ")
    assert wrong.notes(SESSION)[-1] == made
    assert made.void is not None
    assert (made.void.who, made.void.why) == (COACH, WHY)


def test_what_is_refused_changes_nothing(wrong: SqliteStore) -> None:
    wrong.add_session(session(id="unsigned"))
    before = wrong.sessions()
    for client, who, why, error in (
        (CLIENT.ref, COACH, WHY, Refused),
        ("C-9999", COACH, WHY, UsageProblem),
        (RIGHT, " ", WHY, UsageProblem),
        (RIGHT, COACH, " ", UsageProblem),
    ):
        with pytest.raises(error):
            finish(pipeline.refile_session(wrong, SESSION, client, ExtractiveDrafter, by=who, why=why))
    with pytest.raises(Refused, match="no signed note"):
        finish(pipeline.refile_session(wrong, "unsigned", RIGHT, ExtractiveDrafter, by=COACH, why=WHY))
    with pytest.raises(Refused, match="no signed note"):
        wrong.void_note("unsigned", COACH, WHY)
    assert wrong.sessions() == before


def test_where_nothing_is_kept_of_what_was_said_the_signed_words_are_the_evidence(wrong: SqliteStore) -> None:
    with wrong._db.write() as db:  # as retention does
        db.execute("INSERT INTO erasing VALUES (?)", [of_client(CLIENT.ref)])
        db.execute("DELETE FROM transcripts WHERE session = ?", [SESSION])
        db.execute("DELETE FROM erasing")
    new = refiled(wrong)
    heard = wrong.transcript(new)
    assert heard is not None and heard.made_by is not None
    assert heard.made_by.engine == "typed"
    assert heard.segments[0].text == note().note[0].statements[0].text
    assert wrong.draft(new) is not None


def test_a_session_that_nobody_signed_is_filed_and_drafted_again(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_client(NAME, RIGHT)
    made: Session = session()
    store.add_session(made)
    store.save_transcript(SESSION, transcript())
    store.save_draft(SESSION, draft())
    finish(pipeline.reassign_session(store, SESSION, RIGHT, ExtractiveDrafter))
    heard, again = store.transcript(SESSION), store.draft(SESSION)
    assert heard is not None and again is not None
    assert (store.session(SESSION).client, heard.client, heard.previous_actions) == (RIGHT, "Priya", ())
    assert (again.transcript, again.previous) == (heard.id, ())


def test_the_reason_and_the_name_are_sealed(wrong: SqliteStore) -> None:
    refiled(wrong)
    wrong._db.checkpoint()
    for row in wrong._db.rows("SELECT * FROM notes") + wrong._db.rows("SELECT * FROM audit"):
        held = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
        assert WHY.encode() not in held
        assert COACH.encode() not in held
