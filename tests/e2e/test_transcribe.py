"""`coachnote transcribe` and `coachnote models`, from the command line to the file, with a real engine of random weights."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest

from assistant import console, documents, resources
from assistant.cli.main import coachnote

DEMO = resources.root() / "models" / "demo"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = console.run(coachnote, list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_json_is_a_document_that_the_next_step_reads(short_speech: Path, with_model: str, capsys: pytest.CaptureFixture[str]) -> None:
    os.utime(short_speech, (0, dt.datetime(2026, 3, 12, 12).timestamp()))
    code, out, err = run(capsys, "transcribe", str(short_speech), "--model", with_model, "--kind", "appointment")
    heard = documents.read_transcript(out.encode())
    assert code == 0
    assert out.endswith("}\n")
    assert (heard.kind, heard.session_date, heard.date_confirmed) == ("appointment", dt.date(2026, 3, 12), False)
    assert heard.made_by is not None
    assert heard.made_by.model == with_model
    assert all(0 <= (s.start or 0) <= (s.end or 0) <= 4 and len(s.text.split()) <= 30 for s in heard.segments)
    assert heard.segments or heard.gaps
    assert [line for line in err.splitlines() if line.endswith("…")] == ["Decoding …", "Loading the model …", "Transcribing …"]


def test_a_day_that_was_given_is_confirmed(short_speech: Path, with_model: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "transcribe", str(short_speech), "--model", with_model, "--date", "2026-02-27")
    heard = documents.read_transcript(out.encode())
    assert (heard.session_date, heard.date_confirmed) == (dt.date(2026, 2, 27), True)


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        pytest.param("txt", "[", marks=pytest.mark.slow),
        ("vtt", "WEBVTT\n\n00:00:0"),
        pytest.param("srt", "1\n00:00:0", marks=pytest.mark.slow),
    ],
)
def test_other_formats_go_to_a_file_of_ones_own(
    form: str, beginning: str, short_speech: Path, with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "visit.out"
    code, out, _ = run(capsys, "transcribe", str(short_speech), "--model", with_model, "--format", form, "--out", str(target))
    assert (code, out) == (0, "")
    assert target.read_text(encoding="utf-8").startswith(beginning)
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_models_are_listed_with_what_is_here(with_model: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "models")
    rows = {line.split()[0]: line.split()[1] for line in out.splitlines() if line}
    assert code == 0
    assert rows[with_model] == "yes"
    assert rows["small.en"] == rows["large-v3-turbo"] == "no"
    assert f"Chosen without --model: {with_model}" in out


def test_models_say_how_to_add_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "models")
    assert code == 0
    assert "No speech model is on this computer yet." in out
    assert "small.en" in out


@pytest.mark.parametrize("command", ["transcribe", "models"])
def test_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"Example:  coachnote {command}" in out


@pytest.mark.slow  # the straight line hears the dictation; tests/faults/test_nobody_speaks.py asks more of recordings without a voice
@pytest.mark.skipif(not (DEMO / "model.bin").is_file(), reason="the demo model is not in models/demo")
class TestDemoModel:
    """Only with the trained demo model: it understands its own synthetic voices."""

    def test_the_bundled_dictation_is_heard_and_its_notice_is_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "transcribe", str(DEMO / "dictation.flac"), "--model", "demo")
        heard = json.loads(out)
        assert code == 0
        assert "does not understand real people" in err
        assert heard["made_by"]["settings"]["demo"] is True
        assert sum(len(segment["text"].split()) for segment in heard["segments"]) > 100

    @pytest.mark.parametrize("name", ["noise1.wav", "noise2.wav", "noise3.wav", "picovoice_empty.wav", "silence.wav", "almost_silent.wav"])
    def test_where_nobody_speaks_nothing_is_asserted(self, name: str, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing said, or a transcript in which whatever was heard is marked as doubtful."""
        code, out, _ = run(capsys, "transcribe", str(shared / "data" / "nonspeech" / name), "--model", "demo")
        assert code in {0, 4}
        assert code == 4 or all("unclear" in segment["flags"] for segment in json.loads(out)["segments"])

    def test_a_listed_word_is_put_right_and_told_unless_that_is_turned_off(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
        (tmp_path / "vocabulary.txt").write_text("Rotchdale College | the college\n", encoding="utf-8")
        told = {"heard": "the college", "shown": "Rotchdale College", "by": "vocabulary"}

        def heard(*options: str) -> list[dict[str, object]]:
            code, out, _ = run(capsys, "transcribe", str(DEMO / "dictation.flac"), "--model", "demo", *options)
            assert code == 0
            return [segment for segment in json.loads(out)["segments"] if "college" in segment["text"].lower()]

        shown, plain = heard(), heard("--no-spelling")
        assert shown and all(told in segment["corrections"] and "Rotchdale College" in str(segment["text"]) for segment in shown)
        assert [segment["start"] for segment in shown] == [segment["start"] for segment in plain]
        assert all("the college" in str(segment["text"]) and not segment.get("corrections") for segment in plain)
        (tmp_path / "settings.toml").write_text("spelling = false\n", encoding="utf-8")
        assert heard() == plain

    def test_a_list_that_is_not_understood_is_told_before_the_work(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
        (tmp_path / "vocabulary.txt").write_text("Greggs | [\n", encoding="utf-8")
        code, out, err = run(capsys, "transcribe", str(DEMO / "dictation.flac"), "--model", "demo")
        assert (code, out) == (2, "")
        assert "Line 1 of the list of words" in err and "Decoding" not in err
