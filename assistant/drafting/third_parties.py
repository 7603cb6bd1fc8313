"""Whom texts mention besides the two people in the room, so that somebody can look before the texts are handed out.

Finds capitalised words and people called by their part. Knows no meaning: a cafe and a cousin look alike, and a name that speech
recognition wrote in small letters is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.domain import Mentions
from assistant.drafting.people import NOT_NAMES, ROLE

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
ENDS = re.compile(r"[.?!:\"“”]\s*$|^\s*$")
"""What stands before the first word of a sentence."""
TITLES = {"Mr", "Mrs", "Ms", "Miss", "Dr", "Doctor"}
OWNED = re.compile(rf"\b(?:his|her|their|my|your|our) {ROLE.pattern.removeprefix(chr(92) + 'b')}", re.IGNORECASE)
POSSESSIVE = re.compile(r"['’]s$")


def mentions(texts: Iterable[str], known: Iterable[str]) -> Mentions:
    """In the order of the alphabet. `known`: names of people who need no looking at, whole or in part."""
    texts = list(texts)
    ours = {word.casefold() for name in known for word in WORD.findall(name)}
    common = {word for text in texts for word in WORD.findall(text) if word.islower()}
    names, openings, roles = set[str](), set[str](), set[str]()
    for text in texts:
        roles |= {" ".join(match[0].lower().split()) for match in OWNED.finditer(text)}
        for words, opens in _runs(text):
            if all(word.casefold() in ours or word in TITLES for word in words):
                continue
            (openings if opens and len(words) == 1 else names).add(" ".join(words))
    openings = {word for word in openings - _parts(names) if word.lower() not in common}
    return Mentions(names=_sorted(names), openings=_sorted(openings), roles=_sorted(roles))


def _runs(text: str) -> Iterator[tuple[list[str], bool]]:
    """Neighbouring capitalised words, and whether they open a sentence. Words that are no names end a run."""
    run: list[str] = []
    opens, end = False, 0
    for match in WORD.finditer(text):
        word = POSSESSIVE.sub("", match[0])
        plain = {word, re.split("['’]", word)[0]} & NOT_NAMES  # "He'll" begins with one
        named = word[:1].isupper() and (word in TITLES or not plain)
        if run and (not named or text[end : match.start()] != " "):
            yield run, opens
            run = []
        if named:
            opens = opens if run else bool(ENDS.search(text[: match.start()]))
            run.append(word)
        end = match.end()
    if run:
        yield run, opens


def _parts(names: set[str]) -> set[str]:
    return {word for name in names for word in (name, *name.split())}


def _sorted(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(found, key=str.casefold))
