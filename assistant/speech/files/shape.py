"""Turns as sentences and breaths of at most thirty words: broken sentences joined, long cues cut, repeated captions told once.

Pure. Not a word is changed or added; what is left out is only what a rolling caption shows again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.sentences import cuts
from assistant.speech.files.turns import Turn, shared_out
from assistant.speech.sentences import Piece, sentences

ENDS = re.compile(r"[.?!…][\"'”’)\]]*$")
PUNCTUATED = 0.2
"""Share of turns that end as sentences do. Below it the file has no sentences, and a cue without an end is only a cue."""
PAUSE = 1.0
"""Seconds: a sentence is not looked for beyond such a gap."""
OVERLAP = 0.5
"""Seconds that a cue may start before the one that it goes on from has ended."""
JOINED_WORDS = 120
"""No more are joined in one go, whatever the punctuation."""
LEAST_ROLLING, ROLLING_SHARE = 3, 0.3
"""So many pairs of cues, and such a share of them, must overlap in words and add some: somebody may say the same thing again and again."""
SHOWN_WORDS = 60
"""What two lines of caption hold, amply."""
SHOWN_AGAIN = 3
"""Words: fewer are said twice by chance."""
LONG = 1_500
"""Characters given to the sentence finder at once: its time grows faster than the text."""
WRAPPED = 50
"""Characters: a line of plain text that is longer and ends no sentence was wrapped by a program; a shorter one is a line of its own."""


def shaped(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Each of at most thirty words, on one line."""
    lines = [line for turn in turns for line in _lines(turn)]
    lines = list(_unrolled([line for n, line in enumerate(lines) if n == 0 or line.start is None or line != lines[n - 1]]))
    for run in _runs(lines):
        yield from _cut(run)


def _lines(turn: Turn) -> Iterator[Turn]:
    """What has a time is one text, however it is wrapped. Plain text keeps its lines, where they are lines and no wrapping."""
    if turn.start is not None:
        yield replace(turn, text=" ".join(turn.text.split()))
        return
    text = ""
    for line in (" ".join(line.split()) for line in turn.text.split("\n")):
        if text and not _wrapped(text):
            yield replace(turn, text=text)
            text = ""
        text = f"{text} {line}".strip()
    yield replace(turn, text=text)


def _wrapped(text: str) -> bool:
    return len(text) > WRAPPED and not ENDS.search(text)


def _unrolled(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Without what captions show again while the next line rolls in."""
    if len(turns) <= LEAST_ROLLING:
        yield from turns
        return
    words = [turn.text.split() for turn in turns]
    again = [0, *(_shown_again(turns[n - 1], turns[n], words[n - 1], words[n]) for n in range(1, len(turns)))]
    rolling = sum(0 < count < len(said) for count, said in zip(again, words, strict=True))
    if rolling < LEAST_ROLLING or rolling < ROLLING_SHARE * (len(turns) - 1):
        yield from turns
        return
    for turn, said, count in zip(turns, words, again, strict=True):
        if said[count:]:
            yield replace(turn, text=" ".join(said[count:]))


def _shown_again(before: Turn, turn: Turn, shown: Sequence[str], words: Sequence[str]) -> int:
    """How many words at the start of a cue are the last of the cue before."""
    if turn.start is None or before.end is None or turn.name != before.name or turn.start > before.end + OVERLAP:
        return 0
    most = min(len(shown), len(words), SHOWN_WORDS)
    return next((n for n in range(most, 0, -1) if shown[-n:] == words[:n] and (n >= SHOWN_AGAIN or n == len(shown))), 0)


def _runs(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Turns between which a sentence goes on."""
    said = [turn for turn in turns if turn.text]
    if sum(bool(ENDS.search(turn.text)) for turn in said) < PUNCTUATED * len(said):
        yield from ([turn] for turn in said)
        return
    run: list[Turn] = []
    for turn in said:
        if run and not (_goes_on(run[-1], turn) and sum(len(t.text.split()) for t in run) < JOINED_WORDS):
            yield run
            run = []
        run.append(turn)
    if run:
        yield run


def _goes_on(before: Turn, turn: Turn) -> bool:
    if before.end is None or turn.start is None or before.name != turn.name or before.unclear or turn.unclear:
        return False
    return -OVERLAP <= turn.start - before.end <= PAUSE and not ENDS.search(before.text)


def _cut(run: Sequence[Turn]) -> Iterator[Turn]:
    for part in _handy(run):
        first, last = part[0], part[-1]
        if first.start is None or last.end is None:
            yield from (replace(first, text=first.text[a:b]) for a, b in cuts(first.text))
            continue
        found = sentences([Piece(start=t.start or 0.0, end=t.end or 0.0, text=t.text) for t in part])
        starts = [first.start, *(piece.start for piece in found[1:])]
        ends = [*(piece.end for piece in found[:-1]), last.end]
        for start, end, piece in zip(starts, ends, found, strict=True):
            yield replace(first, start=start, end=max(start, end), text=piece.text)


def _handy(run: Sequence[Turn]) -> Iterator[Sequence[Turn]]:
    """A very long turn in parts."""
    if sum(len(turn.text) for turn in run) <= LONG:
        yield run
        return
    for turn in run:
        yield from ([part] for part in shared_out(turn, [(None, text) for text in _chunks(turn.text)]))


def _chunks(text: str) -> Iterator[str]:
    at = 0
    while len(text) - at > LONG:
        stop = max(text.rfind(". ", at, at + LONG) + 1, 0) or text.rfind(" ", at, at + LONG)
        stop = stop if stop > at else at + LONG
        yield text[at:stop]
        at = stop + (text[stop : stop + 1] == " ")
    yield text[at:]
