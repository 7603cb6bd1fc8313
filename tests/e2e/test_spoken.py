"""Another language than English, by command, with a real engine of random weights that takes everything for Polish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import console, documents
from assistant.cli.main import coachnote
from tests.e2e.test_straight_line import coachnote as with_store
from tests.e2e.test_straight_line import make


@pytest.fixture
def polish(tiny_polyglot: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COACHNOTE_MODELS", str(tiny_polyglot.parent))
    return tiny_polyglot.name


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = console.run(coachnote, list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_another_language_is_noticed_and_said(short_speech: Path, polish: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "transcribe", str(short_speech), "--model", polish)
    heard = documents.read_transcript(out.encode())
    assert (code, heard.language) == (0, "pl")
    assert heard.segments and all(s.original is None and "machine_translation" not in s.flags for s in heard.segments)
    assert "In Polish: all of it. It is kept as it was said; drafting understands English only." in err


def test_a_language_asked_for_is_heard_and_contradicted(short_speech: Path, polish: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "transcribe", str(short_speech), "--model", polish, "--language", "Welsh")
    heard = json.loads(out)
    assert (code, heard["language"], heard["made_by"]["settings"]["language"]) == (0, "cy", "cy")
    assert "Sounds like Polish, heard as Welsh: all of it. If it is Polish, transcribe it again with --language pl." in err


def test_a_translation_is_marked_and_has_its_original(short_speech: Path, polish: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "transcribe", str(short_speech), "--model", polish, "--translate")
    heard = documents.read_transcript(out.encode())
    assert code == 0
    assert heard.segments and all(s.original and "machine_translation" in s.flags for s in heard.segments)
    assert "Translated from Polish by the speech model: all of it." in err
    _, text, _ = run(capsys, "transcribe", str(short_speech), "--model", polish, "--translate", "--format", "srt")
    assert "(machine translation from Polish)" in text and "(heard: " in text


@pytest.mark.slow
def test_the_settings_file_says_what_is_spoken(
    short_speech: Path, polish: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text('language = "Urdu"')
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    assert json.loads(run(capsys, "transcribe", str(short_speech))[1])["language"] == "ur"
    assert json.loads(run(capsys, "transcribe", str(short_speech), "--language", "auto")[1])["language"] == "pl"


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (("--language", "elvish"), 2, "no language that Whisper knows"),
        (("--language", "pl"), 5, "understands English only"),
        (("--translate",), 5, "understands English only"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_work(
    asked: tuple[str, ...], code: int, told: str, short_speech: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, out, err = run(capsys, "transcribe", str(short_speech), "--model", "demo", *asked)
    assert (ended, out) == (code, "")
    assert told in err and "Decoding" not in err


def test_a_session_in_another_language_is_drafted_with_a_notice_and_nothing_invented(
    short_speech: Path, polish: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    refused = with_store("process", str(short_speech), "--model", "demo", "--language", "pl", folder=tmp_path, code=5)
    assert "The recording is kept as session" in refused.stderr and "understands English only" in refused.stderr
    finished = with_store("finish", "--model", polish, folder=tmp_path)
    assert "In Polish: all of it." in finished.stderr and "0 statements, 0 actions" in finished.stderr
    other = tmp_path / "folder"
    other.mkdir()
    (other / "visit.wav").write_bytes(short_speech.read_bytes() + bytes(4000))
    many = with_store("batch", "run", str(other), "--model", polish, "--translate", folder=tmp_path)
    assert "Translated from Polish by the speech model: all of it." in many.stderr
