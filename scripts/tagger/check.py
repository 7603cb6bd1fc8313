"""Read every labelled case and print how many there are; stops at the first that cannot be read."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tagger.labelled import gold, read


def main() -> None:
    """Check the files given, or all of them."""
    given = [Path(each) for each in sys.argv[1:]] or sorted((Path(__file__).parent / "cases").glob("*.txt"))
    for path in given:
        found: Counter[str] = Counter()
        for case in read(path):
            found["cases"] += 1
            found["lines"] += len(case.lines)
            found.update({name: len(items) for name, items in gold(case).items() if isinstance(items, list)})
        print(path.stem, dict(found))


if __name__ == "__main__":
    main()
