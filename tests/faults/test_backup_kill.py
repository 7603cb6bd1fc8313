"""Killed, stopped or out of room while it backs up or restores: backups and store are as they were, and the next try works."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import NotWritable, StoreMissing
from assistant.store import manifest, restore
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session, transcript
from tests.faults.test_store_crash import start
from tests.store.made import PASSPHRASE, SOUND, make, opened, unlocked, work_day
from tests.work import finish

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX does")


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store of some size, with one whole backup beside it."""
    place = tmp_path_factory.mktemp("backed-up")
    folder = place / "store"
    make(folder)
    for name in ("backups", "keys"):
        (place / name).mkdir()
    made = opened(folder)
    made._db._raw.execute("PRAGMA synchronous = OFF")
    work_day(made)
    for n in range(8):
        made.add_session(session(id=f"s-{n}", client=None))
        recording, writer = made.start_recording(f"s-{n}", ".wav")
        writer.write(SOUND * 40)
        writer.close()
        made.finish_recording(recording.id, 1.0)
        for m in range(8):
            made.save_transcript(f"s-{n}", transcript(id=f"t-{m}"))
    finish(made.back_up(place / "backups", place / "keys"))
    made.close()
    return place


@pytest.fixture
def store(backed_up: Path, tmp_path: Path) -> Path:
    """A store and its backup, to be spoilt."""
    for folder in backed_up.iterdir():
        shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path / "store"


def put_back(folder: Path) -> None:
    def unlock(where: Path) -> restore.Unlocked:
        return unlocked(where, PASSPHRASE)

    assert finish(restore.restore(folder, folder.parent / "backups", folder.parent / "keys", None, unlock, unlock)).faults == ()


def whole(folder: Path) -> None:
    made: SqliteStore = opened(folder)
    assert made.clients() == [CLIENT]
    assert len(made.sessions()) == 9
    assert made.notes(SESSION)
    assert finish(made.verify()) == []
    made.close()


def killed_at(work: str, store: Path, lines: int, after: float) -> list[str]:
    """After so many of its steps, and so many seconds more."""
    child = start(work, store)
    assert child.stdout
    said = [child.stdout.readline().strip() for _ in range(lines)]
    time.sleep(after)
    child.kill()
    rest = child.communicate(timeout=60)[0].splitlines()
    assert child.returncode in (0, -signal.SIGKILL)  # it may have been done first
    return said + rest


def back_up_and_kill(store: Path, lines: int, after: float) -> None:
    before = manifest.found(store.parent / "backups")
    said = killed_at("backup", store, lines, after)
    there = manifest.found(store.parent / "backups")
    assert len(there) == len(before) or "check" in said
    known = unlocked(store, PASSPHRASE)
    for backup in there:
        manifest.check(backup, manifest.read(backup), known)
    again = opened(store)
    finish(again.back_up(store.parent / "backups", store.parent / "keys"))
    again.close()
    assert not list((store.parent / "backups").rglob("*.tmp"))


def restore_and_kill(store: Path, lines: int, after: float) -> None:
    """Whatever stood there stands there still, or beside it; and nothing is taken for a store that is not whole."""
    damaged = b"noise" * 2000
    (store / "notes.db").write_bytes(damaged)
    killed_at("put_back", store, lines, after)
    kept = [path / "notes.db" for path in (store, *store.parent.glob("store.before-*"))]
    assert [path for path in kept if path.exists() and path.read_bytes() == damaged]
    if not store.exists():
        with pytest.raises(StoreMissing):
            opened(store)
    if not store.exists() or (store / "notes.db").read_bytes() == damaged:
        put_back(store)
    whole(store)
    assert not list(store.parent.glob("store.restoring"))
    for path in store.parent.glob("store.before-*"):
        shutil.rmtree(path)


def test_a_killed_backup_leaves_the_older_ones(store: Path) -> None:
    for lines, after in ((2, 0.0), (7, 0.01)):
        back_up_and_kill(store, lines, after)
    shutil.rmtree(store)
    put_back(store)
    whole(store)


def test_a_killed_restore_loses_nothing(store: Path) -> None:
    for lines, after in ((1, 0.0), (6, 0.02)):
        restore_and_kill(store, lines, after)


@pytest.mark.slow
def test_backups_are_killed_twenty_times(store: Path) -> None:
    rng = random.Random(3)
    for _ in range(20):
        back_up_and_kill(store, rng.randint(1, 11), rng.uniform(0, 0.1))


@pytest.mark.slow
def test_restores_are_killed_thirty_times(store: Path) -> None:
    rng = random.Random(4)
    for _ in range(30):
        restore_and_kill(store, rng.randint(1, 10), rng.uniform(0, 0.15))


def test_a_restore_that_is_killed_between_its_two_names_is_begun_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one moment when neither stands in the store's place."""

    class Killed(BaseException):
        pass

    real, calls = os.replace, []

    def replace(source: Path, target: Path) -> None:
        if target == store:
            calls.append(source)
            raise Killed
        real(source, target)

    (store / "notes.db").write_bytes(b"noise" * 2000)
    with monkeypatch.context() as patch:
        patch.setattr("assistant.store.restore.os.replace", replace)
        with pytest.raises(Killed):
            put_back(store)
    assert calls
    (aside,) = store.parent.glob("store.before-*")  # putting it back was stopped as well
    assert (aside / "notes.db").read_bytes() == b"noise" * 2000
    put_back(store)
    whole(store)


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0 or not shutil.which("mount"), reason="needs root to mount small disks")
@pytest.mark.parametrize("full", ["backups", "keys"])
def test_a_disk_of_its_own_that_fills_or_is_read_only(store: Path, tmp_path: Path, full: str) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mounted)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    places = {"backups": tmp_path / "backups", "keys": tmp_path / "keys", full: mounted}
    try:
        (mounted / "filler").write_bytes(b"x" * (64 * 1024))
        made = opened(store)
        with pytest.raises(NotWritable, match="no room left"):
            finish(made.back_up(places["backups"], places["keys"]))
        assert [path.name for path in mounted.iterdir() if path.name != "audio"] == ["filler"]
        subprocess.run(["mount", "-o", "remount,size=32m", str(mounted)], check=True)
        finish(made.back_up(places["backups"], places["keys"]))
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        with pytest.raises(NotWritable) as caught:
            finish(made.back_up(places["backups"], places["keys"]))
        assert "Read-only" in caught.value.what and caught.value.do
        made.close()
        shutil.rmtree(store)
        assert finish(
            restore.restore(
                store, places["backups"], places["keys"], None, lambda w: unlocked(w, PASSPHRASE), lambda w: unlocked(w, PASSPHRASE)
            )
        ).faults == ()  # fmt: skip
        whole(store)
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_ctrl_c_stops_the_command_and_leaves_the_older_backup(store: Path) -> None:
    backups = store.parent / "backups"
    before = {path.name for path in backups.iterdir()}
    for after in (0.5, 0.9, 1.4):
        code, err = interrupted(store, ["backup", str(backups), "--keys", str(store.parent / "keys")], after)
        # Python itself ends by the signal where it came while a string of code was being run, as for a dataclass while modules load.
        assert code in {0, 130, -signal.SIGINT} and "Traceback" not in err, err
        left = {path.name for path in backups.iterdir()}
        assert before <= left and not [name for name in left if name.endswith(".tmp")]
        for name in left - before:  # it may have been done before it was stopped: then it is whole
            manifest.check(backups / name, manifest.read(backups / name), unlocked(store, PASSPHRASE))
        assert left != before or code != 0
        before = left


def interrupted(store: Path, words: list[str], after: float) -> tuple[int, str]:
    read, write = os.pipe()
    os.write(write, PASSPHRASE.encode() + b"\n")
    os.close(write)
    command = [sys.executable, "-m", "assistant", "--store", str(store), "--passphrase-fd", str(read), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[read])
    os.close(read)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    return process.returncode, err
