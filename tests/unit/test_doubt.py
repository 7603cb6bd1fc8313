"""Words to be listened to again: where they stand, how they are shown, and when a statement leans on one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from assistant.domain import Segment, Transcript, Word
from assistant.doubt import doubted, unclear
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.render import transcript_lines
from assistant.render.subtitles import as_srt, as_text
from tests.work import finish

TEXT = "She owes forty pounds and pays forty a month."


def word(text: str, start: float, confidence: float | None = 0.2) -> Word:
    return Word(start=start, end=start + 0.3, text=text, confidence=confidence)


def segment(*words: Word) -> Segment:
    return Segment(id=0, start=10.0, end=14.5, speaker=None, text=TEXT, confidence=0.9, words=words)


@pytest.mark.parametrize(("start", "at"), [(10.9, TEXT.index("forty")), (13.2, TEXT.rindex("forty"))])
def test_the_time_says_which_of_two_like_words_it_is(start: float, at: int) -> None:
    assert doubted(segment(word("forty", start))) == [(at, at + 5)]


def test_part_of_a_word_is_not_the_word_and_sure_words_are_not_doubted() -> None:
    assert doubted(segment(word("for", 11), word("pounds", 11.5, 0.5), word("month", 14, None))) == []
    assert doubted(segment(word("month.", 14))) == [(39, 45)]


def test_a_quote_is_unclear_only_where_the_doubt_is() -> None:
    said = segment(word("forty", 13.2))
    assert unclear(said)
    assert unclear(said, "pays forty a month")
    assert not unclear(said, "She owes forty pounds")
    assert unclear(said, "words that stand nowhere in it")


def test_a_segment_that_is_doubtful_as_a_whole_is_unclear_everywhere() -> None:
    assert unclear(replace(segment(), confidence=0.4), "She owes")
    assert unclear(replace(segment(), flags=("unclear",)), "She owes")
    assert not unclear(segment())


def test_a_machines_translation_is_unclear_everywhere_until_a_coach_has_put_it_right() -> None:
    translated = replace(segment(), flags=("machine_translation",), original="Jest winna czterdzieści funtów.")
    assert unclear(translated, "She owes")
    assert not unclear(replace(translated, flags=("machine_translation", "corrected")), "She owes")


def test_a_translation_has_the_words_heard_beside_it_in_every_text() -> None:
    line = replace(segment(), text="She owes forty pounds.", flags=("machine_translation",), original="Jest winna 40 funtów.")
    polish = replace(segment(), id=1, start=20.0, end=22.0, text="Zadzwoni jutro.")
    heard = replace(transcript(line, polish), language="pl")
    first, second = as_text(heard).splitlines()
    assert first == "[00:10] (machine translation from Polish) She owes forty pounds. (heard: Jest winna 40 funtów.)"
    assert second == "[00:20] (in Polish) Zadzwoni jutro."
    assert "(heard: Jest winna 40 funtów.)" in as_srt(heard)
    assert list(transcript_lines(heard)) == [
        "00:10  [machine translation from Polish] She owes forty pounds. (heard: Jest winna 40 funtów.)",
        "00:20  [in Polish] Zadzwoni jutro.",
    ]


def transcript(*segments: Segment) -> Transcript:
    return Transcript(id="t", kind="dictation", session_date=dt.date(2026, 3, 12), client=None, coach=None, segments=segments)


def test_doubtful_words_are_marked_in_the_text_and_left_alone_in_subtitles() -> None:
    heard = transcript(segment(word("forty", 10.9), word("month.", 14)))
    assert as_text(heard) == "[00:10] She owes [?forty] pounds and pays forty a [?month.]\n"
    assert "[?" not in as_srt(heard)


def test_a_statement_that_leans_on_a_doubtful_word_is_a_check() -> None:
    said = Segment(id=0, start=0.0, end=2.0, speaker=None, text="She wants to work in a bakery.", confidence=0.9)
    for words, check in (((word("bakery.", 1.7),), ("unclear",)), ((), ())):
        (section,) = finish(ExtractiveDrafter().draft(transcript(replace(said, words=words)))).note
        assert section.statements[0].check == check
