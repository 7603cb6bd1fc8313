"""A recording to a transcript: decode, find speech, have each stretch heard by itself, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from assistant import languages
from assistant.domain import HeardBy, Segment, Term, Transcript, voices
from assistant.doubt import doubtful
from assistant.errors import CoachnoteError
from assistant.protocols import Brief, Progress
from assistant.speech import abilities, guards, sides, spelling, tongue, turns, vad, vocabulary, windows
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.diarize import Diarizer
from assistant.speech.ear import LONGEST_WINDOW
from assistant.speech.ears import Ears
from assistant.speech.hearing import MARGIN, Found, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.sides import Side
from assistant.speech.spelling import Listed
from assistant.speech.tongue import Tongue
from assistant.speech.turns import Said
from assistant.speech.vad import Stretch

Settings = dict[str, str | int | float | bool | None]
Walk = Sequence[tuple[Side, Stretch]]


@dataclass
class SpeechTranscriber:
    """Implements `protocols.Transcriber`. The model is loaded while the first recording is decoded, and kept for the following ones."""

    model: ModelOnDisk
    ears: Ears
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
    diarizer: Callable[[], Diarizer] | None = None
    """What tells two people apart in an appointment on one channel, where that is wanted. Raises MissingPart or ModelError."""

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises InputError, NothingSaid, ModelError or MissingPart."""
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
        found = yield from sides.sides(decoded)
        smallest = windows.smallest(self.model)
        walk = _walk(found, vad.LONGEST if smallest < LONGEST_WINDOW else vad.FILLING)
        if not walk:
            raise nothing_said(decoded, found[0].activity)
        brief = replace(brief, kind="appointment") if len(found) > 1 else brief
        diarizer = self.diarizer() if self.diarizer and len(found) == 1 and brief.kind == "appointment" else None
        yield from self._loaded()
        expected = vocabulary.joined(brief.vocabulary, self.vocabulary)
        task = self._task((yield from self._expected(decoded, walk)), expected, smallest, every_word=diarizer is not None)
        tongues = yield from self._hear(task, decoded, walk, spelling.listed(expected if self.spelling else ()))
        said = sides.together(found)
        if not said and all(stretch.speech < guards.NO_VOICE for _, stretch in walk):
            raise nothing_said(decoded, found[0].activity)
        gaps = sides.gaps(found, [segment for segment, _ in said], decoded.gaps)
        if diarizer is not None:
            said = yield from self._told_apart(diarizer, found[0])
        segments = tuple(replace(segment, id=number) for number, (segment, _) in enumerate(said))
        spoken = {number: tongues[segment.id] for number, (segment, _) in enumerate(said)}
        language, others = tongue.summary(segments, spoken, task.language)
        settings = self._settings(decoded, task) | others | _voices(said, diarizer)
        heard_by = HeardBy(engine=self.model.card.engine, model=self.model.card.name, settings=settings)
        return brief.transcript(segments, heard_by, language, gaps)

    def _told_apart(self, diarizer: Diarizer, side: Side) -> Generator[Progress, None, list[Said]]:
        """By their sound. Every word had its time for that; now only those have that are wanted with it."""
        found = yield from diarizer.turns(side.sound)
        return [(segment if self.word_times else _sparing(segment), letter) for segment, letter in turns.assigned(side.segments, found)]

    def _loaded(self) -> Generator[Progress, None, None]:
        """Raises ModelUnusable, also where the ear, now that it is loaded, cannot do what it is asked for."""
        yield Progress(stage="load", done=0)
        for _ in self.ears.load():
            yield Progress(stage="load", done=0, notice=self.ears.news())
        if not self._knows_more and (self.translate or self.language not in (languages.AUTO, languages.ENGLISH)):
            raise abilities.unable(self.model.card, self.language, translate=self.translate, models=self.model.folder.parent)

    def _expected(self, decoded: Decoded, walk: Walk) -> Generator[Progress, None, str]:
        """The language to expect: as the longest stretches sound, where nobody has said it."""
        if not self._knows_more or self.language != languages.AUTO:
            return languages.ENGLISH if self.language == languages.AUTO else self.language
        longest = sorted(walk, key=lambda each: each[1].start - each[1].end)[: tongue.SAMPLED]
        told = []
        with contextlib.closing(_sounds(decoded, sorted(longest, key=lambda each: each[1].start))) as sounds:
            for shares in self.ears.languages(sounds):
                told += [] if shares is None else [shares]
                yield Progress(stage="load", done=0, notice=self.ears.news())
        return tongue.of_recording(told)

    def _task(self, expected: str, listed: tuple[Term, ...], smallest: float, *, every_word: bool) -> Task:
        return Task(
            language=expected,
            ask=self._knows_more,
            follow=self.language == languages.AUTO,
            translate=self.translate,
            prompt=vocabulary.words(listed) if self.model.card.prompt else (),
            smallest_window=smallest,
            word_times=self.word_times or every_word,
        )

    def _hear(self, task: Task, decoded: Decoded, walk: Walk, listed: Listed) -> Generator[Progress, None, dict[int, Tongue]]:
        """Each stretch, for its side to keep. Returns the language of every segment by the number it has so far."""
        tongues: dict[int, Tongue] = {}
        left, at = iter(walk), 0.0
        with contextlib.closing(_sounds(decoded, walk)) as sounds:
            for answer in self.ears.hear(sounds, task, len(walk)):
                if answer is not None:
                    side, stretch = next(left)
                    found, at = answer.later(stretch.start), stretch.end
                    side.lost += found.lost
                    for segment in _segments(found, len(tongues)):
                        side.segments.append(spelling.spell(segment, listed) if found.tongue.heard == languages.ENGLISH else segment)
                        tongues[segment.id] = found.tongue
                        yield Progress(stage="transcribe", done=at, total=decoded.seconds, segment=side.segments[-1])
                yield Progress(stage="transcribe", done=at, total=decoded.seconds, notice=self.ears.news())
        return tongues

    @property
    def _knows_more(self) -> bool:
        return self.ears.known.multilingual and not self.model.card.only_english

    def _settings(self, decoded: Decoded, task: Task) -> Settings:
        window = f"speech + {MARGIN:g} s, at least {task.smallest_window:g} s"
        settings: Settings = {**self.ears.known.settings, "window": window}
        settings |= {} if self._knows_more else {"only_english": True}
        settings |= {"language": self.language} if self.language != languages.AUTO else {}
        settings |= {"translate": True} if self.translate else {}
        settings |= {"demo": True} if self.model.card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        return settings


def _walk(found: Sequence[Side], longest: float) -> Walk:
    """What to hear, by the time at which it ends."""
    stretches = ((side, stretch) for side in found for stretch in vad.plan(side.activity, longest))
    return sorted(stretches, key=lambda each: each[1].end)


def _sounds(decoded: Decoded, walk: Walk) -> Generator[Sound | None, None, None]:
    """The stretches, in order; None whenever the next one is not decoded yet."""
    left = iter(walk)
    for samples in decoded.play([(side.sound.ways[0], stretch.start, stretch.end) for side, stretch in walk]):
        if samples is None:
            yield None
            continue
        side, stretch = next(left)
        yield Sound(samples=samples, activity=side.activity.part(stretch.start, stretch.end), likely=stretch.speech)


def _voices(said: Sequence[Said], diarizer: Diarizer | None) -> Settings:
    letters = "".join(letter for _, letter in said)
    told: Settings = {voices.VOICES: letters} if letters.strip(voices.UNKNOWN) else {}
    return told | ({"diarized": diarizer.model.card.name} if diarizer else {})


def _sparing(segment: Segment) -> Segment:
    return replace(segment, words=tuple(word for word in segment.words if doubtful(word)))


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
