#!/usr/bin/env python3
"""Fit WEIGHTS of `likely.py` (which candidates are agreed actions), `barriers.py` (which barriers were spoken of) and `referrals.py` (which
names of services are referrals). Prints them; a person copies them in. Voices named on the command line are left out, to be measured on.

Learns from every labelled case, with tags from a tagger that never saw its voice. The cases that are labelled as those of `tests/eval` are,
with all the evidence that an item needs, count three times. Needs the extra `llm` (torch); about two minutes on one core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args
from unittest import mock

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from measure_drafter import scorer  # noqa: E402
from tagger import cross  # noqa: E402

from assistant.documents import read_transcript  # noqa: E402
from assistant.domain import Barrier  # noqa: E402
from assistant.drafting import actions, appointment, barriers, likely, referrals  # noqa: E402
from assistant.drafting.extractive import Drafting  # noqa: E402
from assistant.drafting.mentions import lines  # noqa: E402

Row = tuple[Mapping[str, float], bool]
"""What is measured of a candidate, and whether the labels have it."""
WHOLE_EVIDENCE = ("dev", "many_voices")
"""Beginnings of the voices whose labels give all the evidence of an item."""
TIMES = 3
RIDGE = 5.0
"""Penalty on the squared weights of standardised columns."""
MATCHED = 0.35
"""Score from which `tests/eval/score.py` takes a drafted action for a labelled one."""
NAMED, SAME_LINE, SENT = 0.7, 0.3, 0.4
"""What it gives a referral for the words of its name and for its evidence, and the sum from which it takes it for a labelled one."""


def promised(whole: dict[str, Any], drafting: Drafting, score: Any) -> Iterator[Row]:
    """Every candidate for an action in a case."""
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
        yield likely.measured(talk, each), any(score.action_score(agreed, told) >= MATCHED for agreed in whole["gold"]["actions"])


def hindering(whole: dict[str, Any], drafting: Drafting) -> Iterator[Row]:
    """Every barrier there is, for one case."""
    listed = barriers.by_list(drafting.said)
    for name in get_args(Barrier):
        yield barriers.measured(name, listed[name], drafting.said, drafting.tags), name in whole["gold"]["barriers"]


def sent(whole: dict[str, Any], drafting: Drafting, score: Any) -> Iterator[Row]:
    """Every name that a line gives a service."""
    heard, made = lines(drafting.said), whole["gold"]["referrals"]
    for at, one, found in referrals.measured(heard, drafting.tags):
        worth = (
            NAMED * score.f1(score.bag(to["to"]), score.bag(one.name)) + SAME_LINE * (heard[at].segment in to["evidence"]) for to in made
        )
        yield found, max(worth, default=0.0) >= SENT


def fit(columns: NDArray[np.float64], right: NDArray[np.float64], penalty: float = RIDGE) -> NDArray[np.float64]:
    """Ridge logistic regression by Newton's method; the first column is the constant and is not held down."""
    mean, spread = columns.mean(axis=0), columns.std(axis=0) + 1e-6
    mean[0], spread[0] = 0.0, 1.0
    scaled, weights, ridge = (columns - mean) / spread, np.zeros(columns.shape[1]), np.eye(columns.shape[1]) * penalty
    ridge[0, 0] = 0.0
    for _ in range(60):
        p = 1 / (1 + np.exp(-scaled @ weights))
        hessian = (scaled * (p * (1 - p))[:, None]).T @ scaled + ridge
        weights -= np.linalg.solve(hessian, scaled.T @ (p - right) + ridge @ weights)
    plain = weights / spread
    plain[0] = weights[0] - (weights * mean / spread)[1:].sum()
    return np.asarray(plain)


def show(title: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Fit and print one set of weights."""
    found = fit(np.array([[seen.get(name, 0.0) for name in names] for seen, _ in rows]), np.array([float(right) for _, right in rows]))
    print(f"{title}: {len(rows)} rows, {sum(right for _, right in rows)} of them right")
    for name, weight in zip(names, found, strict=True):
        print(f'    "{name}": {weight:.2f},')


def main() -> None:
    """Gather the candidates of every case and print the fitted weights."""
    score, agreed, spoken_of, named = scorer(), list[Row](), list[Row](), list[Row]()
    for voice, whole, table in cross.folds(ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"):
        if voice in sys.argv[1:]:
            continue
        drafting = Drafting(read_transcript(json.dumps(whole).encode()), cross.tags(whole, table))
        times = TIMES if voice.startswith(WHOLE_EVIDENCE) else 1
        agreed += list(promised(whole, drafting, score)) * times
        spoken_of += list(hindering(whole, drafting)) * times
        named += list(sent(whole, drafting, score)) * times
    show("likely.py", list(likely.WEIGHTS), agreed)
    show("barriers.py", list(barriers.WEIGHTS), spoken_of)
    show("referrals.py", list(referrals.WEIGHTS), named)


if __name__ == "__main__":
    main()
