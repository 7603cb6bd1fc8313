"""What was said beside its translation: nothing lost, nothing without its original."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import SegmentFlag
from assistant.speech.hearing import Found
from assistant.speech.sentences import Piece
from assistant.speech.translation import beside


def found(*pieces: tuple[float, float, str], confidence: float = 0.9, flags: tuple[SegmentFlag, ...] = (), **rest: object) -> Found:
    made = tuple(Piece(start=start, end=end, text=text) for start, end, text in pieces)
    return Found(pieces=made, words=((),) * len(made), confidence=confidence, flags=flags, **rest)  # type: ignore[arg-type]


def test_sentences_stand_beside_what_was_said_in_the_same_seconds() -> None:
    both = beside(
        found(
            (0, 3, "Dzwonił."), (3, 6, "Nie odebrali."), (6, 9, "Zadzwoni jutro."), confidence=0.8, flags=("redone",), lost=((9.0, 12.0),)
        ),
        found((0, 5.5, "He rang and nobody answered."), (5.5, 9, "He will ring tomorrow."), confidence=0.6),
    )
    assert [(p.text, o) for p, o in zip(both.pieces, both.originals, strict=True)] == [
        ("He rang and nobody answered.", "Dzwonił. Nie odebrali."),
        ("He will ring tomorrow.", "Zadzwoni jutro."),
    ]
    assert (both.confidence, both.flags, both.lost) == (0.6, ("redone", "machine_translation"), ((9.0, 12.0),))
    assert both.words == ((), ())


def test_one_sentence_that_became_two_is_shown_with_both() -> None:
    both = beside(found((0, 8, "Dzwonił, ale nie odebrali.")), found((0, 4, "He rang."), (4, 8, "Nobody answered.")))
    assert both.originals == ("Dzwonił, ale nie odebrali.",) * 2


def test_without_a_translation_there_is_what_was_said() -> None:
    said = found((0, 3, "Dzwonił."))
    assert beside(said, found()) is said


def texts(letter: str) -> st.SearchStrategy[list[tuple[float, float, str]]]:
    """Sentences one after the other, with times."""
    lengths = st.lists(st.floats(0.0, 6.0), min_size=1, max_size=6)
    return lengths.map(lambda all_: [(sum(all_[:n]), sum(all_[: n + 1]), f"{letter}{n}.") for n in range(len(all_))])


@given(texts("s"), texts("e"))
def test_every_word_that_was_said_stands_beside_some_translation(
    said: list[tuple[float, float, str]], english: list[tuple[float, float, str]]
) -> None:
    both = beside(found(*said), found(*english))
    assert [p.text for p in both.pieces] == [text for _, _, text in english]
    assert all(both.originals)
    shown = [word for original in both.originals if original for word in original.split()]
    assert set(shown) == {text for _, _, text in said}
    assert both.pieces[0].start <= said[0][0] and both.pieces[-1].end >= said[-1][1]
