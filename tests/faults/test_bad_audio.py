"""Recordings that cannot be used: each its own message and exit code, no traceback, no half-written file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assistant import console
from assistant.cli.main import coachnote
from tests.sound import RATE, encoded, noise, wav

START = "import assistant.__main__ as m; print('up', flush=True); m.main()"
QUIET = np.random.default_rng(1).normal(scale=3, size=8 * RATE).astype(np.int16)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = console.run(coachnote, list(words))
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "went wrong inside" not in err
    return code, err


CASES = {
    "empty": (b"", 3, "The file is empty."),
    "text": (b"Dear Sir or Madam,\n" * 40, 3, "not a recording that can be read"),
    "cut": (encoded(noise(5, 44_100), "mp4", "aac")[:9000], 3, "not a recording that can be read"),
    "no samples": (wav(np.zeros(0, dtype=np.int16)), 3, "No sound could be decoded"),
    "zeros": (wav(np.zeros(8 * RATE, dtype=np.int16)), 4, "No speech was found"),
    "hiss": (wav(QUIET), 4, "No speech was found"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_without_speech(case: str, with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, code, message = CASES[case]
    (tmp_path / "visit.wav").write_bytes(data)
    out = tmp_path / "visit.json"
    found, err = run(capsys, "transcribe", str(tmp_path / "visit.wav"), "--model", with_model, "--out", str(out))
    assert found == code
    assert message in err
    assert len(err.strip().splitlines()) >= 2, "what to do is said as well"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "visit.wav"]


def test_a_missing_file_and_a_folder(with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = run(capsys, "transcribe", str(tmp_path / "none.wav"), "--model", with_model)
    assert (code, "There is no file" in err) == (3, True)
    code, err = run(capsys, "transcribe", str(tmp_path), "--model", with_model)
    assert (code, "This is a folder" in err) == (3, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_of_somebody_else(with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.wav").write_bytes(wav(noise(1)))
    (tmp_path / "a.wav").chmod(0)
    code, err = run(capsys, "transcribe", str(tmp_path / "a.wav"), "--model", with_model)
    assert (code, "may not be read" in err) == (3, True)


def test_without_a_model(short_speech: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = run(capsys, "transcribe", str(short_speech))
    assert code == 5
    assert "No speech model is on this computer yet." in err
    assert "coachnote models fetch" in err


def test_a_model_that_is_damaged(
    short_speech: Path, tiny_whisper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COACHNOTE_MODELS", str(tmp_path / "models"))
    (tmp_path / "models" / "small.en").mkdir(parents=True)
    for file in tiny_whisper.iterdir():
        (tmp_path / "models" / "small.en" / file.name).write_bytes(file.read_bytes()[:1000])
    code, err = run(capsys, "transcribe", str(short_speech), "--out", str(tmp_path / "visit.json"))
    assert code == 5
    assert "cannot be used" in err
    assert not (tmp_path / "visit.json").exists()


@pytest.mark.parametrize("out", ["", "no-folder/visit.json"], ids=["a folder", "in a folder that is not there"])
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    out: str, short_speech: Path, with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = run(capsys, "transcribe", str(short_speech), "--model", with_model, "--out", str(tmp_path / out))
    assert code == 9
    assert "Decoding" not in err


def test_damage_is_told_on_the_screen_and_the_rest_is_heard(
    speech: np.ndarray, with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = encoded(np.repeat(speech[: 4 * RATE], 3), "mp3", "mp3", 48_000)
    (tmp_path / "visit.mp3").write_bytes(data[: len(data) // 4])
    code, err = run(capsys, "transcribe", str(tmp_path / "visit.mp3"), "--model", with_model, "--out", str(tmp_path / "visit.json"))
    assert code == 0
    assert "The recording is damaged: 3." in err
    assert '"damaged"' in (tmp_path / "visit.json").read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals are sent another way on this system")
@pytest.mark.parametrize(("stage", "times"), [("Decoding", 40), pytest.param("Loading", 10, marks=pytest.mark.slow), ("Transcribing", 10)])
def test_control_c_leaves_nothing_behind(stage: str, times: int, speech: np.ndarray, with_model: str, tmp_path: Path) -> None:
    (tmp_path / "long.wav").write_bytes(wav(np.tile(speech, times)))
    words = ["transcribe", str(tmp_path / "long.wav"), "--model", with_model, "--out", str(tmp_path / "long.json")]
    process = subprocess.Popen([sys.executable, "-c", START, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = ""
    while stage not in told:
        line = process.stderr.readline()
        assert line, told
        told += line
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, told + rest
    assert "Traceback" not in told + rest
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "long.wav"]
