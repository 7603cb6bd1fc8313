"""Drafting understands English only: nothing is drafted from another language, and the draft says where it is."""

from __future__ import annotations

from dataclasses import replace

from assistant import documents, render
from assistant.domain import Draft, HeardBy, Transcript
from assistant.drafting.english import EnglishOnly
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.units import clauses
from tests.drafts import dictation
from tests.work import finish

SAID = (
    "She will ring the college by Friday",
    "Zadzwoni do urzędu w piątek, ma 200 £ długu i bolą ją plecy od stania.",
    "and she has a debt of two hundred pounds with the council.",
)
PHANTOM = "Ma 200 £. I will ring the council on Monday, she said no to care work."
"""What a transcript of another language may hold by chance: words that read as English."""


def heard(*said: str, language: str = "en", **settings: str) -> Transcript:
    return replace(dictation(*said), language=language, made_by=HeardBy(engine="faster-whisper", settings=settings))


def draft(transcript: Transcript) -> Draft:
    return finish(EnglishOnly(ExtractiveDrafter()).draft(transcript))


def cited(made: Draft) -> set[int]:
    return {e.segment for _, e in documents.all_evidence(made)} | {left.segment for left in made.left_out}


def test_nothing_is_drafted_from_another_language_and_the_draft_says_so() -> None:
    made = draft(heard(SAID[0] + ".", PHANTOM, SAID[2], other_languages="pl 1"))
    assert cited(made) == {0, 2}
    assert [n.code for n in made.notices] == ["other_language"]
    assert made.notices[0].why.startswith("In Polish: some of it (line 2).")
    assert (made.coverage.segments, made.coverage.read) == (3, 2)
    assert 1 in cited(draft(heard(SAID[0] + ".", PHANTOM, SAID[2])))


def test_english_on_both_sides_of_it_is_not_joined_to_one_sentence() -> None:
    transcript = heard(*SAID)
    blank = replace(transcript, segments=tuple(replace(s, text="" if s.id == 1 else s.text) for s in transcript.segments))
    assert all(len(clause.segments) == 1 for clause in clauses(blank))


def test_a_transcript_that_is_all_in_another_language_gives_an_empty_draft_that_says_why() -> None:
    made = draft(heard(*SAID, language="pl"))
    assert not made.note and not made.actions and made.coverage.read == 0
    assert made.notices[0].why.startswith("In Polish: all of it.")
    assert "In Polish: all of it" in render.draft_markdown(made, heard(*SAID, language="pl"))


def test_what_a_coach_put_into_english_is_drafted() -> None:
    transcript = heard(*SAID[:1], PHANTOM, other_languages="pl 1")
    right = replace(transcript.segments[1], text="She will ring the job centre on Friday.", flags=("corrected",))
    assert 1 in cited(draft(replace(transcript, segments=(transcript.segments[0], right))))


def test_whatever_leans_on_a_machine_translation_must_be_checked() -> None:
    said = (
        "He told me he has bad pains in his back when he stands.",
        "I will send him the form by Friday.",
        "I referred him to Citizens Advice about the debt.",
        "We are meeting again next Thursday at ten.",
    )
    transcript = heard(*said, language="pl")
    lines = tuple(replace(s, flags=("machine_translation",), original="Słowa.") for s in transcript.segments)
    made = draft(replace(transcript, segments=lines))
    items = [*(s for section in made.note for s in section.statements), *made.actions, *made.referrals, made.next_appointment]
    assert made.actions and made.referrals and made.next_appointment and made.note
    assert all(item and "unclear" in item.check for item in items)
    assert [n.code for n in made.notices] == ["machine_translation"]
    english = draft(replace(transcript, language="en"))
    assert not any("unclear" in item.check for item in [*english.actions, *english.referrals])
    assert not any(
        "unclear" in a.check
        for a in draft(replace(transcript, segments=tuple(replace(s, flags=("machine_translation", "corrected")) for s in lines))).actions
    )


def test_english_is_drafted_as_ever() -> None:
    transcript = heard(*SAID[:1], SAID[2])
    plain = finish(ExtractiveDrafter().draft(transcript))
    same = replace(draft(transcript), draft=plain.draft, made_by=plain.made_by)
    assert same == plain
