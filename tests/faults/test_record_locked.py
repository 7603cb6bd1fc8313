"""`coachnote record` with the store locked: the recording needs nobody's passphrase, and is safe whatever becomes of the rest."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.domain import Recording
from assistant.errors import Refused
from assistant.store import letterbox
from tests.microphone import HEADER
from tests.store.children import LEFT
from tests.store.made import SOUND, make, opened
from tests.talking import ROOT, run, speech, started, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX does")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    make(tmp_path / "store")
    return tmp_path


def newest(folder: Path) -> tuple[Recording, bytes]:
    store = opened(folder / "store")
    store.recover_recordings()
    recording = store.recordings(store.sessions()[0].session.id)[-1]
    with store.open_recording(recording.id) as sound:
        samples = sound.read()[HEADER:]
    store.close()
    return recording, samples


def child(work: str, folder: Path, count: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.children", work, str(folder), "x", str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def files_of(process: subprocess.Popen[str]) -> set[str]:
    """Names of the files that a process has open or mapped, libraries among them."""
    folder = Path(f"/proc/{process.pid}")
    found = {Path(os.readlink(entry)).name for entry in (folder / "fd").iterdir()}
    return found | {Path(line.split()[-1]).name for line in (folder / "maps").read_text().splitlines() if "/" in line}


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="a hardened process shows its files to nobody else")
def test_whoever_records_has_no_database_and_a_killed_app_does_not_touch_it(made: Path) -> None:
    app = child("stay", made / "store")
    assert app.stdout is not None
    assert app.stdout.readline() == "open\n"
    assert "notes.db" in files_of(app)
    with started(made, "record") as process:
        until(process, "Recording: speak now")
        time.sleep(0.3)
        seen = files_of(process)
        assert {name for name in seen if name.startswith(("notes.db", "client-keys", "keys.json"))} == set()
        assert not [name for name in seen if "sqlcipher" in name]
        assert [name for name in seen if name.endswith(".enc")]
        app.kill()
        app.communicate()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert "The recording is safe" in err
    recording, samples = newest(made)
    assert recording.state == "complete"
    assert len(samples) > 0.5 * 32_000
    assert samples == speech(120.0)[: len(samples)]


def test_a_wrong_passphrase_costs_no_recording(made: Path) -> None:
    err = run(made, "record", "--seconds", "1", code=6, passphrase="another one entirely")
    assert "The recording is safe" in err
    (waiting,) = letterbox.waiting(made / "store")
    with started(made, "finish", hears="0.1") as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "A recording that was waiting is taken in" in err
    recording, samples = newest(made)
    assert (recording.id, recording.state, len(samples)) == (waiting, "complete", 32_000)
    assert letterbox.waiting(made / "store") == []


@pytest.mark.slow
def test_with_nobody_to_ask_it_waits(made: Path) -> None:
    err = run(made, "record", "--seconds", "1", code=2, passphrase=None, stdin=subprocess.DEVNULL)
    assert "The recording is safe" in err
    assert newest(made)[0].state == "complete"


@pytest.mark.slow
def test_a_store_not_seen_here_before_is_unlocked_first(made: Path) -> None:
    err = run(made, "record", "--seconds", "1", code=6, passphrase="another one entirely", env={"XDG_STATE_HOME": str(made / "other")})
    assert "recording is safe" not in err
    assert letterbox.waiting(made / "store") == []
    run(made, "record", "--seconds", "1", hears="0.1", env={"XDG_STATE_HOME": str(made / "other")})
    assert newest(made)[0].seconds == 1.0
    err = run(made, "record", "--seconds", "1", code=6, passphrase="another one entirely", env={"XDG_STATE_HOME": str(made / "other")})
    assert "The recording is safe" in err  # this time it was known


@pytest.mark.slow
def test_nobody_changes_the_master_key_while_it_records_and_afterwards_it_is_taken_in(made: Path) -> None:
    store = opened(made / "store")
    with started(made, "record", passphrase="another one entirely") as process:
        until(process, "Recording: speak now")
        with pytest.raises(Refused, match="Another coachnote"):
            store.new_recovery_code()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert letterbox.waiting(made / "store")
    store.new_recovery_code()
    store.close()
    assert letterbox.waiting(made / "store") == []
    assert newest(made)[0].state == "complete"


def kill_while_taking_in(folder: Path, after: float) -> None:
    """Every recording is there once, and whole."""
    make(folder)
    assert child("leave", folder, LEFT).wait(60) == 0
    taking = child("take", folder)
    assert taking.stdout is not None
    taking.stdout.readline()
    time.sleep(after)
    taking.kill()
    taking.communicate()
    store = opened(folder)
    store.recover_recordings()
    assert letterbox.waiting(folder) == []
    assert len(store.sessions()) == LEFT
    for row in store.sessions():
        (recording,) = store.recordings(row.session.id)
        with store.open_recording(recording.id) as sound:
            assert sound.read() == SOUND
    assert store.faults() == []
    store.close()


def test_killed_while_taking_in_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    kill_while_taking_in(tmp_path / "store", 0.1)


@pytest.mark.slow
def test_killed_at_many_moments_while_taking_in(tmp_path: Path) -> None:
    rng = random.Random(4)
    for n in range(12):
        kill_while_taking_in(tmp_path / f"store{n}", rng.uniform(0.0, 0.5))
