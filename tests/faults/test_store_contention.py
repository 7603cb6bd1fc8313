"""Several processes at once: none is refused, none overwrites another's work or keys."""

from __future__ import annotations

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
