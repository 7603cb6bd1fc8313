"""What a colleague taking over must know: what was said in one breath, under the heading of a case note that fits it best.

`headings.py` says how well each heading fits and how likely a breath is of use; a breath with two headings is shared out between them
where one end of it speaks of each. Knows nothing of owners or dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import SectionKey
from assistant.drafting.headings import Fit, fits, weigh
from assistant.drafting.lexicon import content
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.wording import trimmed

SECOND = 0.2
"""Probability from which a second heading is looked for among the clauses of a breath."""
USEFUL = {"dictation": 0.38, "appointment": 0.48}
"""Probability of being of use from which a breath is told; lower, and fewer than four statements in five are of use."""
ASKED_STRAIGHT = 8
"""Weight of risk from which a question is quoted with its answer: a bare "No." says nothing without it."""
PLANNED = 0.15
"""Fit from which what stands in the plan is told in the note as well."""
MAX_WORDS = 30
"""A statement is no longer than a breath."""
LEAST_STEMS = 2
SHORT = 240
"""Words: a session as short as this is told in full."""
LENGTH = {"dictation": 0.67, "appointment": 0.44}
"""Share of the words that were said which the note may have; what tells of a risk is never cut."""
EVEN, FIRM = 8, 0.3
"""How far a long statement must be worth more than a short one to be told before it: `worth / (words + EVEN) ** FIRM` counts."""
BEYOND = 3.0
"""Worth of what a straight question about risk brought out: the most there is."""


@dataclass(frozen=True)
class Fact:
    section: SectionKey
    at: tuple[int, ...]
    """Positions of its clauses."""
    worth: float
    """How likely its heading fits, it is of use and it is critical, from 0 to 3 together."""


def find(said: Sequence[Clause], kind: str, tags: Mapping[int, Tags], promised: frozenset[int] = frozenset()) -> list[Fact]:
    """Facts in the order they were said. `promised`: positions that stand in the plan, and here only where a heading fits them."""
    found = _merged(list(_found(said, kind, tags, promised)), said)
    return _within_length([fact for fact in found if _says_something(fact.at, said)], said, kind)


def breaths(said: Sequence[Clause]) -> Iterator[list[int]]:
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


def _found(said: Sequence[Clause], kind: str, tags: Mapping[int, Tags], promised: frozenset[int]) -> Iterator[Fact]:
    """Facts breath by breath; a straight question about risk stands with its answer, any other question for nothing."""
    asked: list[int] = []
    drawn = list(breaths(said))
    for breath, fit in zip(drawn, fits(drawn, said, tags), strict=True):
        question, straight = asked, said[breath[-1]].question and _risk(breath, said) >= ASKED_STRAIGHT
        asked = breath if straight else []
        if question and not said[breath[-1]].question:
            yield Fact("risk", (*question, *breath), BEYOND)
        elif not straight and not (said[breath[0]].question and said[breath[0]].speaker == "coach"):
            planned = promised.issuperset(breath) and max(fit.headings.values()) < PLANNED
            yield from () if planned or fit.useful < USEFUL[kind] else _headed(breath, fit, said)


def _risk(breath: Sequence[int], said: Sequence[Clause]) -> int:
    return sum(weigh(said[at])["risk"] for at in breath)


def _headed(breath: list[int], fit: Fit, said: Sequence[Clause]) -> Iterator[Fact]:
    """The breath under its likeliest heading, or shared out between its two likeliest."""
    first, second = fit.ranked()[:2]
    parts = _shared_out(breath, first, second, said) if fit.headings[second] >= SECOND else [(first, breath)]
    yield from (Fact(section, tuple(at), fit.headings[section] + fit.useful + fit.critical) for section, at in parts)


def _shared_out(breath: list[int], first: SectionKey, second: SectionKey, said: Sequence[Clause]) -> list[tuple[SectionKey, list[int]]]:
    """Cut where word lists speak most for the first heading on one side and for the second on the other; whole where they do not."""
    listed = [weigh(said[at]) for at in breath]
    leans = [weights[second] - weights[first] for weights in listed]
    most, parts = 0.0, [(first, breath)]
    for cut in range(len(breath) - 1, 0, -1):
        left, right, lean = breath[:cut], breath[cut:], sum(leans[cut:]) - sum(leans[:cut])
        if abs(lean) > most and _says_something(left, said) and _says_something(right, said):
            most, parts = abs(lean), [(first, left), (second, right)] if lean > 0 else [(second, left), (first, right)]
    return parts


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


def _says_something(at: Sequence[int], said: Sequence[Clause]) -> bool:
    return len(content(" ".join(said[n].text for n in at))) >= LEAST_STEMS


def _words(at: Sequence[int], said: Sequence[Clause]) -> int:
    return len(trimmed(" ".join(said[n].text for n in at)).split())


def _within_length(facts: list[Fact], said: Sequence[Clause], kind: str) -> list[Fact]:
    """The facts most worth telling, in the order they were said, as long as the note stays shorter than what was said."""
    spoken = sum(len(c.text.split()) for c in said)
    room = LENGTH[kind] * spoken if spoken > SHORT else float(spoken)
    lengths = [_words(fact.at, said) for fact in facts]
    kept: set[int] = set()
    for n in sorted(range(len(facts)), key=lambda n: (-facts[n].worth / (lengths[n] + EVEN) ** FIRM, n)):
        if lengths[n] <= room or facts[n].section == "risk":
            room -= lengths[n]
            kept.add(n)
    return [f for n, f in enumerate(facts) if n in kept]
