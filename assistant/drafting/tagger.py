"""The tagger: how likely each label is for each segment. A linear model over hashed features, its weights in `models/tagger/`.

Trained by `scripts/train_tagger.py` from the labelled sentences beside it. Knows neither rules nor the draft; numpy is imported when the
weights are first read.
"""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from assistant import resources
from assistant.domain import SECTIONS, Barrier, Outcome, Owner, ReferralStatus, Transcript
from assistant.drafting.features import SIZE, features
from assistant.errors import ModelMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELS: tuple[str, ...] = (
    *(f"section:{name}" for name in SECTIONS),
    "useful",
    "critical",
    *(f"action:{name}" for name in get_args(Owner)),
    "trap",
    *(f"barrier:{name}" for name in get_args(Barrier)),
    *(f"referral:{name}" for name in get_args(ReferralStatus)),
    *(f"previous:{name}" for name in get_args(Outcome) if name != "not_mentioned"),
    "next",
)
"""What the tagger says of a segment, each on its own; the order is that of the columns of the weights."""


@dataclass(frozen=True)
class Tags:
    """Probability of every label, from 0 to 1, for one segment."""

    of: Mapping[str, float] = field(repr=False)

    def __getitem__(self, label: str) -> float:
        return self.of[label]

    def most(self, group: str) -> tuple[str, float]:
        """The likeliest name of a group such as `section`, and its probability."""
        return max(
            ((name.removeprefix(f"{group}:"), p) for name, p in self.of.items() if name.startswith(f"{group}:")), key=lambda each: each[1]
        )


def tag(transcript: Transcript) -> Mapping[int, Tags]:
    """Tags of every segment, by its id."""
    import numpy as np

    table = weights(resources.root() / "models" / "tagger" / "weights.npz")
    scores = np.array([table[rows].sum(axis=0) for rows in features(transcript)], dtype=np.float32)
    likely = 1.0 / (1.0 + np.exp(-scores.reshape(-1, len(LABELS))))
    return {s.id: Tags(dict(zip(LABELS, row.tolist(), strict=True))) for s, row in zip(transcript.segments, likely, strict=True)}


@functools.cache
def weights(path: Path) -> NDArray[np.float32]:
    """The table, float32, one row a feature and one column a label. Raises ModelMissing where it is missing or damaged."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as kept:
            table = np.asarray(kept["table"], dtype=np.float32)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        table = np.zeros((0, 0), dtype=np.float32)
    if table.shape != (SIZE, len(LABELS)):
        raise ModelMissing(
            "The tagger's weights (models/tagger/weights.npz) are missing or damaged.",
            means="Drafts are made with them; they are part of the program.",
            do="Install the program again.",
        )
    return table
