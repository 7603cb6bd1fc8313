#!/usr/bin/env python3
"""Fit WEIGHTS of `headings.py` (which heading fits a breath, whether it is of use, whether it is critical) and print it; a person copies it
in.

Learns from every labelled case, with tags from a tagger that never saw its voice; whole evidence counts as in `weigh_drafter.py`. Needs the
extra `llm` (torch); about three minutes on one core. `--without VOICE ...` leaves voices out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from weigh_drafter import ROOT, TIMES, WHOLE_EVIDENCE, fit

sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tagger import cross  # noqa: E402

from assistant.documents import read_transcript  # noqa: E402
from assistant.drafting import facts, headings  # noqa: E402
from assistant.drafting.extractive import Drafting  # noqa: E402

RIDGE = 250.0
"""Penalty on the squared weights of standardised columns: from 150 to 400 is alike on voices left out."""


@dataclass(frozen=True)
class Row:
    """One breath: its signs for each of JUDGED, and which of them the labels have."""

    signs: list[list[float]]
    right: list[bool]


def rows(whole: Mapping[str, Any], drafting: Drafting) -> Iterator[Row]:
    """Every breath of a case."""
    labels = labelled(whole["gold"])
    drawn = list(facts.breaths(drafting.said))
    for breath, signs in zip(drawn, headings.measured(drawn, drafting.said, drafting.tags), strict=True):
        mine = set().union(*(labels[s] for at in breath for s in drafting.said[at].segments))
        yield Row(signs, [judged in mine for judged in headings.JUDGED])


def labelled(gold: Mapping[str, Any]) -> Mapping[int, set[str]]:
    """What the labels say of each segment."""
    found: dict[int, set[str]] = defaultdict(set)
    for fact in gold["facts"]:
        for segment in fact["evidence"]:
            found[segment] |= {fact["section"], "critical"} if fact["critical"] else {fact["section"]}
    others = [x for key in ("facts", "actions", "referrals", "previous") for x in gold[key]]
    for item in [*others, *filter(None, [gold["next_appointment"]])]:
        for segment in item["evidence"]:
            found[segment].add("useful")
    return found


def show(found: Sequence[Row]) -> None:
    """Fit each column and print the table."""
    columns = [
        fit(np.array([row.signs[n] for row in found]), np.array([float(row.right[n]) for row in found]), RIDGE)
        for n in range(len(headings.JUDGED))
    ]
    print(f"headings.py: {len(found)} breaths; {', '.join(headings.JUDGED)}")
    for name, weights in zip(headings.WEIGHTS, zip(*columns, strict=True), strict=True):
        print(f'    "{name}": ({", ".join(f"{weight:.2f}" for weight in weights)}),')


def main() -> None:
    """Gather the breaths of every case and print the fitted weights."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--without", nargs="*", default=[], metavar="VOICE")
    without, found = asked.parse_args().without, list[Row]()
    for voice, whole, table in cross.folds(ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"):
        if voice not in without:
            drafting = Drafting(read_transcript(json.dumps(whole).encode()), cross.tags(whole, table))
            found += list(rows(whole, drafting)) * (TIMES if voice.startswith(WHOLE_EVIDENCE) else 1)
    show(found)


if __name__ == "__main__":
    main()
