"""What this computer can carry: cores that are really there, memory, a graphics card. Asks the system, and loads nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
ASKING = 5.0
"""Seconds for a driver to say what card there is."""


def cores() -> int:
    """Physical cores that this process may use: the two threads of a core share what a speech model is limited by.

    macOS and systems that do not tell are taken to have no such threads.
    """
    if sys.platform == "win32":
        return _windows_cores()
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return max(1, len({_siblings(cpu) for cpu in allowed}))


def _siblings(cpu: int) -> str:
    try:
        return Path(TOPOLOGY.format(cpu)).read_text(encoding="ascii").strip()
    except OSError:
        return str(cpu)


def memory_mb() -> int | None:
    """Physical memory of this machine; None where it cannot be told."""
    if sys.platform == "win32":
        return _windows_memory_mb()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return None


def card_mb() -> int:
    """Memory of the largest graphics card that CTranslate2 could use (NVIDIA's only), as its driver says; 0 where there is none."""
    asked = shutil.which("nvidia-smi")
    if asked is None or os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):
        return 0
    try:
        told = subprocess.run([asked, "--query-gpu=memory.total", "--format=csv,noheader,nounits"], capture_output=True, timeout=ASKING)
        return max(int(line) for line in told.stdout.split()) if told.returncode == 0 and told.stdout.strip() else 0
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def _windows_cores() -> int:
    """Records of 32 bytes (SYSTEM_LOGICAL_PROCESSOR_INFORMATION), those of kind 0 being cores."""
    import ctypes

    kernel, size = getattr(ctypes, "windll").kernel32, ctypes.c_uint32(0)  # noqa: B009 - a plain attribute is unknown to type checkers elsewhere
    kernel.GetLogicalProcessorInformation(None, ctypes.byref(size))
    records = (ctypes.c_uint64 * 4 * (size.value // 32))()
    if not kernel.GetLogicalProcessorInformation(records, ctypes.byref(size)):
        return os.cpu_count() or 1
    return max(1, sum(record[1] & 0xFFFFFFFF == 0 for record in records))


def _windows_memory_mb() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        # MEMORYSTATUSEX: two 32-bit fields, then seven 64-bit ones, of which only the first is of use here
        _fields_ = [(name, ctypes.c_uint32) for name in ("length", "load")] + [(name, ctypes.c_uint64) for name in ("total", *"bcdefg")]

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - a plain attribute is unknown to type checkers elsewhere
    return status.total // 2**20 if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
