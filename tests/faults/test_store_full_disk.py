"""A full disk stops the work with a sentence, keeps everything saved before, and is forgiven once there is room."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import NotWritable
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session, transcript
from tests.store.made import SOUND, make, note, opened, work_day

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits files as POSIX does")


@contextlib.contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: what a full disk does, without needing one."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One megabyte, mounted."""
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root to mount a small disk")
    (tmp_path / "disk").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path / "disk")], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield tmp_path / "disk"
    subprocess.run(["umount", str(tmp_path / "disk")], check=True)


def save_until_full(store: SqliteStore) -> int:
    for n in range(1000):
        try:
            store.save_transcript(SESSION, transcript(id=f"t-{n}"))
        except NotWritable:
            return n
    pytest.fail("the disk never filled")


def record(store: SqliteStore, sound: bytes) -> None:
    _, writer = store.start_recording(SESSION, ".wav")
    try:
        writer.write(sound)
    finally:
        writer.abandon()


def check(store: SqliteStore, last: int) -> None:
    assert store.transcript(SESSION) == transcript(id=f"t-{last}")
    assert store.notes(SESSION) == [note()]
    assert store.clients() == [CLIENT]
    assert store.faults() == []


def test_a_real_disk_fills_and_is_cleared(small_disk: Path) -> None:
    make(small_disk / "store")
    store = opened(small_disk / "store")
    recording = work_day(store)
    saved = save_until_full(store)
    assert saved > 2
    with pytest.raises(NotWritable):
        record(store, SOUND * 1000)
    with store.open_recording(recording) as sound:
        assert sound.read() == SOUND
    store.close()
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    store = opened(small_disk / "store")
    check(store, saved - 1)
    store.recover_recordings()
    store.save_transcript(SESSION, transcript(id="t-after"))
    assert store.transcript(SESSION) == transcript(id="t-after")
    store.close()


def test_a_recording_that_meets_a_full_disk_keeps_its_whole_chunks(tmp_path: Path) -> None:
    make(tmp_path / "store")
    store = opened(tmp_path / "store")
    store.add_session(session(client=None))
    recording, writer = store.start_recording(SESSION, ".wav")
    with files_at_most(200_000), pytest.raises(NotWritable):
        writer.write(SOUND * 100)
    size = (tmp_path / "store" / "audio" / f"{recording.id}.enc").stat().st_size
    writer.close()
    store.finish_recording(recording.id, None)
    with store.open_recording(recording.id) as sound:
        heard = sound.read()
    assert size > 190_000
    assert heard == SOUND * 100
    store.close()


def test_a_database_that_cannot_grow_keeps_what_it_has(tmp_path: Path) -> None:
    make(tmp_path / "store")
    store = opened(tmp_path / "store")
    work_day(store)
    with files_at_most(700_000):
        saved = save_until_full(store)
    assert saved > 2
    check(store, saved - 1)
    store.save_transcript(SESSION, transcript(id="t-after"))
    store.close()
    store = opened(tmp_path / "store")
    assert store.transcript(SESSION) == transcript(id="t-after")
    store.close()


def test_keys_that_cannot_be_saved_seal_nothing(tmp_path: Path) -> None:
    make(tmp_path / "store")
    store = opened(tmp_path / "store")
    with files_at_most(100), pytest.raises(NotWritable):
        store.add_client(CLIENT.name, CLIENT.ref)
    assert store.clients() == []
    assert store.add_client(CLIENT.name, CLIENT.ref) == CLIENT
    store.close()


def test_a_store_that_cannot_be_made_leaves_none(tmp_path: Path) -> None:
    with files_at_most(20_000), pytest.raises(NotWritable):
        make(tmp_path / "store")
    make(tmp_path / "store")
    opened(tmp_path / "store").close()
