"""Where sentences and breaths begin in a text: at most thirty words each, not a word changed, added or lost. Pure text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.domain import MAX_SEGMENT_WORDS

LEAST_BREATH = 8
"""Words: a breath is not ended at a comma before these, so that no crumbs are left."""


def cuts(text: str) -> Iterator[tuple[int, int]]:
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
