"""One program in a fresh process: seconds on the clock and of the processor, and the most memory that it and its children held. Linux only.

Memory is the sum of the proportional set sizes (PSS) of the whole process tree, looked at every tenth of a second: pages that processes
share count once. Knows no program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.1
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a program took, and what it wrote."""

    wall: float
    cpu: float
    """Seconds, user and system, with all children."""
    peak_mb: float
    """Millions of bytes."""
    output: str


class Failed(Exception):
    """It ended with an error; says its last line."""


def watched(command: Sequence[str], cores: set[int], folder: Path, extra: Mapping[str, str]) -> Run:
    """Run it to its end on these cores, in `folder`, with `extra` in its environment. Raises Failed."""
    peak = [0.0]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env={**os.environ, **extra}, start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )  # fmt: skip
        done = threading.Event()
        looking = threading.Thread(target=_look, args=(child.pid, peak, done))
        looking.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            done.set()
            looking.join()
        wall = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) != 0:
            raise Failed(_text(err).strip().rpartition("\n")[2][:200] or f"exit {os.waitstatus_to_exitcode(status)}")
        return Run(wall=wall, cpu=used.ru_utime + used.ru_stime, peak_mb=peak[0], output=_text(out))


def _text(file: tempfile._TemporaryFileWrapper[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _look(root: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(EVERY):
        peak[0] = max(peak[0], sum(map(_pss, tree(root))) / 1e6)


def tree(root: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    yield from family


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0  # it has ended meanwhile


def _pss(pid: int) -> int:
    """Bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
