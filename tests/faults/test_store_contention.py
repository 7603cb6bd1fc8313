"""Several processes at once: none is refused, none overwrites another's work or keys."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.test_store_crash import start
from tests.store.made import make, opened

PROCESSES = 4


def contend(folder: Path, count: int) -> None:
    make(folder)
    children = [start("write", folder, f"p{n}", count) for n in range(PROCESSES)]
    told: list[tuple[str, str]] = []
    for child in children:
        out, err = child.communicate(timeout=500)
        assert (child.returncode, err) == (0, "")
        told += [(line.split()[0], line.split()[1]) for line in out.splitlines()[1:]]
    store = opened(folder)
    assert sorted(client for _, client in told) == [f"C-{n + 1:04d}" for n in range(PROCESSES * count)]
    assert {client.ref: client.name for client in store.clients()} == {client: name.replace("-", " ") for name, client in told}
    assert {row.session.id: row.session.client for row in store.sessions()} == dict(told)
    assert all(store.transcript(name).id == name for name, _ in told)  # type: ignore[union-attr]
    assert store.faults() == []
    store.close()


def test_four_processes_write_at_once(tmp_path: Path) -> None:
    contend(tmp_path / "store", 3)


@pytest.mark.slow
def test_four_processes_write_three_hundred_times_each(tmp_path: Path) -> None:
    """Seventy-five clients, sessions, transcripts and assignments from each."""
    contend(tmp_path / "store", 75)


def together(folder: Path, seconds: float) -> dict[str, tuple[int, float]]:
    """How many things a reader, a recorder and a batch did at once, and the longest that one took, in seconds."""
    make(folder)
    children = {name: start("timed", folder, name) for name in ("reads", "records", "writes")}
    for child in children.values():
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    time.sleep(seconds)
    done = {}
    for name, child in children.items():
        out, err = child.communicate("stop\n", timeout=60)
        assert (child.returncode, err) == (0, ""), name
        count, longest = out.split()
        done[name] = int(count), float(longest)
    store = opened(folder)
    assert store.faults() == []
    store.close()
    return done


@pytest.mark.slow
def test_reading_recording_and_a_batch_share_one_store(tmp_path: Path) -> None:
    done = together(tmp_path / "store", 1)
    assert all(count >= 1 and longest < 5 for count, longest in done.values()), done


@pytest.mark.slow
def test_reading_recording_and_a_batch_share_one_store_for_long(tmp_path: Path) -> None:
    """A recorder that waits longer than its queue of sound would lose some of it; see capture/microphone.py."""
    done = together(tmp_path / "store", 15)
    print(done)
    assert all(count > 50 and longest < 5 for count, longest in done.values()), done


def test_many_open_and_close_one_store_at_once(tmp_path: Path) -> None:
    make(tmp_path / "store")
    with ThreadPoolExecutor(8) as pool:  # a lock on a file keeps threads with openings of their own apart, too
        for done in [pool.submit(lambda: opened(tmp_path / "store").close()) for _ in range(100)]:
            done.result()
    store = opened(tmp_path / "store")
    assert store.faults() == []
    assert [entry.what for entry in store.audit()] == ["created"] + ["opened"] * 101
    store.close()
