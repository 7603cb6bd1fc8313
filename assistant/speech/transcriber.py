"""A recording to a transcript: decode, find speech, have each stretch heard by itself, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assistant.domain import HeardBy, Segment, Transcript
from assistant.errors import CoachnoteError
from assistant.protocols import Brief, Progress
from assistant.speech import guards, vad
from assistant.speech.account import account
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.ears import Ears
from assistant.speech.hearing import MARGIN, Found, Lost, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.vad import Activity, Stretch

SAMPLED, SURE = 3, 0.7
"""The longest stretches whose language is asked for, and the probability below which it counts as English."""


@dataclass
class SpeechTranscriber:
    """Implements `protocols.Transcriber`. The model is loaded while the first recording is decoded, and kept for the following ones."""

    model: ModelOnDisk
    ears: Ears
    prompt: str = field(default="", repr=False)
    """Words to expect; cut to 160 tokens."""
    word_times: bool = False
    """Whether every word is given with its time, and not only the doubtful ones."""

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises InputError, NothingSaid or ModelError."""
        self.ears.begin()
        try:
            return (yield from self._transcribed(audio, brief))
        except CoachnoteError:
            raise
        except BaseException:  # whoever stops this stops all of it
            self.ears.close()
            raise

    def _transcribed(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        decoded = yield from decode(audio)
        activity = yield from vad.activity(decoded)
        stretches = vad.plan(activity)
        if not stretches:
            raise nothing_said(decoded)
        language = yield from self._language(decoded, activity, stretches)
        segments: list[Segment] = []
        lost: list[Lost] = []
        for found, at in self._found(decoded, activity, stretches, self._task(language)):
            lost += found.lost
            for segment in _segments(found, len(segments)):
                segments.append(segment)
                yield Progress(stage="transcribe", done=at, total=decoded.seconds, segment=segment)
            yield Progress(stage="transcribe", done=at, total=decoded.seconds, notice=self.ears.news())
        if not segments and all(stretch.speech < guards.NO_VOICE for stretch in stretches):
            raise nothing_said(decoded)
        gaps = account(segments, lost, decoded.gaps, activity)
        return brief.transcript(tuple(segments), self._made_by(decoded), language, gaps)

    def _task(self, language: str) -> Task:
        window = self.model.card.smallest_window
        return Task(language=language, prompt=self.prompt, smallest_window=window, word_times=self.word_times)

    def _found(
        self, decoded: Decoded, activity: Activity, stretches: list[Stretch], task: Task
    ) -> Generator[tuple[Found, float], None, None]:
        """What each stretch gave, on the recording's own time line, and up to where it was heard; nothing new while an ear is at work."""
        left, at = iter(stretches), 0.0
        with contextlib.closing(_sounds(decoded, activity, stretches)) as sounds:
            for answer in self.ears.hear(sounds, task, len(stretches)):
                if answer is None:
                    yield Found(), at
                    continue
                stretch = next(left)
                at = stretch.end
                yield answer.later(stretch.start), at

    def _language(self, decoded: Decoded, activity: Activity, stretches: list[Stretch]) -> Generator[Progress, None, str]:
        """English unless the model knows more and the longest stretches clearly say so."""
        yield Progress(stage="load", done=0)
        for _ in self.ears.load():
            yield Progress(stage="load", done=0, notice=self.ears.news())
        if not self.ears.known.multilingual:
            return "en"
        longest = sorted(stretches, key=lambda stretch: stretch.start - stretch.end)[:SAMPLED]
        shares: dict[str, float] = {}
        with contextlib.closing(_sounds(decoded, activity, sorted(longest, key=lambda stretch: stretch.start))) as sounds:
            for found in self.ears.languages(sounds):
                for name, share in (found or {}).items():
                    shares[name] = shares.get(name, 0.0) + share / len(longest)
                yield Progress(stage="load", done=0, notice=self.ears.news())
        likeliest = max(shares, key=lambda name: shares[name], default="en")
        return likeliest if shares.get(likeliest, 0.0) >= SURE else "en"

    def _made_by(self, decoded: Decoded) -> HeardBy:
        card = self.model.card
        settings = {**self.ears.known.settings, "window": f"speech + {MARGIN:g} s, at least {card.smallest_window:g} s"}
        settings |= {"demo": True} if card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        return HeardBy(engine=card.engine, model=card.name, settings=settings)


def _sounds(decoded: Decoded, activity: Activity, stretches: list[Stretch]) -> Generator[Sound | None, None, None]:
    """The stretches, in order; None whenever the next one is not decoded yet."""
    left = iter(stretches)
    for samples in decoded.sound((stretch.start, stretch.end) for stretch in stretches):
        if samples is None:
            yield None
            continue
        stretch = next(left)
        yield Sound(samples=samples, activity=activity.part(stretch.start, stretch.end), likely=stretch.speech)


def _segments(found: Found, first: int) -> Iterator[Segment]:
    for number, (piece, words) in enumerate(zip(found.pieces, found.words, strict=True), first):
        yield Segment(
            id=number,
            start=piece.start,
            end=piece.end,
            speaker=None,
            text=piece.text,
            confidence=found.confidence,
            words=words,
            flags=found.flags,
        )
