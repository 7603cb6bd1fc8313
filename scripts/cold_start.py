"""How long `coachnote --help` and the app's first imports take in a fresh interpreter. Prints machine, medians and one JSON line last."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time

CASES = {
    "python": "pass",
    "coachnote --help": "import sys; sys.argv = ['coachnote', '--help']\nfrom assistant.__main__ import main\nmain()",
    "the app's imports": "import assistant.tui.app",
}
ROUNDS = 7


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}, median of {ROUNDS}")
    medians = {name: round(statistics.median(seconds(code) for _ in range(ROUNDS)), 3) for name, code in CASES.items()}
    for name, value in medians.items():
        print(f"{name:<20} {value:.3f} s")
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
