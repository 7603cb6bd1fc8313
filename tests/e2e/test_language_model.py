"""`coachnote draft` and `coachnote models` with a language model, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import documents
from tests import tiny_llm
from tests.examples import transcript

pytestmark = pytest.mark.slow


def coachnote(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "assistant", *words], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    path = tmp_path / "visit.json"
    path.write_bytes(documents.transcript_json(transcript()))
    return path


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACHNOTE_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return tmp_path / "models"


def test_a_draft_by_a_model_from_a_folder(visit: Path, models: Path, tmp_path: Path) -> None:
    tiny_llm.save(models / "ours")
    done = coachnote("draft", str(visit), "--drafter", "llm", "--model", "ours")
    assert done.returncode == 0, done.stderr
    draft = documents.read_draft(done.stdout.encode(), transcript())
    assert (draft.made_by.drafter, draft.made_by.model) == ("llm", "ours")
    assert draft.coverage.read == 16
    listed = coachnote("models").stdout
    assert "For drafting" in listed
    assert "Chosen without --model: ours" in listed


def test_a_missing_model_is_an_error_with_advice(visit: Path, models: Path) -> None:
    done = coachnote("draft", str(visit), "--drafter", "llm", "--format", "json")
    assert done.returncode == 5
    error = json.loads(done.stderr.splitlines()[-1])
    assert error["error"] == "ModelMissing"
    assert "coachnote models add" in error["do"]


@pytest.mark.parametrize(("address", "code"), [("http://127.0.0.1:9", 5), ("http://192.168.0.7:8080", 8), ("nonsense", 8)])
def test_a_server_that_is_not_there_or_not_here(
    address: str, code: int, visit: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACHNOTE_SERVER", address)
    done = coachnote("draft", str(visit), "--drafter", "local-server")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_file_can_choose_the_drafter(visit: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('drafter = "llm"\nlanguage_model = "absent"\n')
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    assert coachnote("draft", str(visit)).returncode == 5
    assert coachnote("draft", str(visit), "--drafter", "extractive").returncode == 0
