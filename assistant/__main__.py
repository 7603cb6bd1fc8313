"""`python -m assistant` and the command `coachnote`."""

from __future__ import annotations

import sys


def main() -> None:
    from assistant import console
    from assistant.cli.main import coachnote

    sys.exit(console.run(coachnote))


if __name__ == "__main__":
    main()
