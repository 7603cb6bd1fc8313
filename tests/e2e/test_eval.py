"""The offline drafter on the labelled cases, scored by the scorer that stands beside them.

Floors, not targets: docs/drafting.md has the figures.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assistant import console
from assistant.cli.main import coachnote
from assistant.documents import draft_json, read_draft, read_transcript
from tests import labelled
from tests.drafts import draft

EVAL = Path(__file__).parents[1] / "eval"
CASES = sorted((EVAL / "dev").glob("*.json"))


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    return labelled.scorer()


@pytest.fixture(scope="module")
def drafts() -> list[bytes]:
    return [drafted(path) for path in CASES]


@pytest.fixture(scope="module")
def figures(scorer: ModuleType, drafts: list[bytes]) -> dict[str, dict[str, float]]:
    total: dict[str, Counter[str]] = {"all": Counter(), "dictation": Counter(), "appointment": Counter()}
    for path, made in zip(CASES, drafts, strict=True):
        case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        counts = scorer.score_case(case, json.loads(made))
        for key in ("all", case["kind"]):
            total[key].update(counts)
    return {key: scorer.figures(counts) for key, counts in total.items()}


def drafted(path: Path) -> bytes:
    """A draft without the two values that differ from run to run, checked against its transcript."""
    transcript = read_transcript(path.read_bytes())
    made = draft(transcript)
    document = draft_json(replace(made, draft=None, made_by=replace(made.made_by, seconds=0.0)))
    read_draft(document, transcript)
    return document


def test_there_are_28_cases() -> None:
    assert len(CASES) == 28


@pytest.mark.parametrize(("kind", "floor"), [("all", 0.87), ("dictation", 0.89), ("appointment", 0.82)])
def test_the_score_stays_above_its_floor(figures: dict[str, dict[str, float]], kind: str, floor: float) -> None:
    assert figures[kind]["score"] >= floor


def test_nothing_is_cited_that_is_not_there_and_nothing_unsupported_is_shown_as_supported(figures: dict[str, dict[str, float]]) -> None:
    assert figures["all"]["citations_valid"] == 1.0
    assert figures["all"]["ungrounded_shown_as_supported"] == 0
    assert figures["all"]["repeated"] == 0


def test_wrong_dates_and_traps_stay_rare(figures: dict[str, dict[str, float]]) -> None:
    assert figures["all"]["due_wrong"] <= 0.13
    assert figures["all"]["trap_rate"] <= 0.05


def test_a_note_is_shorter_than_what_was_said(figures: dict[str, dict[str, float]]) -> None:
    assert figures["dictation"]["length_ratio"] <= 0.70
    assert figures["appointment"]["length_ratio"] <= 0.45


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(drafts: list[bytes]) -> None:
    assert [drafted(p) for p in CASES[:6]] == drafts[:6]


@pytest.mark.slow
def test_the_command_gives_the_scorers_figures(figures: dict[str, dict[str, float]], capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(coachnote, ["eval", str(EVAL / "dev"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases"] == 28
    for kind, known in figures.items():
        assert told[kind] == pytest.approx(known, abs=1e-9), kind
        assert list(told[kind]) == list(known)
