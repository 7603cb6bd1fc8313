"""Fetching a model with the real client of the hub, from a hub on this computer, by the real command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hub import COMMIT, Hub, serving
from tests.tiny_whisper import make

pytestmark = pytest.mark.slow

REPOSITORY = "Systran/faster-whisper-tiny.en"
NAME = "tiny.en"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("published") / "model"
    make(folder)
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {
        **found,
        "README.md": b"not needed",
        "model.bin": found["model.bin"] + bytes(24_000_000),
    }  # CTranslate2 reads what it needs; the client saves 10 MB at a time


def coachnote(*words: str, hub: Hub, models: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command(*words), env=environment(hub, models), capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "assistant", "models", *words]


def environment(hub: Hub, models: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return {**plain, "HF_ENDPOINT": hub.address, "COACHNOTE_MODELS": str(models)}


def test_a_model_is_fetched_recorded_checked_and_removed(files: dict[str, bytes], tmp_path: Path) -> None:
    models = tmp_path / "models"
    with serving(Hub(REPOSITORY, files)) as hub:
        coachnote("fetch", NAME, hub=hub, models=models)
    folder = models / NAME
    assert {path.name for path in folder.iterdir()} == (set(files) - {"README.md"}) | {"coachnote.json", "check.json"}
    assert [path.name for path in models.iterdir()] == [NAME]
    for name in set(files) - {"README.md"}:
        assert (folder / name).read_bytes() == files[name]
    record = json.loads((folder / "coachnote.json").read_text())
    assert (record["source"], record["revision"]) == (REPOSITORY, COMMIT)
    assert not hub.named
    assert not any("telemetry" in path for _, path, _ in hub.asked)
    listed = coachnote(hub=hub, models=models).stdout
    assert f"{NAME}: checked:" in listed
    assert any(line.split()[:2] == [NAME, "yes"] for line in listed.splitlines())
    coachnote("remove", NAME, hub=hub, models=models)
    assert not list(models.iterdir())


@pytest.mark.parametrize(
    "harm", ["a flipped bit", *(pytest.param(harm, marks=pytest.mark.slow) for harm in ("a file less", "a longer file"))]
)
def test_a_model_that_changed_on_the_disk_is_not_loaded(files: dict[str, bytes], tmp_path: Path, harm: str) -> None:
    models = tmp_path / "models"
    with serving(Hub(REPOSITORY, files)) as hub:
        coachnote("fetch", NAME, hub=hub, models=models)
    weights = models / NAME / "model.bin"
    data = bytearray(weights.read_bytes())
    if harm == "a file less":
        (models / NAME / "vocabulary.json").unlink()
    else:
        data[-1] ^= 1
        weights.write_bytes(data + (b"x" if harm == "a longer file" else b""))
    sound = Path(__file__).parents[2] / "models" / "demo" / "dictation.flac"
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "transcribe", str(sound), "--model", NAME],
        env=environment(hub, models), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "not what was fetched" in done.stderr


@pytest.mark.slow
def test_what_broke_off_goes_on_where_it_stopped(files: dict[str, bytes], tmp_path: Path) -> None:
    models = tmp_path / "models"
    with serving(Hub(REPOSITORY, files, pause=0.01)) as hub:
        child = subprocess.Popen(command("fetch", NAME), env=environment(hub, models), stderr=subprocess.PIPE, text=True)
        partial, until = models / f".{NAME}.partial", time.monotonic() + 60
        while time.monotonic() < until and not any(p.stat().st_size > 3_000_000 for p in partial.glob("*.part")):
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=30)
        assert child.returncode == 130, told
        assert not (models / NAME).exists()
        hub.pause = 0.0
        coachnote("fetch", NAME, hub=hub, models=models)
    assert any(asked and asked != "bytes=0-" for _, _, asked in hub.asked)
    assert (models / NAME / "model.bin").read_bytes() == files["model.bin"]


@pytest.mark.slow
def test_a_connection_that_breaks_is_taken_up_again(files: dict[str, bytes], tmp_path: Path) -> None:
    with serving(Hub(REPOSITORY, files, cut_at={"model.bin": 200_000})) as hub:
        coachnote("fetch", NAME, hub=hub, models=tmp_path / "models")
    assert (tmp_path / "models" / NAME / "model.bin").read_bytes() == files["model.bin"]


@pytest.mark.parametrize("name", ["model.bin", pytest.param("config.json", marks=pytest.mark.slow)])
def test_a_file_that_is_not_what_the_hub_says_is_thrown_away(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    models, false = tmp_path / "models", bytearray(files[name])
    false[len(false) // 2] ^= 1
    with serving(Hub(REPOSITORY, files, changed={name: bytes(false)})) as hub:
        refused = coachnote("fetch", NAME, hub=hub, models=models, code=5)
        assert "not what the hub says" in refused.stderr
        assert not (models / NAME).exists()
        hub.changed.clear()
        coachnote("fetch", NAME, hub=hub, models=models)
    assert (models / NAME / name).read_bytes() == files[name]


@pytest.mark.parametrize(
    ("hub", "says"),
    [
        (Hub(REPOSITORY, {}, status=404), "does not give out"),
        (Hub(REPOSITORY, {}, status=401), "does not give out"),
        (Hub(REPOSITORY, {"model.bin": b"x", "config.json": b"{}"}), "has no file tokenizer.json"),
    ],
)
def test_what_the_hub_refuses_or_lacks_is_said(hub: Hub, says: str, tmp_path: Path) -> None:
    with serving(hub):
        assert says in coachnote("fetch", NAME, hub=hub, models=tmp_path / "models", code=5).stderr


def test_no_network_is_said_and_so_is_what_to_do(tmp_path: Path) -> None:
    nobody = Hub(REPOSITORY, {}, address="http://127.0.0.1:9")
    told = coachnote("fetch", NAME, hub=nobody, models=tmp_path / "models", code=5).stderr
    assert "cannot be reached" in told
    assert "coachnote models add" in told


def test_only_known_models_can_be_fetched(tmp_path: Path) -> None:
    nobody = Hub(REPOSITORY, {}, address="http://127.0.0.1:9")
    assert "no card" in coachnote("fetch", "somebody/else", hub=nobody, models=tmp_path / "models", code=2).stderr
