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
from assistant.drafting.lexicon import content, tokens
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.verbs import is_action

TOLD: tuple[Outcome, ...] = ("done", "part_done", "not_done", "changed")
OWNERS: tuple[Owner, ...] = ("client", "coach", "third_party")
NAME_WEIGHT, DEED_WEIGHT, UNHEARD = 2.0, 0.4, 0.6
"""A name tells actions apart, `send` and `ring` do not; a word that nobody said cannot be missed for long."""
LONG_STEM, SHARED = 4, 6
"""A stem is taken for another that begins with it from four letters, or where they share six: `physio`, `physiotherapi`."""
RELATED = 0.6
"""What a word counts that is only near in meaning."""
KIN_WORDS = (
    "letter note form paper paperwork document certificate statement",
    "gp doctor surgery nurse clinic",
    "employer manager boss supervisor",
    "photo picture photograph",
    "job vacancy application post role",
    "email mail inbox message",
    "passport licence card id",
    "course class training module lesson unit",
    "interview trial shift",
    "housing landlord tenancy council flat",
    "money payment fund grant fee price cost",
    "mother mum mam brother sister cousin son daughter",
    "calendar diary planner",
    "journey route bus train",
    "counsellor therapist therapy counselling",
    "drop-in group club",
    "agency recruiter",
    "reference referee",
)
KIN = tuple(content(words) for words in KIN_WORDS)
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
    r"|(?:have|'ve) no idea|don't know (?:if|whether)|didn't (?:mention|get on to|cover|discuss))\b",
    re.IGNORECASE,
)
"""The coach does not know: nothing was said of the action."""
MINE = re.compile(r"\b(?:i|i've|i'd|my|me)\b", re.IGNORECASE)
THEIRS = re.compile(r"\b(?:he|she|he's|she's|he'd|she'd|his|her|they)\b", re.IGNORECASE)
OPENING, START = 5, 2
"""Words from which a line's subject is read; lines at the start that greet or name the session."""
WEIGHTS = {
    "own": 7.5,
    "earlier": 3.8,
    "turn": 5.0,
    "later": 2.4,
    "opens": 1.9,
    "told": 2.0,
    "promised": -1.6,
    "question": -2.6,
    "back": 1.2,
    "ahead": -3.5,
    "unasked": -4.2,
    "mine": 1.6,
    "person": 1.3,
    "place": -2.6,
    "start": -1.7,
}
NEVER_MENTIONED = 6.0
"""What each sign of a line is worth, and the worth of a line from which silence is the less likely reading: a logistic model of 16 numbers
fitted to the open voices and the development cases, half of them without tags, rounded to tenths; `ahead` and
the last were set by hand on the same.
"""


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


def speaking(action: PreviousAction, heard: Sequence[Line], names: frozenset[str], tags: Mapping[int, Tags] | None) -> list[float]:
    """How far each line speaks of the action; above NEVER_MENTIONED it is more likely than that nothing does.

    `names`: the two people, whose names say nothing of an action.
    """
    wish = _rated(heard, wanted(action.what, names))
    shares = [_share(wish, line.stems) for line in heard]
    return [_score(dict(signs(action, heard, at, wish, shares, tags))) for at in range(len(heard))]


def _score(found: Mapping[str, float]) -> float:
    return sum(weight * found[name] for name, weight in WEIGHTS.items())


def signs(
    action: PreviousAction,
    heard: Sequence[Line],
    at: int,
    wish: Mapping[str, float],
    shares: Sequence[float],
    tags: Mapping[int, Tags] | None,
) -> Iterator[tuple[str, float]]:
    """What is weighed of one line, each about 0 to 1."""
    line, before = heard[at], heard[at - 1] if at else None
    told, promised = _tagged(line, tags)
    back = bool(BACK.search(line.text))
    mine = line.speaker in (None, "coach" if action.owner == "coach" else "client")
    person = MINE if action.owner == "coach" or line.speaker == "client" else THEIRS
    yield "own", shares[at]
    yield "earlier", shares[at - 1] if before else 0.0
    yield "turn", shares[at - 1] if before and before.speaker != line.speaker else 0.0
    yield "later", shares[at + 1] if at + 1 < len(heard) else 0.0
    yield "opens", _share(wish, content(" ".join(tokens(line.text)[:OPENING])))
    yield "told", told
    yield "promised", promised
    yield "question", float(line.question)
    yield "back", float(back)
    yield "ahead", float(not back and bool(AHEAD.search(line.text)))
    yield "unasked", float(bool(UNASKED.search(line.text)))
    yield "mine", float(mine)
    yield "person", float(mine and bool(person.search(line.text)))
    yield "place", at / len(heard)
    yield "start", float(at < START)


def _tagged(line: Line, tags: Mapping[int, Tags] | None) -> tuple[float, float]:
    """How likely a line tells what became of something, and that it promises; 0 without tags."""
    of = tags.get(line.segment) if tags else None
    if of is None:
        return 0.0, 0.0
    return told_logit(max(of[f"previous:{name}"] for name in TOLD)) / 5, max(of[f"action:{name}"] for name in OWNERS)


def told_logit(p: float) -> float:
    """Of a probability, counted from that of an everyday line (about 0.007) and kept within sight of it."""
    p = min(max(p, 3e-4), 0.95)
    return math.log(p / (1 - p)) + 5.0


def wanted(what: str, names: frozenset[str]) -> dict[str, float]:
    """Content stems of an action; names count most, everyday deeds least."""
    weights: dict[str, float] = {}
    for n, word in enumerate(re.findall(r"[\w']+", what)):
        for stem in content(word) - names - content("coach client participant"):
            weights[stem] = NAME_WEIGHT if n and word[0].isupper() else DEED_WEIGHT if is_action(word) else 1.0
    return weights


def _rated(heard: Sequence[Line], wish: Mapping[str, float]) -> dict[str, float]:
    """Shares that sum to 1; a word counts less the more lines hold it."""
    counts = {w: sum(w in line.stems for line in heard) for w in wish}
    rated = {w: weight * (3 / (2 + counts[w]) if counts[w] else UNHEARD) for w, weight in wish.items()}
    total = sum(rated.values())
    return {w: weight / total for w, weight in rated.items()}


def _share(wish: Mapping[str, float], stems: frozenset[str]) -> float:
    """Part of what was agreed that some words hold."""
    return sum(weight * max((_alike(w, s) for s in stems), default=0.0) for w, weight in wish.items())


@functools.lru_cache(maxsize=1 << 14)
def _alike(a: str, b: str) -> float:
    """1 for one stem or a long shared beginning, RELATED for words of one kind, else 0."""
    begins = min(len(a), len(b)) >= LONG_STEM and (a.startswith(b) or b.startswith(a))
    if a == b or begins or (len(a) > SHARED and a[:SHARED] == b[:SHARED]):
        return 1.0
    return RELATED if any(a in kin and b in kin for kin in KIN) else 0.0
