"""What a person types into a search, read into words and phrases; and the place in a text where they stand.

This module alone decides what a word is: letters and digits of any script, without case and accents. The index is given text that was
folded here, so that what it finds can be marked in the text as it was written. Pure: knows no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

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

    @property
    def pattern(self) -> str:
        """A regular expression for it in folded text."""
        words = r"[\W_]+".join(re.escape(word) for word in self.words)
        return rf"(?<![^\W_]){words}" + ("" if self.begins else r"(?![^\W_])")


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


def held(terms: Sequence[Term], lines: Iterable[str]) -> int:
    """How many of the terms stand in a text."""
    text = fold("\n".join(lines))
    return sum(re.search(term.pattern, text) is not None for term in terms)


def snippet(terms: Sequence[Term], lines: Sequence[str]) -> Snippet:
    """The line that holds most of the terms, cut to a length that fits on a screen; empty when none holds any."""
    single = [Term((word,)) for term in terms for word in term.words]
    for looked_for in (terms, single):  # a phrase may lie across two lines
        best = max(lines, key=lambda line: held(looked_for, [line]), default="")
        if held(looked_for, [best]):
            return _cut(_printable(best), "|".join(term.pattern + r"[^\W_]*" * term.begins for term in looked_for))
    return Snippet("")


def _printable(line: str) -> str:
    """On one line, and without what could act on a terminal. Nothing that is taken out is part of a word."""
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())


def _cut(line: str, pattern: str) -> Snippet:
    marks = list(_marks(line, pattern))
    first = marks[0][0] if marks else 0
    start = 0 if first <= BEFORE else line.find(" ", first - BEFORE, first) + 1 or first
    end = len(line) if len(line) - start <= LONGEST else max(line.rfind(" ", start, start + LONGEST), marks[0][1] if marks else 0)
    head, tail = "… " if start else "", " …" if end < len(line) else ""
    shift = len(head) - start
    return Snippet(head + line[start:end] + tail, tuple((a + shift, b + shift) for a, b in marks if b <= end))


def _marks(line: str, pattern: str) -> Iterator[tuple[int, int]]:
    """Places in the line as it is written: a character may be folded into none or into several."""
    ends = list(accumulate(len(fold(c)) for c in line))
    origin = [n for n, (a, b) in enumerate(zip([0, *ends], ends, strict=False)) for _ in range(b - a)]
    for match in re.finditer(pattern, fold(line)):
        yield origin[match.start()], origin[match.end() - 1] + 1
