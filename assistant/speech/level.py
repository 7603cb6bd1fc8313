"""How loud a recording is, window by window, while it is decoded. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.protocols import SAMPLE_RATE

WINDOW = 512
"""Samples: 32 ms, which is what Silero judges at once."""
STEP = WINDOW / SAMPLE_RATE
"""The same in seconds."""
SILENT = -120.0
"""dBFS of digital silence."""


class Meter:
    """Takes a recording block by block."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.float32]] = []
        self._rest = np.empty(0, dtype=np.int16)

    def add(self, block: NDArray[np.int16]) -> None:
        sound = np.concatenate([self._rest, block])
        whole = len(sound) // WINDOW * WINDOW
        self._levels.append(_levels(sound[:whole]))
        self._rest = sound[whole:]

    def levels(self) -> NDArray[np.float32]:
        """RMS in dBFS of every window so far, shape (windows,), the last one filled up with silence."""
        return np.concatenate([*self._levels, _levels(self._rest)])


def windows(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """As float32, full scale 1.0, shape (windows, 512), the last one filled up with silence."""
    padded: NDArray[np.int16] = np.pad(samples, (0, -len(samples) % WINDOW))
    cut: NDArray[np.float32] = padded.reshape(-1, WINDOW).astype(np.float32) / np.float32(32768)
    return cut


def _levels(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    power = (windows(samples) ** 2).mean(axis=1)
    level: NDArray[np.float32] = np.maximum(10 * np.log10(power + 1e-12), SILENT).astype(np.float32)
    return level
