"""Ctrl-C at any moment: exit code 130 or the finished work, no traceback, a store that opens, nothing half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import documents, store
from tests.examples import transcript

PASSPHRASE = "orchid lantern gravel pony"
START = "import assistant.__main__ as m; print('up', flush=True); m.main()"
DELAYS = [0.05, 0.1, 0.3, 0.8]
MANY = [n / 12 for n in range(1, 25)]


def interrupted(words: list[str], after: float, stdin: str = "") -> tuple[int, str, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.stdin.write(stdin)
    process.stdin.close()
    process.stdin = None
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "visit.json"
    path.write_bytes(documents.transcript_json(transcript()))
    return path


def check_drafting(document: Path, after: float) -> None:
    out = document.with_name("draft.json")
    code, _, err = interrupted(["draft", str(document), "--out", str(out)], after)
    assert code in {0, 130} and "Traceback" not in err, err
    if out.exists():  # a Ctrl-C may come when the file is whole and only the exit is left
        documents.read_draft(out.read_bytes(), transcript())
    assert out.exists() or code == 130
    assert [p.name for p in document.parent.iterdir() if p.name.startswith(".coachnote")] == []


@pytest.mark.parametrize("after", DELAYS)
def test_drafting_can_be_stopped(document: Path, after: float) -> None:
    check_drafting(document, after)


@pytest.mark.slow
@pytest.mark.parametrize("after", MANY)
def test_drafting_can_be_stopped_at_many_moments(document: Path, after: float) -> None:
    check_drafting(document, after)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "store"
    store.create_store(folder, PASSPHRASE)
    return folder


def check_taking_in(kept: Path, document: Path, after: float) -> None:
    words = ["--store", str(kept), "--passphrase-fd", "0", "process", str(document)]
    code, out, err = interrupted(words, after, PASSPHRASE + "\n")
    assert code in {0, 130} and "Traceback" not in err, err
    opened = store.open_store(kept, PASSPHRASE)
    opened.recover_recordings()
    stages = {row.session.id: row.stage for row in opened.sessions()}
    opened.close()
    assert code == 130 or stages[out.strip().splitlines()[-1]] == "drafted"


@pytest.mark.parametrize("after", [DELAYS[2], *(pytest.param(after, marks=pytest.mark.slow) for after in (DELAYS[1], DELAYS[3]))])
def test_taking_in_can_be_stopped(kept: Path, document: Path, after: float) -> None:
    check_taking_in(kept, document, after)


@pytest.mark.slow
@pytest.mark.parametrize("after", MANY)
def test_taking_in_can_be_stopped_at_many_moments(kept: Path, document: Path, after: float) -> None:
    check_taking_in(kept, document, after)
