"""Ears that do what a file beside their model says: hear at once or slowly, die, hang, or fail on a graphics card.

They run in processes of their own, so nothing here can be told by a fixture.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.ear import LONGEST_WINDOW, CardFailed, Heard, Scalar
from assistant.speech.hearing import Found, Sound
from assistant.speech.level import STEP
from assistant.speech.sentences import Piece
from assistant.speech.vad import Activity

RATE = 16_000
ODD = "tests.odd_ears:OddEar"


def odd_model(folder: Path, **behaviour: object) -> ModelOnDisk:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "behaviour.json").write_text(json.dumps(behaviour), encoding="utf-8")
    return ModelOnDisk(card=Card(name="odd", ram_mb=1), folder=folder)


def stretch(number: int, seconds: float = 1.0) -> Sound:
    """One that an odd ear knows by its number."""
    windows = round(seconds / STEP)
    activity = Activity(speech=np.full(windows, 0.9, dtype=np.float32), level=np.full(windows, -20, dtype=np.float32), seconds=seconds)
    return Sound(samples=np.full(round(seconds * RATE), number, dtype=np.int16), activity=activity, likely=0.9)


def numbers(found: list[Found]) -> list[int | None]:
    """Of the stretches that were heard, None for those that were given up."""
    return [int(f.pieces[0].text.split()[1]) if f.pieces else None for f in found]


class OddEar:
    """Says "stretch", its number, "in", the window's seconds, and "with" or "without" a prompt."""

    multilingual = True

    def __init__(self, name: str, folder: Path, *, card: bool) -> None:
        self._does = json.loads((folder / "behaviour.json").read_text(encoding="utf-8"))
        self._card = card and "card" in self._does
        if self._does.get("dies at once"):
            os.kill(os.getpid(), signal.SIGKILL)
        if self._card and self._does["card"] == "at once":
            raise CardFailed("no driver")
        if "most heard" in self._does:
            sys.modules["__main__"].MOST_HEARD = self._does["most heard"]  # type: ignore[attr-defined]

    @property
    def settings(self) -> Mapping[str, Scalar]:
        return {"device": "cuda" if self._card else "cpu"}

    def hear(self, sound: np.ndarray, *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False) -> Heard:
        number, seconds = round(float(sound[0]) * 32768), len(sound) / RATE
        if number in self._does.get("dies of", []) or (number in self._does.get("dies of narrow", []) and window < LONGEST_WINDOW):
            os.kill(os.getpid(), signal.SIGSEGV)
        if number in self._does.get("hangs at", []):
            time.sleep(60)
        if self._card:
            raise CardFailed("out of memory")
        time.sleep(self._does.get("takes", 0))
        text = f"stretch {number} in {window:.0f} {'with' if prompt else 'without'}"
        piece = Piece(start=0, end=seconds, text=text)
        return Heard(pieces=(piece,), tokens=5, logprob=-0.2, compression=1, no_speech=0, seconds=seconds)

    def languages(self, sound: np.ndarray, *, window: float) -> dict[str, float]:
        return {"cy": 0.75, "en": 0.25}
