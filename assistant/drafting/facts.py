"""What a colleague taking over must know: clauses under the headings of a case note.

Word lists weigh each clause. In a dictation neighbouring clauses of one sentence under one heading become one statement; in talk a
statement is what one person said in one breath, weighed together with the question it answers. Knows nothing of owners or dates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import SECTIONS, SectionKey
from assistant.drafting.lexicon import content, lexicon, table, tokens
from assistant.drafting.units import Clause
from assistant.drafting.wording import trimmed

LEAST_STEMS = 3
COACH_STEMS = 6
"""What the coach says in talk is mostly questions and kindness: only longer pieces, or weighty ones, are facts."""
MAX_WORDS = 45
STRONG = 6.0
"""Weight from which a clause that is already in the action plan is told in the note as well."""
SHORT = 240
"""Words: a session as short as this is told in full."""
LENGTH = {"dictation": 0.69, "appointment": 0.445}
"""Share of the words that were said which the note may have; what tells of a risk is never cut."""
ASKED_STRAIGHT = 8
"""Weight of risk from which a question is quoted with its answer: a bare "No." says nothing without it."""
MONEY = re.compile(r"£\d|\b(?:quid|pounds|pence|tenner|fiver)\b", re.IGNORECASE)
FIRST = ("risk", "ruled_out", "attendance", "barriers", "support", "skills", "goals", "progress")
"""Which heading wins where two weigh the same."""


@dataclass(frozen=True)
class Fact:
    section: SectionKey
    at: tuple[int, ...]
    """Positions of its clauses."""
    weights: Counter[str]

    @property
    def weight(self) -> float:
        return float(self.weights[self.section])


def find(said: Sequence[Clause], kind: str, promised: frozenset[int]) -> list[Fact]:
    """Facts in the order they were said. `promised`: positions of clauses that are in the action plan and need not be told twice."""
    weights = [weigh(c) for c in said]
    groups = _breaths(said, weights) if kind == "appointment" else [f for run in _sentences(said) for f in _grouped(run, said, weights)]
    facts = _merged(groups, said)
    return _within_length([f for f in facts if _worth_telling(f, said, kind, promised)], said, kind)


def _merged(facts: Sequence[Fact], said: Sequence[Clause]) -> list[Fact]:
    """Neighbours of one sentence that came to stand under one heading are one statement."""
    merged: list[Fact] = []
    for fact in facts:
        last = merged[-1] if merged else None
        if last and _belong_together(last, fact, said):
            merged[-1] = Fact(last.section, (*last.at, *fact.at), last.weights + fact.weights)
        else:
            merged.append(fact)
    return merged


def _belong_together(last: Fact, fact: Fact, said: Sequence[Clause]) -> bool:
    same_sentence = said[last.at[-1]].sentence == said[fact.at[0]].sentence
    return last.section == fact.section and same_sentence and _words((*last.at, *fact.at), said) <= MAX_WORDS


def _words(at: Sequence[int], said: Sequence[Clause]) -> int:
    return len(trimmed(" ".join(said[n].text for n in at)).split())


def _within_length(facts: list[Fact], said: Sequence[Clause], kind: str) -> list[Fact]:
    """The weightiest facts, in the order they were said, as long as the note stays shorter than what was said."""
    spoken = sum(len(c.text.split()) for c in said)
    room = LENGTH[kind] * spoken if spoken > SHORT else float(spoken)
    kept: set[int] = set()
    for n in sorted(range(len(facts)), key=lambda n: (-_importance(facts[n], said), n)):
        length = _words(facts[n].at, said)
        if length <= room or facts[n].section == "risk":
            room -= length
            kept.add(n)
    return [f for n, f in enumerate(facts) if n in kept]


def _importance(fact: Fact, said: Sequence[Clause]) -> float:
    """Risk, refusals and anything with a sum or a number in it before the rest."""
    text = " ".join(said[n].text for n in fact.at)
    critical = fact.section in ("risk", "ruled_out") or MONEY.search(text) or re.search(r"\d", text)
    return fact.weight + (4 if critical else 0)


def weigh(clause: Clause) -> Counter[str]:
    """Weight of each heading in a clause."""
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


def heading(weights: Counter[str]) -> SectionKey | None:
    best = max(FIRST, key=lambda s: (weights[s], -FIRST.index(s)))
    return best if weights[best] > 0 else None


def _sentences(said: Sequence[Clause]) -> Iterator[list[int]]:
    run: list[int] = []
    for at, clause in enumerate(said):
        if run and said[run[-1]].sentence != clause.sentence:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _grouped(run: list[int], said: Sequence[Clause], weights: Sequence[Counter[str]]) -> Iterator[Fact]:
    """Neighbouring clauses under one heading; a clause without one goes with the clause before it."""
    group: list[int] = []
    total: Counter[str] = Counter()
    for at in run:
        found, section = heading(weights[at]), heading(total)
        long = sum(len(said[n].text.split()) for n in (*group, at)) > MAX_WORDS
        if group and ((found and section and found != section) or long):
            yield Fact(section or "", tuple(group), total)
            group, total = [], Counter()
        group.append(at)
        total = total + weights[at]
    yield Fact(heading(total) or "", tuple(group), total)


def _breaths(said: Sequence[Clause], weights: Sequence[Counter[str]]) -> list[Fact]:
    """What one person said in one segment, questions left out; the question just before lends half its weight."""
    facts: list[Fact] = []
    asked: Counter[str] = Counter()
    groups: list[list[int]] = []
    for at, clause in enumerate(said):
        last = said[groups[-1][-1]] if groups else None
        if last and (last.segments[-1], last.speaker, last.question) == (clause.segments[0], clause.speaker, clause.question):
            groups[-1].append(at)
        else:
            groups.append([at])
    for before, group in zip([[], *groups], groups, strict=False):
        own = sum((weights[n] for n in group), Counter[str]())
        if said[group[0]].question:
            asked = own
        elif asked["risk"] >= ASKED_STRAIGHT and before and said[before[-1]].question:
            facts.append(Fact("risk", (*before, *group), own + asked))
            asked = Counter()
        else:
            total = own + Counter({k: v / 2 for k, v in asked.items()})
            facts.append(Fact(heading(own) or heading(total) or "progress", tuple(group), total))
            asked = Counter() if len(content(" ".join(said[n].text for n in group))) > 1 else asked
    return facts


def _worth_telling(fact: Fact, said: Sequence[Clause], kind: str, promised: frozenset[int]) -> bool:
    text = " ".join(said[n].text for n in fact.at)
    stems = len(content(text))
    if promised >= set(fact.at) and fact.weight < STRONG:
        return False
    if fact.weights["chat"] > fact.weight:
        return False
    if kind == "appointment" and not said[fact.at[0]].question:
        return _worth_in_talk(fact, said[fact.at[0]], stems)
    return fact.section in SECTIONS and stems >= LEAST_STEMS - 1


def _worth_in_talk(fact: Fact, first: Clause, stems: int) -> bool:
    if first.speaker == "coach":
        return fact.section in SECTIONS and stems >= COACH_STEMS and fact.weight >= 3
    return fact.section in SECTIONS and stems >= LEAST_STEMS
