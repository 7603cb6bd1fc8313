"""What a colleague taking over must know: what was said in one breath, under the heading of a case note that fits it best.

The tagger says how likely each heading is and how likely a breath is of use; word lists add their weight and share a breath with two
headings out among its clauses. Knows nothing of owners or dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import SECTIONS, SectionKey
from assistant.drafting.checks import MONEY
from assistant.drafting.lexicon import content, lexicon, table, tokens
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.wording import trimmed

LISTED = 0.03
"""What one point of a word list adds to a heading's probability."""
SECOND = 0.25
"""Score from which a second heading is looked for among the clauses of a breath."""
WORTH = {"dictation": 0.35, "appointment": 0.45}
"""Probability of being of use from which a breath is told."""
ASKED_STRAIGHT = 8
"""Weight of risk from which a question is quoted with its answer: a bare "No." says nothing without it."""
SURE = 0.4
"""Fit from which what stands in the plan is told in the note as well."""
MAX_WORDS = 45
LEAST_STEMS = 2
SHORT = 240
"""Words: a session as short as this is told in full."""
LENGTH = {"dictation": 0.68, "appointment": 0.43}
"""Share of the words that were said which the note may have; what tells of a risk is never cut."""


@dataclass(frozen=True)
class Fact:
    section: SectionKey
    at: tuple[int, ...]
    """Positions of its clauses."""
    worth: float
    """How likely it is of use, from 0 to 1, and a little more where it is critical."""
    sure: float = 1.0
    """How well the heading fits, about 0 to 1."""


def find(said: Sequence[Clause], kind: str, tags: Mapping[int, Tags], promised: frozenset[int] = frozenset()) -> list[Fact]:
    """Facts in the order they were said. `promised`: positions that stand in the plan, and here only where a heading surely fits them."""
    found = list(_found(list(_breaths(said)), said, tags))
    found = [fact for fact in found if fact.sure >= SURE or not promised >= set(fact.at)]
    told = [fact for fact in _merged(found, said) if fact.worth >= WORTH[kind] and _says_something(fact, said)]
    return _within_length(told, said, kind)


def _breaths(said: Sequence[Clause]) -> Iterator[list[int]]:
    """Clauses that one person said in one segment, a question apart from what stands round it."""
    run: list[int] = []
    for at, clause in enumerate(said):
        last = said[run[-1]] if run else None
        if last and (last.segments[-1], last.speaker, last.question) != (clause.segments[0], clause.speaker, clause.question):
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _found(breaths: Sequence[list[int]], said: Sequence[Clause], tags: Mapping[int, Tags]) -> Iterator[Fact]:
    """Facts breath by breath; a straight question about risk stands with its answer, any other question for nothing."""
    asked: list[int] = []
    for breath in breaths:
        question, straight = asked, said[breath[-1]].question and _risk(breath, said) >= ASKED_STRAIGHT
        asked = breath if straight else []
        if question and not said[breath[-1]].question:
            yield Fact("risk", (*question, *breath), 1.0)
        elif not straight and not (said[breath[0]].question and said[breath[0]].speaker == "coach"):
            yield from _headed(breath, said, tags)


def _risk(breath: Sequence[int], said: Sequence[Clause]) -> int:
    return sum(weigh(said[at])["risk"] for at in breath)


def _headed(breath: list[int], said: Sequence[Clause], tags: Mapping[int, Tags]) -> Iterator[Fact]:
    """The breath under its likeliest heading, or shared out between its two likeliest."""
    heard = [tags[n] for n in dict.fromkeys(s for at in breath for s in said[at].segments) if n in tags]
    listed = {at: weigh(said[at]) for at in breath}
    scores = {s: max((t[f"section:{s}"] for t in heard), default=0.0) + LISTED * sum(w[s] for w in listed.values()) for s in SECTIONS}
    worth = max((max(t["useful"], *(t[f"section:{s}"] for s in SECTIONS)) + 0.2 * t["critical"] for t in heard), default=0.0)
    first, second = sorted(SECTIONS, key=lambda s: -scores[s])[:2]
    mine: tuple[int, ...] = ()
    if scores[second] >= SECOND and len(breath) > 1:
        mine = tuple(at for at in breath if listed[at][second] > listed[at][first])
    rest = tuple(at for at in breath if at not in mine)
    yield from (Fact(section, at, worth, scores[section]) for section, at in ((first, rest), (second, mine)) if at)


def _merged(facts: Sequence[Fact], said: Sequence[Clause]) -> list[Fact]:
    """Neighbours of one sentence that came to stand under one heading are one statement."""
    merged: list[Fact] = []
    for fact in facts:
        last = merged[-1] if merged else None
        if last and _belong_together(last, fact, said):
            merged[-1] = Fact(last.section, (*last.at, *fact.at), max(last.worth, fact.worth))
        else:
            merged.append(fact)
    return merged


def _belong_together(last: Fact, fact: Fact, said: Sequence[Clause]) -> bool:
    same_sentence = said[last.at[-1]].sentence == said[fact.at[0]].sentence
    return last.section == fact.section and same_sentence and _words((*last.at, *fact.at), said) <= MAX_WORDS


def _says_something(fact: Fact, said: Sequence[Clause]) -> bool:
    return len(content(" ".join(said[n].text for n in fact.at))) >= LEAST_STEMS


def _words(at: Sequence[int], said: Sequence[Clause]) -> int:
    return len(trimmed(" ".join(said[n].text for n in at)).split())


def _within_length(facts: list[Fact], said: Sequence[Clause], kind: str) -> list[Fact]:
    """The facts most worth telling, in the order they were said, as long as the note stays shorter than what was said."""
    spoken = sum(len(c.text.split()) for c in said)
    room = LENGTH[kind] * spoken if spoken > SHORT else float(spoken)
    kept: set[int] = set()
    for n in sorted(range(len(facts)), key=lambda n: (-facts[n].worth, n)):
        length = _words(facts[n].at, said)
        if length <= room or facts[n].section == "risk":
            room -= length
            kept.add(n)
    return [f for n, f in enumerate(facts) if n in kept]


def weigh(clause: Clause) -> Counter[str]:
    """What the word lists give each heading in a clause."""
    words = tokens(clause.text)
    found: Counter[str] = Counter()
    for hit in lexicon("sections").find(words):
        label = hit.label.lstrip("!?")
        weight = table("sections")[label].get("weight", 1)
        found[label] += {"!": -weight, "?": weight / 2}.get(hit.label[0], weight)
    found["barriers"] += 2 * len(lexicon("barriers").labels(words))
    found["support"] += 2 * len(lexicon("referrals").labels(words))
    found["support"] += bool(MONEY.search(clause.text))
    return +found
