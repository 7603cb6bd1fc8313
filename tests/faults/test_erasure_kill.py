"""An erasure that is killed: at the next opening the client is there whole, or gone whole."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from assistant.store.client_keys import of_client, of_recording
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION
from tests.faults.test_store_crash import start
from tests.store.made import SOUND, make, opened, work_day

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX does")
STEPS = 25
"""More than an erasure has."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day") / "store"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.close()
    return folder


def whole(store: SqliteStore) -> None:
    assert store.client(CLIENT.ref) == CLIENT
    assert store.transcript(SESSION) and store.draft(SESSION) and store.review(SESSION) and store.notes(SESSION)
    (recording,) = store.recordings(SESSION)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND


def gone(store: SqliteStore, folder: Path, recording: str) -> None:
    assert store.clients() == [] and store.sessions() == []
    assert not store._keys.has(of_client(CLIENT.ref)) and not store._keys.has(of_recording(recording))
    assert not list((folder / "audio").glob("*.enc"))
    assert (folder / "client-keys.bin").read_bytes() == (folder / "client-keys.copy.bin").read_bytes()


def killed_at(day: Path, work: Path, step: int) -> str:
    """Whether the client was there afterwards."""
    folder = Path(shutil.copytree(day, work / f"step-{step}"))
    (recording,) = [path.stem for path in (folder / "audio").glob("*.enc")]
    child = start("erase", folder, CLIENT.ref, step)
    out, err = child.communicate(timeout=60)
    assert child.returncode in (0, -signal.SIGKILL), err
    store = opened(folder)
    found = "whole" if store.clients() else "gone"
    whole(store) if found == "whole" else gone(store, folder, recording)
    if "erased" in out.split():
        assert found == "gone"
    assert store.faults() == []
    store.close()
    shutil.rmtree(folder)
    return found if child.returncode else f"{found}, at its end"


@pytest.mark.parametrize("step", [5, 16, *(pytest.param(step, marks=pytest.mark.slow) for step in (13, 19))])
def test_a_killed_erasure_never_was_or_is_finished(day: Path, tmp_path: Path, step: int) -> None:
    killed_at(day, tmp_path, step)


@pytest.mark.slow
def test_an_erasure_is_killed_at_every_step(day: Path, tmp_path: Path) -> None:
    found = [killed_at(day, tmp_path, step) for step in range(1, STEPS)]
    assert {"whole", "gone", "gone, at its end"} <= set(found)
    assert sorted(found, key=["whole", "gone", "gone, at its end"].index) == found, "from one to the other once"
