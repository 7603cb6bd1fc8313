"""What a person types into a search, read into words and phrases; and the place in a text where they stand.

This module alone decides what a word is: letters and digits of any script, without case and accents. The index is given text that was
folded here, so that what it finds can be marked in the text as it was written. Pure: knows no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

WORD = re.compile(r"[^\W_]+")
ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""The blocks of combining marks that belong to no single script: in the others, marks are letters of their own."""
PHRASES = re.compile(r'["“”„«»]([^"“”„«»]*)(["“”„«»]|$)|([^\s"“”„«»]+)')
SHORTEST_BEGINNING = 3
"""Letters. Shorter ones, taken as beginnings, match half of everything: 47 ms at 20,000 notes for one letter, 14 for two, 2 for three."""
BEFORE, LONGEST = 60, 180
"""Characters of a snippet: before the first word found, and in all."""


@dataclass(frozen=True)
class Term:
    """A word, or several that must follow one another."""

    words: tuple[str, ...] = field(repr=False)
    begins: bool = False
    """The last word is the beginning of one."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in folded text; where it is a beginning, with the rest of the word."""
        words = r"[\W_]+".join(re.escape(word) for word in self.words)
        return re.compile(rf"(?<![^\W_]){words}" + (r"[^\W_]*" if self.begins else r"(?![^\W_])"))


@dataclass(frozen=True)
class Snippet:
    text: str = field(repr=False)
    marks: tuple[tuple[int, int], ...] = ()


def read(typed: str) -> tuple[Term, ...]:
    """The terms of what was typed: all must be found. Empty when there is no letter and no digit in it."""
    terms = []
    for match in PHRASES.finditer(typed):
        words = tuple(WORD.findall(fold(match[1] if match[3] is None else match[3])))
        if words:
            terms.append(Term(words, begins=not match[2] and match.end() == len(typed.rstrip()) and len(words[-1]) >= SHORTEST_BEGINNING))
    return tuple(dict.fromkeys(terms))


def expression(terms: Iterable[Term]) -> str:
    """For FTS5: strings of letters, digits and blanks in quotation marks, so that nothing typed can be an operator."""
    return " ".join(f'"{" ".join(term.words)}"{"*" if term.begins else ""}' for term in terms)


def fold(text: str) -> str:
    """Without case and accents, compatibility forms spelt out. Each character is folded by itself."""
    if text.isascii():
        return text.lower()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def indexed(lines: Iterable[str]) -> str:
    """Lines for the index, whose tokenizer takes every character beyond ASCII for a letter."""
    text = "\n".join(lines)
    return text if text.isascii() else " ".join(WORD.findall(fold(text)))


def held(terms: Sequence[Term], text: str) -> int:
    """How many of the terms stand in a folded text."""
    return sum(term.words[0] in text and term.pattern.search(text) is not None for term in terms)  # the first test is the fast one


def snippet(terms: Sequence[Term], lines: Sequence[str]) -> Snippet:
    """The line that holds most of the terms, cut to a length that fits on a screen; empty when none holds any."""
    folded = [fold(line) for line in lines]
    single = [Term((word,)) for term in terms for word in term.words]
    for looked_for in (terms, single):  # a phrase may lie across two lines
        counts = [held(looked_for, text) for text in folded]
        if any(counts):
            return _cut(_printable(lines[counts.index(max(counts))]), looked_for)
    return Snippet("")


def _printable(line: str) -> str:
    """On one line, and without what could act on a terminal. Nothing that is taken out is part of a word."""
    return " ".join((line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)).split())


def _cut(line: str, terms: Sequence[Term]) -> Snippet:
    marks = _marks(line, terms)
    first = marks[0] if marks else (0, 0)
    start = 0 if first[0] <= BEFORE else line.find(" ", first[0] - BEFORE, first[0]) + 1 or first[0]
    end = len(line) if len(line) - start <= LONGEST else max(line.rfind(" ", start, start + LONGEST), first[1])
    head, tail = "… " if start else "", " …" if end < len(line) else ""
    shift = len(head) - start
    return Snippet(head + line[start:end] + tail, tuple((a + shift, b + shift) for a, b in marks if b <= end))


def _marks(line: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Places in the line as it is written, apart from one another. A character may be folded into none or into several."""
    text, origin = fold(line), _origin(line)
    marks: list[tuple[int, int]] = []
    for start, end in sorted((origin[m.start()], origin[m.end() - 1] + 1) for term in terms for m in term.pattern.finditer(text)):
        if marks and start < marks[-1][1]:
            start, end = marks[-1][0], max(end, marks.pop()[1])
        marks.append((start, end))
    return marks


def _origin(line: str) -> Sequence[int]:
    """Of each character of the folded line, where it stands in the line."""
    return range(len(line)) if line.isascii() else [n for n, c in enumerate(line) for _ in fold(c)]
