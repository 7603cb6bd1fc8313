"""Two voices told apart by the real sherpa-onnx, in a process of its own, with small models made here."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant import children
from assistant.errors import ModelUnusable
from assistant.speech import cards, diarize, provenance, wire
from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.diarize import Diarizer
from tests import tiny_voices
from tests.sound import RATE, decoded, noise
from tests.two_people import Talk, talk
from tests.work import finish

__all__ = ["talk"]
pytestmark = pytest.mark.skipif(importlib.util.find_spec("sherpa_onnx") is None, reason="the diarize extra is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny-voices"
    tiny_voices.make(made)
    return made


def diarizer(folder: Path) -> Diarizer:
    return Diarizer(ModelOnDisk(card=Card(name=folder.name, kind="voices"), folder=folder))


def test_two_people_come_out_as_two_voices_at_the_times_at_which_they_speak(folder: Path, talk: Talk) -> None:
    found = finish(diarizer(folder).turns(decoded(talk.mono())))
    assert [turn.voice for turn in found] == [0, 1, 0, 1]
    for turn, (_, _, start, end) in zip(found, talk.lines, strict=True):
        assert (turn.start, turn.end) == (pytest.approx(start, abs=0.1), pytest.approx(end, abs=0.1))


def test_progress_is_told_while_it_works(folder: Path, talk: Talk) -> None:
    steps = list(diarizer(folder).turns(decoded(talk.mono())))
    assert {step.stage for step in steps} == {"voices"}
    assert steps[-1].done == steps[-1].total


@pytest.mark.parametrize("seconds", [0.05, 0.9, 3.0])
def test_where_nobody_is_found_there_are_no_turns(folder: Path, seconds: float) -> None:
    assert finish(diarizer(folder).turns(decoded(np.zeros(round(seconds * RATE), dtype=np.int16)))) == ()


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x08"])
def test_models_that_sherpa_onnx_cannot_take_give_no_voices_and_no_fault(folder: Path, content: bytes) -> None:
    (folder / cards.SEGMENTATION).write_bytes(content)
    assert finish(diarizer(folder).turns(decoded(noise(2)))) == ()


def test_files_that_have_changed_since_they_were_taken_in_are_not_loaded(folder: Path, tmp_path: Path) -> None:
    taken = cards.add("two-voices", folder, tmp_path / "models")
    assert (taken.card.kind, taken.carded) == ("voices", True)
    assert provenance.read(taken.folder) is not None
    with (taken.folder / cards.EMBEDDING).open("ab") as file:
        file.write(b"more")
    with pytest.raises(ModelUnusable, match=r"embedding\.onnx has changed"):
        finish(Diarizer(taken).turns(decoded(noise(1))))


def test_whoever_stops_ends_the_child(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound, started = decoded(noise(120)), list[subprocess.Popen[bytes]]()
    start: Callable[..., subprocess.Popen[bytes]] = children.start
    monkeypatch.setattr(diarize.children, "start", lambda *words: started.append(start(*words)) or started[0])
    work = diarizer(folder).turns(sound)
    next(work)
    work.close()
    assert started[0].poll() is not None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("strace"), reason="strace is not installed (apt install strace)")
def test_it_reaches_for_no_network_and_writes_nothing(folder: Path, talk: Talk, tmp_path: Path) -> None:
    log, samples = tmp_path / "log", talk.mono()
    traced = ["strace", "-f", "-qq", "-e", "trace=network,file", "-o", str(log)]
    command = [*traced, sys.executable, "-B", "-m", diarize.WORKER, str(folder), str(len(samples))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdin is not None and child.stdout is not None
        wire.send(child.stdin, wire.DATA, samples.tobytes())
        last = [kind for kind, _ in wire.messages(child.stdout)][-1]
    calls = log.read_text().splitlines()
    assert last == wire.DONE
    assert any(cards.EMBEDDING in call for call in calls)
    assert not [call for call in calls if " socket(" in call or " connect(" in call]
    writing = [call for call in calls if any(sign in call for sign in ("O_WRONLY", "O_RDWR", "O_CREAT", "mkdir(", "rename("))]
    assert all("/dev/null" in call for call in writing), writing
