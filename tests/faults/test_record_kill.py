"""However `coachnote record` ends, what was said is kept, and only encrypted."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from assistant.domain import Recording
from tests.microphone import HEADER
from tests.store.made import make, opened
from tests.talking import run, speech, started, traces, until


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    make(folder / "store")
    return folder


def kept(folder: Path) -> tuple[Recording, bytes, str]:
    """The newest recording, its samples, and how far its session has come."""
    kept = opened(folder / "store")
    try:
        kept.recover_recordings()
        row = kept.sessions()[0]
        recording = kept.recordings(row.session.id)[-1]
        with kept.open_recording(recording.id) as audio:
            return recording, audio.read()[HEADER:], row.stage
    finally:
        kept.close()


def test_a_kill_loses_less_than_a_second_and_leaves_nothing_readable(made: Path) -> None:
    with started(made, "record") as process:
        until(process, "Recording: speak now")
        since = time.monotonic()
        time.sleep(2.5)
        process.kill()
        spoken = time.monotonic() - since
    recording, samples, stage = kept(made)
    assert (recording.state, stage) == ("recovered", "recorded")
    assert samples == speech(120.0)[: len(samples)]
    assert len(samples) / 32_000 > spoken - 1.0
    assert not list(traces(made, samples))
    planted = made / "planted"
    planted.write_bytes(b"x" * 7 + samples[1_000:9_000])
    assert list(traces(made, samples)) == [planted]  # the search finds what is there
    planted.unlink()


@pytest.mark.slow
def test_a_recording_that_a_kill_cut_is_finished_like_any_other(made: Path) -> None:
    with started(made, "record") as process:
        until(process, "Recording: speak now")
        time.sleep(1.0)
        process.kill()
    run(made, "finish", hears="0.1")
    assert kept(made)[2] == "drafted"


def test_ctrl_c_stops_and_goes_on_to_the_draft(made: Path) -> None:
    with started(made, "record", hears="0.1") as process:
        until(process, "Recording: speak now")
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    recording, samples, stage = kept(made)
    assert (recording.state, stage) == ("complete", "drafted")
    assert samples == speech(120.0)[: len(samples)]
    assert recording.seconds == len(samples) / 32_000 > 1.0
    assert recording.session in out


@pytest.mark.slow
def test_a_second_ctrl_c_leaves_the_recording_for_later(made: Path) -> None:
    with started(made, "record", hears="60") as process:
        until(process, "Recording: speak now")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        until(process, "Transcribing")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    recording, _, stage = kept(made)
    assert (recording.state, stage) == ("complete", "recorded")
    assert f"coachnote finish {recording.session}" in err


@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_polite_kill_closes_the_recording_whole_and_ends(made: Path, number: str) -> None:
    if not hasattr(signal, number):
        pytest.skip(f"this system has no {number}")
    with started(made, "record", hears="0.1") as process:
        until(process, "Recording: speak now")
        time.sleep(0.5)
        process.send_signal(getattr(signal, number))
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    recording, samples, stage = kept(made)
    assert (recording.state, stage) == ("complete", "recorded")
    assert samples == speech(120.0)[: len(samples)]


@pytest.mark.slow
def test_a_time_limit_ends_by_itself_and_without_a_model_the_recording_waits(made: Path) -> None:
    err = run(made, "record", "--seconds", "1", code=5)
    recording, samples, stage = kept(made)
    assert (len(samples), recording.seconds, stage) == (32_000, 1.0, "recorded")
    assert recording.session in err
    assert "coachnote finish" in err


@pytest.mark.slow
def test_an_unknown_client_is_told_and_costs_no_recording(made: Path) -> None:
    with started(made, "record", "--client", "C-9999", "--seconds", "1", hears="0.1") as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "There is no client C-9999" in err
    recording, samples, stage = kept(made)
    assert (recording.state, stage, len(samples)) == ("complete", "drafted", 32_000)
