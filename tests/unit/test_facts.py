"""What a note tells, under which heading, and what gives way when it grows too long."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from assistant.domain import SECTIONS, Transcript
from assistant.drafting import facts, headings, units
from assistant.drafting.tagger import LABELS, Tags
from tests.drafts import appointment, dictation

FAINT = 0.03


def tags(*likely: Mapping[str, float]) -> dict[int, Tags]:
    """One a segment; what is not given is faint."""
    return {n: Tags({**dict.fromkeys(LABELS, FAINT), **of}) for n, of in enumerate(likely)}


def told(transcript: Transcript, likely: Mapping[int, Tags], promised: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    """Heading and words of every fact."""
    said = units.clauses(transcript)
    return [(f.section, " ".join(said[at].text for at in f.at)) for f in facts.find(said, transcript.kind, likely, promised)]


LATE_AND_NIGHTS = {"section:attendance": 0.9, "section:ruled_out": 0.8, "useful": 0.95}


def test_a_breath_with_two_headings_is_cut_once_where_its_words_part() -> None:
    said = "He turned up twenty minutes late, he was on the bus with his mum, and he won't do nights any more."
    assert told(dictation(said), tags(LATE_AND_NIGHTS)) == [
        ("attendance", "He turned up twenty minutes late, he was on the bus with his mum,"),
        ("ruled_out", "and he won't do nights any more."),
    ]


def test_what_stands_between_two_words_of_risk_is_not_quoted_twice() -> None:
    said = "Her husband has been hitting her, she turned up twenty minutes late, and the police came round about the assault."
    found = told(dictation(said), tags({"section:risk": 0.9, "section:attendance": 0.8, "useful": 0.95}))
    assert sum(text.count("twenty minutes late") for _, text in found) == 1
    clauses = units.clauses(dictation(said))
    runs = [fact.at for fact in facts.find(clauses, "dictation", tags({"section:risk": 0.9, "section:attendance": 0.8, "useful": 0.95}))]
    assert all(list(at) == list(range(at[0], at[-1] + 1)) for at in runs)


def test_a_breath_is_left_whole_where_no_list_speaks_for_the_second_heading() -> None:
    said = "He turned up twenty minutes late, and he went on about the garden."
    assert told(dictation(said), tags(LATE_AND_NIGHTS)) == [("attendance", said)]


def test_no_words_are_lost_when_one_side_would_say_nothing() -> None:
    said = "He won't do it, and he turned up twenty minutes late."
    assert [text for _, text in told(dictation(said), tags(LATE_AND_NIGHTS))] == [said]


def test_what_stands_in_the_plan_is_told_only_where_a_heading_fits() -> None:
    said = "He'll bring his forklift licence in for the file."
    promise = {"action:client": 0.95, "useful": 0.95}
    assert told(dictation(said), tags(promise), frozenset({0})) == []
    assert told(dictation(said), tags({**promise, "section:skills": 0.9}), frozenset({0})) == [("skills", said)]


def test_of_two_statements_as_likely_the_shorter_is_told_when_room_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    short = "The bus is the trouble."
    long = "The bus is the trouble because the first one leaves the village at ten past seven and the second at nine."
    transcript = dictation(long, short, *["We had a long chat about the weather and the price of fish."] * 20)
    likely, idle = ({**dict.fromkeys(SECTIONS, FAINT), "barriers": p} for p in (0.7, FAINT))
    judged = [headings.Fit(likely, 0.8, 0.1)] * 2 + [headings.Fit(idle, FAINT, FAINT)] * 20
    monkeypatch.setattr(facts, "fits", lambda *_: judged)
    monkeypatch.setattr(facts, "LENGTH", {"dictation": 0.09})
    assert [text for _, text in told(transcript, {})] == [short]


def test_a_note_of_one_sentence_has_no_greeting_to_leave_out() -> None:
    assert told(dictation("He can't come in on Mondays."), tags({"section:barriers": 0.4, "useful": 0.5}))


def test_every_sign_has_a_weight_for_everything_that_is_judged() -> None:
    said = units.clauses(appointment(("coach", "How is the rent?"), ("client", "I'm two months behind with it.")))
    drawn = list(facts.breaths(said))
    rows = list(headings.measured(drawn, said, tags({}, {})))
    assert len(rows) == len(drawn) == 2
    assert all(len(row) == len(headings.WEIGHTS) for each in rows for row in each)
    assert all(len(each) == len(weights) == len(headings.JUDGED) for each in rows for weights in headings.WEIGHTS.values())


def test_a_barrier_that_the_tagger_hears_speaks_for_the_heading() -> None:
    said = units.clauses(dictation("It's the stairs in the flats."))
    without, heard = (headings.fits([[0]], said, tags(of))[0] for of in ({}, {"barrier:health_physical": 0.9}))
    assert heard.headings["barriers"] > without.headings["barriers"] * 1.5
    assert heard.useful > without.useful


def test_what_was_said_before_and_after_speaks_for_the_heading() -> None:
    said = units.clauses(dictation("There were words at home.", "It happened twice.", "He was there too."))
    drawn = list(facts.breaths(said))
    alone = headings.fits(drawn, said, tags({}, {}, {}))[1]
    among = headings.fits(drawn, said, tags({"section:risk": 0.9}, {}, {"section:risk": 0.9}))[1]
    assert among.headings["risk"] > alone.headings["risk"] * 1.5
    assert abs(among.headings["skills"] - alone.headings["skills"]) < 0.01
