"""Which language is spoken: what counts as clear, and what is told instead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from assistant.domain import Segment
from assistant.speech import tongue
from assistant.speech.tongue import Tongue
from tests.sound import RATE

SOUND = np.zeros(4 * RATE, dtype=np.float32)


class Sure:
    """An ear that knows only what language it hears: one answer after the other."""

    multilingual = True
    settings: Mapping[str, str] = {}

    def __init__(self, *shares: dict[str, float]) -> None:
        self._shares = list(shares)
        self.windows: list[float] = []

    def hear(self, *_: object, **__: object):  # type: ignore[no-untyped-def]
        raise AssertionError("nobody asked for words")

    def languages(self, sound: np.ndarray, *, window: float) -> dict[str, float]:
        self.windows.append(window)
        return self._shares.pop(0)


@pytest.mark.parametrize(
    ("shares", "language"),
    [
        ([{"cy": 0.9, "en": 0.1}], "cy"),
        ([{"cy": 0.6, "en": 0.4}], "en"),
        ([{"en": 0.5, "fr": 0.4}], "en"),
        ([{"ur": 0.5, "hi": 0.46, "en": 0.04}], "ur"),
        ([{"pl": 1.0}, {"en": 1.0}, {"en": 1.0}], "en"),
        ([{"pl": 1.0}, {"pl": 1.0}, {"pl": 0.2, "en": 0.8}], "pl"),
        ([{"pl": 1.0}, {}], "pl"),
        ([{}], "en"),
    ],
)
def test_a_recording_is_english_unless_it_clearly_is_not(shares: list[dict[str, float]], language: str) -> None:
    assert tongue.of_recording(shares) == language


@pytest.mark.parametrize(
    ("shares", "follow", "told"),
    [
        ({"en": 0.97, "cy": 0.02}, True, Tongue("en")),
        ({"pl": 0.98, "en": 0.01}, True, Tongue("pl")),
        ({"pl": 0.98, "en": 0.01}, False, Tongue("en", perhaps="pl")),
        ({"cy": 0.6, "en": 0.4}, True, Tongue("en", perhaps="cy")),
        ({"pl": 0.45, "cs": 0.4, "en": 0.1}, True, Tongue("en", perhaps="pl")),
        ({"en": 0.5, "cy": 0.5}, True, Tongue("en")),
        ({"pl": 1.0}, True, Tongue("pl")),
    ],
)
def test_a_stretch_in_another_language_is_heard_in_it_where_that_is_clear(shares: dict[str, float], follow: bool, told: Tongue) -> None:
    ear = Sure(shares)
    assert tongue.of_stretch(ear, SOUND, window=10, expected="en", follow=follow) == told
    assert ear.windows == [10]


def test_a_word_or_two_are_too_short_to_be_asked_about() -> None:
    assert tongue.of_stretch(Sure(), SOUND[: 2 * RATE], window=10, expected="pl", follow=True) == Tongue("pl")


def segments(*seconds: float) -> list[Segment]:
    return [Segment(id=n, start=0.0, end=s, speaker=None, text="Words.") for n, s in enumerate(seconds)]


def test_the_language_of_a_transcript_is_the_one_spoken_longest() -> None:
    spoken = {0: Tongue("pl"), 1: Tongue("en"), 2: Tongue("en", perhaps="cy"), 3: Tongue("pl")}
    assert tongue.summary(segments(5, 9, 9, 2), spoken, "pl") == ("en", {"other_languages": "pl 0, pl 3", "doubtful_language": "cy 2"})
    assert tongue.summary(segments(9, 4, 4, 9), spoken, "pl") == ("pl", {"other_languages": "en 1-2", "doubtful_language": "cy 2"})


def test_where_nothing_was_heard_it_is_the_expected_one() -> None:
    assert tongue.summary([], {}, "cy") == ("cy", {})
