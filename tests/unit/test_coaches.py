"""What became of drafted items in signed notes: counted from notes that were really signed, with no word of them shown."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from assistant import approval, console
from assistant.cli import evaluate
from assistant.cli.main import coachnote
from assistant.domain import Action, CaseNote, Decision, Review, Statement, Void
from assistant.scoring.coaches import Fates, document, fates, lines, standing
from tests.examples import CLIENT, MADE_AT, draft, evidence, session, transcript
from tests.fakes import FakeStore

TEXT = "He keeps a lurcher called Biscuit."


def signed(*decisions: Decision, session_id: str = "s-0001", void: Void | None = None) -> CaseNote:
    """The example session, all of it accepted but for these decisions."""
    review = Review(draft=approval.key(draft()))
    for path, _ in approval.items(draft()):
        review = approval.decide(review, Decision(path=path, verdict="accept"))
    for decision in decisions:
        review = approval.decide(review, decision)
    filed = session(id=session_id)
    note = approval.sign(draft(), review, transcript(), session=filed, client="C-0042", signed_by="Ellis Marsh", signed_at=MADE_AT)
    return replace(note, void=void)


def edited_statement(path: str) -> Decision:
    item = dict(approval.items(draft()))[path]
    assert isinstance(item, Statement)
    return Decision(path=path, verdict="edit", statement=replace(item, text=TEXT))


CHANGED = (
    Decision(path="note/barriers/0", verdict="drop"),
    edited_statement("note/barriers/1"),
    Decision(path="note/support/+0", verdict="add", statement=Statement(text=TEXT, said_by=None, evidence=(), supported=False)),
    Decision(path="actions/0", verdict="edit", action=replace(draft().actions[0], due=None, due_text=None, owner_name=None)),
    Decision(path="actions/1", verdict="drop"),
    Decision(path="actions/+0", verdict="add", action=Action(what=TEXT, owner="coach", evidence=(evidence(3),))),
    Decision(path="referrals/0", verdict="drop"),
    Decision(path="previous/p2", verdict="edit", outcome=replace(draft().previous[1], outcome="changed")),
    Decision(path="previous/p3", verdict="drop"),
    Decision(path="next_appointment", verdict="drop"),
)


def test_a_note_signed_as_drafted_is_all_kept() -> None:
    found = fates([signed()])
    assert all(of == Fates(kept=of.drafted) and of.drafted > 0 for of in found.values())
    assert found["statements"].kept == sum(len(s.statements) for s in draft().note)
    assert (found["actions"].kept, found["referrals"].kept, found["previous"].kept, found["next_appointment"].kept) == (2, 1, 3, 1)


def test_every_fate_is_counted_where_it_belongs() -> None:
    found = fates([signed(*CHANGED)])
    assert found["barriers"] == Fates(kept=1, edited=1, dropped=1)
    assert found["support"] == Fates(kept=1, added=1)
    assert found["goals"] == Fates(kept=1)
    assert found["statements"] == Fates(kept=6, edited=1, dropped=1, added=1)
    assert found["actions"] == Fates(edited=1, dropped=1, added=1)  # fields that were made empty are no dropped items
    assert found["referrals"] == Fates(dropped=1)
    assert found["previous"] == Fates(kept=1, edited=1, dropped=1)
    assert found["next_appointment"] == Fates(dropped=1)


def test_an_appointment_can_be_edited_and_added_too() -> None:
    later = draft().next_appointment
    assert later is not None
    moved = signed(Decision(path="next_appointment", verdict="edit", appointment=replace(later, time="11:00")))
    assert fates([moved])["next_appointment"] == Fates(edited=1)
    changes = tuple(replace(c, before=None, after="2026-03-26") for c in signed(*CHANGED).changes if c.path == "next_appointment")
    assert fates([replace(signed(), changes=changes)])["next_appointment"] == Fates(added=1)


def test_notes_add_up_and_sections_stand_in_their_order() -> None:
    found = fates([signed(*CHANGED), signed()])
    assert found["barriers"] == Fates(kept=4, edited=1, dropped=1)
    sections = ["attendance", "progress", "goals", "ruled_out", "barriers", "support"]
    assert list(found) == [*sections, "statements", "actions", "referrals", "previous", "next_appointment"]


def test_rates_are_shares_of_what_was_drafted_and_of_what_was_signed() -> None:
    rates = Fates(kept=6, edited=1, dropped=1, added=3).rates()
    assert rates == {"kept": 0.75, "edited": 0.125, "dropped": 0.125, "added": 0.3}
    assert Fates(added=1).rates() == {"kept": None, "edited": None, "dropped": None, "added": 1.0}


def test_only_the_newest_version_counts_and_nothing_void() -> None:
    void = Void(who="Ellis Marsh", at=dt.datetime(2026, 3, 13, tzinfo=dt.UTC), why="wrong person")
    first, second = signed(), signed(*CHANGED)
    assert standing([first, second]) == second
    assert standing([first, signed(void=void)]) is None
    assert standing([]) is None


def test_no_word_of_a_note_is_shown() -> None:
    note = signed(*CHANGED)
    shown = "\n".join(lines(1, fates([note]))) + json.dumps(document(1, fates([note])))
    words = (TEXT, "Biscuit", "Citizens Advice", "cafe", "rent", "Ellis", "C-0042")
    for text in (*words, *(s.text for part in note.note for s in part.statements)):
        assert text not in shown


def run(monkeypatch: pytest.MonkeyPatch, store: FakeStore, *words: str) -> int:
    monkeypatch.setattr(evaluate, "unlock", lambda settings: store)
    return console.run(coachnote, ["eval", *words])


def test_the_command_reads_the_store_and_closes_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    store = FakeStore(people={CLIENT.ref: CLIENT}, filed={"s-0001": session(), "s-0002": session(id="s-0002")})
    store.signed = {"s-0001": [signed(*CHANGED)], "s-0002": [signed(session_id="s-0002")]}
    assert run(monkeypatch, store, "--signed") == 0
    out = capsys.readouterr().out
    assert "2 signed notes" in out
    row = next(line for line in out.splitlines() if line.startswith("Barriers"))
    assert row.split() == ["Barriers", "6", "4", "67", "%", "1", "17", "%", "1", "17", "%", "0", "0", "%"]
    assert store.closed
    assert run(monkeypatch, store, "--signed", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["notes"] == 2
    assert told["groups"]["actions"]["added"] == 1
    assert told["groups"]["referrals"]["rates"] == {"kept": 0.5, "edited": 0.0, "dropped": 0.5, "added": 0.0}


def test_a_store_without_signed_notes_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    store = FakeStore()
    assert run(monkeypatch, store, "--signed") == 3
    assert "no signed notes" in capsys.readouterr().err
    assert store.closed


@pytest.mark.parametrize("words", [(), ("cases", "--signed"), ("--signed", "--drafter", "extractive"), ("--signed", "--worst", "2")])
def test_one_of_the_two_must_be_asked_for(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, FakeStore(), *words) == 2
    assert "--signed" in capsys.readouterr().err
