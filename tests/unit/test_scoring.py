"""The package's figures are the scorer's; intervals hold them, and widen with fewer cases."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from types import ModuleType

import pytest

from assistant.domain import Draft
from assistant.scoring.counting import Case, count, nothing_drafted
from assistant.scoring.figures import PARTS, figures, intervals, total
from assistant.scoring.loose import loose_ends
from tests import labelled


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return labelled.scorer()


@pytest.fixture(scope="module")
def cases() -> Sequence[Case]:
    return labelled.cases()


def assert_same_figures(script: ModuleType, cases: Sequence[Case], drafts: list[Draft]) -> dict[str, float]:
    """Case by case and for all together."""
    theirs, ours = [], []
    for case, draft in zip(cases, drafts, strict=True):
        theirs.append(labelled.counted_by(script, case, draft))
        ours.append(count(case, draft))
        assert figures(ours[-1]) == pytest.approx(script.figures(theirs[-1]), abs=1e-9), case.name
    together = figures(total(ours))
    summed = script.Counter()
    for counts in theirs:
        summed.update(counts)
    assert together == pytest.approx(script.figures(summed), abs=1e-9)
    assert list(together) == list(script.figures(summed))
    return together


def test_faultless_drafts_have_the_scorers_figures(script: ModuleType, cases: Sequence[Case]) -> None:
    assert assert_same_figures(script, cases, [labelled.faultless(case) for case in cases])["action_f1"] == 1.0


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_damaged_drafts_have_the_scorers_figures(script: ModuleType, cases: Sequence[Case], seed: int) -> None:
    rng = random.Random(seed)
    found = assert_same_figures(script, cases, [labelled.damaged(case, rng) for case in cases])
    assert 0 < found["score"] < 0.8
    assert found["ungrounded_shown_as_supported"] > 0
    assert found["repeated"] > 0
    assert 0 < found["citations_valid"] < 1
    assert found["due_wrong"] > 0
    assert found["trap_rate"] > 0


def test_empty_drafts_have_the_scorers_figures(script: ModuleType, cases: Sequence[Case]) -> None:
    drafts = [nothing_drafted(case) for case in cases]
    assert assert_same_figures(script, cases, drafts)["score"] < 0.1
    for case, draft in zip(cases, drafts, strict=True):
        assert figures(count(case, draft)) == pytest.approx(script.figures(labelled.counted_by(script, case, None)), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "heard", "loose"),
    [
        ("She owes £4,317.", ["she owes about four thousand"], ["£4,317"]),
        ("Starts at 15:45.", ["it starts at quarter to four"], []),
        ("Starts at 14:45.", ["it starts at quarter to four"], ["14:45"]),
        ("The 25 hours at Boots suit him.", ["twenty five hours suits him"], ["Boots"]),
        ("Costs £20.", ["twenty quid"], []),
        ("Half past ² is no time.", ["half past ² is what it says"], []),
    ],
)
def test_loose_ends(script: ModuleType, text: str, heard: list[str], loose: list[str]) -> None:
    assert loose_ends(text, heard, []) == loose
    if "²" not in text:
        assert script.loose_ends(text, heard, []) == loose


def test_every_figure_lies_within_its_interval_and_the_same_cases_give_the_same(cases: Sequence[Case]) -> None:
    rng = random.Random(3)
    counts = [count(case, labelled.damaged(case, rng)) for case in cases]
    all_of_them, found = figures(total(counts)), intervals(counts)
    assert list(found) == list(all_of_them)
    for name in PARTS:
        assert found[name].low <= all_of_them[name] <= found[name].high
        assert found[name].low < found[name].high
    assert found == intervals(counts)


def test_fewer_cases_give_wider_intervals_and_one_case_none(cases: Sequence[Case]) -> None:
    rng = random.Random(3)
    counts = [count(case, labelled.damaged(case, rng)) for case in cases]
    few, many = intervals(counts[:7])["score"], intervals(counts[:7] * 16)["score"]
    assert few.high - few.low > 3 * (many.high - many.low)  # four times, but for chance
    assert intervals(counts[:1]) == {}


@pytest.mark.slow
def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Coins of known bias as cases: of 60 samples, about 57 intervals hold it, and surely more than 48."""
    rng = random.Random(1)
    held = 0
    for _ in range(60):
        coins = [labelled.coin(rng.random() < 0.6) for _ in range(40)]
        interval = intervals(coins)["next_appointment"]
        held += interval.low <= 0.6 <= interval.high
    assert held > 48


def test_a_thousand_draws_of_28_cases_take_little_time(cases: Sequence[Case]) -> None:
    counts = [count(case, labelled.faultless(case)) for case in cases]
    started = time.process_time()
    intervals(counts)
    assert time.process_time() - started < 2.0
