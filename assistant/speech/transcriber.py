"""A recording to a transcript: decode, find speech, have each stretch heard by itself, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from assistant.domain import HeardBy, Segment, Transcript, voices
from assistant.doubt import doubtful
from assistant.protocols import Brief, Progress
from assistant.speech import guards, hearing, provenance, sides, turns, vad
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.diarize import Diarizer
from assistant.speech.ear import Ear
from assistant.speech.hearing import MARGIN, Found, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.sides import Side
from assistant.speech.turns import Said
from assistant.speech.vad import Stretch

SAMPLED, SURE = 3, 0.7
"""The longest stretches whose language is asked for, and the probability below which it counts as English."""


@dataclass
class SpeechTranscriber:
    """Implements `protocols.Transcriber`. The model is loaded at the first recording and kept for the following ones."""

    model: ModelOnDisk
    load: Callable[[str, Path], Ear]
    """The kind of ear that such a model needs, by the model's name and folder."""
    prompt: str = field(default="", repr=False)
    """Words to expect; cut to 160 tokens."""
    word_times: bool = False
    """Whether every word is given with its time, and not only the doubtful ones."""
    diarizer: Callable[[], Diarizer] | None = None
    """What tells two people apart in an appointment on one channel, where that is wanted. Raises MissingPart or ModelError."""
    _ear: Ear | None = field(default=None, init=False, repr=False)

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises InputError, NothingSaid, ModelError or MissingPart."""
        decoded = yield from decode(audio)
        found = yield from sides.sides(decoded)
        walk = _walk(found)
        if not walk:
            raise nothing_said(decoded, found[0].activity)
        brief = replace(brief, kind="appointment") if len(found) > 1 else brief
        diarizer = self.diarizer() if self.diarizer and len(found) == 1 and brief.kind == "appointment" else None
        yield Progress(stage="load", done=0)
        ear = self._loaded()
        task = Task(
            language=_language(ear, walk),
            prompt=self.prompt,
            smallest_window=self.model.card.smallest_window,
            word_times=self.word_times or diarizer is not None,
        )
        for side, stretch in walk:
            heard = hearing.hear(ear, _sound(side, stretch), task).later(stretch.start)
            side.lost += heard.lost
            for segment in _segments(heard, sum(len(each.segments) for each in found)):
                side.segments.append(segment)
                yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds, segment=segment)
            yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds)
        said = sides.together(found)
        if not said and all(stretch.speech < guards.NO_VOICE for _, stretch in walk):
            raise nothing_said(decoded, found[0].activity)
        gaps = sides.gaps(found, [segment for segment, _ in said], decoded.gaps)
        if diarizer is not None:
            said = yield from self._told_apart(diarizer, found[0])
        made_by = self._made_by(ear, decoded, "".join(letter for _, letter in said), diarizer)
        return brief.transcript(tuple(_numbered(said)), made_by, task.language, gaps)

    def _told_apart(self, diarizer: Diarizer, side: Side) -> Generator[Progress, None, list[Said]]:
        """By their sound. Every word had its time for that; now only those have that are wanted with it."""
        found = yield from diarizer.turns(side.sound.samples)
        return [(segment if self.word_times else _sparing(segment), letter) for segment, letter in turns.assigned(side.segments, found)]

    def _loaded(self) -> Ear:
        if self._ear is None:
            provenance.verify(self.model.folder)
            self._ear = self.load(self.model.card.name, self.model.folder)
        return self._ear

    def _made_by(self, ear: Ear, decoded: Decoded, letters: str, diarizer: Diarizer | None) -> HeardBy:
        settings = {**ear.settings, "window": f"speech + {MARGIN:g} s, at least {self.model.card.smallest_window:g} s"}
        settings |= {"demo": True} if self.model.card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        settings |= {"diarized": diarizer.model.card.name} if diarizer else {}
        settings |= {voices.VOICES: letters} if letters.strip(voices.UNKNOWN) else {}
        return HeardBy(engine="faster-whisper", model=self.model.card.name, settings=settings)


def _walk(found: Sequence[Side]) -> list[tuple[Side, Stretch]]:
    """What to hear, by the time at which it ends."""
    stretches = ((side, stretch) for side in found for stretch in vad.plan(side.activity))
    return sorted(stretches, key=lambda each: each[1].end)


def _sound(side: Side, stretch: Stretch) -> Sound:
    samples = side.sound.between(stretch.start, stretch.end)
    return Sound(samples=samples, activity=side.activity.part(stretch.start, stretch.end), likely=stretch.speech)


def _language(ear: Ear, walk: Sequence[tuple[Side, Stretch]]) -> str:
    """English unless the model knows more and the longest stretches clearly say so."""
    if not ear.multilingual:
        return "en"
    longest = sorted(walk, key=lambda each: each[1].start - each[1].end)[:SAMPLED]
    shares: dict[str, float] = {}
    for side, stretch in longest:
        for name, share in ear.languages(side.sound.floats(stretch.start, stretch.end)).items():
            shares[name] = shares.get(name, 0.0) + share / len(longest)
    likeliest = max(shares, key=lambda name: shares[name])
    return likeliest if shares[likeliest] >= SURE else "en"


def _numbered(said: Sequence[Said]) -> Iterator[Segment]:
    yield from (replace(segment, id=number) for number, (segment, _) in enumerate(said))


def _sparing(segment: Segment) -> Segment:
    return replace(segment, words=tuple(word for word in segment.words if doubtful(word)))


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
