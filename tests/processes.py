"""Whether processes are still there. Linux."""

from __future__ import annotations

import time
from pathlib import Path


def running(pid: int) -> bool:
    """A child without a parent may stay behind as a zombie where nobody reaps it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], within: float) -> bool:
    until = time.monotonic() + within
    while any(map(running, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(running, pids))
