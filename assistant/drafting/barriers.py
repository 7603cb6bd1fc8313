"""Barriers to work that were spoken of, each with the clauses that show it, by word lists and by the tagger. A question is no evidence."""

from __future__ import annotations

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


LIKELY = 0.2
"""Probability from which the tagger alone shows a barrier: above even this low figure it is right more often than not."""


def find(said: Sequence[Clause], tags: Mapping[int, Tags] | None = None) -> Mapping[Barrier, tuple[int, ...]]:
    """Positions of the clauses for each barrier, in the order of the sector's list; at most MAX_EVIDENCE each."""
    shown: dict[str, list[int]] = defaultdict(list)
    for at, clause in enumerate(said):
        if not clause.question and not NO_BARRIER.search(clause.text):
            for label in {*lexicon("barriers").labels(tokens(clause.text)), *_likely(clause, tags or {})}:
                shown[label].append(at)
    return {b: tuple(shown[b][:MAX_EVIDENCE]) for b in get_args(Barrier) if b in shown}


def _likely(clause: Clause, tags: Mapping[int, Tags]) -> Iterator[str]:
    heard = [tags[segment] for segment in clause.segments if segment in tags]
    return (b for b in get_args(Barrier) if any(each[f"barrier:{b}"] >= LIKELY for each in heard))
