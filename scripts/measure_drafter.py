#!/usr/bin/env python3
"""Measure the extractive drafter on labelled cases whose voices its tagger never saw, as they are and made worse.

Prints a table on standard error and one line of JSON, the same figures, on standard output. Needs the extra `llm` (torch) for the fitting;
about five minutes on one core.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tagger import cross  # noqa: E402

from assistant.documents import draft_json, read_transcript  # noqa: E402
from assistant.drafting.extractive import Drafting  # noqa: E402

WAYS = {
    "as it is": lambda whole: whole,
    "no speakers": cross.without_speakers,
    "run together": cross.run_together,
    "cut in two": cross.cut_in_two,
    "misheard": cross.misheard,
}
SHOWN = (
    "score",
    "action_precision",
    "action_recall",
    "action_f1",
    "owner_accuracy",
    "due_accuracy",
    "due_wrong",
    "trap_rate",
    "fact_placed",
    "critical_recall",
    "statement_precision",
    "citation_precision",
    "citations_valid",
    "ungrounded_shown_as_supported",
    "flagged_unsupported",
    "barrier_f1",
    "referral_f1",
    "previous_accuracy",
    "next_appointment",
    "length_ratio",
)


def scorer() -> Any:
    """The module `tests/eval/score.py`."""
    found = importlib.util.spec_from_file_location("score", ROOT / "tests" / "eval" / "score.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def main() -> None:
    """Draft every case in every way, each with the tagger that did not see its voice."""
    score, counts = scorer(), defaultdict[str, Counter[str]](Counter)
    for voice, whole, table in cross.folds(ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"):
        group = "dev" if voice == "dev" else "own"
        for way, change in WAYS.items():
            worse = change(whole)
            draft = Drafting(read_transcript(json.dumps(worse).encode()), cross.tags(worse, table)).draft()
            found = score.score_case(worse, json.loads(draft_json(draft)))
            names = [f"{group}, {way}"] + ([f"{group}, {whole['kind']}", f"voice {voice}"] if way == "as it is" else [])
            for name in names:
                counts[name].update(found)
    figures = {name: {key: round(score.figures(found)[key], 3) for key in SHOWN} for name, found in sorted(counts.items())}
    for name, each in figures.items():
        print(f"{name:32}", " ".join(f"{key}={value}" for key, value in each.items()), file=sys.stderr)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
