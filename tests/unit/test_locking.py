"""What one process leaves the next when the app locks, and the two clocks."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import pytest

from assistant.cli.locking import MARK, locked_before
from assistant.store.process import clocks
from assistant.tui.lock import Locked


def test_the_mark_is_read_once_and_no_child_inherits_it(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = Locked(why="idle", session="s-0001", reviewing=True, lost=True)
    monkeypatch.setenv(MARK, json.dumps(asdict(locked)))
    assert locked_before() == locked
    assert MARK not in os.environ
    assert locked_before() is None


@pytest.mark.parametrize(
    "mark", ["", "idle", "[]", "5", '{"why": "because"}', '{"why": ["idle"]}', '{"session": "s"}', '{"why": "idle", "x": 1}']
)
def test_a_mark_that_is_not_ours_is_passed_over(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    monkeypatch.setenv(MARK, mark)
    assert locked_before() is None


def test_the_clocks_go_on_together_while_the_computer_is_awake() -> None:
    before, after = clocks(), clocks()
    assert 0 <= after.awake - before.awake < 5
    assert abs((after.passed - before.passed) - (after.awake - before.awake)) < 1
    assert before.passed >= before.awake - 1
