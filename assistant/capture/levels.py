"""How loud a tenth of a second was, and what a row of them says about the microphone. Pure: knows no device and no clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

FLOOR = -120.0
"""dBFS given to digital silence; the quietest 16-bit sample is -90 dBFS."""
FULL_SCALE = 32_768.0
QUIET = -55.0
"""dBFS RMS: below a whisper at arm's length, above the noise of most microphones."""
QUIET_FOR = 8.0
"""Seconds: longer than a person pauses for thought."""
DEAD_FOR = 1.0
"""Seconds of exact zeros. A working microphone always has some noise; a muted or unplugged one has none."""
CLIPPED = -0.5
"""dBFS peak."""
CLIPPED_SHARE = 0.01
WINDOW = 100
"""Tenths of a second over which clipped ones are counted."""
LOST = 0.25
"""Seconds that the clock may run ahead of the samples before some are taken as lost."""
NOTHING_FOR = 0.5
"""Seconds waited for a sample in vain. Waited, not passed: a program that was held up finds its samples as soon as it looks."""
SHOWN_FOR = 5.0
"""Seconds that a loss stays on the meter: it is over before anyone could read of it."""
SETTLED = 1.0
"""Seconds of samples that are looked at before a lag is believed."""
CLOCK_SKEW = 0.001
"""Share by which a sound card's clock may differ from the system's: real ones by a tenth of that (100 ppm)."""

Warn = Literal["silent", "dead", "clipping", "dropout"]


def measure(pcm: bytes) -> tuple[float, float]:
    """RMS and peak in dBFS of s16le samples; FLOOR for digital silence or nothing at all."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.any():
        return FLOOR, FLOOR
    return _dbfs(float(np.sqrt(np.mean(samples**2)))), _dbfs(float(np.abs(samples).max()))


def _dbfs(amplitude: float) -> float:
    return max(FLOOR, 20.0 * float(np.log10(amplitude / FULL_SCALE)))


@dataclass(kw_only=True)
class LevelWatch:
    """Says from one block to the next whether the microphone is dead, silent or too loud."""

    _zero_for: float = 0.0
    _quiet_for: float = 0.0
    _clipped: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def see(self, seconds: float, rms: float, peak: float) -> Warn | None:
        """`seconds` long, with RMS and peak in dBFS."""
        self._zero_for = self._zero_for + seconds if peak <= FLOOR else 0.0
        self._quiet_for = self._quiet_for + seconds if rms < QUIET else 0.0
        self._clipped.append(peak >= CLIPPED)
        if self._zero_for > DEAD_FOR:
            return "dead"
        if self._quiet_for >= QUIET_FOR:
            return "silent"
        return "clipping" if sum(self._clipped) > CLIPPED_SHARE * WINDOW else None


@dataclass(kw_only=True)
class DropoutWatch:
    """Compares the clock with the samples that came.

    A computer that was busy or asleep hands its samples over late, and nothing is lost; so what counts is the least lag of a whole second.
    """

    _first: float | None = None
    _heard: float = 0.0
    _in_step: float = 0.0
    """Seconds of lag taken as normal; creeps up with the skew that two clocks may have."""
    _lags: deque[tuple[float, float]] = field(default_factory=deque)
    _waited: float = 0.0
    _lost_at: float | None = None

    @property
    def started(self) -> bool:
        return self._first is not None

    def came(self, now: float, seconds: float) -> None:
        """`seconds` of samples were handed over at `now` (seconds, any monotonic clock)."""
        if self._first is None:
            self._first = now - seconds
        self._waited = 0.0
        self._heard += seconds
        self._lags.append((now, now - self._first - self._heard))
        while now - self._lags[0][0] > SETTLED:
            self._lags.popleft()
        self._compare(now, seconds)

    def _compare(self, now: float, seconds: float) -> None:
        least = min(lag for _, lag in self._lags)
        ahead = least - self._in_step
        if ahead <= LOST:
            self._in_step += min(ahead, CLOCK_SKEW * seconds)
        elif now - self._lags[0][0] > SETTLED / 2:
            self._in_step = least
            self.lost(now)

    def waited(self, seconds: float) -> None:
        """Nothing came for so long."""
        self._waited += seconds

    def lost(self, now: float) -> None:
        """Samples are known to be missing."""
        self._lost_at = now

    def warning(self, now: float) -> Warn | None:
        waiting = self.started and self._waited > NOTHING_FOR
        recent = self._lost_at is not None and now - self._lost_at < SHOWN_FOR
        return "dropout" if waiting or recent else None
