"""What the tags know of actions that rules do not: which promises to doubt, which doubtful ones to believe, which sentences hold an action
although nobody says `will`, and which turns belong to one.

Takes candidates that rules found and gives back those that are likely to be actions. Knows who and when only through `people` and `dates`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain import Owner
from assistant.drafting import antecedents, dates
from assistant.drafting.found import Found
from assistant.drafting.lexicon import content, words_of
from assistant.drafting.people import People, Who
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.wording import capital, trimmed, without_dates

OWNERS: tuple[Owner, ...] = ("client", "coach", "third_party")
CORE, LISTED = words_of("verbs", "errand"), words_of("verbs", "errand") | words_of("verbs", "deed")
WILL = re.compile(r"'ll\b|\bwill\b|\bgoing to\b|\bgonna\b|'s to\b|\b(?:is|am|are) to\b")
PAST = re.compile(r"\b(?:was|were|had|did|went|got|rang|said|told|been|\w+ed)\b")
OUTCOMES = ("done", "part_done", "not_done", "changed")
LEAST = 0.55
"""Probability from which a candidate is an action. F1 lies flat from 0.4 to 0.6; fewer traps and fewer wrong dates speak for the upper
end.
"""
LEAST_UNRULED = 0.65
"""The same where no rule finds a promise at all: a sentence that merely speaks of a deadline reads like one."""
SURE = 0.7
"""Probability under which a date must be looked at before signing."""
PART = 0.12
"""Likelihood from which a segment without any rule's promise is a candidate."""
JOIN, REACH, MOST = 0.2, 3, 3
"""In talk a free clause this likely and this near belongs to the action beside it, up to this many clauses (chosen on the open voices)."""
OPENING = 3
"""Clauses in which somebody says hello or who it is about, in a talk that is more than a few sentences long."""
SHORT = 2
"""Content words that a clause which only dates the one before it can have: `Monday, first thing`."""
EDGE = 4.0
"""Log-odds beyond which a tag is taken for certain."""


@dataclass(frozen=True)
class Candidate:
    found: Found = field(repr=False)
    by: str
    """`rule`; `weak`: a form that a rule doubts; `tag`: no rule knows it."""


@dataclass(frozen=True)
class Talk:
    """A transcript as the candidates see it."""

    said: Sequence[Clause]
    people: People
    today: dt.date | None
    tags: Mapping[int, Tags]
    likely: Sequence[float]
    """How likely each clause is to be part of an action."""

    def segments(self, at: Iterable[int]) -> set[int]:
        return {s for n in at for s in self.said[n].segments}

    def most(self, at: Iterable[int], *labels: str) -> float:
        return max((self.tags[s][label] for s in self.segments(at) if s in self.tags for label in labels), default=0.0)


def weighed(
    said: Sequence[Clause],
    found: Sequence[Found],
    doubtful: Sequence[Found],
    people: People,
    today: dt.date | None,
    meeting: Sequence[int],
    tags: Mapping[int, Tags],
) -> list[Found]:
    """What rules and tags together believe, in the order it was said. `meeting`: clauses that settle the next appointment."""
    talk = talk_of(said, people, today, tags)
    taken, kept = talk.segments(meeting), list[Found]()
    chances = [(chance(talk, c), c) for c in candidates(talk, found, doubtful)]
    for p, candidate in sorted(chances, key=lambda each: (each[1].by != "rule", -each[0])):
        segments = talk.segments(candidate.found.at)
        if p >= (LEAST_UNRULED if candidate.by == "tag" else LEAST) and (candidate.by == "rule" or not segments & taken):
            kept.append(replace(candidate.found, who=_who(talk, candidate), doubtful=p < SURE))
            taken |= segments
    if people.kind == "appointment":
        free = [n for n in range(len(said)) if not taken & set(said[n].segments)]
        kept = [_dated(talk, _widened(talk, a, free)) for a in kept]
    return sorted((antecedents.resolved(said, a) for a in kept), key=lambda a: min(a.at))


def talk_of(said: Sequence[Clause], people: People, today: dt.date | None, tags: Mapping[int, Tags]) -> Talk:
    """The transcript with how likely each of its clauses is to be part of an action."""
    return Talk(said, people, today, tags, [_likely(tags, clause) for clause in said])


def _likely(tags: Mapping[int, Tags], clause: Clause) -> float:
    return max((sum(tags[s][f"action:{owner}"] for owner in OWNERS) for s in clause.segments if s in tags), default=0.0)


def candidates(talk: Talk, found: Sequence[Found], doubtful: Sequence[Found]) -> Iterator[Candidate]:
    yield from (Candidate(a, "rule") for a in found)
    yield from (Candidate(a, "weak") for a in doubtful)
    covered = talk.segments(n for a in (*found, *doubtful) for n in a.at)
    for group in _groups(talk, [n for n in range(len(talk.said)) if not covered & set(talk.said[n].segments)]):
        yield Candidate(_built(talk, group), "tag")


def chance(talk: Talk, candidate: Candidate) -> float:
    """Probability from 0 to 1 that a candidate is an action."""
    score = sum(WEIGHTS[name] * value for name, value in measured(talk, candidate).items())
    return 1 / (1 + math.exp(-score))


def measured(talk: Talk, candidate: Candidate) -> dict[str, float]:
    """What speaks for and against a candidate, by the names of `WEIGHTS`."""
    action, at = candidate.found, candidate.found.at
    text = " ".join(talk.said[n].text for n in at)
    own, dated = _logit(max(talk.likely[n] for n in at)), float(action.when is not None)
    verb = action.what.split(" ")[0].lower()
    two = float(talk.people.kind == "appointment" and any(clause.speaker for clause in talk.said))
    return {
        "bias": 1.0,
        "own": own,
        "next": _logit(talk.most(at, "next")),
        "previous": _logit(talk.most(at, *(f"previous:{name}" for name in OUTCOMES))),
        "useful": _logit(talk.most(at, "useful")),
        "dated": dated,
        "weak": float(candidate.by == "weak"),
        "tag": float(candidate.by == "tag"),
        "opening": float(min(at) < OPENING and len(talk.said) > 4 * OPENING),
        "past": float(bool(PAST.search(text))),
        "will": float(bool(WILL.search(text))),
        "errand": float(verb in CORE),
        "deed": float(verb in LISTED),
        "talk": two,
        "talk own": two * own,
        "talk dated": two * dated,
        "talk rule": two * float(candidate.by == "rule"),
        "talk near": two * _logit(_beside(talk, at)),
    }


def _logit(p: float) -> float:
    return max(-EDGE, min(EDGE, math.log((p + 0.001) / (1.001 - min(p, 0.999)))))


def _beside(talk: Talk, at: Sequence[int]) -> float:
    own = talk.segments(at)
    near = range(max(0, min(at) - REACH), min(len(talk.said), max(at) + REACH + 1))
    return max((talk.likely[n] for n in near if not own & set(talk.said[n].segments)), default=0.0)


WEIGHTS: Mapping[str, float] = {
    "bias": -2.27,
    "own": 0.35,
    "next": -0.23,
    "previous": -0.27,
    "useful": 0.16,
    "dated": 1.38,
    "weak": -0.76,
    "tag": -1.30,
    "opening": -3.54,
    "past": -0.09,
    "will": 0.18,
    "errand": 1.10,
    "deed": 0.34,
    "talk": -0.98,
    "talk own": -0.17,
    "talk dated": -0.26,
    "talk rule": -0.35,
    "talk near": -0.02,
}
"""From `scripts/weigh_drafter.py`: logistic regression over the candidates of every case, with tags from a tagger that never saw its voice;
a candidate counts as right where the scorer would match it with an agreed action.
"""


def _widened(talk: Talk, action: Found, free: Sequence[int]) -> Found:
    """With the turns near it that the tags hold for a part of an action: the proposal of an assent."""
    near = [n for n in free if talk.likely[n] >= JOIN and any(abs(n - at) <= REACH for at in action.at)]
    near = sorted(near, key=lambda n: -talk.likely[n])[: max(0, MOST - len(action.at))]
    return replace(action, at=tuple(sorted({*action.at, *near})))


def _dated(talk: Talk, action: Found) -> Found:
    """`I'll ring them. Monday.`, `Could you send me those?` `Tonight.`: the date stands alone in a sentence, or in the answer."""
    if action.when or action.later:
        return action
    last = max(action.at)
    alone = (n for n in range(last + 1, min(last + 3, len(talk.said))) if len(content(talk.said[n].text)) <= SHORT)
    for n in (*action.at[1:], *alone):
        ahead = _ahead(talk, talk.said[n].text)
        if ahead:
            return replace(action, when=dates.chosen(talk.said[n].text, ahead), at=tuple(sorted({*action.at, n})))
    return action


def _ahead(talk: Talk, text: str) -> list[dates.When]:
    return [w for w in dates.find(text, talk.today) if w.date and talk.today and w.date >= talk.today]


def _groups(talk: Talk, free: Sequence[int]) -> Iterator[list[int]]:
    """Clauses of one segment; in talk also turns near each other."""
    group: list[int] = []
    for n in (n for n in free if talk.likely[n] >= PART):
        apart = not group or not set(talk.said[n].segments) & set(talk.said[group[-1]].segments)
        if group and apart and not (talk.people.kind == "appointment" and n - group[-1] <= REACH):
            yield group
            group = []
        group = [*group, n]
    if group:
        yield group


def _built(talk: Talk, group: Sequence[int]) -> Found:
    """The words as they were said, without their date."""
    text = " ".join(talk.said[n].text for n in group)
    ahead = _ahead(talk, text)
    what = capital(trimmed(without_dates(text, ahead)))
    return Found(what, Who(_owner(talk, group), certain=False), dates.chosen(text, ahead), False, tuple(group))


def _who(talk: Talk, candidate: Candidate) -> Who:
    """Where a doubted form leaves the owner open, the tags decide if they are clear."""
    who = candidate.found.who
    if candidate.by == "weak" and who.owner == "third_party" and who.name is None:
        owner = _owner(talk, candidate.found.at)
        return who if owner == who.owner else Who(owner, certain=False)
    return who


def _owner(talk: Talk, group: Sequence[int]) -> Owner:
    segments = [s for s in talk.segments(group) if s in talk.tags]
    return max(OWNERS, key=lambda owner: sum(talk.tags[s][f"action:{owner}"] for s in segments))
