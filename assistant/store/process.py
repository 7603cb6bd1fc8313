"""What a process can do so that its memory and files stay its own: no core dumps, no debuggers of other processes, private files.

Does nothing against an administrator or a keylogger, and nothing about swap: that depends on an encrypted disk.
"""

from __future__ import annotations

import os
import sys

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
