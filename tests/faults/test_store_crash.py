"""Killed at any moment, the store keeps what it said it had kept."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import StoreMissing
from assistant.store.audio import CHUNK
from tests.store.children import pattern
from tests.store.made import make, opened

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX does")
Child = subprocess.Popen[str]


def start(work: str, folder: Path, name: str = "x", count: int = 0) -> Child:
    command = [sys.executable, "-m", "tests.store.children", work, str(folder), name, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def kill(child: Child) -> list[str]:
    """Returns the whole lines it had printed."""
    child.send_signal(signal.SIGKILL)
    out, err = child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL, err
    return out.splitlines() if out.endswith("\n") else out.splitlines()[:-1]


def record_and_kill(folder: Path, name: str, rng: random.Random) -> None:
    child = start("record", folder, name)
    assert child.stdout
    recording = child.stdout.readline().strip()
    time.sleep(rng.uniform(0.02, 0.4))
    store = opened(folder)
    assert store.recover_recordings() == [], "it was still being written"
    lines = kill(child)
    with (folder / "audio" / f"{recording}.enc").open("ab") as file:
        file.write(rng.randbytes(rng.choice([0, 0, 5, 1000])))  # what a power cut can leave behind the end
    (recovered,) = store.recover_recordings()
    assert (recovered.id, recovered.state) == (recording, "recovered")
    sound = store.open_recording(recording).read()
    taken = int(lines[-1]) if lines else 0
    assert len(sound) >= taken // CHUNK * CHUNK
    assert sound == pattern(0, len(sound))
    store.close()


def write_and_kill(folder: Path, rng: random.Random, prefix: str, longest: float = 0.1) -> int:
    """Returns how many things the writers had been told are saved."""
    children = {name: start("write", folder, name, 10_000) for name in (f"{prefix}a", f"{prefix}b")}
    for child in children.values():
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    waited_for = next(iter(children.values())).stdout
    assert waited_for
    acknowledged = [waited_for.readline().split() for _ in range(rng.randint(1, 6))]
    time.sleep(rng.uniform(0, longest))
    acknowledged += [line.split() for child in children.values() for line in kill(child)]
    store = opened(folder)
    for session, client in acknowledged:
        assert store.session(session).client == client
        assert store.transcript(session).id == session  # type: ignore[union-attr]
        assert store.client(client).name == session.replace("-", " ")
    assert store.faults() == []
    store.sessions()
    store.close()
    return len(acknowledged)


def create_and_kill(folder: Path, after: float) -> bool:
    child = start("create", folder)
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    time.sleep(after)
    said = kill(child)
    try:
        opened(folder).close()
    except StoreMissing:
        assert said == []
        make(folder)
        opened(folder).close()
        return False
    return True


def test_a_killed_recorder_loses_no_whole_chunk(tmp_path: Path) -> None:
    make(tmp_path / "store")
    for n in range(2):
        record_and_kill(tmp_path / "store", f"s-{n}", random.Random(n))


def test_killed_writers_lose_nothing_they_were_told_is_saved(tmp_path: Path) -> None:
    make(tmp_path / "store")
    write_and_kill(tmp_path / "store", random.Random(0), "x")


def test_a_killed_creation_leaves_a_whole_store_or_none(tmp_path: Path) -> None:
    for n in range(2):
        create_and_kill(tmp_path / f"store{n}", 0.04 + n * 0.06)


@pytest.mark.slow
def test_twenty_recorders_are_killed(tmp_path: Path) -> None:
    make(tmp_path / "store")
    for n in range(20):
        record_and_kill(tmp_path / "store", f"s-{n}", random.Random(100 + n))


@pytest.mark.slow
def test_forty_writers_are_killed(tmp_path: Path) -> None:
    make(tmp_path / "store")
    told = sum(write_and_kill(tmp_path / "store", random.Random(200 + n), f"{n}", 0.6) for n in range(20))
    print(f"{told} sessions were told to be saved")
    assert told >= 100


@pytest.mark.slow
def test_twenty_creations_are_killed(tmp_path: Path) -> None:
    child = start("create", tmp_path / "timed")
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    started = time.monotonic()
    assert child.stdout.readline() == "made\n"
    whole = time.monotonic() - started
    kill(child)
    assert not create_and_kill(tmp_path / "first", 0)
    for n in range(1, 20):
        create_and_kill(tmp_path / f"store{n}", whole * n / 16)
