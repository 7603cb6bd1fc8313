"""What was heard in one stretch, as sentences and breaths of at most thirty words, each with its time.

Whisper gives a time at the ends of its pieces only. A time inside a piece is interpolated by characters between those, so it
is an estimate: right to about a second. Pure text and numbers; not a word is changed, added or lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain import MAX_SEGMENT_WORDS

LEAST_BREATH = 8
"""Words: a breath is not ended at a comma before these, so that no crumbs are left."""


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
    return [_timed(pieces, text, start, end) for start, end in _cuts(text)]


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence or breath starts and ends in a text whose words are parted by single blanks."""
    starts = _sentence_starts(text)
    for start, following in zip(starts, [*starts[1:], len(text) + 1], strict=True):
        words = text[start : following - 1].split(" ")
        for count in _breaths(words):
            length = len(" ".join(words[:count]))
            yield start, start + length
            start, words = start + length + 1, words[count:]


def _sentence_starts(text: str) -> list[int]:
    """Offsets of the first letters of the sentences, always at the start of a word."""
    from syntok import segmenter

    offsets = {sentence[0].offset for paragraph in segmenter.analyze(text) for sentence in paragraph if sentence}
    return sorted({0} | {at for at in offsets if 0 < at < len(text) and text[at - 1] == " " and text[at] != " "})


def _breaths(words: Sequence[str]) -> Iterator[int]:
    """How many words each breath of a sentence takes: to a comma where there is one, else evenly."""
    left = len(words)
    at = 0
    while left > MAX_SEGMENT_WORDS:
        rests = [n for n in range(LEAST_BREATH, MAX_SEGMENT_WORDS + 1) if left - n >= LEAST_BREATH and words[at + n - 1][-1] in ",;:–—"]
        take = rests[-1] if rests else -(-left // -(-left // MAX_SEGMENT_WORDS))
        yield take
        at, left = at + take, left - take
    yield left


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
