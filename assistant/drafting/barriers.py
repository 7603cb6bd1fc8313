"""Barriers to work that were spoken of, each with the clauses that show it: word lists and tagger weighed over the whole talk.

A question is no evidence, nor is what was said to be no trouble. Without tags the word lists alone decide.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from assistant.domain import MAX_EVIDENCE, Barrier
from assistant.drafting.lexicon import lexicon, tokens
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

NO_BARRIER = re.compile(
    r"\b(?:no (?:problems?|issues?|trouble|concerns?)|not a (?:problem|barrier)|isn't (?:a|an) (?:problem|issue"
    r"|barrier)|sorted|nothing to do there|that's fine)\b",
    re.IGNORECASE,
)
LEAST = 0.3
"""Probability from which a barrier is shown; F1 lies flat from 0.3 to 0.45 on the open voices."""
SHOWS = 0.2
"""Tag from which a clause is cited for a barrier although no list has its words."""
EDGE = 5.0
"""Log-odds beyond which a tag is taken for certain."""
WEIGHTS: Mapping[str, float] = {
    "bias": 1.75,
    "likeliest": 0.61,
    "second": 0.44,
    "listed": 1.48,
    "listed twice": 0.55,
    "listed often": 0.06,
    "other words": 0.90,
    "health_physical": 0.22,
    "health_mental": 0.22,
    "caring": -0.04,
    "childcare": -0.50,
    "transport": 0.20,
    "housing": 0.25,
    "money_debt": 0.29,
    "digital": 0.08,
    "literacy_language": -0.34,
    "skills_qualifications": 0.85,
    "experience_gap": 0.26,
    "confidence": 0.22,
    "criminal_record": -0.68,
    "addiction": -0.15,
    "immigration_papers": -1.02,
    "disability_adjustment": 0.11,
}
"""From `scripts/weigh_drafter.py`: logistic regression over every case and barrier; those of the labels tell how common each is."""


def find(said: Sequence[Clause], tags: Mapping[int, Tags] | None = None) -> Mapping[Barrier, tuple[int, ...]]:
    """Positions of the clauses for each barrier, in the order of the sector's list; at most MAX_EVIDENCE each."""
    listed = by_list(said)
    if not tags:
        return {b: tuple(listed[b][:MAX_EVIDENCE]) for b in get_args(Barrier) if listed[b]}
    likely = {b: at for b in get_args(Barrier) if chance(b, listed[b], said, tags) >= LEAST and (at := _shown(b, listed[b], said, tags))}
    return {b: at[:MAX_EVIDENCE] for b, at in likely.items()}


def by_list(said: Sequence[Clause]) -> Mapping[str, list[int]]:
    """Positions of the clauses in which a list finds each barrier."""
    found: dict[str, list[int]] = defaultdict(list)
    for at in _telling(said):
        for label in lexicon("barriers").labels(tokens(said[at].text)):
            found[label].append(at)
    return found


def _telling(said: Sequence[Clause]) -> Iterator[int]:
    return (at for at, clause in enumerate(said) if not clause.question and not NO_BARRIER.search(clause.text))


def _shown(barrier: Barrier, listed: Sequence[int], said: Sequence[Clause], tags: Mapping[int, Tags]) -> tuple[int, ...]:
    """The clauses that show it best first, then in the order they were said."""
    worth = {at: _tag(barrier, said[at], tags) for at in _telling(said)}
    cited = [at for at, p in worth.items() if at in listed or p >= SHOWS] or [max(worth, key=worth.__getitem__)] if worth else []
    return tuple(sorted(sorted(cited, key=lambda at: (at not in listed, -worth[at]))[:MAX_EVIDENCE]))


def _tag(barrier: Barrier, clause: Clause, tags: Mapping[int, Tags]) -> float:
    return max((tags[s][f"barrier:{barrier}"] for s in clause.segments if s in tags), default=0.0)


def chance(barrier: Barrier, listed: Sequence[int], said: Sequence[Clause], tags: Mapping[int, Tags]) -> float:
    """Probability from 0 to 1 that a barrier was spoken of."""
    score = sum(WEIGHTS[name] * value for name, value in measured(barrier, listed, said, tags).items())
    return 1 / (1 + math.exp(-score))


def measured(barrier: Barrier, listed: Sequence[int], said: Sequence[Clause], tags: Mapping[int, Tags]) -> dict[str, float]:
    """What speaks for a barrier, by the names of `WEIGHTS`. `listed`: positions of the clauses in which a list has it."""
    heard = sorted((each[f"barrier:{barrier}"] for each in tags.values()), reverse=True)
    told = len({segment for at in listed for segment in said[at].segments})
    return {
        "bias": 1.0,
        "likeliest": _logit(heard[0]),
        "second": _logit(heard[1] if len(heard) > 1 else 0.0),
        "listed": float(told > 0),
        "listed twice": float(told > 1),
        "listed often": float(told > 2),
        "other words": float(len(_phrases(barrier, listed, said)) > 1),
        barrier: 1.0,
    }


def _phrases(barrier: Barrier, listed: Sequence[int], said: Sequence[Clause]) -> set[str]:
    """The phrases that a list has for it: two that differ say more than one said twice."""
    return {hit.phrase for at in listed for hit in lexicon("barriers").find(tokens(said[at].text)) if hit.label == barrier}


def _logit(p: float) -> float:
    return max(-EDGE, min(EDGE, math.log((p + 0.002) / (1.002 - min(p, 0.998)))))
