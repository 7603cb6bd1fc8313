"""Results on stdout, talk on stderr; files whole or not at all; every way to end has its exit code."""

from __future__ import annotations

import errno
import json
import stat
import time
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from assistant import console
from assistant.errors import AllFailed, CoachnoteError, NotAudio, NothingSaid, NotWritable, Refused, StoreMissing, WrongPassphrase
from assistant.protocols import Progress

SECRET = "what was said"


def ending_with(error: BaseException) -> int:
    @click.command()
    @click.option("--format", "form")
    def command(form: str | None) -> None:
        raise error

    return console.run(command, [])


def test_a_result_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.deliver("result\n", None)
    assert capsys.readouterr().out == "result\n"


def test_a_file_is_private_and_replaced_in_one_step(tmp_path: Path) -> None:
    out = tmp_path / "note.md"
    out.write_text("old")
    console.deliver("new\n", out)
    assert out.read_text() == "new\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".coachnote-*")) == []


def test_a_full_disk_leaves_the_old_file_and_no_half_of_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "note.md"
    out.write_text("old")

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotWritable):
        console.deliver("new\n", out)
    assert out.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".coachnote")] == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotWritable):
        console.deliver("x", tmp_path / "nowhere" / "note.md")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (click.UsageError("what?"), 2), (NotAudio("a"), 3), (NothingSaid("a"), 4),
        (WrongPassphrase("a"), 6), (StoreMissing("a"), 7), (Refused("a"), 8),
        (NotWritable("a"), 9), (AllFailed("a"), 11),
        (KeyboardInterrupt(), 130), (click.Abort(), 130), (OSError(errno.ENOSPC, "full"), 9), (BrokenPipeError(), 0),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, BaseException) else str(v),
)  # fmt: skip
def test_every_end_has_its_exit_code(
    error: BaseException, code: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.dup2", lambda *a: None)
    assert ending_with(error) == code
    assert "Traceback" not in capfd.readouterr().err


def test_a_fault_of_ours_is_told_without_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending_with(ValueError(SECRET)) == 1
    told = capsys.readouterr().err
    assert "ValueError" in told and SECRET not in told and "Traceback" not in told


def test_a_ctrl_c_that_a_library_wrapped_is_still_a_ctrl_c() -> None:
    wrapped = ImportError("numpy could not be imported")
    wrapped.__context__ = KeyboardInterrupt()
    assert ending_with(wrapped) == 130


def test_a_ctrl_c_that_a_callback_swallowed_is_pressed_again() -> None:
    console._press_again(SimpleNamespace(exc_type=KeyboardInterrupt))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        time.sleep(5)


def test_errors_as_json_are_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    console.report(NotAudio("No sound.", means="m", do="d"), as_json=True)
    told = json.loads(capsys.readouterr().err)
    assert told == {"error": "NotAudio", "what": "No sound.", "means": "m", "do": "d", "exit_code": 3}


def test_every_error_class_has_an_exit_code_of_its_contract() -> None:
    def tree(cls: type[CoachnoteError]) -> set[int]:
        return {cls.exit_code}.union(*(tree(sub) for sub in cls.__subclasses__()))

    assert tree(CoachnoteError) <= {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130}


def test_watching_returns_the_result_and_says_each_stage_once(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> Generator[Progress, None, str]:
        for second in range(3):
            yield Progress(stage="transcribe", done=second, total=3)
        yield Progress(stage="draft", done=1, total=1)
        return "noun"

    assert console.watch(work()) == "noun"
    assert capsys.readouterr().err.splitlines() == ["Transcribing …", "Drafting …"]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_sentence_for_the_person_is_said_once(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setenv("COLUMNS", "200")

    def work() -> Generator[Progress, None, None]:
        yield Progress(stage="load", done=0)
        yield Progress(stage="load", done=0, notice="The graphics card could not be used [CUDA]; the processor is used instead.")
        yield Progress(stage="transcribe", done=1)

    console.watch(work())
    assert capsys.readouterr().err.count("could not be used [CUDA]; the processor") == 1


def test_ctrl_c_closes_the_work() -> None:
    closed = []

    def work() -> Generator[Progress, None, str]:
        try:
            yield Progress(stage="transcribe", done=0)
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        console.watch(work())
    assert closed == [True]
