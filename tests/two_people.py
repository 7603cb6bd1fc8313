"""Two synthetic people who talk with each other, in voices that the demo model understands, on two channels or on one."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

RATE = 16_000
PAUSE = 0.6
"""Seconds between one person and the next."""
COACH, CLIENT = "en-gb", "slt"
"""A low voice of espeak-ng and a high one of flite."""
SAID = (
    (COACH, "How did you get on with the forklift course?"),
    (CLIENT, "I have sent the form to the college."),
    (COACH, "I will ring the college on Friday."),
    (CLIENT, "I will bring my bank statement on Monday."),
)


@dataclass(frozen=True)
class Talk:
    """What each of two people says, int16 at 16 kHz, shape (n,) each, and who says which line from when to when, in seconds."""

    coach: np.ndarray = field(repr=False)
    client: np.ndarray = field(repr=False)
    lines: tuple[tuple[str, str, float, float], ...]

    def stereo(self, bleed: float = 0.0, late: float = 0.003) -> np.ndarray:
        """The coach on the left, and the client on the right; `bleed` of the client's sound comes to the coach's microphone too."""
        heard = np.roll(self.client.astype(np.float32), round(late * RATE)) * bleed
        left = np.clip(self.coach + hiss(len(heard), 1) + heard, -32768, 32767)
        return np.stack([left, self.client + hiss(len(heard), 2)], axis=1).astype(np.int16)

    def mono(self) -> np.ndarray:
        return np.clip(self.coach.astype(np.int32) + self.client + hiss(len(self.coach), 3), -32768, 32767).astype(np.int16)


def hiss(samples: int, seed: int) -> np.ndarray:
    """-66 dBFS."""
    return (np.random.default_rng(seed).standard_normal(samples) * 16).astype(np.int32)


@pytest.fixture(scope="session")
def talk() -> Talk:
    if not (shutil.which("espeak-ng") and shutil.which("flite")):
        pytest.skip("needs the voices of espeak-ng and flite")
    return _talk()


@cache
def _talk() -> Talk:
    from demo_model.voices import VOICES, speak

    voices = {voice.name: voice for voice in VOICES}
    sides: dict[str, list[np.ndarray]] = {COACH: [], CLIENT: []}
    lines, at = [], PAUSE
    for who in sides:
        sides[who].append(np.zeros(round(PAUSE * RATE), dtype=np.int16))
    for who, text in SAID:
        spoken = speak(voices[who], text, 20_311)
        pause = np.zeros(round(PAUSE * RATE), dtype=np.int16)
        for each, parts in sides.items():
            parts += [spoken if each == who else np.zeros(len(spoken), dtype=np.int16), pause]
        lines.append(("coach" if who == COACH else "client", text, at, at + len(spoken) / RATE))
        at += len(spoken) / RATE + PAUSE
    return Talk(np.concatenate(sides[COACH]), np.concatenate(sides[CLIENT]), tuple(lines))
