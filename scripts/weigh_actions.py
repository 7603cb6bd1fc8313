#!/usr/bin/env python3
"""Fit WEIGHTS of assistant/drafting/likely.py: which candidates of rules and tags are agreed actions. Prints them; a person copies them in.

Learns from eight of the voices in `scripts/tagger/cases`, each with tags from a tagger that never saw it; the other ten are for measuring.
Needs the extra `llm` (torch); about four minutes on one core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from measure_drafter import scorer  # noqa: E402
from tagger import cross  # noqa: E402

from assistant.documents import read_transcript  # noqa: E402
from assistant.drafting import actions, appointment, likely  # noqa: E402
from assistant.drafting.extractive import Drafting  # noqa: E402

VOICES = frozenset(
    {
        "glasgow_carpark",
        "valleys_dictation",
        "leeds_appointments",
        "essex_mixed",
        "southasian_english",
        "slips_nopunct",
        "ips_disability",
        "formal_workcoach",
    }
)
RIDGE = 5.0
"""Penalty on the squared weights of standardised columns."""
MATCHED = 0.35
"""Score from which `tests/eval/score.py` takes a drafted action for a labelled one."""


def candidates(whole: dict[str, Any], drafting: Drafting, score: Any) -> Iterator[tuple[list[float], bool]]:
    """What is measured of every candidate in a case, and whether the labels have it."""
    settled = appointment.find(drafting.said, drafting.today, drafting.tags)
    with mock.patch.object(likely, "weighed", return_value=[]) as weighed:
        actions.find(drafting.said, drafting.people, drafting.today, settled.at if settled else (), drafting.tags)
    said, found, doubtful, people, today, _, tags = weighed.call_args.args
    talk = likely.talk_of(said, people, today, tags)
    score.TEXT.clear()
    score.TEXT.update({s["id"]: s["text"] for s in whole["segments"]})
    for each in likely.candidates(talk, found, doubtful):
        cited = [{"segment": e.segment, "quote": e.quote} for e in drafting.evidence(each.found.at)]
        told = {"what": each.found.what, "evidence": cited}
        right = any(score.action_score(agreed, told) >= MATCHED for agreed in whole["gold"]["actions"])
        yield list(likely.measured(talk, each).values()), right


def fit(columns: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ridge logistic regression by Newton's method; the first column is the constant and is not held down."""
    mean, spread = columns.mean(axis=0), columns.std(axis=0) + 1e-6
    mean[0], spread[0] = 0.0, 1.0
    scaled, weights, ridge = (columns - mean) / spread, np.zeros(columns.shape[1]), np.eye(columns.shape[1]) * RIDGE
    ridge[0, 0] = 0.0
    for _ in range(60):
        p = 1 / (1 + np.exp(-scaled @ weights))
        hessian = (scaled * (p * (1 - p))[:, None]).T @ scaled + ridge
        weights -= np.linalg.solve(hessian, scaled.T @ (p - right) + ridge @ weights)
    plain = weights / spread
    plain[0] = weights[0] - (weights * mean / spread)[1:].sum()
    return np.asarray(plain)


def main() -> None:
    """Gather the candidates of these voices and print the fitted weights."""
    score, rows, right = scorer(), list[list[float]](), list[bool]()
    for voice, whole, table in cross.folds(ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"):
        if voice in VOICES:
            drafting = Drafting(read_transcript(json.dumps(whole).encode()), cross.tags(whole, table))
            for columns, agreed in candidates(whole, drafting, score):
                rows.append(columns)
                right.append(agreed)
    found = fit(np.array(rows), np.array(right, dtype=np.float64))
    print(len(rows), "candidates,", sum(right), "of them agreed")
    for name, weight in zip(likely.WEIGHTS, found, strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
