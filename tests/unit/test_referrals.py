"""Services that somebody was, is to be or would not be referred to."""

from __future__ import annotations

import pytest

from assistant.drafting.lexicon import lexicon, table, tokens
from assistant.drafting.services import named
from tests.drafts import appointment, dictation, draft

TOLD = [
    ("I referred her to Citizens Advice this morning about the arrears.", "Citizens Advice", "made"),
    ("I offered him Citizens Advice and he said no ta, not just now.", "Citizens Advice", "declined"),
    ("He's been on the list for talking therapies since March and heard nothing.", "Talking Therapies", "waiting"),
    ("I'll refer him to the food bank tomorrow.", "Food bank", "to_make"),
    ("She's finished the six sessions with Women's Aid, they've signed her off.", "Women's Aid", "completed"),
    ("i put her through to the debt people at the council and theyre ringing her friday", "debt people", "made"),
    ("The physio referral went in at Halloween and no word since.", "Physiotherapy", "waiting"),
    ("The family hub referral's with them and I've not had so much as a call.", "Family hub", "waiting"),
]


@pytest.mark.parametrize(("said", "to", "state"), TOLD)
def test_a_service_and_its_state_are_found(said: str, to: str, state: str) -> None:
    (sent,) = draft(dictation("Amina, Thursday, Restart.", "She came on time and was in good form.", said)).referrals
    assert to.lower() in sent.to.lower()
    assert sent.status == state
    assert {e.segment for e in sent.evidence} == {2}


@pytest.mark.parametrize(
    "said",
    [
        "My sister works at the Citizens Advice in Paisley.",
        "The bus line to the shops was closed again.",
        "We talked about the weather and her garden.",
        "If he gets worse I might think about the crisis team.",
        "I've put him in for the clothing grant and they'll send it Friday.",
    ],
)
def test_a_service_in_passing_is_no_referral(said: str) -> None:
    assert draft(dictation("Amina, Thursday, Restart.", "She came on time.", said)).referrals == ()


def test_an_offer_is_turned_down_by_the_answer() -> None:
    talk = appointment(
        ("coach", "Now the other thing."),
        ("client", "Go on."),
        ("coach", "Would you like me to refer you to Citizens Advice?"),
        ("client", "No thanks, I'd rather not."),
    )
    (sent,) = draft(talk).referrals
    assert (sent.to, sent.status) == ("Citizens Advice", "declined")
    assert {e.segment for e in sent.evidence} == {2, 3}


def test_a_service_said_twice_is_listed_once() -> None:
    talk = dictation(
        "Amina, Thursday.", "I referred him to the food bank.", "He told me about his week.", "The food bank referral has gone in."
    )
    assert [sent.to for sent in draft(talk).referrals] == ["Food bank"]


@pytest.mark.parametrize(
    ("said", "name", "how"),
    [
        ("the pension people at the Towngate", "Pension people at the Towngate", "kind"),
        ("there's a speech therapist comes in", "Speech therapist", "further"),
        ("I put him in for Horizon in May", "Horizon", "sent"),
        ("the warm homes visit", "Energy advice (warm homes)", "listed"),
    ],
)
def test_services_are_named_in_four_ways(said: str, name: str, how: str) -> None:
    assert (named(said)[0].name, named(said)[0].how) == (name, how)


def test_every_further_service_can_be_found() -> None:
    for label, entry in table("services").items():
        for phrase in entry["words"]:
            assert label in lexicon("services").labels(tokens(phrase.replace("*", ""))), phrase
