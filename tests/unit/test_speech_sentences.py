"""Cutting what was heard into sentences and breaths."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import MAX_SEGMENT_WORDS
from assistant.speech.sentences import Piece, sentences

TEXT = "right so she's rung the college, and Mr. Evans said £5.60 by Friday. Then? No! he'll go; e.g. at 3.30 p.m. — yes…"
WORDS = st.lists(st.sampled_from(TEXT.split()))
PIECES = st.lists(st.tuples(WORDS, st.floats(0, 20), st.floats(0, 3)), max_size=6)


def heard(parts: list[tuple[list[str], float, float]]) -> list[Piece]:
    at, pieces = 0.0, []
    for words, length, pause in parts:
        pieces.append(Piece(start=at, end=at + length, text=" ".join(words)))
        at += length + pause
    return pieces


@given(PIECES)
def test_every_word_is_kept_in_order(parts: list[tuple[list[str], float, float]]) -> None:
    pieces = heard(parts)
    assert " ".join(s.text for s in sentences(pieces)).split() == " ".join(p.text for p in pieces).split()


@given(PIECES)
def test_no_segment_has_more_than_thirty_words_or_none(parts: list[tuple[list[str], float, float]]) -> None:
    assert all(1 <= len(s.text.split()) <= MAX_SEGMENT_WORDS for s in sentences(heard(parts)))


@given(PIECES)
def test_times_rise_and_stay_inside_what_was_heard(parts: list[tuple[list[str], float, float]]) -> None:
    pieces = [p for p in heard(parts) if p.text]
    found = sentences(pieces)
    assert all(s.start <= s.end for s in found)
    assert all(a.end <= b.start + 0.011 for a, b in pairwise(found))  # times are rounded to hundredths
    if found:
        assert found[0].start >= round(pieces[0].start, 2)
        assert found[-1].end <= round(pieces[-1].end, 2)


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    assert " ".join(s.text for s in sentences([Piece(start=0, end=4, text=text)])) == " ".join(text.split())


def test_a_sentence_that_runs_over_two_pieces_is_joined() -> None:
    pieces = [Piece(start=1, end=3, text=" She said that she"), Piece(start=3.2, end=6.2, text=" would ring. He agreed.")]
    first, second = sentences(pieces)
    assert (first.text, first.start) == ("She said that she would ring.", 1)
    assert (second.text, second.end) == ("He agreed.", 6.2)
    assert first.end < second.start
    assert 4.5 < second.start < 5.5  # by characters: 12 of 22 into the second piece


def test_an_end_at_a_border_is_the_end_of_the_first_piece() -> None:
    first, second = sentences([Piece(start=0, end=2, text="He came."), Piece(start=9, end=11, text="She left.")])
    assert (first.end, second.start) == (2, 9)


def test_a_long_sentence_ends_its_breath_at_a_comma() -> None:
    text = " ".join(["word"] * 19) + " comma, " + " ".join(["word"] * 25) + " end."
    first, second = sentences([Piece(start=0, end=20, text=text)])
    assert first.text.endswith("comma,")
    assert second.text.endswith("end.")


def test_a_long_sentence_without_commas_is_cut_evenly() -> None:
    assert [len(s.text.split()) for s in sentences([Piece(start=0, end=20, text="word " * 62)])] == [21, 21, 20]


def test_titles_and_sums_do_not_end_a_sentence() -> None:
    assert len(sentences([Piece(start=0, end=5, text="Mr. Evans paid £5.60 for the bus on Friday.")])) == 1


def test_nothing_gives_nothing() -> None:
    assert sentences([]) == sentences([Piece(start=0, end=1, text="  ")]) == []
