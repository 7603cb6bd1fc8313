"""What this computer can carry, as the system tells it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from assistant.speech import ears, machine
from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.ear_process import surroundings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="written for Linux")


def test_the_two_threads_of_a_core_count_once_and_only_where_this_process_may_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for cpu, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        (tmp_path / str(cpu)).write_text(f"{siblings}\n", encoding="ascii")
    monkeypatch.setattr(machine, "TOPOLOGY", f"{tmp_path}/{{}}")
    for allowed, cores in (({0, 1, 2, 3}, 2), ({0, 2}, 1), ({0, 1}, 2), ({7}, 1)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, allowed=allowed: allowed)
        assert machine.cores() == cores


def test_this_machine_tells_what_it_has() -> None:
    assert 1 <= machine.cores() <= (os.cpu_count() or 1)
    assert (machine.memory_mb() or 501) > 500


@pytest.mark.parametrize(
    ("says", "megabytes"),
    [("echo 8192; echo 24576", 24576), ("echo; exit 0", 0), ("echo 8192; exit 9", 0), ("echo '[N/A]'", 0)],
)
def test_a_graphics_card_is_what_its_driver_says(says: str, megabytes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{says}\n", encoding="ascii")
    (tmp_path / "nvidia-smi").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert machine.card_mb() == megabytes
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert machine.card_mb() == 0


@pytest.mark.parametrize(("memory", "cores", "processes"), [(16_000, 4, 4), (16_000, 40, 16), (1_500, 4, 1), (400, 4, 1), (None, 4, 4)])
def test_all_processes_together_take_at_most_half_of_the_memory(
    memory: int | None, cores: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "memory_mb", lambda: memory)
    monkeypatch.setattr(machine, "cores", lambda: cores)
    assert ears.most(ModelOnDisk(card=Card(name="x", ram_mb=500), folder=Path())) == processes


def test_what_a_person_has_set_for_the_c_library_stays() -> None:
    assert surroundings({})["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1"
    assert surroundings({"GLIBC_TUNABLES": "glibc.malloc.check=1"})["GLIBC_TUNABLES"] == "glibc.malloc.check=1:glibc.malloc.hugetlb=1"
