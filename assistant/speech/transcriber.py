"""A recording to a transcript: decode, find speech, have each stretch heard by itself, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assistant.domain import HeardBy, Segment, Term, Transcript
from assistant.protocols import Brief, Progress
from assistant.speech import guards, hearing, provenance, spelling, vad, vocabulary
from assistant.speech.account import account
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.ear import Ear
from assistant.speech.hearing import MARGIN, Found, Lost, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.vad import Activity, Stretch

SAMPLED, SURE = 3, 0.7
"""The longest stretches whose language is asked for, and the probability below which it counts as English."""


@dataclass
class SpeechTranscriber:
    """Implements `protocols.Transcriber`. The model is loaded at the first recording and kept for the following ones."""

    model: ModelOnDisk
    load: Callable[[str, Path], Ear]
    """The kind of ear that such a model needs, by the model's name and folder."""
    vocabulary: tuple[Term, ...] = field(default=(), repr=False)
    """Words to expect in any recording, the most likely first. Those of a recording's own brief go before them."""
    spelling: bool = True
    """Whether what was heard is put right by these words."""
    word_times: bool = False
    """Whether every word is given with its time, and not only the doubtful ones."""
    _ear: Ear | None = field(default=None, init=False, repr=False)

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises InputError, NothingSaid or ModelError."""
        decoded = yield from decode(audio)
        activity = yield from vad.activity(decoded.samples)
        stretches = vad.plan(activity)
        if not stretches:
            raise nothing_said(decoded, activity)
        yield Progress(stage="load", done=0)
        ear = self._loaded()
        language = _language(ear, decoded, stretches)
        expected = vocabulary.joined(brief.vocabulary, self.vocabulary) if language == "en" else ()
        listed = spelling.listed(expected if self.spelling else ())
        task = Task(
            language=language,
            prompt=vocabulary.words(expected) if self.model.card.prompt else (),
            smallest_window=self.model.card.smallest_window,
            word_times=self.word_times,
        )
        segments: list[Segment] = []
        lost: list[Lost] = []
        for stretch in stretches:
            found = hearing.hear(ear, _sound(decoded, activity, stretch), task).later(stretch.start)
            lost += found.lost
            for segment in _segments(found, len(segments)):
                segments.append(spelling.spell(segment, listed))
                yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds, segment=segments[-1])
            yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds)
        if not segments and all(stretch.speech < guards.NO_VOICE for stretch in stretches):
            raise nothing_said(decoded, activity)
        gaps = account(segments, lost, decoded.gaps, activity)
        return brief.transcript(tuple(segments), self._made_by(ear, decoded), task.language, gaps)

    def _loaded(self) -> Ear:
        if self._ear is None:
            provenance.verify(self.model.folder)
            self._ear = self.load(self.model.card.name, self.model.folder)
        return self._ear

    def _made_by(self, ear: Ear, decoded: Decoded) -> HeardBy:
        settings = {**ear.settings, "window": f"speech + {MARGIN:g} s, at least {self.model.card.smallest_window:g} s"}
        settings |= {"demo": True} if self.model.card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        return HeardBy(engine="faster-whisper", model=self.model.card.name, settings=settings)


def _sound(decoded: Decoded, activity: Activity, stretch: Stretch) -> Sound:
    samples = decoded.between(stretch.start, stretch.end)
    return Sound(samples=samples, activity=activity.part(stretch.start, stretch.end), likely=stretch.speech)


def _language(ear: Ear, decoded: Decoded, stretches: list[Stretch]) -> str:
    """English unless the model knows more and the longest stretches clearly say so."""
    if not ear.multilingual:
        return "en"
    longest = sorted(stretches, key=lambda stretch: stretch.start - stretch.end)[:SAMPLED]
    shares: dict[str, float] = {}
    for stretch in longest:
        for name, share in ear.languages(decoded.floats(stretch.start, stretch.end)).items():
            shares[name] = shares.get(name, 0.0) + share / len(longest)
    likeliest = max(shares, key=lambda name: shares[name])
    return likeliest if shares[likeliest] >= SURE else "en"


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
