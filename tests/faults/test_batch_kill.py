"""A batch that is killed, stopped or handed bad files: nothing lost, nothing twice, every reason told."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from assistant.capture.wav import streaming_header
from assistant.store.vault import SqliteStore
from tests.store.made import make, opened
from tests.talking import run, speech, started, traces, until

NAMES = tuple(f"{n}.wav" for n in range(5))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    make(tmp_path / "store")
    folder = tmp_path / "recordings"
    folder.mkdir()
    for n, name in enumerate(NAMES):
        (folder / name).write_bytes(streaming_header() + speech(10.0)[n * 32_000 : (n + 1) * 32_000])
    return tmp_path


def recovered(made: Path) -> SqliteStore:
    kept = opened(made / "store")
    kept.recover_recordings()
    return kept


def check(made: Path, names: tuple[str, ...] = NAMES) -> None:
    """Each file is in the store once, whole, byte by byte, and drafted."""
    kept = recovered(made)
    rows = kept.sessions()
    audio = []
    for row in rows:
        whole = [r for r in kept.recordings(row.session.id) if r.state == "complete"]
        assert len(whole) == 1
        with kept.open_recording(whole[0].id) as file:
            audio.append(file.read())
    kept.close()
    assert [row.stage for row in rows] == ["drafted"] * len(names)
    assert sorted(audio) == sorted((made / "recordings" / name).read_bytes() for name in names)


def test_a_kill_in_the_middle_and_a_second_run(made: Path) -> None:
    folder = str(made / "recordings")
    with started(made, "batch", "run", folder, hears="0.5") as process:
        until(process, "[2/5]")
        process.kill()
    kept = recovered(made)
    assert "drafted" in {row.stage for row in kept.sessions()}
    assert len(kept.sessions()) < len(NAMES)
    kept.close()
    out = run(made, "batch", "run", folder, hears="0.1")
    assert "already there" in out and "drafted" in out
    check(made)
    assert "5 files: 5 already there." in run(made, "batch", "run", folder, hears="0.1")
    check(made)
    assert not [path for path in traces(made, speech(10.0)) if path.is_relative_to(made / "store")]


@pytest.mark.slow
def test_ctrl_c_says_where_it_stands_and_a_second_run_goes_on(made: Path) -> None:
    folder = str(made / "recordings")
    with started(made, "batch", "run", folder, hears="0.5") as process:
        until(process, "[1/5]")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "not reached" in out
    assert "Run the same command again" in err
    run(made, "batch", "run", folder, hears="0.1")
    check(made)


@pytest.mark.slow
def test_bad_files_and_a_missing_model(made: Path) -> None:
    folder = made / "recordings"
    (folder / "empty.wav").write_bytes(b"")
    (folder / "letter.mp3").write_text("This is a letter, not a recording.")
    (folder / "silent.wav").write_bytes(streaming_header() + bytes(64_000))
    waiting = run(made, "batch", "run", str(folder), code=10)
    assert waiting.count("No speech model") == 0  # what failed comes first; the summary tells what waits
    with started(made, "batch", "run", str(folder), hears="0.1") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 10, err
    assert "8 files: 5 drafted, 3 failed." in out
    for name in ("empty.wav", "letter.mp3", "silent.wav"):
        assert f"{name} " in out
    (folder / "empty.wav").unlink()
    (folder / "letter.mp3").unlink()
    (folder / "silent.wav").unlink()
    assert "5 files: 5 already there." in run(made, "batch", "run", str(folder), hears="0.1")


@pytest.mark.slow
def test_only_bad_files_and_none_at_all(made: Path) -> None:
    bad, none = made / "bad", made / "none"
    bad.mkdir()
    none.mkdir()
    (bad / "empty.wav").write_bytes(b"")
    assert "1 of 1 files failed" in run(made, "batch", "run", str(bad), hears="0.1", code=11)
    assert "no recordings" in run(made, "batch", "run", str(none), code=3)
    assert "There is no folder" in run(made, "batch", "run", str(made / "nowhere"), code=3)


@pytest.mark.slow
def test_without_a_model_everything_is_kept_and_it_is_said_once(made: Path) -> None:
    err = run(made, "batch", "run", str(made / "recordings"), code=5)
    assert err.count("No speech model") == 1
    run(made, "finish", hears="0.1")
    check(made)
