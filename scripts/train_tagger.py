#!/usr/bin/env python3
"""Make the tagger of the extractive drafter from the labelled sentences in `scripts/tagger/cases`. Needs the extra `llm` (torch).

On one core: two to four minutes. The same sentences give the same weights.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tagger.examples import examples  # noqa: E402
from tagger.fit import fit  # noqa: E402

CASES, DOCUMENTS = ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"


def main() -> None:
    """Fit and write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--target", type=Path, default=ROOT / "models" / "tagger" / "weights.npz", help="file to write")
    given = options.parse_args()
    learnt = list(examples(CASES, DOCUMENTS))
    given.target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.target, table=fit(learnt).astype(np.float16))
    print(f"{len(learnt)} segments, {given.target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
