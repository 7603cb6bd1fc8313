"""Many channels as one. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

CANCELLED = 0.1
"""Power of the mixed channels against the loudest one, below which the loudest is taken: voices in opposite phase cancel out."""


def mono(block: Samples) -> Samples:
    """Samples, shape (n, channels), as their mean, or as the loudest channel where they cancel out or most of them are silent: (n,)."""
    if block.shape[1] == 1:
        return block[:, 0]
    sound = block.T.astype(np.float32)
    mean, power = sound.mean(axis=0), (sound**2).mean(axis=1)
    if (mean**2).mean() < CANCELLED * power.max():
        mean = sound[power.argmax()]
    mixed: Samples = np.rint(mean).astype(np.int16)
    return mixed
