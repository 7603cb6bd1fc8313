"""Decisions on a draft, taken over to the draft of a corrected transcript: what is the same keeps them, nothing stale stands unread."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant import approval, documents, typed
from assistant.domain import Decision, Draft, Evidence, NextAppointment, NoteSection, Review, Statement, Transcript
from tests.examples import draft, evidence, session, transcript

RIGHT = "He's about 24 pounds behind with the rent and he hasn't told the council."
RENT = Statement(text="He is about £240 behind with the rent.", said_by="client", evidence=(evidence(9),), supported=True, check=("money",))
RENT_NOW = replace(RENT, text="He is about £24 behind with the rent.", evidence=(Evidence(segment=9, quote=RIGHT),))
FIRST = Statement(text="He owes nothing else.", said_by=None, evidence=(evidence(9, "He's"),), supported=True)


def corrected() -> Transcript:
    return typed.corrected(transcript(), 9, RIGHT)


def before() -> Draft:
    return draft(note=(*draft().note, NoteSection(section="x_money", statements=(RENT,))))


def after(**changes: object) -> Draft:
    """The statement about the rent has changed, and another one stands before it, so that places have moved."""
    new = before()
    note = (*new.note[:-1], NoteSection(section="x_money", statements=(FIRST, RENT_NOW)))
    return replace(new, draft="d-0002", transcript="t-0002", note=note, **changes)  # type: ignore[arg-type]


def reviewed(*decisions: Decision) -> Review:
    return Review(draft="d-0001", decisions=decisions)


def states(of: Draft, review: Review) -> dict[str, str]:
    return {entry.path: entry.state for entry in approval.entries(of, review)}


def test_an_item_that_is_the_same_keeps_its_decisions_wherever_it_stands_now() -> None:
    moved = after(actions=tuple(reversed(before().actions)))
    own = replace(before().actions[1], what="Ask about the bus pass")
    made = reviewed(
        Decision(path="actions/0", verdict="accept"),
        Decision(path="actions/1", verdict="edit", action=own),
        Decision(path="note/ruled_out/0", verdict="drop"),
    )
    carried = approval.carry(before(), made, moved, corrected())
    assert carried.again == 0
    now = states(moved, carried.review)
    assert (now["actions/1"], now["actions/0"], now["note/ruled_out/0"]) == ("kept", "edited", "dropped")
    assert approval.undo(carried.review).decisions == carried.review.decisions[:-1]


def test_an_item_that_has_changed_is_to_be_checked_again() -> None:
    carried = approval.carry(before(), reviewed(Decision(path="note/x_money/0", verdict="accept")), after(), corrected())
    assert carried.again == 1
    assert carried.review == Review(draft="d-0002")
    assert "note/x_money/1" in approval.undecided(after(), carried.review)


def test_the_coachs_own_words_on_a_changed_item_are_there_but_do_not_stand() -> None:
    own = replace(RENT, text="£240 behind; said he is ashamed of it.")
    made = reviewed(Decision(path="note/x_money/0", verdict="edit", statement=own))
    carried = approval.carry(before(), made, after(), corrected())
    struck = next(e for e in approval.entries(after(), carried.review) if e.item.evidence and getattr(e.item, "text", "") == own.text)
    assert (struck.state, struck.path, struck.drafted) == ("dropped", "note/x_money/+0", None)
    assert struck.item.evidence == (Evidence(segment=9, quote=RIGHT),)
    accepted = [Decision(path=path, verdict="accept") for path in approval.undecided(after(), carried.review)]
    review = replace(carried.review, decisions=(*carried.review.decisions, *accepted))
    note = approval.sign(
        after(), review, corrected(), session=session(), client="C-0042", signed_by="Ellis", signed_at=dt.datetime.now(dt.UTC)
    )
    signed = [s.text for section in note.note for s in section.statements]
    assert RENT_NOW.text in signed and own.text not in signed
    back = approval.decide(carried.review, Decision(path="note/x_money/+0", verdict="edit", statement=own))
    assert states(after(), back)["note/x_money/+0"] == "added"


def test_what_the_coach_added_stands_and_quotes_the_transcript_as_it_is_now() -> None:
    mine = Statement(text="Rent arrears.", said_by=None, evidence=(evidence(9),), supported=False)
    carried = approval.carry(before(), reviewed(Decision(path="note/barriers/+0", verdict="add", statement=mine)), after(), corrected())
    entry = next(e for e in approval.entries(after(), carried.review) if e.path == "note/barriers/+0")
    assert (entry.state, entry.item.evidence) == ("added", (Evidence(segment=9, quote=RIGHT),))
    assert carried.again == 0


def test_an_appointment_that_the_coach_added_outlives_one_that_is_drafted_now() -> None:
    without = replace(before(), next_appointment=None)
    mine = NextAppointment(date=dt.date(2026, 4, 2), time="09:00", evidence=())
    made = reviewed(Decision(path="next_appointment", verdict="add", appointment=mine))
    carried = approval.carry(without, made, after(), corrected())
    entry = next(e for e in approval.entries(after(), carried.review) if e.path == "next_appointment")
    assert (entry.state, entry.item) == ("edited", mine)


def test_an_edited_appointment_that_is_no_longer_drafted_can_be_brought_back() -> None:
    mine = replace(before().next_appointment, time="11:00")  # type: ignore[type-var]
    made = reviewed(Decision(path="next_appointment", verdict="edit", appointment=mine))
    carried = approval.carry(before(), made, after(next_appointment=None), corrected())
    entry = next(e for e in approval.entries(after(next_appointment=None), carried.review) if e.path == "next_appointment")
    assert (entry.state, entry.item, carried.again) == ("dropped", mine, 1)


PATHS = [path for path, _ in approval.items(before())]


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(["accept", "drop"])), max_size=12), st.sets(st.sampled_from(PATHS)))
def test_every_decision_is_carried_over_or_counted_and_none_lands_on_another_item(
    decided: list[tuple[str, str]], changed: set[str]
) -> None:
    """Whatever changes in the draft, an item has the decision that was made on the very same item, or none."""
    new = replace(before(), draft="d-0002", note=tuple(_without(s, changed) for s in before().note))
    new = replace(new, actions=tuple(a for n, a in enumerate(new.actions) if f"actions/{n}" not in changed))
    review = reviewed(*(Decision(path=path, verdict=verdict) for path, verdict in decided))  # type: ignore[arg-type]
    carried = approval.carry(before(), review, new, transcript())
    was = {repr(documents._plain(e.item)): e.state for e in approval.entries(before(), review)}
    for entry in approval.entries(new, carried.review):
        assert was[repr(documents._plain(entry.item))] == entry.state
    lost = {path for path, _ in decided} & {p for p in changed if p.startswith(("note/", "actions/"))}
    assert carried.again == len(lost)


def _without(section: NoteSection, changed: set[str]) -> NoteSection:
    kept = tuple(s for n, s in enumerate(section.statements) if f"note/{section.section}/{n}" not in changed)
    return replace(section, statements=kept)


def test_decisions_made_twice_on_one_path_stay_in_their_order() -> None:
    made = reviewed(Decision(path="actions/0", verdict="drop"), Decision(path="actions/0", verdict="accept"))
    carried = approval.carry(before(), made, after(), corrected())
    assert [d.verdict for d in carried.review.decisions] == ["drop", "accept"]
