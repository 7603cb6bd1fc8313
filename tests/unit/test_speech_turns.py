"""Segments get the voice that speaks longest in them, and are cut where it changes; not a word is lost or moved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Segment, Word
from assistant.speech.turns import SHORTEST_PART, Turn, assigned


def turn(start: float, end: float, voice: int) -> Turn:
    return Turn(start=start, end=end, voice=voice)


def segment(start: float, end: float, text: str, *, timed: bool = True) -> Segment:
    step = (end - start) / len(text.split())
    words = (Word(start=start + n * step, end=start + (n + 1) * step, text=word) for n, word in enumerate(text.split()))
    return Segment(id=7, start=start, end=end, speaker=None, text=text, words=tuple(words) if timed else ())


def said(*segments: Segment, turns: list[Turn]) -> list[tuple[str, str]]:
    return [(part.text, letter) for part, letter in assigned(segments, turns)]


def test_whoever_speaks_longest_in_it_says_it_and_the_first_to_speak_is_a() -> None:
    found = said(segment(0.5, 3.5, "How are you?"), segment(3.5, 8, "I am well."), turns=[turn(0, 3, 1), turn(3, 8, 0)])
    assert found == [("How are you?", "A"), ("I am well.", "B")]


def test_where_nobody_speaks_the_voice_is_not_known() -> None:
    assert said(segment(10, 12, "How are you?"), turns=[turn(0, 3, 1)]) == [("How are you?", "-")]
    assert said(segment(10, 12, "How are you?"), turns=[]) == [("How are you?", "-")]


def test_a_segment_of_two_voices_is_cut_where_the_voice_changes() -> None:
    whole = segment(0, 8, "How did you get on I sent it")
    parts = assigned([whole], [turn(0, 5, 0), turn(5, 8, 1)])
    assert [(part.text, letter) for part, letter in parts] == [("How did you get on", "A"), ("I sent it", "B")]
    assert [(part.start, part.end, part.id) for part, _ in parts] == [(0, 5, 7), (5, 8, 7)]
    assert [len(part.words) for part, _ in parts] == [5, 3]


def test_a_word_in_between_is_too_short_to_be_cut_out() -> None:
    assert said(segment(0, 8, "How did you get on I sent it"), turns=[turn(0, 3, 0), turn(3, 4, 1), turn(4, 8, 0)]) == [
        ("How did you get on I sent it", "A")
    ]


def test_without_the_times_of_all_words_a_segment_stays_whole() -> None:
    whole = segment(0, 8, "How did you get on I sent it", timed=False)
    assert said(whole, turns=[turn(0, 5, 0), turn(5, 8, 1)]) == [(whole.text, "A")]


TURNS = st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 8), st.integers(0, 1)), max_size=8)


@given(turns=TURNS, words=st.integers(1, 30), start=st.floats(0, 20), length=st.floats(0.5, 15))
def test_every_word_is_kept_in_its_place(turns: list[tuple[float, float, int]], words: int, start: float, length: float) -> None:
    whole = segment(start, start + length, " ".join(f"word{n}" for n in range(words)))
    parts = assigned([whole], [turn(a, a + b, voice) for a, b, voice in turns])
    assert " ".join(part.text for part, _ in parts) == whole.text
    assert tuple(word for part, _ in parts for word in part.words) == whole.words
    assert (parts[0][0].start, parts[-1][0].end) == (whole.start, whole.end)
    for part, _ in parts if len(parts) > 1 else []:
        assert part.words[-1].end - part.words[0].start >= SHORTEST_PART
