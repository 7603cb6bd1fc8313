"""What was said beside its translation. Whisper hears a stretch twice, once in its own language and once in English, and the sentences of
the two need not be the same ones.

Each English sentence stands beside what was said in the same seconds. Of what was said nothing is left out: every sentence of it goes to
the English one with which it shares most time. An English sentence to which none went shows the nearest one again. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.speech.sentences import Piece

if TYPE_CHECKING:
    from assistant.speech.hearing import Found


def beside(said: Found, english: Found) -> Found:
    """The English sentences, each with its original, marked as machine translation. Without a translation, what was said.

    Confidence and flags are those of the worse of the two. There are no times of words: those of a translation mean nothing.
    """
    if not said.pieces or not english.pieces:
        return said
    pieces = list(english.pieces)
    pieces[0] = replace(pieces[0], start=min(pieces[0].start, said.pieces[0].start))
    pieces[-1] = replace(pieces[-1], end=max(pieces[-1].end, said.pieces[-1].end))
    return replace(
        english,
        pieces=tuple(pieces),
        originals=_originals(said.pieces, pieces),
        words=((),) * len(pieces),
        confidence=min(said.confidence, english.confidence),
        flags=tuple(dict.fromkeys((*said.flags, *english.flags, "machine_translation"))),
        lost=said.lost,
    )


def _originals(said: Sequence[Piece], english: Sequence[Piece]) -> tuple[str, ...]:
    given: list[list[str]] = [[] for _ in english]
    for piece in said:
        given[max(range(len(english)), key=lambda n: _shared(piece, english[n]))].append(piece.text)
    for texts, piece in zip(given, english, strict=True):
        if not texts:
            texts.append(max(said, key=lambda each: _shared(piece, each)).text)
    return tuple(" ".join(texts) for texts in given)


def _shared(one: Piece, other: Piece) -> float:
    """Seconds in which both are; less than none where they are apart."""
    return min(one.end, other.end) - max(one.start, other.start)
