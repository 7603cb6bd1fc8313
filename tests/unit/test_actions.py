"""Promises and traps: who owes what by when, and what only sounds like it.

The session is on Thursday 12 March 2026; the participant is Amina.
"""

from __future__ import annotations

import pytest

from assistant.drafting.extractive import Drafting
from assistant.drafting.tagger import LABELS, Tags
from tests.drafts import appointment, dictation, draft

PROMISED = [
    ("I'll email her the link tonight.", "Email her the link", "coach", "2026-03-12"),
    ("Amina will send me her covering letter by next Friday.", "Send me her covering letter", "client", "2026-03-20"),
    ("She's going to ring the surgery on Tuesday, no, sorry, Wednesday.", "Ring the surgery", "client", "2026-03-18"),
    ("She's to bring her passport on the 19th.", "Bring her passport", "client", "2026-03-19"),
    ("So that's me chasing the council, by Monday.", "Chase the council", "coach", "2026-03-16"),
    ("What she'll do is get her cousin to scan the letter.", "Get her cousin to scan the letter", "client", None),
    ("Colm, that's the manager, he's giving her the rota by Monday coming.", "Give her the rota", "third_party", "2026-03-16"),
    ("The college will email her the form by Thursday.", "Email her the form", "third_party", "2026-03-19"),
    ("I've told her to ring the bank tomorrow.", "Ring the bank", "client", "2026-03-13"),
    ("My part is to write to the gas company before Wednesday.", "Write to the gas company", "coach", "2026-03-18"),
    ("I'm putting the request in on Monday.", "Put the request in", "coach", "2026-03-16"),
    ("Sending her the timetable tonight.", "Send her the timetable", "coach", "2026-03-12"),
    ("On Tuesday, sorry, on Monday, I'll ring the nursery.", "Ring the nursery", "coach", "2026-03-16"),
    (
        "She's got an interview at the bakery on Friday at 2 and she's definitely going.",
        "Go to the interview at the bakery",
        "client",
        "2026-03-13",
    ),
    ("Aye, I'll phone the duty desk the morn's morning.", "Phone the duty desk", "coach", "2026-03-13"),
    ("We agreed she'd drop the keys off on Saturday week.", "Drop the keys off", "client", "2026-03-21"),
    ("If I've heard nothing by Monday then I'm letting Carly know.", "Let Carly know", "coach", "2026-03-16"),
    ("I'll send the form before I go home.", "Send the form", "coach", "2026-03-12"),
    ("I shall write to the surgery the moment I have finished dictating.", "Write to the surgery", "coach", "2026-03-12"),
    ("She's back on Wednesday, so I'll ring the nursery then.", "Ring the nursery", "coach", "2026-03-18"),
    ("She's seeing Dr Osei on the 25th, and she's going to ask her about the tablets.", "Ask her about the tablets", "client", None),
]

TRAPS = [
    "She rang the college on Monday and sent the form.",
    "She might ring the bank next week.",
    "She may ring them on Friday, or she may not.",
    "I could ring the agency for her.",
    "I was going to ring her on Tuesday but I forgot.",
    "I'll write to Lorraine, actually no, scrub that.",
    "I'll send her the card, och no, she's got one, forget that.",
    "She won't ring them.",
    "I'll ring the Jobcentre about it, well, no, it's her claim.",
    "I'll ask the manager for the rota, hang on, no, that is her line manager's list.",
    "I'm not ringing the home.",
    "If she gets an interview there's a voucher for her.",
    "Her mum thinks she should apply for the council.",
    "Last time we agreed that she would finish her CV, and she has done that.",
    "I explained what I have to do with that.",
    "While I was typing she said she'd like a biscuit.",
    "She said she'd still go to the course on Monday and I said forget about it now.",
    "She is telling me that her husband passed away at Christmas.",
    "Note for Amina, phone call, Friday the thirteenth.",
    "Her mam's poorly, so she's doing all her shopping.",
    "In May he marched out of the bank and Will and Grace came with him.",
]


@pytest.mark.parametrize(("said", "what", "owner", "due"), PROMISED)
def test_a_promise_becomes_an_action(said: str, what: str, owner: str, due: str | None) -> None:
    """By the rules alone: what tags make of it is tested below."""
    actions = Drafting(dictation("Amina came in, she was on time and she had her letters with her.", said), {}).draft().actions
    assert [(a.what, a.owner, a.due.isoformat() if a.due else None) for a in actions] == [(what, owner, due)]


@pytest.mark.parametrize("said", TRAPS)
def test_what_nobody_promised_is_no_action(said: str) -> None:
    assert draft(dictation("Amina came in, she was on time and she had her letters with her.", said)).actions == ()


def test_a_name_that_is_a_verb_is_a_person() -> None:
    actions = draft(
        dictation("Will came in on time.", "Will will ring the agency tomorrow.", "May is emailing him the form by Friday.", client="Will")
    ).actions
    assert [(a.what, a.owner, a.owner_name) for a in actions] == [
        ("Ring the agency", "client", None),
        ("Email him the form", "third_party", "May"),
    ]


def test_one_errand_in_two_clauses_is_one_action() -> None:
    (action,) = draft(dictation("I'm getting her some boots, size 5, and I'll have them here for her on the 19th.")).actions
    assert (action.what, str(action.due)) == ("Get her some boots, size 5", "2026-03-19")


def test_due_at_the_next_appointment_takes_its_date() -> None:
    made = draft(dictation("I'll bring the calculation with me next time.", "Next appointment is Thursday the 26th at half ten."))
    assert made.next_appointment is not None
    assert [str(a.due) for a in made.actions] == [str(made.next_appointment.date)] == ["2026-03-26"]


def test_a_guessed_session_date_makes_every_due_date_a_check() -> None:
    (action,) = draft(dictation("I'll email her the link tonight.", confirmed=False)).actions
    assert (str(action.due), action.check) == ("2026-03-12", ("date",))


def test_without_a_session_date_the_words_stay_and_no_date_is_made_up() -> None:
    (action,) = draft(dictation("I'll email her the link by next Friday.", date=None)).actions
    assert (action.what, action.due) == ("Email her the link by next Friday", None)


def test_a_request_counts_once_it_is_accepted() -> None:
    made = draft(
        appointment(
            ("coach", "Can you have a look for the payslip and send me a photo?"),
            ("client", "Yeah, it's in the drawer. I'll do it tonight."),
        )
    )
    assert [(a.what, a.owner, str(a.due)) for a in made.actions] == [
        ("Have a look for the payslip and send me a photo", "client", "2026-03-12")
    ]


def test_an_offer_that_is_turned_down_is_none() -> None:
    made = draft(
        appointment(("coach", "Shall I put your name down for the course?"), ("client", "No. Not now."), ("coach", "Okay, I'll leave it."))
    )
    assert made.actions == ()


def test_each_speaker_owns_what_they_promise() -> None:
    made = Drafting(
        appointment(
            ("coach", "I'll email the college tomorrow."),
            ("client", "Okay, and I'll print the form on Monday."),
            ("other", "I'll drive her to the interview on Friday."),
        ),
        {},
    ).draft()
    assert [a.owner for a in made.actions] == ["coach", "client", "third_party"]


def test_apostrophes_that_were_left_out_are_read_but_not_quoted() -> None:
    (action,) = draft(dictation("amina came in and she was on time today", "shes to bring her passport on the 19th")).actions
    assert (action.what, action.owner, str(action.due)) == ("Bring her passport", "client", "2026-03-19")
    assert action.evidence[-1].quote == "shes to bring her passport on the 19th"


def _tags(of: dict[str, float]) -> Tags:
    return Tags(dict.fromkeys(LABELS, 0.001) | of)


def test_an_action_without_a_promise_is_found_where_the_tags_are_sure() -> None:
    said = dictation("Amina came in, she was on time.", "Payment of the college fee by me, today.")
    sure, unsure = {"action:coach": 0.97, "useful": 0.9}, {"action:coach": 0.02}
    (action,) = Drafting(said, {0: _tags({}), 1: _tags(sure)}).draft().actions
    assert (action.owner, str(action.due), action.evidence[0].segment) == ("coach", "2026-03-12", 1)
    assert Drafting(said, {0: _tags({}), 1: _tags(unsure)}).draft().actions == ()


def test_a_promise_that_the_tags_hold_for_chatter_is_dropped() -> None:
    said = appointment(("coach", "It was raining."), ("client", "I'll bring you some cake."))
    assert Drafting(said, {0: _tags({}), 1: _tags({})}).draft().actions == ()
    assert [a.what for a in Drafting(said, {}).draft().actions] == ["Bring you some cake"]


def test_a_date_said_after_the_promise_belongs_to_it() -> None:
    said = appointment(("coach", "And I'll ring the college about the price of it. Today."))
    (action,) = Drafting(said, {0: _tags({"action:coach": 0.95, "useful": 0.9})}).draft().actions
    assert str(action.due) == "2026-03-12"
