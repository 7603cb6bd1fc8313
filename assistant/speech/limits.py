"""What a process that works for the program may use: one led astray by a damaged or hostile file ends alone, and leaves nothing behind.

POSIX sets limits on the process, Windows on a job of its own. macOS does not hold a process to its address space.
"""

from __future__ import annotations

import sys

MEMORY = 1 << 30
"""Bytes of address space; decoding an hour takes a quarter of it."""
STUCK = 60
"""Seconds of processor time without a second of sound."""


def confine(memory: int = MEMORY) -> None:
    """No file may be written, no dump of memory left, no more than so many bytes taken."""
    if sys.platform == "win32":
        _job(memory)
        return
    import resource

    leave_nothing()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def leave_nothing() -> None:
    """No file may be written, and no dump of memory left. Windows is not asked for the first, and leaves no dumps unless told to."""
    if sys.platform == "win32":
        return
    import resource

    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))


def allow_more() -> None:
    """Another STUCK seconds of processor time, since there was sound."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (round(used.ru_utime + used.ru_stime) + STUCK, most))


def _job(memory: int) -> None:
    """A job that holds this process to so many bytes and to itself (JobObjectExtendedLimitInformation, winnt.h)."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Basic(ctypes.Structure):
            _fields_ = (
                ("PerProcessUserTimeLimit", ctypes.c_int64), ("PerJobUserTimeLimit", ctypes.c_int64), ("LimitFlags", wintypes.DWORD),
                ("MinimumWorkingSetSize", ctypes.c_size_t), ("MaximumWorkingSetSize", ctypes.c_size_t),
                ("ActiveProcessLimit", wintypes.DWORD), ("Affinity", ctypes.c_size_t), ("PriorityClass", wintypes.DWORD),
                ("SchedulingClass", wintypes.DWORD),
            )  # fmt: skip

        class Extended(ctypes.Structure):
            _fields_ = (
                ("Basic", Basic), ("Io", ctypes.c_uint64 * 6), ("ProcessMemoryLimit", ctypes.c_size_t),
                ("JobMemoryLimit", ctypes.c_size_t), ("PeakProcessMemoryUsed", ctypes.c_size_t), ("PeakJobMemoryUsed", ctypes.c_size_t),
            )  # fmt: skip

        one_process, process_memory = 0x8, 0x100
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = wintypes.HANDLE
        wanted = Extended(Basic=Basic(LimitFlags=one_process | process_memory, ActiveProcessLimit=1), ProcessMemoryLimit=memory)
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        kernel.SetInformationJobObject(job, 9, ctypes.byref(wanted), ctypes.sizeof(wanted))
        kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
