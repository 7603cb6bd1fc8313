"""What became of last time's actions."""

from __future__ import annotations

import pytest

from assistant.domain import Owner, PreviousAction
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


IN_OTHER_WORDS = [
    ("Apply for four jobs", "client", "Jobs, I'd asked for four and she's put in two.", "part_done"),
    ("Apply for three cleaning jobs", "client", "Two out of the three cleaning jobs are away.", "part_done"),
    ("Ring the GP about physiotherapy", "client", "The GP, she never rang, she was feart.", "not_done"),
    ("Ask the college about the course", "coach", "I did ask the college, and they said it's full till September.", "done"),
    ("Bring the bank statements", "client", "Bank statements, nah, he'd left them on the bus.", "not_done"),
    ("Fill in the housing form", "client", "Housing form's half filled in, the medical bit's empty.", "part_done"),
    ("Sign up with the agency", "client", "We've swapped the agency for the job club instead.", "changed"),
    ("Update the CV", "client", "cv no she hasnt done it shes no laptop", "not_done"),
    ("Get three taxi quotes", "client", "Three quotes wanted, two got.", "part_done"),
    ("Walk the route to the garden centre", "client", "Route not walked.", "not_done"),
    ("Speak to Grace about the hours", "coach", "I'd said I'd speak to Grace about the hours, and I haven't.", "not_done"),
    ("Bring the old licence", "client", "He doesn't need the old licence any more, so we let that drop.", "changed"),
    ("Ask the foreman about the hours", "client", "He asked the foreman, and the foreman says no.", "done"),
]


@pytest.mark.parametrize(("what", "owner", "said", "outcome"), IN_OTHER_WORDS)
def test_other_voices_say_it_in_other_words(what: str, owner: Owner, said: str, outcome: str) -> None:
    agreed = PreviousAction(id="p1", what=what, owner=owner)
    (reported,) = draft(dictation("Amina, Thursday, Restart.", "In good time and cheerful.", said, previous=[agreed])).previous
    assert reported.outcome == outcome


def test_somebody_else_who_did_nothing_does_not_undo_it() -> None:
    apply = PreviousAction(id="p1", what="Apply to the bakery", owner="client")
    (reported,) = draft(dictation("He applied to the bakery and they never got back.", previous=[apply])).previous
    assert reported.outcome == "done"


def test_a_coach_who_forgot_to_ask_was_told_nothing() -> None:
    card = PreviousAction(id="p1", what="Look out the old card", owner="client")
    (reported,) = draft(dictation("The old card never came up and I forgot to ask.", previous=[card])).previous
    assert (reported.outcome, reported.evidence) == ("not_mentioned", ())


def test_an_answer_is_found_though_it_names_nothing() -> None:
    passport = PreviousAction(id="p1", what="Bring the passport", owner="client")
    talk = appointment(
        ("coach", "Come in, mind the step."),
        ("coach", "Did you bring the passport?"),
        ("client", "No, I left it on the table."),
        previous=[passport],
    )
    (reported,) = draft(talk).previous
    assert (reported.outcome, [e.segment for e in reported.evidence]) == ("not_done", [1, 2])


def test_a_line_that_reports_two_actions_is_read_for_each_by_its_own_sentence() -> None:
    cv, two = (
        PreviousAction(id="p1", what="Update the CV", owner="client"),
        PreviousAction(id="p2", what="Get two references", owner="client"),
    )
    said = "CV done for driving. References, one in, one outstanding."
    told = draft(dictation("Amina, Thursday, Restart.", "In good time and cheerful.", said, previous=[cv, two])).previous
    assert [one.outcome for one in told] == ["done", "part_done"]


def test_what_the_next_line_leaves_over_counts() -> None:
    tests = PreviousAction(id="p1", what="Do the maths and English tests", owner="client")
    said = ["Amina, Thursday, Restart.", "She's done the maths test.", "The English one's still to do, the laptop died."]
    (reported,) = draft(dictation(*said, previous=[tests])).previous
    assert reported.outcome == "part_done"


def test_a_coach_who_never_saw_them_was_told_nothing() -> None:
    card = PreviousAction(id="p1", what="Bring the fit note", owner="client")
    (reported,) = draft(dictation("So I don't know about the fit note.", previous=[card])).previous
    assert reported.outcome == "not_mentioned"


def test_one_line_reports_one_action() -> None:
    cv, letter = (
        PreviousAction(id="p1", what="Update the CV", owner="client"),
        PreviousAction(id="p2", what="Bring the letter", owner="client"),
    )
    told = draft(dictation("She updated the CV.", "She brought the letter as well.", previous=[cv, letter])).previous
    assert [[e.segment for e in one.evidence] for one in told] == [[0], [1]]


def test_every_action_of_last_time_gets_an_outcome_in_order() -> None:
    actions = [PreviousAction(id=f"p{n}", what=f"Task {n}", owner="client") for n in range(4)]
    assert [p.id for p in draft(dictation("Nothing much was said today.", previous=actions)).previous] == ["p0", "p1", "p2", "p3"]


def test_what_shares_no_word_with_what_was_agreed_reports_nothing_of_it() -> None:
    wetsuit = PreviousAction(id="p1", what="Buy a wetsuit", owner="client")
    said = dictation("She came on time.", "Since last time she's done the hygiene course and passed.", previous=[wetsuit])
    (reported,) = draft(said).previous
    assert (reported.outcome, reported.evidence) == ("not_mentioned", ())
