"""Voices are letters by the number of a segment: they stay right when words are corrected, and mean nobody until a person says so."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant import documents, typed
from assistant.domain import HeardBy, Segment, Transcript, voices


def transcript(letters: object = "AB-", numbers: tuple[int, ...] = (0, 1, 2)) -> Transcript:
    segments = tuple(Segment(id=n, start=n * 5.0, end=n * 5.0 + 4, speaker=None, text=f"Line {n}.") for n in numbers)
    made_by = HeardBy(engine="faster-whisper", settings={voices.VOICES: letters})  # type: ignore[dict-item]
    return Transcript(
        id="t", kind="appointment", session_date=dt.date(2026, 3, 12), client="Amir", coach="Helen", segments=segments, made_by=made_by
    )


def speakers(heard: Transcript) -> list[str | None]:
    return [segment.speaker for segment in heard.segments]


def test_a_person_says_whose_voice_is_whose_and_the_unknown_stays_open() -> None:
    heard = transcript()
    assert speakers(heard) == [None, None, None]
    assert speakers(voices.told(heard, {"A": "coach"})) == ["coach", None, None]
    assert speakers(voices.told(heard, {"A": "client", "B": "other"})) == ["client", "other", None]


def test_a_correction_of_the_words_keeps_the_voice() -> None:
    corrected = typed.corrected(transcript(), 1, "Another line.")
    assert [voices.letter(corrected, segment) for segment in corrected.segments] == ["A", "B", None]


def test_a_line_that_was_taken_out_moves_no_voice() -> None:
    assert {letter: [s.id for s in said] for letter, said in voices.lines(transcript("ABBA", (0, 2, 3))).items()} == {"A": [0, 3], "B": [2]}


@pytest.mark.parametrize("letters", ["", "-", 5, None, "AB"])
def test_odd_letters_are_no_fault(letters: object) -> None:
    heard = transcript(letters)
    assert [voices.letter(heard, segment) for segment in heard.segments][2] is None


def test_the_document_is_the_same_document_and_keeps_the_voices() -> None:
    again = documents.read_transcript(documents.transcript_json(transcript()))
    assert again == transcript()
    assert list(voices.lines(again)) == ["A", "B"]


def test_who_is_on_the_left_says_who_is_on_the_right_and_nothing_of_voices_told_by_their_sound() -> None:
    assert speakers(voices.told_by_channel(transcript("LRL"), "coach")) == ["coach", "client", "coach"]
    assert speakers(voices.told_by_channel(transcript("LRL"), "client")) == ["client", "coach", "client"]
    assert speakers(voices.told_by_channel(transcript("ABA"), "coach")) == [None, None, None]
    assert speakers(voices.told_by_channel(transcript("LRL"), None)) == [None, None, None]


def test_a_voice_has_a_name_for_people_to_read() -> None:
    heard = voices.told(transcript(), {"B": "coach"})
    assert [voices.name(heard, segment) for segment in heard.segments] == ["Voice A", "Coach", ""]
