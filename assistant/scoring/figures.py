"""Rates from counts: micro-averages over all items of all cases, between 0 and 1, and their mean, the score. Pure."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.scoring.counting import Counts

PARTS = (
    "action_f1", "owner_accuracy", "due_accuracy", "fact_placed", "critical_recall", "statement_precision", "citation_precision",
    "barrier_f1", "referral_f1", "previous_accuracy", "next_appointment",
)  # fmt: skip
"""The score is the mean of these."""
RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True)
class Interval:
    """Between these lie 95 of 100 values that other cases like these could have given."""

    low: float
    high: float


def figures(n: Counts) -> dict[str, float]:
    """Every figure by name. `repeated` and `ungrounded_shown_as_supported` are counts of statements."""
    found = {**_actions(n), **_note(n), **_rest(n)}
    return found | {"score": sum(found[part] for part in PARTS) / len(PARTS)}


def _actions(n: Counts) -> dict[str, float]:
    precision, recall = _ratio(n["act_hit"], n["act_draft"], n["act_gold"]), _ratio(n["act_hit"], n["act_gold"])
    return {
        "action_precision": precision,
        "action_recall": recall,
        "action_f1": _f1(precision, recall),
        "owner_accuracy": _ratio(n["owner_ok"], n["act_hit"], n["act_gold"]),
        "due_accuracy": _ratio(n["due_ok"], n["act_hit"], n["act_gold"]),
        "due_wrong": n["due_wrong"] / n["act_draft"] if n["act_draft"] else 0.0,
        "trap_rate": n["trap"] / n["traps"] if n["traps"] else 0.0,
    }


def _note(n: Counts) -> dict[str, float]:
    return {
        "fact_recall": _ratio(n["fact_hit"], n["fact_gold"]),
        "fact_placed": _ratio(n["fact_placed"], n["fact_gold"]),
        "critical_recall": _ratio(n["crit_hit"], n["crit_gold"]),
        "statement_precision": _ratio(n["told_useful"], n["told"], n["fact_gold"]),
        "citations_valid": _ratio(n["cited_ok"], n["told"], n["fact_gold"]),
        "grounded": _ratio(n["grounded"], n["told"], n["fact_gold"]),
        "citation_precision": _ratio(n["cites_useful"], n["cites"], n["fact_gold"]),
        "ungrounded_shown_as_supported": n["false_claim"],
        "flagged_unsupported": n["flagged"] / n["told"] if n["told"] else 0.0,
        "repeated": n["repeated"],
    }


def _rest(n: Counts) -> dict[str, float]:
    barriers = _f1(_ratio(n["bar_hit"], n["bar_draft"], n["bar_gold"]), _ratio(n["bar_hit"], n["bar_gold"]))
    referrals = _f1(_ratio(n["ref_hit"], n["ref_draft"], n["ref_gold"]), _ratio(n["ref_hit"], n["ref_gold"]))
    return {
        "barrier_f1": barriers,
        "referral_f1": referrals,
        "referral_status": _ratio(n["ref_status"], n["ref_hit"], n["ref_gold"]),
        "previous_accuracy": _ratio(n["prev_ok"], n["prev_gold"]),
        "next_appointment": _ratio(n["next_ok"], n["next_gold"]),
        "length_ratio": _ratio(n["told_words"], n["words"]),
    }


def _ratio(part: float, whole: float, expected: float = 0) -> float:
    """Where there is nothing to count, right only if nothing was expected."""
    return part / whole if whole else float(not expected)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def total(cases: Sequence[Counts]) -> Counts:
    """The sum over cases."""
    added: Counts = Counts()
    for counts in cases:
        added.update(counts)
    return added


def intervals(cases: Sequence[Counts]) -> Mapping[str, Interval]:
    """For every figure, the middle 95 % of its values over RESAMPLES draws of as many cases, with replacement; empty under two cases.

    The percentile bootstrap (Efron, 1979), over cases because what is said within one session hangs together. The same cases in the
    same order give the same intervals.
    """
    if len(cases) < 2:
        return {}
    names = sorted({name for counts in cases for name in counts})
    rows = [[counts[name] for name in names] for counts in cases]
    draw = random.Random(SEED)  # noqa: S311 - repeatable on purpose, and no secret
    drawn = [_resampled(rows, names, draw) for _ in range(RESAMPLES)]
    return {figure: _middle([each[figure] for each in drawn]) for figure in drawn[0]}


def _resampled(rows: Sequence[Sequence[int]], names: Sequence[str], draw: random.Random) -> dict[str, float]:
    sums = map(sum, zip(*draw.choices(rows, k=len(rows)), strict=True))
    return figures(Counts(dict(zip(names, sums, strict=True))))


def _middle(values: Sequence[float]) -> Interval:
    """Cut at 2.5 and 97.5 of 100."""
    cuts = statistics.quantiles(values, n=40, method="inclusive")
    return Interval(cuts[0], cuts[-1])
