"""What became of last time's actions."""

from __future__ import annotations

import pytest

from assistant.domain import PreviousAction
from tests.drafts import appointment, dictation, draft

RING = PreviousAction(id="p1", what="Ring Pertemps about the warehouse jobs", owner="client")

TOLD = [
    ("She rang Pertemps on Monday and they've put her on their books.", "done"),
    ("She didn't ring Pertemps about the warehouse jobs, she'd lost the number.", "not_done"),
    ("She never rang Pertemps.", "not_done"),
    ("She's rung Pertemps about half of the warehouse jobs.", "part_done"),
    ("Pertemps and the warehouse jobs are off her plan for the time being.", "changed"),
    ("She came in on time and we talked about the weather.", "not_mentioned"),
    ("She'll ring Pertemps about the warehouse jobs tomorrow.", "not_mentioned"),  # a promise says nothing of last time
]


@pytest.mark.parametrize(("said", "outcome"), TOLD)
def test_the_outcome_is_what_the_words_say(said: str, outcome: str) -> None:
    (reported,) = draft(dictation("Amina, Thursday, Restart.", said, previous=[RING])).previous
    assert reported.outcome == outcome
    assert bool(reported.evidence) is (outcome != "not_mentioned")


def test_both_halves_of_an_action_must_be_done() -> None:
    both = PreviousAction(id="p1", what="Pass the theory test and start driving lessons", owner="client")
    said = "She passed her theory on the 9th but she hasn't started the lessons because of the cost."
    (reported,) = draft(dictation(said, previous=[both])).previous
    assert reported.outcome == "part_done"


def test_a_question_is_answered_by_the_next_speaker() -> None:
    course = PreviousAction(id="p1", what="Finish the online Excel course", owner="client")
    talk = appointment(
        ("coach", "So did you finish the Excel course?"), ("client", "I've done it, I've got the certificate here."), previous=[course]
    )
    (reported,) = draft(talk).previous
    assert (reported.outcome, [e.segment for e in reported.evidence]) == ("done", [0, 1])


def test_every_action_of_last_time_gets_an_outcome_in_order() -> None:
    actions = [PreviousAction(id=f"p{n}", what=f"Task {n}", owner="client") for n in range(4)]
    assert [p.id for p in draft(dictation("Nothing much was said today.", previous=actions)).previous] == ["p0", "p1", "p2", "p3"]
