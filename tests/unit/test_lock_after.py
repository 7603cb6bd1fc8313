"""How long the app waits before it locks can be chosen, within limits, and cannot be turned off."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import config
from assistant.errors import UsageProblem


def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> config.Settings:
    file = tmp_path / "settings.toml"
    file.write_text(f'coach = "Ellis"\n{line}\n', encoding="utf-8")
    monkeypatch.setenv("COACHNOTE_CONFIG", str(file))
    return config.load()


@pytest.mark.parametrize(("line", "minutes"), [("", 5), ("lock_after = 1", 1), ("lock_after = 60", 60)])
def test_a_whole_number_of_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, minutes: int) -> None:
    assert settings(tmp_path, monkeypatch, line).lock_after == minutes


@pytest.mark.parametrize("value", ["0", "61", "-5", "2.5", "true", "false", '"5"', '"never"', "inf", "[5]"])
def test_everything_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(UsageProblem, match="lock_after") as refused:
        settings(tmp_path, monkeypatch, f"lock_after = {value}")
    assert "from 1 to 60" in refused.value.do
