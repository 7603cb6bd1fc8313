"""What a process can do so that its memory and files stay its own: no core dumps, no debuggers of other processes, private files, and, when
it locks, a new process in its place. Also the two clocks that tell whether the computer slept.

Does nothing against an administrator or a keylogger, and nothing about swap: that depends on an encrypted disk.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from assistant.protocols import Clocks

PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


def harden() -> None:
    """Call once, before anything is unlocked. Measures that a platform lacks are left out silently: they are a second line of defence."""
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def clocks() -> Clocks:
    """Both from the system: one that stands still while the computer sleeps, and one that goes on.

    Linux: clock_gettime(2). macOS: clock_gettime(3), where CLOCK_MONOTONIC_RAW goes on and CLOCK_UPTIME_RAW stands still. Windows:
    GetTickCount64 goes on and QueryUnbiasedInterruptTime stands still (learn.microsoft.com, "Windows Time").
    """
    if sys.platform == "win32":
        return _windows_clocks()
    if sys.platform == "darwin":
        return Clocks(awake=time.clock_gettime(time.CLOCK_UPTIME_RAW), passed=time.clock_gettime(time.CLOCK_MONOTONIC_RAW))
    return Clocks(awake=time.clock_gettime(time.CLOCK_MONOTONIC), passed=time.clock_gettime(time.CLOCK_BOOTTIME))


def _windows_clocks() -> Clocks:
    import ctypes

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetTickCount64.restype = ctypes.c_uint64
    awake = ctypes.c_ulonglong()
    kernel.QueryUnbiasedInterruptTime(ctypes.byref(awake))
    return Clocks(awake=awake.value / 1e7, passed=kernel.GetTickCount64() / 1e3)


def start_again(marks: Mapping[str, str]) -> int:
    """A new interpreter in the place of this process, called as this one was, with `marks` added to its environment.

    It has the same process id and none of the memory. Windows knows no such thing: there the new process is a child, this one waits
    for it, and its exit code is returned. Raises OSError when the interpreter is not where it was.
    """
    command, environment = [sys.executable, *sys.orig_argv[1:]], {**os.environ, **marks}
    if sys.platform != "win32":
        os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted
    import subprocess

    return subprocess.call(command, env=environment)
