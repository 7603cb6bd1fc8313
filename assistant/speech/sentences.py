"""What was heard in one stretch, as sentences and breaths of at most thirty words, each with its time.

Whisper gives a time at the ends of its pieces only. A time inside a piece is interpolated by characters between those, so it
is an estimate: right to about a second. Pure text and numbers; not a word is changed, added or lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.sentences import cuts


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A text with the seconds at which it starts and ends."""

    start: float
    end: float
    text: str = field(repr=False)


def sentences(pieces: Sequence[Piece]) -> list[Piece]:
    """Join what was heard in one stretch and cut it anew: sentences, and breaths where a sentence has more than 30 words."""
    pieces = [Piece(start=p.start, end=p.end, text=" ".join(p.text.split())) for p in pieces if p.text.split()]
    if not pieces:
        return []
    text = " ".join(p.text for p in pieces)
    return [_timed(pieces, text, start, end) for start, end in cuts(text)]


def _timed(pieces: Sequence[Piece], text: str, start: int, end: int) -> Piece:
    return Piece(start=_time(pieces, start), end=_time(pieces, end, last=True), text=text[start:end])


def _time(pieces: Sequence[Piece], at: int, *, last: bool = False) -> float:
    """Seconds at a place in the joined text; at the border of two pieces the end of the first when `last`, else the start of the second."""
    for piece in pieces:
        length = len(piece.text)
        if at < length or (last and at == length):
            return round(piece.start + (piece.end - piece.start) * at / length, 2)
        at -= length + 1
    return round(pieces[-1].end, 2)
