"""What evidence supports: numbers, times, sums, dates and names, in digits or in words."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant import grounding
from assistant.domain import Evidence, Statement
from tests.drafts import dictation

NEXT_FRIDAY = dt.date(2026, 3, 20)

HELD = [
    ("Interview at 15:45.", "the interview's at quarter to four"),
    ("Interview at 3:45.", "the interview's at quarter to 4"),
    ("Meets at half past ten.", "it's half 10 then"),
    ("Owes £20.", "he owes twenty quid"),
    ("Owes £1,250.", "she owes twelve hundred and fifty, £1250 all told"),
    ("A hundred and twenty pounds.", "it comes to £120"),
    ("Borrowed £10.", "he gave him a tenner"),
    ("Back in 14 days.", "back in a fortnight"),
    ("Passed with 86%.", "sixty-eight, no, eighty six percent"),
    ("Starts on the 26th.", "Thursday the twenty sixth of March"),
    ("Rang Kirsty at the bank.", "ask for kirsty at the bank"),
    ("One of them was late.", "they were late"),  # "one" counts nothing here
    ("Amina will ring.", "she'll ring"),  # known to be in the room
    ("Friday 20 March", "by next friday"),  # the date that code resolved
]

LOOSE = [
    ("Interview at 15:40.", "the interview's at quarter to four", ["15:40"]),
    ("Owes £30.", "he owes twenty quid", ["30"]),
    ("A hundred and twenty pounds.", "it comes to £102", ["120"]),
    ("Rang Kirsty at Barclays.", "ask for Kirsty", ["Barclays"]),
    ("Starts on 27 March.", "Thursday the twenty sixth of March", ["27"]),
    ("Six applications.", "he made five applications", ["6"]),
    ("Meets on Saturday 21 March", "by next friday", ["21", "Saturday"]),
]


@pytest.mark.parametrize(("claim", "said"), HELD)
def test_what_the_evidence_says_another_way_is_supported(claim: str, said: str) -> None:
    assert grounding.loose_ends(claim, [said], ["Amina", "Helen"], [NEXT_FRIDAY]) == []


@pytest.mark.parametrize(("claim", "said", "loose"), LOOSE)
def test_what_the_evidence_does_not_say_is_named(claim: str, said: str, loose: list[str]) -> None:
    assert grounding.loose_ends(claim, [said], ["Amina"], [NEXT_FRIDAY]) == loose


def test_an_edited_statement_is_judged_against_its_cited_segments_only() -> None:
    transcript = dictation("He owes twenty quid.", "The rent is £400.")
    evidence = (Evidence(segment=0, quote="twenty quid"),)
    assert grounding.supported(Statement(text="He owes £20.", said_by=None, evidence=evidence, supported=True), transcript)
    assert not grounding.supported(Statement(text="He owes £400.", said_by=None, evidence=evidence, supported=True), transcript)


def test_a_quote_holds_only_word_for_word_in_its_own_segment() -> None:
    transcript = dictation("He owes twenty quid.", "The rent is £400.")
    assert grounding.quotes_hold([Evidence(segment=1, quote="rent is £400")], transcript)
    assert not grounding.quotes_hold([Evidence(segment=0, quote="rent is £400")], transcript)
    assert not grounding.quotes_hold([Evidence(segment=7, quote="He")], transcript)
    assert not grounding.quotes_hold([Evidence(segment=0, quote="")], transcript)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("sixty eight", {68}),
        ("two hundred and five", {205}),
        ("six and a half grand", {6, 1000}),
        ("£13.60", {13.6}),
        ("first thing", set()),
        ("nothing", set()),
    ],
)
def test_numbers_are_read_from_words_and_digits(said: str, numbers: set[float]) -> None:
    assert grounding.numbers(said) == numbers
