"""Ears in this very process, for ears whose answers a test has written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.speech import hearing
from assistant.speech.ear import LONGEST_WINDOW, Ear
from assistant.speech.ears import Known
from assistant.speech.hearing import Found, Sound, Task


class NearEars:
    """Implements `ears.Ears` with one ear, a stretch at a time."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear

    @property
    def known(self) -> Known:
        return Known(multilingual=self._ear.multilingual, settings=dict(self._ear.settings))

    def begin(self) -> None:
        pass

    def load(self) -> Iterator[None]:
        return iter(())

    def hear(self, sounds: Iterable[Sound | None], task: Task, seconds: float) -> Iterator[Found | None]:
        return (None if sound is None else hearing.hear(self._ear, sound, task) for sound in sounds)

    def languages(self, sounds: Iterable[Sound | None]) -> Iterator[dict[str, float] | None]:
        return (None if sound is None else dict(self._ear.languages(sound.floats(), window=LONGEST_WINDOW)) for sound in sounds)

    def news(self) -> str | None:
        return None

    def close(self) -> None:
        pass
