"""From the sound of one stretch to what is believed of it: heard until it can be believed, else flagged or given up. Times are seconds
from the start of the stretch.

Knows an ear and a few numbers about the stretch. Knows no recording, no other stretch and no model's files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from assistant.domain import SegmentFlag, Word
from assistant.doubt import doubtful
from assistant.languages import ENGLISH
from assistant.protocols import SAMPLE_RATE
from assistant.speech import guards, tongue, translation
from assistant.speech.ear import LONGEST_WINDOW, Ear, Heard
from assistant.speech.sentences import Piece, sentences
from assistant.speech.tongue import Tongue
from assistant.speech.vad import Activity

MARGIN = 2.0
"""Seconds of silence after the sound: with less, Whisper repeats itself."""
UNHEARD = 2.0
"""Seconds of likely speech after the last word heard, from which the rest of a stretch is heard again."""
Lost = tuple[float, float]
"""Seconds from and to, where speech gave no words that can be believed."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One stretch."""

    samples: NDArray[np.int16] = field(repr=False)
    """16 kHz, shape (n,)."""
    activity: Activity
    """Of these samples alone."""
    likely: float
    """How likely it holds speech, 0 to 1."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    def after(self, seconds: float) -> Sound:
        """The rest of it."""
        rest, end = self.activity.part(seconds, self.seconds), self.seconds - seconds
        return Sound(samples=self.samples[round(seconds * SAMPLE_RATE) :], activity=rest, likely=rest.likely(0, end))

    def floats(self) -> NDArray[np.float32]:
        """Full scale 1.0."""
        return self.samples.astype(np.float32) / np.float32(32768)


@dataclass(frozen=True, kw_only=True)
class Task:
    """How to hear; the same for all stretches of a recording."""

    language: str
    """The expected one."""
    ask: bool = False
    """Whether each stretch is asked for its language."""
    follow: bool = False
    """Whether a stretch that clearly is in another language is heard in that one."""
    translate: bool = False
    """Whether what is not English is heard a second time, in English."""
    prompt: tuple[str, ...] = field(default=(), repr=False)
    """Words to expect where English is spoken, the most likely first: elsewhere they would draw what is written towards English."""
    smallest_window: float = LONGEST_WINDOW
    """Seconds."""
    word_times: bool = False
    """Whether every word is given with its time, and not only the doubtful ones."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one stretch gave: its sentences with their confidence and flags; `lost` where speech gave no words."""

    pieces: tuple[Piece, ...] = ()
    words: tuple[tuple[Word, ...], ...] = ()
    """One for each piece."""
    confidence: float = 0.0
    flags: tuple[SegmentFlag, ...] = ()
    lost: tuple[Lost, ...] = ()
    originals: tuple[str | None, ...] = field(default=(), repr=False)
    """Of translated pieces, one for each: what was said."""
    tongue: Tongue = field(default_factory=Tongue)
    """The language in which it was said, as far as it could be told."""

    def later(self, seconds: float) -> Found:
        """With all its times moved."""
        return replace(
            self,
            pieces=tuple(replace(piece, start=_sum(piece.start, seconds), end=_sum(piece.end, seconds)) for piece in self.pieces),
            words=tuple(tuple(_later(word, seconds) for word in words) for words in self.words),
            lost=tuple((start + seconds, end + seconds) for start, end in self.lost),
        )


def hear(ear: Ear, sound: Sound, task: Task) -> Found:
    """One stretch, in its language; and, where that is asked for, in English beside it. Raises ModelUnusable."""
    spoken = Tongue(task.language)
    if task.ask:
        spoken = tongue.of_stretch(ear, sound.floats(), window=_window(sound, task), expected=task.language, follow=task.follow)
    foreign = spoken.heard != ENGLISH
    told = replace(task, language=spoken.heard, translate=False, prompt=() if foreign else task.prompt)
    found = _whole(ear, sound, told)
    if foreign and task.translate and found.pieces:
        found = translation.beside(found, _whole(ear, sound, replace(told, translate=True)))
    return replace(found, tongue=spoken)


def _whole(ear: Ear, sound: Sound, task: Task) -> Found:
    """What the ear left off at its end is heard as a stretch of its own, once."""
    found = _attempt(ear, sound, task)
    until = found.pieces[-1].end if found.pieces else sound.seconds
    if sound.activity.said(until, sound.seconds) <= UNHEARD:
        return found
    tail = _attempt(ear, sound.after(until), task).later(until)
    return Found(
        pieces=found.pieces + tail.pieces,
        words=found.words + tail.words,
        confidence=min(found.confidence, tail.confidence) if tail.pieces else found.confidence,
        flags=tuple(dict.fromkeys((*found.flags, *tail.flags))),
        lost=found.lost + tail.lost,
    )


def _attempt(ear: Ear, sound: Sound, task: Task) -> Found:
    """Hear it until that can be believed: as it is, without the prompt, in a full window. Then keep, flag or drop the best."""
    samples, voiced = sound.floats(), sound.likely >= guards.NO_VOICE
    window = _window(sound, task)
    attempt = partial(ear.hear, samples, language=task.language, translate=task.translate)
    first = kept = attempt(window=window, prompt=task.prompt)
    if guards.echoed(first, task.prompt, sound.likely):
        kept, task = attempt(window=window), replace(task, prompt=())
    for wide in ([window] if task.prompt else []) + [LONGEST_WINDOW]:
        if not guards.suspicious(kept) and (kept.pieces or not voiced):
            break
        kept = guards.better(kept, attempt(window=wide))
    if guards.invented(kept, sound.likely):
        return Found(lost=((0.0, sound.seconds),))
    if not kept.pieces:
        return Found(lost=((0.0, sound.seconds),) if voiced else ())
    pieces = tuple(replace(piece, end=min(piece.end, sound.seconds)) for piece in sentences(kept.pieces))
    return Found(
        pieces=pieces,
        words=_shared_out(kept.words, pieces, every=task.word_times),
        confidence=kept.confidence,
        flags=tuple(_flags(kept, voiced=voiced, redone=kept is not first)),
    )


def _window(sound: Sound, task: Task) -> float:
    """Seconds."""
    return min(LONGEST_WINDOW, max(task.smallest_window, sound.seconds + MARGIN))


def _shared_out(words: Sequence[Word], pieces: Sequence[Piece], *, every: bool) -> tuple[tuple[Word, ...], ...]:
    """The words of each piece; none where they do not read as the pieces do."""
    if [word.text for word in words] != [text for piece in pieces for text in piece.text.split()]:
        return ((),) * len(pieces)
    left = iter(words)
    return tuple(tuple(word for word in islice(left, len(piece.text.split())) if every or doubtful(word)) for piece in pieces)


def _later(word: Word, seconds: float) -> Word:
    return replace(word, start=_sum(word.start, seconds), end=_sum(word.end, seconds))


def _sum(time: float, seconds: float) -> float:
    return round(time + seconds, 2)


def _flags(heard: Heard, *, voiced: bool, redone: bool) -> Iterator[SegmentFlag]:
    """`unclear` when it is doubtful even now, or when only the ear heard a voice there."""
    if guards.suspicious(heard) or not voiced:
        yield "unclear"
    if redone:
        yield "redone"
