"""What is put right by the list of words, what is left, and that nothing of it is hidden."""

from __future__ import annotations

import pytest

from assistant.domain import Correction, Segment, Term, Word
from assistant.doubt import respelt
from assistant.render.subtitles import as_srt, as_text
from assistant.speech import spelling, vocabulary
from tests.examples import transcript

LISTED = spelling.listed(
    vocabulary.joined(
        [Term(text="Siobhan", person=True), Term(text="Okonkwo", person=True), Term(text="Jon", person=True)],
        [Term(text="Siobhan", heard_as=("shivon",)), Term(text="Greggs"), Term(text="Wythenshawe"), Term(text="Sainsbury's")],
        vocabulary.seed(),
    )
)


def segment(text: str, doubted: str = "", *, every: bool = False) -> Segment:
    parts = text.split()
    times = [(n * 0.5, n * 0.5 + 0.4, part) for n, part in enumerate(parts)]
    words = (Word(start=a, end=b, text=part, confidence=0.3 if part in doubted.split() else 0.9) for a, b, part in times)
    kept = tuple(word for word in words if every or word.text in doubted.split())
    return Segment(id=0, start=0.0, end=len(parts) * 0.5, speaker=None, text=text, words=kept)


def spelt(text: str, doubted: str = "") -> str:
    return spelling.spell(segment(text, doubted), LISTED).text


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("She is on rest art now.", "She is on Restart now."),
        ("rest art's adviser", "Restart's adviser"),
        ("His pipe assessment is on Monday.", "His PIP assessment is on Monday."),
        ("I rang J C P about L C W R A.", "I rang JCP about LCWRA."),
        ("J. C. P. rang.", "JCP. rang."),
        ("He has a P 45.", "He has a P45."),
        ("Her fitnote ran out.", "Her fit note ran out."),
        ("Fitnote since May.", "Fit note since May."),
        ("She gets carers' alliance.", "She gets Carer's Allowance."),
        ("She works at Gregs in Withenshawe.", "She works at Greggs in Wythenshawe."),
        ("“Gregs,” she said, “Gregs!”", "“Greggs,” she said, “Greggs!”"),
        ("Shivon Okonquo came.", "Siobhan Okonkwo came."),
        ("Okonquo's mother came.", "Okonkwo's mother came."),
    ],
)
def test_what_sounds_like_a_listed_word_and_is_no_english_is_put_right(heard: str, shown: str) -> None:
    assert spelt(heard) == shown


@pytest.mark.parametrize(
    "right",
    [
        "He smokes a pipe and wrote an essay on its function.",
        "You see, he did not read it.",
        "He would rest. Art is what he likes.",
        "Rest, art and music.",
        "She wants to restart her course, a step change for her.",
        "C V A tenderness.",
        "John and Shaun came; Jon did not.",
        "indeed she signed a climate commitment at work",
        "Sainsburys, Sainsbury's and Restart's.",
        "A c v and an i a.",
        "",
        "- – …",
        "£ 5 & 6 %",
    ],
)
def test_what_is_right_is_left(right: str) -> None:
    assert spelt(right) == right


def test_several_english_words_are_taken_for_a_name_only_where_all_were_doubted() -> None:
    schemes = spelling.listed([Term(text="Restart")])
    assert spelling.spell(segment("the rest art adviser", "rest art"), schemes).text == "the Restart adviser"
    assert spelling.spell(segment("the rest art adviser", "rest"), schemes).text == "the rest art adviser"
    assert spelling.spell(segment("the rest art adviser"), schemes).text == "the rest art adviser"


def test_somebodys_name_is_never_made_of_english_words() -> None:
    people = spelling.listed([Term(text="Restart", person=True)])
    assert spelling.spell(segment("the rest art adviser", "rest art"), people).text == "the rest art adviser"


def test_a_name_that_sounds_otherwise_by_one_vowel_may_be_somebody_elses() -> None:
    people = spelling.listed([Term(text="Nasreen", person=True)])
    assert spelling.spell(segment("Nisreen rang"), people).text == "Nisreen rang"
    assert spelling.spell(segment("Nasrean rang"), people).text == "Nasreen rang"
    assert spelling.spell(segment("Nisreen rang"), spelling.listed([Term(text="Nasreen")])).text == "Nasreen rang"


def test_a_real_word_that_a_list_gives_alone_must_have_been_doubted() -> None:
    listed = spelling.listed([Term(text="sanction", heard_as=("function",))])
    assert spelling.spell(segment("He had a function."), listed).text == "He had a function."
    assert spelling.spell(segment("He had a function.", "function."), listed).text == "He had a sanction."


def test_two_terms_that_sound_alike_are_not_chosen_between() -> None:
    listed = spelling.listed([Term(text="Clarkes"), Term(text="Clerkes")])
    assert spelling.spell(segment("at Clorkes now"), listed).text == "at Clorkes now"


def test_a_swap_is_told_and_what_was_told_before_stays() -> None:
    before = Correction(heard="a", shown="the", by="coach")
    found = spelling.spell(Segment(id=3, start=1.0, end=2.0, speaker="client", text="the rest art", corrections=(before,)), LISTED)
    assert found.corrections == (before, Correction(heard="rest art", shown="Restart", by="vocabulary"))
    assert (found.id, found.start, found.end, found.speaker) == (3, 1.0, 2.0, "client")
    assert "Restart" not in repr(found) and "art" not in repr(LISTED)


def test_words_keep_their_time_and_their_doubt() -> None:
    found = spelling.spell(segment("on rest art, and fitnote.", "art,", every=True), LISTED)
    assert [(w.text, w.start, w.end, w.confidence) for w in found.words] == [
        ("on", 0.0, 0.4, 0.9),
        ("Restart,", 0.5, 1.4, 0.3),
        ("and", 1.5, 1.9, 0.9),
        ("fit", 2.0, 2.2, 0.9),
        ("note.", 2.2, 2.4, 0.9),
    ]
    assert spelling.spell(segment("on rest art, now", "art, now"), LISTED).words == (
        Word(start=1.0, end=1.4, text="Restart,", confidence=0.3),
        Word(start=1.5, end=1.9, text="now", confidence=0.3),
    )


def test_a_segment_does_not_grow_too_long() -> None:
    full = " ".join(["fitnote"] + ["so"] * 29)
    assert spelt(full) == full
    assert spelt(full.removesuffix(" so")).startswith("Fit note" if full[0].isupper() else "fit note")


def test_what_was_heard_is_shown_beside_the_text_until_a_coach_changes_it() -> None:
    found = spelling.spell(segment("She is on rest art."), LISTED)
    heard = transcript(segments=(found,), gaps=())
    assert as_text(heard).endswith("She is on Restart. (heard: rest art)\n")
    assert "heard:" not in as_srt(heard)
    assert respelt(segment("She is on rest art.")) == ""
    assert respelt(Segment(id=0, start=0, end=1, speaker=None, text="She is resting.", corrections=found.corrections)) == ""
