"""The word lists a coach may edit: every phrase can be found, and says what it should."""

from __future__ import annotations

import pytest

from assistant.drafting import barriers, headings, lexicon, units
from tests.drafts import dictation

FILES = ["sections", "barriers", "omissions", "thesaurus"]


def spoken(phrase: str) -> list[str]:
    """A phrase as somebody would say it."""
    return lexicon.tokens(phrase.replace("*", "").replace("~", ""))


@pytest.mark.parametrize("name", FILES)
def test_every_phrase_of_a_list_is_found(name: str) -> None:
    words = lexicon.lexicon(name)
    for label, entry in lexicon.table(name).items():
        lost = [p for p in entry["words"] if label not in {h.label for h in words.find(spoken(p))}]
        assert not lost, f"{name}: {label}"


def test_every_service_has_a_name_to_be_shown() -> None:
    for label, entry in lexicon.table("referrals").items():
        assert entry["name"], label
        assert all(label in {h.label for h in lexicon.lexicon("referrals").find(spoken(p))} for p in entry["words"]), label


def test_a_gap_stands_for_up_to_three_words() -> None:
    words = lexicon.build({"risk": ["no ~ car"]})
    assert words.labels(["no", "car"]) == words.labels(["no", "very", "old", "car"]) == {"risk"}
    assert words.labels(["no", "one", "here", "has", "a", "car"]) == set()


def test_a_never_phrase_takes_the_label_away() -> None:
    assert "health_physical" not in lexicon.lexicon("barriers").labels(lexicon.tokens("I'll call her back"))


@pytest.mark.parametrize(
    ("said", "barrier"),
    [
        ("Her back is very sore and she's waiting on physio.", "health_physical"),
        ("He gets panic attacks in shops.", "health_mental"),
        ("She looks after her mum, who has dementia.", "caring"),
        ("There's nobody else for the school run.", "childcare"),
        ("The last bus goes at six and she doesn't drive.", "transport"),
        ("He's sofa surfing at a mate's.", "housing"),
        ("They're £180 behind with the gas bill.", "money_debt"),
        ("She's got no internet at home.", "digital"),
        ("English is her second language.", "literacy_language"),
        ("His forklift ticket ran out in May.", "skills_qualifications"),
        ("She hasn't worked since the baby.", "experience_gap"),
        ("He goes blank in interviews, no confidence.", "confidence"),
        ("He's on licence till March.", "criminal_record"),
        ("She's been sober since June.", "addiction"),
        ("His visa runs out and he has no share code.", "immigration_papers"),
        ("He's deaf and uses BSL.", "disability_adjustment"),
    ],
)
def test_each_barrier_is_known_by_what_people_say(said: str, barrier: str) -> None:
    assert barrier in barriers.find(units.clauses(dictation(said)))


@pytest.mark.parametrize(
    "said", ["Housing is sorted.", "Her lad's fourteen, so no childcare.", "I'll call her back tomorrow.", "He wants to be a bus driver."]
)
def test_a_word_without_its_trouble_is_no_barrier(said: str) -> None:
    assert barriers.find(units.clauses(dictation(said))) == {}


@pytest.mark.parametrize(
    ("said", "section"),
    [
        ("She came in ten minutes late.", "attendance"),
        ("He's passed the online test and they've offered him a start date.", "progress"),
        ("She wants to work in a library.", "goals"),
        ("He won't do nights, that's ruled out.", "ruled_out"),
        ("She ran a crew of four and has years of experience.", "skills"),
        ("The bus is the trouble, it doesn't run early enough.", "barriers"),
        ("I gave her a bus pass out of the flexible support fund.", "support"),
        ("She told me her husband has been hitting her.", "risk"),
    ],
)
def test_the_lists_speak_for_a_sentences_heading(said: str, section: str) -> None:
    (clause, *rest) = units.clauses(dictation(said))
    total = headings.weigh(clause)
    for more in rest:
        total += headings.weigh(more)
    assert max(total, key=lambda name: total[name]) == section
