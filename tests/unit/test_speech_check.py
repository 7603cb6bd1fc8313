"""What a check counts: words that differ, whatever their capitals and signs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.speech.check import _distance, _words
from assistant.speech.hearing import Found
from assistant.speech.sentences import Piece

WORDS = st.lists(st.sampled_from("abc"), max_size=8)


@given(WORDS, WORDS, WORDS)
def test_the_distance_of_two_texts_is_a_distance(one: list[str], other: list[str], third: list[str]) -> None:
    apart = _distance(one, other)
    assert (apart == 0) == (one == other)
    assert apart == _distance(other, one)
    assert abs(len(one) - len(other)) <= apart <= max(len(one), len(other))
    assert apart <= _distance(one, third) + _distance(third, other)


@given(WORDS, WORDS, st.integers(0, 8))
def test_words_put_in_are_counted_once_each(words: list[str], more: list[str], at: int) -> None:
    assert _distance(words, words[:at] + more + words[at:]) == len(more)


def test_capitals_and_signs_are_no_difference() -> None:
    heard = [
        Found(pieces=(Piece(start=0, end=1, text=text),)) for text in ("He's at the JobCentre, at 10.", "hes at the jobcentre - at 10")
    ]
    assert _words(heard[0]) == _words(heard[1]) == ["hes", "at", "the", "jobcentre", "at", "10"]
