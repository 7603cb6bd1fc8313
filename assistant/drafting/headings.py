"""How well each heading of a case note fits a breath, and how likely the breath is of use: what the tagger says of it and of what stands
round it, and word lists, weighed together.

Knows neither which breaths are told nor how long a note may be.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import SECTIONS, SectionKey
from assistant.drafting.checks import MONEY
from assistant.drafting.lexicon import lexicon, table, tokens
from assistant.drafting.tagger import LABELS, Tags
from assistant.drafting.units import Clause

JUDGED = (*SECTIONS, "useful", "critical")
"""What is weighed of a breath, each on its own; the order is that of the columns of WEIGHTS."""
TAGGED: Mapping[str, tuple[str, ...]] = {
    **{name: (f"section:{name}",) for name in SECTIONS},
    **{name: (name,) for name in ("useful", "critical", "trap", "next")},
    **{group: tuple(x for x in LABELS if x.startswith(f"{group}:")) for group in ("action", "barrier", "referral", "previous")},
}
"""The labels of the tagger behind a sign; the likeliest of them counts."""
EDGE = 5.0
"""Log-odds beyond which a tag is taken for certain."""
NOBODY = -4.0
"""Log-odds of everything where nothing was said before or after."""
MOST_LISTED, MOST_WORDS, OPENING = 6, 30, 2
FEW, MIDDLE = 8, 0.5
WEIGHTS: Mapping[str, tuple[float, ...]] = {
    "bias": (-2.91, -4.01, -3.43, -4.60, -3.31, -4.28, -4.62, -3.31, 8.03, -1.72),
    "attendance": (0.60, -0.10, -0.09, -0.09, -0.07, -0.03, -0.12, -0.09, 0.24, -0.09),
    "progress": (-0.01, 0.32, 0.07, -0.01, 0.01, 0.01, -0.05, -0.04, 0.09, 0.09),
    "goals": (-0.05, -0.01, 0.69, -0.06, 0.12, -0.11, -0.05, -0.03, 0.16, -0.09),
    "ruled_out": (-0.04, -0.09, 0.09, 0.58, -0.04, -0.12, -0.15, -0.11, 0.16, 0.24),
    "skills": (-0.12, -0.10, 0.22, -0.07, 0.84, -0.06, -0.10, -0.12, 0.13, -0.28),
    "barriers": (-0.04, -0.01, -0.02, -0.03, 0.04, 0.26, -0.04, 0.02, 0.05, 0.05),
    "support": (-0.04, -0.03, -0.05, -0.12, -0.04, -0.04, 0.28, -0.08, 0.07, 0.13),
    "risk": (-0.07, -0.05, -0.10, -0.14, -0.03, -0.10, -0.10, 0.47, 0.12, 0.21),
    "useful": (0.05, 0.10, 0.04, 0.06, 0.06, 0.07, 0.08, 0.04, 0.22, 0.07),
    "critical": (0.00, 0.04, 0.01, 0.08, -0.01, 0.04, 0.10, 0.09, 0.05, 0.24),
    "trap": (-0.01, -0.07, -0.06, -0.01, -0.06, -0.05, 0.07, 0.03, -0.10, -0.04),
    "next": (-0.02, -0.03, -0.09, -0.13, -0.05, -0.13, -0.17, -0.09, 0.19, -0.13),
    "action": (-0.04, -0.04, -0.05, -0.10, -0.10, -0.10, -0.04, -0.09, 0.23, -0.06),
    "barrier": (-0.06, -0.08, -0.06, 0.01, -0.06, 0.30, -0.11, 0.03, 0.10, 0.15),
    "referral": (-0.05, -0.16, -0.15, -0.11, -0.10, -0.07, 0.27, -0.10, 0.25, -0.15),
    "previous": (-0.07, 0.17, -0.08, -0.07, -0.04, -0.07, 0.07, -0.04, 0.15, -0.06),
    "listed": (0.35, 0.24, 0.32, 0.15, 0.27, 0.19, 0.26, 0.14, 0.07, 0.03),
    "elsewhere": (-0.06, -0.08, -0.06, -0.07, -0.02, -0.08, -0.05, -0.06, 0.00, 0.00),
    "before": (0.16, 0.03, -0.01, 0.15, -0.01, 0.08, 0.07, 0.18, 0.02, 0.03),
    "after": (0.06, 0.10, -0.04, 0.14, -0.02, 0.03, 0.01, 0.13, 0.00, 0.02),
    "client": (-0.04, 0.08, 0.20, 0.11, 0.22, 0.43, -0.04, 0.45, -0.02, 0.22),
    "coach": (-0.05, -0.12, -0.26, -0.29, -0.26, -0.72, 0.10, -0.35, -0.23, 0.09),
    "opening": (0.64, -0.21, -0.43, -0.27, -0.23, -0.81, -0.53, -0.41, -1.11, -0.85),
    "place": (-1.75, -0.96, 0.24, 0.70, 0.41, -0.37, 0.74, -0.21, -0.16, -0.22),
    "words": (0.13, 0.50, 0.26, 0.33, 0.32, 0.28, 0.29, 0.21, 0.74, 0.39),
}
"""From `scripts/weigh_facts.py`: one logistic regression a column over every
breath of the labelled cases. The tagger judges each heading alone; here what it says of one tells of the others.
"""


@dataclass(frozen=True)
class Fit:
    """Probabilities, from 0 to 1, for one breath."""

    headings: Mapping[SectionKey, float]
    useful: float
    critical: float

    def ranked(self) -> list[SectionKey]:
        """The headings, likeliest first."""
        return sorted(SECTIONS, key=lambda s: -self.headings[s])


def fits(breaths: Sequence[Sequence[int]], said: Sequence[Clause], tags: Mapping[int, Tags]) -> list[Fit]:
    """One for every breath."""
    columns = [[row[n] for row in WEIGHTS.values()] for n in range(len(JUDGED))]
    return [_fit(signs, columns) for signs in measured(breaths, said, tags)]


def _fit(signs: Sequence[Sequence[float]], columns: Sequence[Sequence[float]]) -> Fit:
    scores = (sum(w * x for w, x in zip(weights, row, strict=True)) for weights, row in zip(columns, signs, strict=True))
    *headings, useful, critical = (1 / (1 + math.exp(-score)) for score in scores)
    return Fit(dict(zip(SECTIONS, headings, strict=True)), useful, critical)


def measured(breaths: Sequence[Sequence[int]], said: Sequence[Clause], tags: Mapping[int, Tags]) -> Iterator[list[list[float]]]:
    """For every breath one row of signs for each of JUDGED, in the order of WEIGHTS."""
    heard = [_heard(breath, said, tags) for breath in breaths]
    nothing = dict.fromkeys(JUDGED, NOBODY)
    for n, breath in enumerate(breaths):
        listed = _together([weigh(said[at]) for at in breath])
        before, after = heard[n - 1] if n else nothing, heard[n + 1] if n + 1 < len(heard) else nothing
        first, last = [1.0, *heard[n].values()], [*_speaks(said[breath[0]]), *_place(n, len(breaths)), _long(breath, said)]
        yield [[*first, *_listed(listed, judged), before[judged], after[judged], *last] for judged in JUDGED]


def _heard(breath: Sequence[int], said: Sequence[Clause], tags: Mapping[int, Tags]) -> dict[str, float]:
    """Log-odds of what the tagger says, the most of the segments of a breath."""
    mine = [tags[s] for s in {s for at in breath for s in said[at].segments} if s in tags]
    return {name: _log_odds(max((t[label] for t in mine for label in labels), default=0.0)) for name, labels in TAGGED.items()}


def _log_odds(p: float) -> float:
    return max(-EDGE, min(EDGE, math.log(max(p, 1e-6) / max(1 - p, 1e-6))))


def _together(weights: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {section: min(MOST_LISTED, sum(w.get(section, 0) for w in weights)) for section in SECTIONS}


def _listed(listed: Mapping[str, float], judged: str) -> tuple[float, float]:
    """What word lists give this heading, and the most that they give another; of what is no heading, the most that they give any."""
    if judged not in listed:
        return max(listed.values()), 0.0
    return listed[judged], max(weight for section, weight in listed.items() if section != judged)


def _speaks(clause: Clause) -> tuple[float, float]:
    return float(clause.speaker == "client"), float(clause.speaker == "coach")


def _place(number: int, count: int) -> tuple[float, float]:
    """Whether somebody may still be saying hello, and how far on it is; a few sentences have neither beginning nor end."""
    return (0.0, MIDDLE) if count < FEW else (float(number < OPENING), number / count)


def _long(breath: Sequence[int], said: Sequence[Clause]) -> float:
    return min(MOST_WORDS, sum(len(said[at].text.split()) for at in breath)) / 10


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
