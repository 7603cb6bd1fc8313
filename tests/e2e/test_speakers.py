"""From sound to who says what: two channels, one microphone, and a person who says whose voices they are. With the demo model."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant import config, console, documents, resources
from assistant.cli.main import coachnote
from assistant.domain import Transcript, voices
from tests import tiny_voices
from tests.e2e import test_straight_line as line
from tests.e2e.test_writing import heard, opened
from tests.sound import wav
from tests.two_people import Talk, talk

__all__ = ["talk"]
pytestmark = pytest.mark.skipif(not (resources.root() / "models" / "demo" / "model.bin").is_file(), reason="the demo model is not here")
with_sherpa = pytest.mark.skipif(importlib.util.find_spec("sherpa_onnx") is None, reason="the diarize extra is not installed")


def transcribed(samples: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What the command gives, and what it says."""
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(samples))
    assert console.run(coachnote, ["transcribe", str(path), "--model", "demo", *words]) == code
    out, err = capsys.readouterr()
    return out, err


def bare(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def must_be_the_talk(found: Transcript, said: Talk, letters: str) -> None:
    """Every line is there once, in order, with its voice and its time; the demo model may mishear one word in it."""
    assert [voices.letter(found, segment) for segment in found.segments] == list(letters)
    assert [segment.id for segment in found.segments] == list(range(len(said.lines)))
    for segment, (_, text, start, end) in zip(found.segments, said.lines, strict=True):
        assert len(set(bare(text)) - set(bare(segment.text))) <= 1
        assert (segment.start, segment.end) == (pytest.approx(start, abs=0.3), pytest.approx(end, abs=0.3))


def test_two_people_on_two_channels_are_two_voices_and_nobody_is_guessed(
    talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = transcribed(talk.stereo(), tmp_path, capsys)
    found = documents.read_transcript(out.encode())
    must_be_the_talk(found, talk, "LRLR")
    assert (found.kind, {segment.speaker for segment in found.segments}, found.gaps) == ("appointment", {None}, ())
    assert "the speakers stay open" in err


@pytest.mark.parametrize("left", ["coach", pytest.param("client", marks=pytest.mark.slow)])
def test_who_is_on_the_left_channel_is_said_by_a_person(left: str, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = "client" if left == "coach" else "coach"
    out, err = transcribed(talk.stereo(), tmp_path, capsys, "--left", left)
    assert [segment["speaker"] for segment in json.loads(out)["segments"]] == [left, right, left, right]
    assert "stay open" not in err


@pytest.mark.slow
def test_what_a_microphone_hears_of_the_loudspeaker_is_told_once(talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = transcribed(talk.stereo(bleed=0.69), tmp_path, capsys)  # 3.2 dB weaker, as measured with a laptop (asr.md, section 5)
    must_be_the_talk(documents.read_transcript(out.encode()), talk, "LRLR")


def test_one_microphone_is_one_side_and_no_channel_is_the_coachs(talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mono = talk.mono()
    out, err = transcribed(np.stack([mono, mono], axis=1), tmp_path, capsys, "--kind", "appointment", "--left", "coach")
    found = documents.read_transcript(out.encode())
    assert voices.lines(found) == {} and {segment.speaker for segment in found.segments} == {None}
    assert "nothing was made of --left" in err


@pytest.mark.slow
def test_voices_have_names_in_subtitles(talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = transcribed(talk.stereo(), tmp_path, capsys, "--format", "vtt")
    assert re.findall(r"<v (.*?)>", out) == ["Voice L", "Voice R"] * 2


@pytest.fixture
def diarize(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that wants voices told apart, and a folder for models, still empty."""
    models = tmp_path / "models"
    models.mkdir()
    settings = config.settings_file()
    settings.parent.mkdir(parents=True)
    settings.write_text("diarize = true\n")
    monkeypatch.setenv("COACHNOTE_MODELS", str(models))
    return models


@with_sherpa
def test_two_people_in_front_of_one_microphone_are_two_voices(
    diarize: Path, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_voices.make(tmp_path / "brought")
    assert console.run(coachnote, ["models", "add", "two-voices", str(tmp_path / "brought")]) == 0
    out, err = transcribed(talk.mono(), tmp_path, capsys, "--kind", "appointment")
    found = documents.read_transcript(out.encode())
    must_be_the_talk(found, talk, "ABAB")
    assert found.made_by is not None and found.made_by.settings["diarized"] == "two-voices"
    assert {segment.speaker for segment in found.segments} == {None}
    assert all((word.confidence or 0) < 0.6 for segment in found.segments for word in segment.words)
    assert "Telling the voices apart" in err


@with_sherpa
@pytest.mark.slow
def test_voices_that_cannot_be_told_apart_cost_nothing_of_the_transcript(
    diarize: Path, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_voices.make(diarize / "two-voices")
    (diarize / "two-voices" / "embedding.onnx").write_bytes(b"no model")
    out, err = transcribed(talk.mono(), tmp_path, capsys, "--kind", "appointment")
    found = documents.read_transcript(out.encode())
    assert len(found.segments) == 4
    assert voices.lines(found) == {}
    assert "The voices could not be told apart" in err


def test_without_the_extra_an_appointment_is_refused_before_it_is_heard_and_says_what_to_install(
    diarize: Path, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    _, err = transcribed(talk.mono(), tmp_path, capsys, "--kind", "appointment", code=12)
    assert "pip install 'coachnote[diarize]'" in err and "Transcribing" not in err
    assert transcribed(talk.mono(), tmp_path, capsys, "--kind", "dictation")[0]
    assert transcribed(talk.stereo(), tmp_path, capsys, "--kind", "appointment")[0]  # two channels need no extra


@with_sherpa
def test_without_models_an_appointment_is_refused_and_says_how_to_bring_them(
    diarize: Path, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = transcribed(talk.mono(), tmp_path, capsys, "--kind", "appointment", code=5)
    assert "coachnote models add two-voices FOLDER" in err


@pytest.mark.parametrize("value", ["1", '"yes"', "[]"])
def test_the_setting_is_true_or_false(value: str, diarize: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.settings_file().write_text(f"diarize = {value}\n")
    assert console.run(coachnote, ["models"]) == 2
    assert "diarize and spelling, each true or false" in capsys.readouterr().err


def test_doctor_says_what_is_missing_for_it(diarize: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console.run(coachnote, ["doctor"])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "two voices" in line)
    assert line.startswith("look at") and ("pip install" in line or "models add" in line)


@pytest.mark.slow
def test_a_person_hears_of_the_voices_says_whose_they_are_and_it_is_drafted_again(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(wav(talk.stereo()))
    line.make(tmp_path)
    done = line.coachnote("process", "call.wav", "--model", "demo", "--kind", "appointment", "--date", "2026-03-12", folder=tmp_path)
    session = done.stdout.strip()
    assert f"coachnote speakers {session}" in done.stderr
    shown = line.coachnote("speakers", session, folder=tmp_path)
    assert "Voice L, on the left channel: 2 lines\n  00:00  How did you get on with the forklift course?" in shown.stdout
    assert "forklift" not in shown.stderr
    told = line.coachnote("speakers", session, "l=coach", "R=client", folder=tmp_path)
    assert "stay open" not in told.stderr and told.stdout.strip() == session
    found = heard(tmp_path, session)
    assert [segment.speaker for segment in found.segments] == ["coach", "client", "coach", "client"]
    must_be_the_talk(found, talk, "LRLR")
    kept = opened(tmp_path)
    draft = kept.draft(session)
    kept.close()
    assert draft is not None and draft.transcript == found.id
    owners = {action.owner: action.check for action in draft.actions}
    assert set(owners) == {"coach", "client"} and not any("owner" in check for check in owners.values())
    again = line.coachnote("speakers", session, "L=coach", folder=tmp_path)
    assert "Nothing was changed" in again.stderr and heard(tmp_path, session).id == found.id
    for wrong in ("coach", "X=coach", "L=boss", "L="):
        line.coachnote("speakers", session, wrong, code=2, folder=tmp_path)
