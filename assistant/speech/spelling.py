"""Puts listed words right where a recogniser wrote something that sounds like them, and keeps what it wrote. Pure.

Real words are never turned into listed ones by their sound alone. A stretch of one to four words is taken for a term only

- where a list says so (`rest art`; `pipe [assessment]`): a single word of ordinary English, with nothing beside it, only if it was doubted;
- where an acronym was spelt out: `J C P`;
- where it sounds like the term, and one of its words is not English (`Gregs`), or it is several words of which every one was doubted.
  Several words must sound just like it; in a single one, a vowel may differ.

A person's name is looked for only among words that are no English and no common name, and must sound just like them: another name may
be another person. Text that holds a term already is left alone. Knows English only, and neither recordings nor models.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain import MAX_SEGMENT_WORDS, Correction, Segment, Term, Word
from assistant.doubt import VOCABULARY, Span, doubted, places
from assistant.english import ordinary
from assistant.speech import sounds

LONGEST = 4
"""Words that are taken for one term."""
LONGEST_SPELT = 6
"""Letters said one by one: `L C W R A`."""
SHORTEST_SOUND = 4
"""Sounds that a term holds at least to be known by them: among shorter ones, too many are alike."""
_TOKEN = re.compile(r"(?P<before>[^\w£]*)(?P<word>.*?)(?P<after>[^\w%]*)")
_OWN, _SIGNS = re.compile(r"\w['’]s$"), re.compile(r"[^\w&]")
_HEARD = re.compile(r"(?:\[(?P<before>[^\]]+)\] )?(?P<words>[^\[\]]+?)(?: \[(?P<after>[^\]]+)\])?")


@dataclass(frozen=True)
class _Token:
    """One word of a text and the signs around it, which stay."""

    start: int
    end: int
    """Where the word itself stands, without signs."""
    span: Span
    """Where all of it stands."""
    word: str = field(repr=False)
    opens: bool = False
    closes: bool = False
    """Whether signs stand before it or after it, so that no term goes on there."""
    doubted: bool = False

    @property
    def folded(self) -> str:
        """As words are compared: small letters, without the signs inside a word."""
        return _SIGNS.sub("", self.word.casefold())

    @property
    def owner(self) -> _Token | None:
        """Without its possessive ending, where it has one."""
        return replace(self, end=self.end - 2, word=self.word[:-2]) if _OWN.search(self.word) else None


@dataclass(frozen=True)
class _Misheard:
    """A listed mishearing, and what must stand beside it."""

    before: tuple[str, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    after: tuple[str, ...] = field(repr=False)
    term: Term = field(repr=False)

    @property
    def sure(self) -> bool:
        """Whether it needs no doubt: it has something beside it, or is no single word of ordinary English."""
        return bool(self.before or self.after or len(self.words) > 1 or not ordinary(self.words[0]))


@dataclass(frozen=True)
class Listed:
    """Terms, filed by what they are looked for by."""

    present: frozenset[tuple[str, ...]] = field(repr=False)
    misheard: Mapping[tuple[str, ...], Sequence[_Misheard]] = field(repr=False)
    spelt: Mapping[str, Term] = field(repr=False)
    sounds: Mapping[str, Sequence[tuple[str, Term]]] = field(repr=False)
    """By consonants: whole keys with their terms."""

    @property
    def longest(self) -> int:
        return max(map(len, self.present), default=0)


def listed(terms: Iterable[Term]) -> Listed:
    """What `spell` looks for. Of terms that differ in case or signs only the first counts, with what all of them are heard as."""
    distinct: dict[tuple[str, ...], Term] = {}
    for term in terms:
        known = distinct.setdefault(_words(term.text), term)
        distinct[_words(term.text)] = replace(known, heard_as=tuple(dict.fromkeys((*known.heard_as, *term.heard_as))))
    misheard: dict[tuple[str, ...], list[_Misheard]] = defaultdict(list)
    by_sound: dict[str, list[tuple[str, Term]]] = defaultdict(list)
    for term in distinct.values():
        for each in _misheard(term):
            misheard[each.words].append(each)
        sound = sounds.key(_words(term.text))
        if len(sound) >= SHORTEST_SOUND and not _is_acronym(term.text):
            by_sound[sounds.consonants(sound)].append((sound, term))
    spelt = {words[0]: term for words, term in distinct.items() if len(words) == 1 and _is_acronym(term.text)}
    return Listed(frozenset(distinct), misheard, spelt, by_sound)


def spell(segment: Segment, terms: Listed) -> Segment:
    """The segment as it should be written, each swap told in its corrections; times stay, and doubt stays with the words."""
    while terms.present and (swap := _first(segment, terms)) is not None:
        segment = _swapped(segment, *swap)
    return segment


def _first(segment: Segment, terms: Listed) -> tuple[Sequence[_Token], Term] | None:
    """The first stretch of a segment that is to read as a term; of those that begin there, the longest."""
    tokens = list(_tokens(segment))
    taken = _present(tokens, terms)
    for at in range(len(tokens)):
        for size in range(min(LONGEST_SPELT, len(tokens) - at), 0, -1):
            if taken.isdisjoint(range(at, at + size)) and _unbroken(tokens[at : at + size]):
                for stretch in _with_and_without_ending(tokens[at : at + size]):
                    term = _term(stretch, tokens[:at], tokens[at + size :], terms)
                    if term is not None and len(tokens) - size + len(term.text.split()) <= MAX_SEGMENT_WORDS:
                        return stretch, term
    return None


def _unbroken(stretch: Sequence[_Token]) -> bool:
    return not any(token.closes or token.owner for token in stretch[:-1]) and not any(token.opens for token in stretch[1:])


def _with_and_without_ending(stretch: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    yield stretch
    if stretch[-1].owner is not None:
        yield [*stretch[:-1], stretch[-1].owner]


def _term(stretch: Sequence[_Token], before: Sequence[_Token], after: Sequence[_Token], terms: Listed) -> Term | None:
    if len(stretch) > 1 and all(_is_letter(token) or token.word.isdigit() for token in stretch):
        more = any(map(_is_letter, (*before[-1:], *after[:1])))  # `C V A` is no CV
        return None if more else terms.spelt.get("".join(token.folded for token in stretch))
    if len(stretch) > LONGEST:
        return None
    return _said_so(stretch, before, after, terms) or _sounding(stretch, terms)


def _said_so(stretch: Sequence[_Token], before: Sequence[_Token], after: Sequence[_Token], terms: Listed) -> Term | None:
    """The term for which a list gives these words."""
    for each in terms.misheard.get(tuple(token.folded for token in stretch), ()):
        left, right = before[len(before) - len(each.before) :] if each.before else (), after[: len(each.after)]
        beside = tuple(token.folded for token in left) == each.before and tuple(token.folded for token in right) == each.after
        if beside and (each.sure or all(token.doubted for token in stretch)):
            return each.term
    return None


def _sounding(stretch: Sequence[_Token], terms: Listed) -> Term | None:
    """The one term that sounds like these words, where they are not English, or several that were all doubted."""
    foreign = any(not ordinary(token.word) for token in stretch)
    if not foreign and not (len(stretch) > 1 and all(token.doubted for token in stretch)):
        return None
    if not all(token.folded.isalpha() for token in stretch):
        return None
    sound = sounds.key(token.folded for token in stretch)
    known = terms.sounds.get(sounds.consonants(sound), ())
    close = [term for each, term in known if each == sound]
    if not close and len(stretch) == 1:
        close = [term for each, term in known if sounds.alike(sound, each) and not term.person]
    return close[0] if len(close) == 1 and (foreign or not close[0].person) else None


def _swapped(segment: Segment, stretch: Sequence[_Token], term: Term) -> Segment:
    start, end = stretch[0].start, stretch[-1].end
    heard = segment.text[start:end]
    shown = term.text[0].upper() + term.text[1:] if heard[0].isupper() and term.text.islower() else term.text
    text = segment.text[:start] + shown + segment.text[end:]
    whole = segment.text[stretch[0].span[0] : start] + shown + segment.text[end : stretch[-1].span[1]]
    return replace(
        segment,
        text=text,
        words=tuple(_rewritten(segment, (stretch[0].span[0], stretch[-1].span[1]), whole)),
        corrections=(*segment.corrections, Correction(heard=heard, shown=shown, by=VOCABULARY)),
    )


def _rewritten(segment: Segment, stretch: Span, shown: str) -> Iterator[Word]:
    """The words of a segment with those of a stretch as they are shown now, sharing its time and the least of its confidence."""
    placed = places(segment)
    gone = [word for word, (start, end) in placed if start >= stretch[0] and end <= stretch[1]]
    for word, _ in placed:
        if word not in gone:
            yield word
        elif word is gone[0]:
            yield from _shared(gone, shown.split())


def _shared(heard: Sequence[Word], shown: Sequence[str]) -> Iterator[Word]:
    start, seconds = heard[0].start, heard[-1].end - heard[0].start
    sure = min((word.confidence for word in heard if word.confidence is not None), default=None)
    edges = [round(start + seconds * n / len(shown), 2) for n in range(len(shown) + 1)]
    for text, begins, ends in zip(shown, edges, edges[1:], strict=False):
        yield Word(start=begins, end=ends, text=text, confidence=sure)


def _present(tokens: Sequence[_Token], terms: Listed) -> set[int]:
    """Positions of the words that are written as a term already."""
    return {
        position
        for at in range(len(tokens))
        for size in range(1, min(terms.longest, len(tokens) - at) + 1)
        if any(tuple(t.folded for t in stretch) in terms.present for stretch in _with_and_without_ending(tokens[at : at + size]))
        for position in range(at, at + size)
    }


def _tokens(segment: Segment) -> Iterator[_Token]:
    doubts, broken = set(doubted(segment)), False
    for found in re.finditer(r"\S+", segment.text):
        parts = _TOKEN.fullmatch(found[0])
        if parts is None or not parts["word"]:
            broken = True
            continue
        goes_on = parts["after"] in ("", "'", "’") or (parts["after"] == "." and len(parts["word"]) == 1)  # `carers' alliance`, `J. C. P.`
        yield _Token(
            start=found.start() + parts.start("word"), end=found.start() + parts.end("word"), span=found.span(), word=parts["word"],
            opens=broken or parts["before"] != "", closes=not goes_on, doubted=found.span() in doubts,
        )  # fmt: skip
        broken = False


def _is_letter(token: _Token) -> bool:
    return len(token.folded) == 1 and token.word[0].isupper()


def _words(text: str) -> tuple[str, ...]:
    """A text as words are compared."""
    return tuple(token.folded for token in _tokens(Segment(id=0, start=None, end=None, speaker=None, text=text)) if token.folded)


def _misheard(term: Term) -> Iterator[_Misheard]:
    for heard in term.heard_as:
        parts = _HEARD.fullmatch(heard)
        if parts is not None and _words(parts["words"]) != _words(term.text):
            yield _Misheard(_words(parts["before"] or ""), _words(parts["words"]), _words(parts["after"] or ""), term)


def _is_acronym(text: str) -> bool:
    return len(text) > 1 and text.isalnum() and text.isupper()
