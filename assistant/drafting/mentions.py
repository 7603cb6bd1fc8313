"""Which line of the talk speaks of which action agreed last time.

Knows lines, their words, who speaks and what the tagger says of a line; not what became of an action.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import Outcome, Owner, PreviousAction, Speaker
from assistant.drafting.lexicon import content, stem, table, tokens, words_of
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.verbs import is_action

TOLD: tuple[Outcome, ...] = ("done", "part_done", "not_done", "changed")
OWNERS: tuple[Owner, ...] = ("client", "coach", "third_party")
NAME_WEIGHT, DEED_WEIGHT, ERRAND_WEIGHT, UNHEARD = 2.0, 0.8, 0.4, 0.6
"""A name tells actions apart, `visit` less than a thing, `send` and `ring` hardly; a word that nobody said cannot be missed for long."""
EVERYDAY = frozenset(("come", "do", "find", "get", "give", "go", "have", "keep", "look", "make", "put", "see", "set", "take", "try", "use"))
"""Deeds that stand in every other line, beside those of `verbs.toml` that are errands."""
LONG_STEM, SHARED = 4, 6
"""A stem is taken for another that begins with it from four letters, or where they share six: `physio`, `physiotherapi`."""
RELATED = 0.5
"""What a word counts that is only near in meaning, by `lexicons/kin.toml`."""
BACK = re.compile(
    r"\b(?:did|didn't|didnae|has|hasn't|hasnae|have|haven't|had|he's|she's|they've|i've|'ve|went|never|sent|rang|brought|done|finished"
    r"|forgot|last (?:time|week)|was|were|already|passed|applied|got|come|came|been|wrote|made|took|tried|asked|spoke|emailed"
    r"|like (?:i'd|we|i) (?:asked|said|agreed)|as (?:agreed|planned|promised)|meant to|supposed to)\b",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:i'll|he'll|she'll|we'll|they'll|you'll|will|going to|gonna|gonnae|is to|'s to|needs? to|i've to)\b",
    re.IGNORECASE,
)
UNASKED = re.compile(
    r"\b(?:never came up|didn't come up|(?:forgot|never got|didn't get (?:a chance|round)|didn't think|no time) to ask|didn't ask"
    r"|never asked"
    r"|(?:have|'ve|haven't) (?:no|an|any) idea|^no idea|no idea (?:if|whether|about)|don't know (?:if|whether|about)|can't say"
    r"|well, i don't know|(?:i'd|would) have (?:gone|asked|liked)|didn't (?:mention|get on to|cover|discuss))\b",
    re.IGNORECASE,
)
"""The coach does not know: nothing was said of the action."""
MINE = re.compile(r"\b(?:i|i've|i'd|my|me)\b", re.IGNORECASE)
THEIRS = re.compile(r"\b(?:he|she|he's|she's|he'd|she'd|his|her|they)\b", re.IGNORECASE)
OPENING, START, NEXT = 5, 2, 4
"""Words from which a line's subject is read; lines at the start that greet or name the session; lines within which the
next action follows."""
WEIGHTS: Mapping[str, float] = {
    "constant": -5.79,
    "own": 9.81,
    "most": -3.76,
    "earlier": 4.11,
    "turn": 4.53,
    "later": 2.56,
    "opens": 2.66,
    "deed": 1.59,
    "tells": 0.83,
    "told": 2.53,
    "promised": -2.04,
    "question": -3.31,
    "back": 0.51,
    "ahead": -1.98,
    "unasked": -9.58,
    "mine": 1.51,
    "person": 1.25,
    "place": -2.87,
    "order": -1.02,
    "start": -1.28,
    "taken": -3.79,
    "back_up": -1.24,
    "next": 0.41,
}
NEVER_MENTIONED = 0.0
"""What each sign of a line is worth, and the worth of a line from which silence is the less likely reading: a choice between all lines and
silence, fitted by `scripts/weigh_outcomes.py`.
"""


NEAR = 1
"""Lines within which at least one word of what was agreed, or of its kind, must stand: without it, nothing reports it."""


@dataclass(frozen=True)
class Line:
    """What one segment holds of the clauses."""

    segment: int
    text: str = field(repr=False)
    speaker: Speaker | None
    stems: frozenset[str] = field(repr=False)
    at: tuple[int, ...]
    """Positions of its clauses."""

    @property
    def question(self) -> bool:
        return self.text.rstrip().endswith("?")


def lines(said: Sequence[Clause]) -> list[Line]:
    """The segments in the order they were said. A clause over two segments gives each its part."""
    parts: dict[int, list[tuple[str, int]]] = {}
    for at, clause in enumerate(said):
        start = 0
        for piece in clause.pieces:
            end = start + piece.end - piece.start
            parts.setdefault(piece.segment, []).append((clause.text[start:end].strip(), at))
            start = end + 1
    return [_line(segment, found, said[found[0][1]].speaker) for segment, found in parts.items()]


def _line(segment: int, found: Sequence[tuple[str, int]], speaker: Speaker | None) -> Line:
    text = " ".join(part for part, _ in found)
    return Line(segment, text, speaker, content(text), tuple(dict.fromkeys(at for _, at in found)))


@dataclass(frozen=True)
class Talk:
    """What was said, and what is asked of its lines for every action."""

    heard: Sequence[Line]
    names: frozenset[str]
    """The two people, whose names say nothing of an action."""
    tells: Sequence[bool]
    """Whether a line reads as if something had become of something."""
    actions: int
    """How many were agreed."""
    tags: Mapping[int, Tags] | None


@dataclass(frozen=True)
class Before:
    """Where the actions before this one were found."""

    taken: frozenset[int] = frozenset()
    last: int = -1

    def found(self, at: int) -> Before:
        return Before(self.taken | {at}, at)


def speaking(talk: Talk, action: PreviousAction, number: int, wish: Mapping[str, float], before: Before) -> list[float]:
    """How far each line speaks of the action, the `number`th of those agreed; above NEVER_MENTIONED it is more likely than that nothing
    does. `wish`: its words, rated.
    """
    shares = [share(wish, line.stems) for line in talk.heard]
    return [
        _score(dict(signs(talk, action, number, at, wish, shares, before))) if any(shares[max(0, at - NEAR) : at + NEAR + 1]) else -math.inf
        for at in range(len(talk.heard))
    ]


def _score(found: Mapping[str, float]) -> float:
    return sum(weight * found[name] for name, weight in WEIGHTS.items())


def signs(
    talk: Talk, action: PreviousAction, number: int, at: int, wish: Mapping[str, float], shares: Sequence[float], before: Before
) -> Iterator[tuple[str, float]]:
    """What is weighed of one line, each about 0 to 1."""
    heard, line = talk.heard, talk.heard[at]
    yield "constant", 1.0
    yield "own", shares[at]
    yield "most", shares[at] ** 2
    yield "earlier", shares[at - 1] if at else 0.0
    yield "turn", shares[at - 1] if at and heard[at - 1].speaker != line.speaker else 0.0
    yield "later", shares[at + 1] if at + 1 < len(heard) else 0.0
    yield "opens", share(wish, content(" ".join(tokens(line.text)[:OPENING])))
    yield "deed", shares[at] * share({stem(word): 1.0 for word in tokens(action.what)[:1]}, line.stems)
    yield "tells", float(talk.tells[at])
    yield from _tagged(line, talk.tags)
    yield from _read(line, action)
    yield "place", at / len(heard)
    yield "order", abs(at / len(heard) - (number + 0.5) / talk.actions / 2)
    yield "start", float(at < START)
    yield "taken", (at in before.taken) * (1 - shares[at])
    yield "back_up", float(at <= before.last)
    yield "next", float(before.last >= 0 and 0 < at - before.last <= NEXT)


def _read(line: Line, action: PreviousAction) -> Iterator[tuple[str, float]]:
    """Signs in the words, and whether they are those of the one who was to act."""
    back = bool(BACK.search(line.text))
    mine = line.speaker in (None, "coach" if action.owner == "coach" else "client")
    person = MINE if action.owner == "coach" or line.speaker == "client" else THEIRS
    yield "question", float(line.question)
    yield "back", float(back)
    yield "ahead", float(not back and bool(AHEAD.search(line.text)))
    yield "unasked", float(bool(UNASKED.search(line.text)))
    yield "mine", float(mine)
    yield "person", float(mine and bool(person.search(line.text)))


def _tagged(line: Line, tags: Mapping[int, Tags] | None) -> Iterator[tuple[str, float]]:
    """How likely a line tells what became of something, and that it promises; 0 without tags."""
    of = tags.get(line.segment) if tags else None
    yield "told", told_logit(max(of[f"previous:{name}"] for name in TOLD)) / 5 if of else 0.0
    yield "promised", max(of[f"action:{name}"] for name in OWNERS) if of else 0.0


def told_logit(p: float) -> float:
    """Of a probability, counted from that of an everyday line (about 0.007) and kept within sight of it."""
    p = min(max(p, 3e-4), 0.95)
    return math.log(p / (1 - p)) + 5.0


def wanted(what: str, names: frozenset[str]) -> dict[str, float]:
    """Content stems of an action; names count most, everyday deeds least."""
    weights: dict[str, float] = {}
    for n, word in enumerate(re.findall(r"[\w']+", what)):
        for found in content(word) - names - content("coach client participant"):
            weights[found] = NAME_WEIGHT if n and word[0].isupper() else _plain_weight(word.lower())
    return weights


def _plain_weight(word: str) -> float:
    if not is_action(word):
        return 1.0
    return ERRAND_WEIGHT if word in EVERYDAY or word in words_of("verbs", "errand") else DEED_WEIGHT


def rated(talk: Talk, what: str) -> dict[str, float]:
    """The words of an action with shares that sum to 1; a word counts less the more lines hold it."""
    wish = wanted(what, talk.names)
    counts = {w: sum(w in line.stems for line in talk.heard) for w in wish}
    weighed = {w: weight * (3 / (2 + counts[w]) if counts[w] else UNHEARD) for w, weight in wish.items()}
    total = sum(weighed.values())
    return {w: weight / total for w, weight in weighed.items()}


def share(wish: Mapping[str, float], stems: frozenset[str]) -> float:
    """Part of what was agreed that some words hold."""
    return sum(weight * max((_alike(w, s) for s in stems), default=0.0) for w, weight in wish.items())


@functools.lru_cache(maxsize=1 << 14)
def _alike(a: str, b: str) -> float:
    """1 for one stem or a long shared beginning, RELATED for words of one kind, else 0."""
    begins = min(len(a), len(b)) >= LONG_STEM and (a.startswith(b) or b.startswith(a))
    if a == b or begins or (len(a) > SHARED and a[:SHARED] == b[:SHARED]):
        return 1.0
    return RELATED if _kinds().get(a, frozenset()) & _kinds().get(b, frozenset()) else 0.0


@functools.cache
def _kinds() -> Mapping[str, frozenset[str]]:
    """The kinds that a stem belongs to."""
    kinds: dict[str, frozenset[str]] = {}
    for kind, entry in table("kin").items():
        for found in content(" ".join(entry["words"])):
            kinds[found] = kinds.get(found, frozenset()) | {kind}
    return kinds
