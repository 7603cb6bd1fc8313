"""A coach's typed words as a transcript, and a line put right: nothing lost, nothing changed in place, no time made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import documents, typed
from assistant.domain import MAX_SEGMENT_WORDS, Correction, Word
from assistant.errors import NothingSaid, UsageProblem
from assistant.protocols import Brief
from tests.examples import transcript

BRIEF = Brief(id="t-9", session_date=dt.date(2026, 3, 12), client="Sam", coach="Ellis", previous_actions=transcript().previous_actions)


def test_a_typed_note_is_one_sentence_a_segment_without_times() -> None:
    written = typed.transcript("Sam did not come. I rang twice, no answer.\n\n- letter sent\nI'll ring on Monday", BRIEF)
    assert [s.text for s in written.segments] == [
        "Sam did not come.", "I rang twice, no answer.", "- letter sent", "I'll ring on Monday",
    ]  # fmt: skip
    assert {(s.start, s.end, s.speaker, s.confidence) for s in written.segments} == {(None, None, None, None)}
    assert written.made_by is not None and (written.made_by.engine, written.made_by.model) == ("typed", None)
    assert (written.id, written.kind, written.client, written.previous_actions) == ("t-9", "dictation", "Sam", BRIEF.previous_actions)


def test_a_typed_transcript_is_a_transcript_document() -> None:
    written = typed.transcript("Nobody came. I'll write to him.", BRIEF)
    assert documents.read_transcript(documents.transcript_json(written)) == written


@settings(deadline=None)  # the first one loads the sentence splitter
@given(st.text(max_size=400))
def test_not_a_word_is_lost_and_no_segment_is_too_long(text: str) -> None:
    try:
        written = typed.transcript(text, BRIEF)
    except NothingSaid:
        assert not any(c.isalnum() for c in text)
        return
    said = " ".join(s.text for s in written.segments)
    assert said.split() == text.split()
    assert max(len(s.text.split()) for s in written.segments) <= MAX_SEGMENT_WORDS


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "- \n-"])
def test_nothing_written_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(NothingSaid) as caught:
        typed.transcript(text, BRIEF)
    assert caught.value.exit_code == 4


def test_half_a_character_does_not_stop_a_note() -> None:
    assert "caf�" in documents.transcript_json(typed.transcript("He works at the caf\udce9.", BRIEF)).decode()


def test_a_corrected_line_says_what_was_heard_and_by_whom_it_was_put_right() -> None:
    heard = replace(transcript().segments[9], flags=("unclear",), words=(Word(start=46.6, end=47.0, text="He's"),))
    before = transcript(segments=(*transcript().segments[:9], heard, *transcript().segments[10:]))
    after = typed.corrected(before, 9, "He's about 24 pounds behind with the rent and he has told the council.")
    line = after.segments[9]
    assert line.text == "He's about 24 pounds behind with the rent and he has told the council."
    assert line.corrections == (Correction(heard="240", shown="24", by="coach"), Correction(heard="hasn't", shown="has", by="coach"))
    assert (line.flags, line.words, line.confidence) == (("corrected",), (), None)
    assert (line.id, line.start, line.end) == (9, heard.start, heard.end)


def test_the_transcript_before_stays_and_every_other_line_with_it() -> None:
    before = transcript()
    after = typed.corrected(before, 9, "He owes nothing.")
    assert before == transcript()
    assert after.id != before.id
    assert [s for s in after.segments if s.id != 9] == [s for s in before.segments if s.id != 9]
    assert replace(after, id=before.id, segments=before.segments) == before
    assert documents.read_transcript(documents.transcript_json(after)) == after


def test_a_line_corrected_twice_keeps_both_corrections() -> None:
    once = typed.corrected(transcript(), 4, "He doesn't want lates, he was very clear on that.")
    twice = typed.corrected(once, 4, "He doesn't want earlies, he was very clear on that.")
    assert [(c.heard, c.shown) for c in twice.segments[4].corrections] == [("nights,", "lates,"), ("lates,", "earlies,")]
    assert twice.segments[4].flags == ("corrected",)


@pytest.mark.parametrize("text", ["", "  ", "word " * 31])
def test_a_line_stays_a_line(text: str) -> None:
    with pytest.raises(UsageProblem):
        typed.corrected(transcript(), 4, text)


def test_a_line_that_does_not_exist_cannot_be_corrected() -> None:
    with pytest.raises(UsageProblem, match="no line 99"):
        typed.corrected(transcript(), 99, "Anything.")
