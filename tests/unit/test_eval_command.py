"""`coachnote eval CASES`: figures, bad files that stop nothing, the codes it ends with, and the texts that it never prints."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from assistant import console, wiring
from assistant.cli.main import coachnote
from assistant.domain import Draft, Notice, Transcript
from assistant.errors import CoachnoteError, ModelUnusable, NothingSaid
from assistant.protocols import Progress
from assistant.scoring.folder import read_case
from tests import labelled


class FromLabels:
    """Drafts what the labels say, and fails or falls back where told to."""

    def __init__(self, faults: dict[str, Exception] | None = None, fell_back: str = "") -> None:
        self.faults, self.fell_back = faults or {}, fell_back
        self.known = {case.transcript.id: case for case in labelled.cases()}

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        yield Progress(stage="draft", done=1, total=2)
        if transcript.id in self.faults:
            raise self.faults[transcript.id]
        notices = (Notice(code="fell_back_to_extractive", why="out of memory"),) if transcript.id == self.fell_back else ()
        made = labelled.faultless(self.known[transcript.id])
        return Draft(**{**vars(made), "notices": notices})


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*words: str, drafter: FromLabels | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(wiring, "drafter", lambda *args: drafter or FromLabels())
        code = console.run(coachnote, ["eval", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return go


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two dictations and an appointment."""
    place = tmp_path / "cases"
    place.mkdir()
    for name in ("d01", "d02", "a01"):
        shutil.copy(labelled.EVAL / "dev" / f"{name}.json", place)
    return place


def test_figures_and_intervals_for_all_and_for_each_kind(run: Run, folder: Path) -> None:
    code, out, _ = run(str(folder), "--worst", "1")
    assert code == 0
    head, *rows = out.splitlines()
    assert head.split() == ["all", "(3)", "dictation", "(2)", "appointment", "(1)"]
    score = next(row for row in rows if row.startswith("score ")).split()
    assert len(score) == 1 + 4 + 4 + 1  # one appointment has no interval
    assert float(score[2]) <= float(score[1]) <= float(score[4])
    assert [row for row in rows if row.startswith("worst: ")] == [rows[-1]]


def test_json_has_the_scorers_keys_and_figures(run: Run, folder: Path) -> None:
    code, out, err = run(str(folder), "--format", "json", "--worst", "2")
    assert (code, err) == (0, "")
    told, script = json.loads(out), labelled.scorer()
    summed = script.Counter()
    for path in folder.glob("*.json"):
        case = read_case(path)
        summed.update(labelled.counted_by(script, case, labelled.faultless(case)))
    assert told["all"] == pytest.approx(script.figures(summed), abs=1e-9)
    assert set(told) >= {"all", "dictation", "appointment", "intervals"}
    assert told["cases"] == 3
    assert told["intervals"]["appointment"] == {}
    assert told["worst"] == sorted(told["worst"], key=lambda row: row["score"])
    assert len(told["worst"]) == 2


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "not json": (lambda path: path.write_text("{"), "not JSON"),
    "not a case": (lambda path: path.write_text('{"hello": 1}'), "does not say that it is coachnote.transcript/1"),
    "no labels": (lambda path: path.write_text(_without("gold")), "no labels"),
    "labels that lack a key": (lambda path: path.write_text(_without("gold", "actions")), "labels document breaks its format"),
    "labels of another transcript": (lambda path: path.write_text(_without("segments", 0)), "labels name segment 0"),
    "not text": (lambda path: path.write_bytes(b"\xff\xfe\x00{"), "not JSON"),
    "empty": (lambda path: path.write_bytes(b""), "not JSON"),
}


def _without(key: str, *inner: str | int) -> str:
    case = json.loads((labelled.EVAL / "dev" / "d03.json").read_text(encoding="utf-8"))
    if inner:
        del case[key][inner[0]]
        case["gold"]["not_actions"] = [0]
    else:
        del case[key]
    return json.dumps(case)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_named_and_counted_and_stops_nothing(run: Run, folder: Path, bad: str) -> None:
    spoil, why = BAD[bad]
    spoil(folder / "a00-bad.json")
    good = run(str(folder), "--format", "json")[1]
    code, out, err = run(str(folder))
    assert code == 10
    assert why in next(line for line in out.splitlines() if line.startswith("not a case: a00-bad: "))
    assert "all (3)" in out
    assert "1 of 4 cases failed." in err
    assert json.loads(good)["cases"] == 3
    assert json.loads(good)["unreadable"][0]["case"] == "a00-bad"


def test_a_case_that_cannot_be_drafted_counts_as_empty_and_quotes_nothing(run: Run, folder: Path) -> None:
    faults: dict[str, Exception] = {"d01": NothingSaid("Nothing was said."), "a01": RuntimeError("Amir lost his flat")}
    code, out, err = run(str(folder), drafter=FromLabels(faults))
    assert code == 10
    assert "no draft: d01: Nothing was said." in out
    assert "no draft: a01: Something went wrong inside coachnote (RuntimeError)." in out
    assert "Amir" not in out + err
    assert "all (3)" in out
    assert "2 without a draft counted as empty drafts" in err


def test_a_missing_model_ends_it(run: Run, folder: Path) -> None:
    fault: CoachnoteError = ModelUnusable("The model cannot be used.")
    assert run(str(folder), drafter=FromLabels({"d01": fault}))[0] == 5


def test_a_model_that_gave_out_is_told(run: Run, folder: Path) -> None:
    code, out, _ = run(str(folder), drafter=FromLabels(fell_back="d02"))
    assert code == 0
    assert "gave out in 1 of 3 cases" in out


def test_nothing_to_evaluate_has_a_code_for_each_reason(run: Run, tmp_path: Path) -> None:
    assert run(str(tmp_path / "nowhere"))[0] == 3
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(str(empty))[0] == 3
    (empty / "x.json").write_text("{")
    (empty / "y.json").mkdir()
    (empty / "._z.json").write_bytes(b"\0")
    code, out, err = run(str(empty))
    assert code == 11
    assert out.startswith("not a case: x: This file is not JSON.")
    assert "1 of 1 cases failed." in err
    assert run(str(empty / "x.json"))[0] == 3


def test_no_text_of_a_case_is_printed(run: Run, folder: Path) -> None:
    (folder / "bad.json").write_text(_without("gold", "actions"))
    out = "".join("".join(run(str(folder), *words)[1:]) for words in ((), ("--format", "json"), ("--worst", "9")))
    for path in labelled.PATHS[:1] + [p for p in labelled.PATHS if p.stem in ("d01", "d02", "d03")]:
        case = read_case(path)
        for text in case.said.values():
            assert text not in out
        assert f" {case.transcript.client} " not in out
