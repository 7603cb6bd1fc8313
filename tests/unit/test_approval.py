"""Decisions on a draft, and what signing makes of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from assistant import approval, documents
from assistant.domain import Action, CaseNote, Decision, Draft, NextAppointment, PreviousOutcome, Review, Statement
from assistant.errors import Refused
from tests.examples import CLIENT, COACH, draft, evidence, session, transcript

SIGNED_AT = dt.datetime(2026, 3, 12, 16, 0, tzinfo=dt.UTC)


def accept_all(the_draft: Draft | None = None) -> Review:
    the_draft = the_draft or draft()
    return Review(draft="d-0001", decisions=tuple(Decision(path=path, verdict="accept") for path, _ in approval.items(the_draft)))


def sign(review: Review, the_draft: Draft | None = None, **changes: Any) -> CaseNote:
    options: dict[str, Any] = {"session": session(), "client": CLIENT.ref, "signed_by": COACH, "signed_at": SIGNED_AT}
    return approval.sign(the_draft or draft(), review, transcript(), **(options | changes))


def edit(path: str, item: Any) -> Decision:
    field = {Statement: "statement", Action: "action", PreviousOutcome: "outcome", NextAppointment: "appointment"}[type(item)]
    return Decision(path=path, verdict="edit", **{field: item})


def changes_of(note: CaseNote) -> list[tuple[str, str | None, str | None]]:
    return [(c.path, c.before, c.after) for c in note.changes]


def test_items_are_named_in_reading_order() -> None:
    paths = [path for path, _ in approval.items(draft())]
    assert paths[:2] == ["note/attendance/0", "note/progress/0"]
    assert paths[-7:] == ["actions/0", "actions/1", "referrals/0", "previous/p1", "previous/p2", "previous/p3", "next_appointment"]


def test_only_items_with_a_reason_wait_to_be_checked() -> None:
    assert approval.undecided(draft(), Review(draft="d-0001")) == (
        "note/progress/0",
        "note/barriers/0",
        "note/barriers/1",
        "note/barriers/2",
        "note/support/0",
        "actions/0",
        "next_appointment",
    )


def test_signing_is_refused_while_an_item_with_a_reason_is_undecided() -> None:
    review = accept_all()
    for path in approval.undecided(draft(), Review(draft="d-0001")):
        waiting = replace(review, decisions=tuple(d for d in review.decisions if d.path != path))
        with pytest.raises(Refused, match="One item still has to be checked"):
            sign(waiting)


def test_items_without_a_reason_are_kept_when_nobody_decides_on_them() -> None:
    needed = approval.undecided(draft(), Review(draft="d-0001"))
    note = sign(Review(draft="d-0001", decisions=tuple(Decision(path=path, verdict="accept") for path in needed)))
    assert note.note == sign(accept_all()).note
    assert note.changes == ()


@pytest.mark.parametrize("client", [None, ""])
def test_a_session_without_a_client_cannot_be_signed(client: str | None) -> None:
    with pytest.raises(Refused, match="no client"):
        sign(accept_all(), client=client)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_note_is_signed_with_a_name(name: str) -> None:
    with pytest.raises(Refused, match="name"):
        sign(accept_all(), signed_by=name)


def test_decisions_on_another_draft_are_refused() -> None:
    with pytest.raises(Refused, match="another draft"):
        sign(replace(accept_all(), draft="d-0002"))


def test_a_dropped_item_is_gone_and_the_change_says_what_it_was() -> None:
    note = sign(approval.decide(accept_all(), Decision(path="actions/1", verdict="drop")))
    assert [a.what for a in note.actions] == ["Ring the cafe on Mill Road"]
    assert changes_of(note) == [("actions/1", "Ask about the travel card", None)]


def test_an_edited_action_says_field_by_field_what_changed() -> None:
    drafted = draft().actions[0]
    note = sign(approval.decide(accept_all(), edit("actions/0", replace(drafted, owner="coach", due=dt.date(2026, 3, 27)))))
    assert note.actions[0].origin == "edited"
    assert note.actions[0].due_text == "next Friday"
    assert changes_of(note) == [("actions/0/owner", "client", "coach"), ("actions/0/due", "2026-03-20", "2026-03-27")]


def test_an_edit_that_changes_nothing_is_kept() -> None:
    note = sign(approval.decide(accept_all(), edit("actions/0", draft().actions[0])))
    assert note.actions[0].origin == "kept"
    assert note.changes == ()


def test_an_edit_without_new_words_decides_nothing() -> None:
    review = approval.decide(accept_all(), Decision(path="actions/0", verdict="edit"))
    assert approval.undecided(draft(), review) == ("actions/0",)


def test_an_edited_statement_is_held_against_its_evidence_again() -> None:
    drafted = draft().note[1].statements[0]
    wrong = sign(approval.decide(accept_all(), edit("note/progress/0", replace(drafted, text="Passed with 97 per cent."))))
    right = sign(approval.decide(accept_all(), edit("note/progress/0", replace(drafted, text="Passed, 92 per cent."))))
    assert (wrong.note[1].statements[0].supported, wrong.note[1].statements[0].check) == (False, ("number", "unsupported"))
    assert (right.note[1].statements[0].supported, right.note[1].statements[0].check) == (True, ("number",))


def test_a_statement_that_is_corrected_loses_the_mark_unsupported() -> None:
    wrong = Statement(text="Passed with 97 per cent.", said_by="coach", evidence=(evidence(2),), supported=False, check=("unsupported",))
    the_draft = draft(note=(replace(draft().note[1], statements=(wrong,)),))
    note = sign(approval.decide(accept_all(the_draft), edit("note/progress/0", replace(wrong, text="Passed with 92 per cent."))), the_draft)
    assert (note.note[0].statements[0].supported, note.note[0].statements[0].check) == (True, ())


def test_a_date_that_the_draft_worked_out_stays_supported_when_other_words_change() -> None:
    drafted = Statement(text="The trial shift is on Friday 20 March.", said_by="coach", evidence=(evidence(11),), supported=True)
    the_draft = draft(note=(replace(draft().note[1], statements=(drafted,)),))
    edited = replace(drafted, text="The trial is on 20 March.")
    note = sign(approval.decide(accept_all(the_draft), edit("note/progress/0", edited)), the_draft)
    assert note.note[0].statements[0].supported


def test_added_items_follow_the_drafted_ones_of_their_kind() -> None:
    goal = Statement(text="Wants to move nearer the coast.", said_by=None, evidence=(), supported=False)
    skill = Statement(text="Cooks for a family of six.", said_by=None, evidence=(), supported=False)
    action = Action(what="Send the bus timetable", owner="coach", evidence=())
    review = accept_all()
    for group, value in (("note/goals", {"statement": goal}), ("note/skills", {"statement": skill}), ("actions", {"action": action})):
        review = approval.decide(review, Decision(path=approval.new_path(review, group), verdict="add", **value))  # type: ignore[arg-type]
    note = sign(review)
    assert [s.section for s in note.note] == ["attendance", "progress", "goals", "ruled_out", "skills", "barriers", "support"]
    assert [(s.origin, s.supported) for s in note.note[2].statements] == [("kept", True), ("added", False)]
    assert note.actions[-1].origin == "added"
    assert [c for c in changes_of(note) if c[0] == "actions/+0"] == [("actions/+0", None, "Send the bus timetable")]


def test_what_was_left_out_and_then_added_is_not_left_out_any_more() -> None:
    action = Action(what="Find out about kitchen shoes", owner="coach", evidence=(evidence(14),))
    assert [left.segment for left in sign(accept_all()).left_out] == [14]
    assert sign(approval.decide(accept_all(), Decision(path="actions/+0", verdict="add", action=action))).left_out == ()


def test_an_added_item_can_be_changed_and_dropped_again() -> None:
    action = Action(what="Send the bus timetable", owner="coach", evidence=())
    review = approval.decide(accept_all(), Decision(path="actions/+0", verdict="add", action=action))
    edited = approval.decide(review, edit("actions/+0", replace(action, what="Print the bus timetable")))
    assert [(a.what, a.origin) for a in sign(edited).actions][2:] == [("Print the bus timetable", "added")]
    dropped = sign(approval.decide(edited, Decision(path="actions/+0", verdict="drop")))
    assert len(dropped.actions) == 2
    assert dropped.changes == ()
    assert approval.new_path(edited, "actions") == "actions/+1"


def test_a_barrier_goes_with_the_last_statement_that_showed_it() -> None:
    note = sign(approval.decide(accept_all(), Decision(path="note/barriers/0", verdict="drop")))
    assert note.barriers == ("transport", "money_debt")
    assert note.barrier_evidence == {"transport": (7,), "money_debt": (9,)}
    assert ("barriers/health_physical", "health_physical", None) in changes_of(note)


def test_a_barrier_stays_while_another_statement_shows_it() -> None:
    again = Statement(text="Wants no lifting.", said_by="client", evidence=(evidence(6),), supported=True)
    the_draft = draft(note=(*draft().note[:-1], replace(draft().note[-1], statements=(again,))))
    note = sign(approval.decide(accept_all(the_draft), Decision(path="note/barriers/0", verdict="drop")), the_draft)
    assert "health_physical" in note.barriers


def test_last_times_outcome_can_be_corrected() -> None:
    note = sign(approval.decide(accept_all(), edit("previous/p3", PreviousOutcome(id="p3", outcome="done"))))
    assert [(p.outcome, p.origin) for p in note.previous] == [("done", "kept"), ("not_done", "kept"), ("done", "edited")]
    assert changes_of(note) == [("previous/p3/outcome", "not_mentioned", "done")]


def test_the_next_appointment_can_be_moved_dropped_or_added() -> None:
    moved = NextAppointment(date=dt.date(2026, 3, 27), time="10:30", evidence=(evidence(15),))
    assert sign(approval.decide(accept_all(), edit("next_appointment", moved))).next_appointment == moved
    assert sign(approval.decide(accept_all(), Decision(path="next_appointment", verdict="drop"))).next_appointment is None
    without = draft(next_appointment=None)
    added = approval.decide(accept_all(without), Decision(path="next_appointment", verdict="add", appointment=replace(moved, evidence=())))
    assert changes_of(sign(added, without)) == [("next_appointment", None, "2026-03-27")]


def test_undo_brings_back_the_decision_before() -> None:
    review = approval.decide(accept_all(), Decision(path="actions/1", verdict="drop"))
    assert approval.undo(review) == accept_all()
    assert approval.undo(Review(draft="d-0001")) == Review(draft="d-0001")


def test_a_new_version_names_the_one_it_follows() -> None:
    first = sign(accept_all())
    second = sign(accept_all(), previous=first)
    assert (first.version, first.supersedes) == (1, None)
    assert (second.version, second.supersedes) == (2, 1)


def test_the_time_of_signing_is_kept_in_utc() -> None:
    summer = dt.timezone(dt.timedelta(hours=1))
    note = sign(accept_all(), signed_at=dt.datetime(2026, 7, 1, 17, 0, tzinfo=summer))
    assert note.signed_at == dt.datetime(2026, 7, 1, 16, 0, tzinfo=dt.UTC)
    assert note.signed_at.tzinfo is dt.UTC


def test_a_note_is_the_same_after_being_written_and_read() -> None:
    note = sign(approval.decide(accept_all(), Decision(path="note/barriers/0", verdict="drop")))
    assert documents.read_note(documents.note_json(note)) == note
