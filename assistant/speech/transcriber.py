"""A recording to a transcript: decode, find speech, have each stretch heard by itself, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assistant import languages
from assistant.domain import HeardBy, Segment, Term, Transcript
from assistant.protocols import Brief, Progress
from assistant.speech import abilities, guards, hearing, provenance, spelling, tongue, vad, vocabulary
from assistant.speech.account import account
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.ear import Ear
from assistant.speech.hearing import MARGIN, Found, Lost, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.tongue import Tongue
from assistant.speech.vad import Activity, Stretch


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
    language: str = languages.AUTO
    """A code, or `auto`: found out from the recording, stretch by stretch."""
    translate: bool = False
    """Whether what is not English is translated too."""
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
        expected = vocabulary.joined(brief.vocabulary, self.vocabulary)
        listed = spelling.listed(expected if self.spelling else ())
        task = self._task(ear, decoded, stretches, expected)
        segments: list[Segment] = []
        lost: list[Lost] = []
        spoken: dict[int, Tongue] = {}
        for stretch in stretches:
            found = hearing.hear(ear, _sound(decoded, activity, stretch), task).later(stretch.start)
            lost += found.lost
            for segment in _segments(found, len(segments)):
                segments.append(spelling.spell(segment, listed) if found.tongue.heard == languages.ENGLISH else segment)
                spoken[segment.id] = found.tongue
                yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds, segment=segments[-1])
            yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds)
        if not segments and all(stretch.speech < guards.NO_VOICE for stretch in stretches):
            raise nothing_said(decoded, activity)
        gaps = account(segments, lost, decoded.gaps, activity)
        language, others = tongue.summary(segments, spoken, task.language)
        made_by = HeardBy(engine="faster-whisper", model=self.model.card.name, settings=self._settings(ear, decoded) | others)
        return brief.transcript(tuple(segments), made_by, language, gaps)

    def _loaded(self) -> Ear:
        if self._ear is None:
            provenance.verify(self.model.folder)
            self._ear = self.load(self.model.card.name, self.model.folder)
        return self._ear

    def _task(self, ear: Ear, decoded: Decoded, stretches: list[Stretch], listed: tuple[Term, ...]) -> Task:
        """Raises ModelUnusable where the ear, now that it is loaded, cannot do what it is asked for."""
        knows = self._knows_more(ear)
        if not knows and (self.translate or self.language not in (languages.AUTO, languages.ENGLISH)):
            raise abilities.unable(self.model.card, self.language, translate=self.translate, models=self.model.folder.parent)
        expected = languages.ENGLISH if self.language == languages.AUTO else self.language
        if knows and self.language == languages.AUTO:
            longest = sorted(stretches, key=lambda stretch: stretch.start - stretch.end)[: tongue.SAMPLED]
            expected = tongue.of_recording(ear, [decoded.floats(stretch.start, stretch.end) for stretch in longest])
        return Task(
            language=expected,
            ask=knows,
            follow=self.language == languages.AUTO,
            translate=self.translate,
            prompt=vocabulary.words(listed) if self.model.card.prompt else (),
            smallest_window=self.model.card.smallest_window,
            word_times=self.word_times,
        )

    def _knows_more(self, ear: Ear) -> bool:
        return ear.multilingual and not self.model.card.only_english

    def _settings(self, ear: Ear, decoded: Decoded) -> dict[str, str | int | float | bool | None]:
        settings = {**ear.settings, "window": f"speech + {MARGIN:g} s, at least {self.model.card.smallest_window:g} s"}
        settings |= {} if self._knows_more(ear) else {"only_english": True}
        settings |= {"language": self.language} if self.language != languages.AUTO else {}
        settings |= {"translate": True} if self.translate else {}
        settings |= {"demo": True} if self.model.card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        return settings


def _sound(decoded: Decoded, activity: Activity, stretch: Stretch) -> Sound:
    samples = decoded.between(stretch.start, stretch.end)
    return Sound(samples=samples, activity=activity.part(stretch.start, stretch.end), likely=stretch.speech)


def _segments(found: Found, first: int) -> Iterator[Segment]:
    originals = found.originals or (None,) * len(found.pieces)
    for number, (piece, words, original) in enumerate(zip(found.pieces, found.words, originals, strict=True), first):
        yield Segment(
            id=number,
            start=piece.start,
            end=piece.end,
            speaker=None,
            text=piece.text,
            confidence=found.confidence,
            words=words,
            original=original,
            flags=found.flags,
        )
