"""A disk that fills while a person dictates: what does not fit is held, and written when there is room again."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux lets a test change the limits of a running process", allow_module_level=True)

import resource

from tests.microphone import HEADER
from tests.store.made import make, opened
from tests.talking import speech, started, until

pytestmark = pytest.mark.slow


def let_files_grow(pid: int, size: int) -> None:
    """`size` in bytes: what a file may not grow beyond."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def samples(folder: Path) -> tuple[str, bytes]:
    kept = opened(folder / "store")
    kept.recover_recordings()
    recording = kept.recordings(kept.sessions()[0].session.id)[-1]
    with kept.open_recording(recording.id) as audio:
        data = audio.read()[HEADER:]
    kept.close()
    return recording.state, data


def test_nothing_is_lost_when_room_is_made_in_time(tmp_path: Path) -> None:
    make(tmp_path / "store")
    with started(tmp_path, "record", hears="0.1") as process:
        until(process, "Recording: speak now")
        let_files_grow(process.pid, 20_000)
        until(process, "The disk is full")
        time.sleep(1.0)
        let_files_grow(process.pid, resource.RLIM_INFINITY)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    state, data = samples(tmp_path)
    assert state == "complete"
    assert len(data) > 2 * 32_000
    assert data == speech(120.0)[: len(data)]


def test_a_disk_that_stays_full_keeps_what_fitted_and_says_so(tmp_path: Path) -> None:
    make(tmp_path / "store")
    with started(tmp_path, "record", hears="0.1") as process:
        until(process, "Recording: speak now")
        let_files_grow(process.pid, 150_000)  # room for the database's own files
        until(process, "The disk is full")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 9, err
    assert "What was recorded until then is kept" in err
    state, data = samples(tmp_path)
    assert state == "recovered"
    assert len(data) > 140_000
    assert data == speech(120.0)[: len(data)]
