"""What every speech engine is: one loaded model that hears sound of at most 30 seconds, and says how surely.

`wiring` names the engines there are. Whoever writes another one implements `Ear` in a file of its own; everything around it (decoding,
voices, guards, accounting, the processes that it runs in) stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Word
from assistant.languages import ENGLISH
from assistant.speech.sentences import Piece

LONGEST_WINDOW = 30.0
"""Seconds that an ear takes at once: Whisper's own window."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One decoding of one stretch."""

    pieces: tuple[Piece, ...] = field(repr=False)
    tokens: int
    logprob: float
    """Mean over its tokens."""
    compression: float
    no_speech: float
    """Probability that nothing was said, by the model."""
    seconds: float
    """Length of the sound that was decoded, without padding."""
    language: str = ENGLISH
    """Of the words."""
    words: tuple[Word, ...] = field(default=(), repr=False)
    """Each with its time from the start of the sound and the probability of its letters; empty where they could not be told apart."""

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def confidence(self) -> float:
        return round(min(math.exp(self.logprob), 1.0), 3)


Scalar = str | int | float | bool | None


class CardFailed(Exception):
    """The graphics card cannot be used, or cannot any more, and why; the same model may still run on the processor."""


class Ear(Protocol):
    """One model in memory, on one core or on a graphics card. Its methods raise ModelUnusable when it cannot be run, or CardFailed."""

    multilingual: bool

    @property
    def settings(self) -> Mapping[str, Scalar]:
        """What changes what it hears, such as its version and the type of its numbers. `device` is "cpu" unless it runs on a card."""

    def hear(
        self, sound: NDArray[np.float32], *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False
    ) -> Heard:
        """Decode float32 samples at 16 kHz, shape (n,), with silence added up to `window` seconds (at most LONGEST_WINDOW).

        `prompt`: words to expect, the most likely first. An ear takes as many whole ones from the front as it can make use of.

        `translate`: write down in English what is said in `language`. Only a `multilingual` one is asked for that.
        """

    def languages(self, sound: NDArray[np.float32], *, window: float) -> Mapping[str, float]:
        """The probability of every language in a piece of sound, by its code. Only a `multilingual` one is asked."""


class MakesEar(Protocol):
    """A class of ears. Raises as an ear does."""

    def __call__(self, name: str, folder: Path, *, card: bool) -> Ear:
        """Load the model `name` from its folder. `card`: on a graphics card, where there is one."""
