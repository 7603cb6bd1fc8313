"""Many ears at one recording: each in a process of its own, one thread a process, stretches given to whoever is idle, answers in order.

An ear that dies or hangs costs its stretch another hearing and nothing else. Knows processes and stretches; knows no recording, no model's
files and no engine.
"""

from __future__ import annotations

import math
import queue
import weakref
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from assistant.children import BEAT
from assistant.errors import ModelUnusable
from assistant.speech import machine, plain, wire
from assistant.speech.cards import ModelOnDisk
from assistant.speech.ear import LONGEST_WINDOW, Scalar
from assistant.speech.ear_process import Answers, EarProcess, Message
from assistant.speech.hearing import Found, Sound, Task

PAYS = 30.0
"""Seconds of sound for each process: with less, loading the model once more takes longer than it saves. Base takes 1 s to load, on one
core, and 2 s to hear so much."""
PATIENCE, SLOWEST = 60.0, 20.0
"""Seconds, and so many times the length of the stretch, after which an ear counts as hung."""
MOST_DEAD, MOST_TRIES = 3, 3
"""So many ears that die one after the other, none having answered, make a model unusable; so many that die of a stretch make it unclear."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An ear, once it is loaded."""

    multilingual: bool
    settings: dict[str, Scalar]


class Ears(Protocol):
    """What the walk over a recording asks of its ears. Whatever takes time yields None whenever there is nothing to tell yet."""

    @property
    def known(self) -> Known:
        """What was last loaded: it may have moved from a graphics card to the processor."""

    def begin(self) -> None:
        """Start loading, and do not wait for it."""

    def load(self) -> Iterator[None]:
        """Until it is loaded. Raises ModelUnusable."""

    def hear(self, sounds: Iterable[Sound | None], task: Task, seconds: float) -> Iterator[Found | None]:
        """Each stretch, in order; `seconds`: all of them together. `sounds` is asked for the next when there is an ear for it, and gives
        None while it has none. Raises ModelUnusable.
        """

    def languages(self, sounds: Iterable[Sound | None]) -> Iterator[dict[str, float] | None]:
        """The probability of every language in each stretch, by its code; nothing where that could not be told."""

    def news(self) -> str | None:
        """A sentence for the person, once."""

    def close(self) -> None:
        """End them all at once. They can be used again."""


@dataclass
class _Order:
    """A stretch to be heard."""

    number: int
    sound: Sound = field(repr=False)
    task: Task | None = field(repr=False)
    """None: only its languages are asked for."""
    deaths: int = 0

    def question(self) -> Message:
        """After two deaths of it, in the full window and without the prompt: that is what a model was made for."""
        task = self.task
        if task is None:
            return wire.LANGUAGES, plain.encoded(self.sound)
        if self.deaths >= MOST_TRIES - 1:
            task = replace(task, smallest_window=LONGEST_WINDOW, prompt=())
        return wire.HEAR, plain.encoded((self.sound, task))

    def answer(self, payload: bytes) -> Any:
        return plain.decoded(payload, dict[str, float] if self.task is None else Found)

    def given_up(self) -> Any:
        return {} if self.task is None else Found(lost=((0.0, self.sound.seconds),))


class FarEars:
    """Implements `Ears`: up to one process for each core, kept for the following recordings until this object is dropped or closed."""

    def __init__(self, ear: str, model: ModelOnDisk) -> None:
        """`ear`: the class of ears to load the model with, as module:name."""
        self._model = {"ear": ear, "name": model.card.name, "folder": str(model.folder)}
        self._most = most(model)
        self._card = True
        self._known: Known | None = None
        self._news: str | None = None
        self._heard, self._dead = 0.0, 0
        self._answers: Answers = queue.SimpleQueue()
        self._crew: list[EarProcess] = []
        weakref.finalize(self, _end, self._crew)

    @property
    def known(self) -> Known:
        assert self._known is not None  # noqa: S101 - asked for after loading
        return self._known

    @property
    def pids(self) -> list[int]:
        return [ear.pid for ear in self._crew]

    def news(self) -> str | None:
        news, self._news = self._news, None
        return news

    def close(self) -> None:
        _end(self._crew)

    def begin(self) -> None:
        if not self._crew:
            self._crew.append(EarProcess(self._answers, {**self._model, "card": self._card}))

    def load(self) -> Generator[None, None, None]:
        while self._known is None:
            self.begin()
            self._listen(BEAT, {}, deque())
            yield None

    def hear(self, sounds: Iterable[Sound | None], task: Task, seconds: float) -> Generator[Any, None, None]:
        return self._shared(sounds, task, min(self._most, math.ceil((self._heard + seconds) / PAYS)))

    def languages(self, sounds: Iterable[Sound | None]) -> Generator[Any, None, None]:
        return self._shared(sounds, None, 1)

    def _shared(self, sounds: Iterable[Sound | None], task: Task | None, most: int) -> Generator[Any, None, None]:
        waiting, done, told, taken = deque[_Order](), dict[int, Any](), 0, 0
        coming: Iterator[Sound | None] | None = iter(sounds)
        try:
            while coming is not None or told < taken:
                while told in done:
                    yield done.pop(told)
                    told += 1
                self._hand_out(waiting, max(1, most))
                if coming is not None and not waiting:
                    sound = next(coming, _END)
                    if isinstance(sound, Sound):
                        waiting.append(_Order(taken, sound, task))
                        taken += 1
                    coming = None if sound is _END else coming
                    most -= self._listen(0.0, done, waiting)
                elif told < taken:
                    most -= self._listen(BEAT, done, waiting)
                yield None
        except BaseException:
            self.close()
            raise

    def _hand_out(self, waiting: deque[_Order], most: int) -> None:
        """To whoever is idle; and another ear is started where one is missing, but none beside one on a graphics card."""
        for ear in self._crew:
            if waiting and ear.ready and ear.asked is None:
                ear.asked = order = waiting.popleft()
                ear.ask(*order.question(), PATIENCE + SLOWEST * order.sound.seconds)
        alone = self._known is None or self._known.settings.get("device", "cpu") != "cpu"
        if waiting and len(self._crew) < (1 if alone else most):
            self._crew.append(EarProcess(self._answers, {**self._model, "card": self._card}))

    def _listen(self, seconds: float, done: dict[int, Any], waiting: deque[_Order]) -> int:
        """Take in all answers, waiting so long for the first. Returns how many ears have died."""
        deaths = 0
        for ear in self._crew:
            ear.end_if_stuck()
        try:
            ear, message = self._answers.get(timeout=seconds) if seconds else self._answers.get_nowait()
            while True:
                if ear in self._crew:
                    deaths += self._take_in(ear, message, done, waiting)
                ear, message = self._answers.get_nowait()
        except queue.Empty:
            return deaths

    def _take_in(self, ear: EarProcess, message: Message | None, done: dict[int, Any], waiting: deque[_Order]) -> bool:
        """Whether the ear has died."""
        order: _Order | None = ear.asked
        kind, payload = message or (b"", b"")
        if kind == wire.REFUSED:
            self.close()
            raise ModelUnusable(**wire.unpacked(payload))
        if kind in (wire.FOUND, wire.LAST) and order is not None:
            done[order.number] = order.answer(payload)
            self._heard, self._dead = self._heard + order.sound.seconds, 0
        if kind == wire.READY:
            self._known = Known(**wire.unpacked(payload))
        if kind in (wire.READY, wire.FOUND):
            ear.answered()
            return False
        self._crew.remove(ear)
        ear.end()
        if kind == wire.NO_CARD:
            self._leave_card(wire.unpacked(payload)["why"])
            waiting.extendleft([order] if order else [])
        elif kind != wire.LAST:
            self._mourn(order, done, waiting)
        return kind not in (wire.NO_CARD, wire.LAST)

    def _mourn(self, order: _Order | None, done: dict[int, Any], waiting: deque[_Order]) -> None:
        """An ear is dead: its stretch is heard by another one, after the others that wait; not for ever."""
        self._dead += 1
        if self._known is not None and self._known.settings.get("device", "cpu") != "cpu":
            self._leave_card("the process that used it ended")
        if order is not None:
            order.deaths += 1
            if order.deaths >= MOST_TRIES and self._heard:
                done[order.number] = order.given_up()
                return
            waiting.append(order)
        if self._dead >= MOST_DEAD:
            self._dead = 0
            self.close()
            raise ModelUnusable(
                f"The speech model {self._model['name']} cannot be run on this computer: three times its process ended without an answer.",
                means="There may be too little memory for it. Nothing was lost.",
                do="Close other programs and try again, or choose a smaller model with --model.",
            )

    def _leave_card(self, why: str) -> None:
        self._card, self._known = False, None
        self._news = f"The graphics card could not be used ({why}); the processor is used instead."


_END = object()


def most(model: ModelOnDisk) -> int:
    """Processes that hear at once: one for each core, together in at most half of the memory."""
    memory, each = machine.memory_mb(), model.card.ram_mb or model.size_mb or 1
    return max(1, min(machine.cores(), machine.cores() if memory is None else memory // 2 // each))


def _end(crew: list[EarProcess]) -> None:
    while crew:
        crew.pop().end()
