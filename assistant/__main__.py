"""`python -m assistant` and the command `coachnote`."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    try:
        from assistant import console
        from assistant.cli.main import coachnote

        code = console.run(coachnote)
    except KeyboardInterrupt:  # while modules were still loading, or while the last lines were written
        print("Stopped.", file=sys.stderr)
        code = 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done: only the way out is left
    sys.exit(code)


if __name__ == "__main__":
    main()
