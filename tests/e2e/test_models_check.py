"""`coachnote models check`: a model tried on this computer, what that changes for the next recording, and every way it can end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.sound import wav

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "models" / "demo"


@pytest.fixture
def models(tiny_whisper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that hears nothing twice the same way, and one that hears the demo voices, without a card."""
    folder = tmp_path / "models"
    shutil.copytree(tiny_whisper, folder / "babbler")
    shutil.copytree(DEMO, folder / "ours")
    monkeypatch.setenv("COACHNOTE_MODELS", str(folder))
    return folder


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first ten seconds of the bundled recording."""
    from faster_whisper.audio import decode_audio

    path = tmp_path_factory.mktemp("sound") / "short.wav"
    path.write_bytes(wav(decode_audio(str(DEMO / "dictation.flac"), sampling_rate=16_000)[:160_000] * 32767))
    return path


def coachnote(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-m", "assistant", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def window_of(model: str, recording: Path) -> str:
    return json.loads(coachnote("transcribe", str(recording), "--model", model).stdout)["made_by"]["settings"]["window"]


@pytest.mark.slow
def test_a_model_that_passes_is_heard_the_fast_way_from_then_on(models: Path, short: Path) -> None:
    assert window_of("ours", short) == "speech + 2 s, at least 30 s"
    assert "ours: checked: no." in coachnote("models").stdout
    done = coachnote("models", "check", "ours")
    assert "Passed: from now on it is used the fast way." in done.stdout
    assert "synthetic voice" in done.stdout
    assert "Transcribing" in done.stderr
    assert re.search(r"Loading +\d+\.\d s\n", done.stdout)
    assert re.search(r"The fast way +\d+\.\d s for a minute of speech \(\d\.\d+ of real time\)\n", done.stdout)
    assert re.search(r"The same words +0 of \d{3} words differ", done.stdout)
    if sys.platform == "linux":
        megabytes = re.search(r"Memory +(\d+) MB", done.stdout)
        assert megabytes and 50 < int(megabytes[1]) < 1000
    assert window_of("ours", short) == "speech + 2 s, at least 10 s"
    assert "ours: checked: yes, on a synthetic voice" in coachnote("models").stdout


def test_a_model_that_hears_something_else_is_kept_in_whole_windows(models: Path, short: Path) -> None:
    done = coachnote("models", "check", "babbler", "--on", str(short))
    assert "Failed" in done.stdout
    assert "synthetic" not in done.stdout
    verdict = models / "babbler" / "check.json"
    assert stat.S_IMODE(verdict.stat().st_mode) == 0o600
    assert set(json.loads(verdict.read_bytes())) == {"words", "differing", "stretches", "own", "weights"}
    assert "babbler: checked: failed" in coachnote("models").stdout


@pytest.mark.slow
def test_a_model_whose_card_says_how_it_is_heard_stays_as_it_is(models: Path, short: Path) -> None:
    done = coachnote("models", "check", "demo", "--on", str(short))
    assert "stays as its card says" in done.stdout
    assert not (DEMO / "check.json").exists()
    assert "demo: checked" not in coachnote("models").stdout


@pytest.mark.slow
def test_a_model_that_is_added_is_tried_at_once(models: Path) -> None:
    added = coachnote("models", "add", "taken", str(models / "babbler")).stderr
    assert "Trying it on this computer" in added and "In 30 s windows" in added
    assert (models / "taken" / "check.json").exists()


@pytest.mark.slow
def test_what_cannot_be_checked_ends_with_its_own_code(models: Path, tmp_path: Path) -> None:
    coachnote("models", "check", "missing", code=5)
    coachnote("models", "check", "babbler", "--on", str(tmp_path / "nothing.wav"), code=3)
    (tmp_path / "silence.wav").write_bytes(wav(np.zeros(3 * 16_000, dtype=np.int16)))
    coachnote("models", "check", "babbler", "--on", str(tmp_path / "silence.wav"), code=4)
    weights = models / "babbler" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1000])
    done = coachnote("models", "check", "babbler", code=5)
    assert "cannot be used" in done.stderr
    assert not (models / "babbler" / "check.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_stopped_it_leaves_no_verdict_and_no_process(models: Path) -> None:
    command = [sys.executable, "-m", "assistant", "models", "check", "ours"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "Transcribing" not in process.stderr.readline():
            assert process.poll() is None
        children = _children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert not (models / "ours" / "check.json").exists()
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline


def _children(pid: int) -> list[str]:
    """On Linux; elsewhere none are looked at."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return path.read_text().split() if path.exists() else []
