"""The engines that the contract of ears is held against: every one that wiring names, and a second one that exists in the tests only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from assistant import wiring
from assistant.speech.cards import Card
from tests import tiny_whisper, tones


@dataclass(frozen=True, kw_only=True)
class Contender:
    """An engine, with a model of it that the tests can make."""

    engine: str
    ear: str
    """module:name, as wiring has it."""
    card: Card
    make: Callable[[Path], None]
    says: np.ndarray
    """Sound at 16 kHz, int16, in which it hears something."""


NOISE = (np.random.default_rng(3).normal(scale=3000, size=6 * 16_000)).astype(np.int16)
MADE = {
    "faster-whisper": [
        (Card(name="tiny-random"), tiny_whisper.make),
        (Card(name="tiny-polyglot"), partial(tiny_whisper.make, hears="pl")),
    ]
}
"""For each engine of wiring, models that can be made here and hear something in noise. A new engine needs a line here too."""
ENGINES = [
    *(Contender(engine=name, ear=ear, card=card, make=make, says=NOISE) for name, ear in wiring.EARS.items() for card, make in MADE[name]),
    Contender(engine="tones", ear="tests.tones:ToneEar", card=tones.CARD, make=tones.make, says=tones.dialled("two", "five", "one")),
]
