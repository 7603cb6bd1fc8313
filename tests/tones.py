"""A second speech engine, small and real: it hears the keys of a telephone and says their names.

It shows what another engine needs: a file of its own with an `Ear`, a card that names it, and a line in `wiring.EARS`. Its model is a
table of the frequencies in Hz that make up each key (ITU-T Q.23); it finds them with Goertzel's algorithm.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Word
from assistant.errors import ModelUnusable
from assistant.speech.cards import Card
from assistant.speech.ear import Heard, Scalar
from assistant.speech.sentences import Piece

CARD = Card(name="tones", engine="tones", files=("keys.json",), languages=("en",), smallest_window=1.0)
KEYS = {"one": (697, 1209), "two": (697, 1336), "three": (697, 1477), "four": (770, 1209), "five": (770, 1336), "six": (770, 1477)}
RATE, FRAME = 16_000, 640
"""Hz, and samples of a frame: 40 ms."""
PURE = 0.8
"""Share of the power that a key's two frequencies hold where there is nothing else."""


def make(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "keys.json").write_text(json.dumps(KEYS), encoding="utf-8")


def dialled(*keys: str) -> NDArray[np.int16]:
    """A fifth of a second each, with as much silence after it."""
    time = np.arange(RATE // 5) / RATE
    sounds = [sum(np.sin(2 * np.pi * hz * time) for hz in KEYS[key]) * 8000 for key in keys]
    return np.concatenate([np.concatenate([sound, np.zeros(RATE // 5)]) for sound in sounds]).astype(np.int16)


class ToneEar:
    multilingual = False

    def __init__(self, name: str, folder: Path, *, card: bool) -> None:
        try:
            table = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
            self._keys = {str(key): (float(low), float(high)) for key, (low, high) in table.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise ModelUnusable(f"The speech model {name} cannot be used.", do="Copy the whole model folder again.") from error

    @property
    def settings(self) -> Mapping[str, Scalar]:
        return {"version": "1", "device": "cpu", "keys": len(self._keys)}

    def hear(
        self, sound: NDArray[np.float32], *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False
    ) -> Heard:
        frames = sound[: round(window * RATE) // FRAME * FRAME]
        heard = [self._key(frame) for frame in frames[: len(frames) // FRAME * FRAME].reshape(-1, FRAME)]
        words = tuple(_words(heard))
        pieces = (Piece(start=words[0].start, end=words[-1].end, text=" ".join(word.text for word in words)),) if words else ()
        return Heard(
            pieces=pieces,
            words=words,
            tokens=len(words),
            logprob=-0.1,
            compression=1.0,
            no_speech=0.0 if words else 1.0,
            seconds=len(sound) / RATE,
        )

    def languages(self, sound: NDArray[np.float32], *, window: float) -> Mapping[str, float]:
        return {"en": 1.0}

    def _key(self, frame: NDArray[np.float32]) -> str | None:
        power = float((frame**2).sum()) * FRAME / 2 + 1e-9
        shares = {key: sum(_goertzel(frame, hz) for hz in pair) / power for key, pair in self._keys.items()}
        likeliest = max(shares, key=lambda key: shares[key], default=None)
        return likeliest if likeliest is not None and shares[likeliest] > PURE else None


def _goertzel(frame: NDArray[np.float32], hz: float) -> float:
    """Power of one frequency."""
    return float(abs(np.exp(-2j * np.pi * hz / RATE * np.arange(len(frame))) @ frame) ** 2)


def _words(keys: list[str | None]) -> Iterator[Word]:
    at = 0
    for key, frames in groupby(keys):
        length = len(list(frames))
        if key is not None and length > 1:
            yield Word(start=round(at * FRAME / RATE, 2), end=round((at + length) * FRAME / RATE, 2), text=key, confidence=1.0)
        at += length
