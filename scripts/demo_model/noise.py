"""Background sounds for training windows: hiss, rumble, hum, and short bursts that are not speech.

Knows waveforms only. Does not know utterances or targets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Audio = NDArray[np.float32]


def _coloured(slope: float, count: int, rng: np.random.Generator) -> Audio:
    """Noise whose power falls with frequency to the power `slope` (0 white, 1 pink, 2 brown), unit root mean square."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    shaped = np.fft.irfft(spectrum / frequencies ** (slope / 2), count)
    return np.asarray(shaped / shaped.std(), dtype=np.float32)


def _hum(count: int) -> Audio:
    """Mains hum: 50 Hz and its odd multiples, unit root mean square."""
    seconds = np.arange(count) / RATE
    wave = sum(np.sin(2 * np.pi * 50 * part * seconds) / part for part in (1, 3, 5, 7))
    return np.asarray(wave / np.std(wave), dtype=np.float32)


class Noise:
    """Stretches of prepared background noise (float32, full scale is 1)."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        count = 40 * RATE
        hiss = [_coloured(slope, count, rng) for slope in (0.0, 0.5, 1.0, 1.5, 2.0)]
        self._kinds = [*hiss, (_hum(count) + 0.3 * hiss[1]).astype(np.float32)]

    def under(self, audio: Audio, rng: np.random.Generator) -> Audio:
        """`audio` (peak about 0.5) at a random level, over a background at least 20 dB below it or none."""
        gain = 10 ** (rng.uniform(-20, 4) / 20)
        sound = audio * gain
        if rng.random() < 0.75:
            sound += self._background(len(sound), rng) * (gain * 10 ** (rng.uniform(-75, -32) / 20))
        return np.asarray(np.clip(sound, -1.0, 1.0), dtype=np.float32)

    def silence(self, count: int, rng: np.random.Generator) -> Audio:
        """A stretch without speech: digital zeros now and then, else background, with bursts half of the time."""
        if rng.random() < 0.15:
            return np.zeros(count, dtype=np.float32)
        sound = self._background(count, rng) * 10 ** (rng.uniform(-85, -25) / 20)
        if rng.random() < 0.5:
            for _ in range(rng.integers(1, 6)):
                self._burst(sound, rng)
        return np.asarray(np.clip(sound, -1.0, 1.0), dtype=np.float32)

    def _background(self, count: int, rng: np.random.Generator) -> Audio:
        kind = self._kinds[rng.integers(len(self._kinds))]
        at = rng.integers(len(kind) - count)
        return kind[at : at + count]

    def _burst(self, sound: Audio, rng: np.random.Generator) -> None:
        """Add a knock, click or breath of 10 to 400 ms somewhere."""
        length = min(int(rng.uniform(0.01, 0.4) * RATE), len(sound) // 2)
        at = rng.integers(len(sound) - length)
        shape = np.hanning(length) if rng.random() < 0.5 else np.exp(-np.arange(length) / (length / 5))
        sound[at : at + length] += self._background(length, rng) * shape.astype(np.float32) * 10 ** (rng.uniform(-50, -14) / 20)
