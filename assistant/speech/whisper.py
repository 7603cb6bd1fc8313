"""A recording to a transcript with Whisper: decode, find speech, hear each stretch by itself, doubt it, account for the rest.

No text of one stretch is shown to the next, so a mistake cannot spread. What could not be heard becomes a gap, and what is
doubtful a flag: nothing is invented and nothing disappears. Knows no command line and no store.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from assistant.domain import Gap, HeardBy, Segment, SegmentFlag, Transcript, Word
from assistant.doubt import doubtful
from assistant.protocols import Brief, Progress
from assistant.speech import guards, provenance, vad
from assistant.speech.account import account
from assistant.speech.cards import DEMO, ModelOnDisk
from assistant.speech.decode import Decoded, decode
from assistant.speech.engine import BEAM, LONGEST_WINDOW, Engine
from assistant.speech.guards import Heard
from assistant.speech.nobody import nothing_said
from assistant.speech.sentences import Piece, sentences
from assistant.speech.vad import Activity, Stretch

MARGIN = 2.0
"""Seconds of silence after the sound: with less, Whisper repeats itself."""
UNHEARD = 2.0
"""Seconds of likely speech after the last word heard, from which the rest of a stretch is heard again."""
SAMPLED, SURE = 3, 0.7
"""The longest stretches whose language is asked for, and the probability below which it counts as English."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What one stretch gave: its sentences with their confidence and flags; `lost` where speech gave no words."""

    pieces: tuple[Piece, ...] = ()
    words: tuple[tuple[Word, ...], ...] = ()
    """One for each piece."""
    confidence: float = 0.0
    flags: tuple[SegmentFlag, ...] = ()
    lost: tuple[Stretch, ...] = ()


@dataclass
class WhisperTranscriber:
    """Implements `protocols.Transcriber`. The model is loaded at the first recording and kept for the following ones."""

    model: ModelOnDisk
    prompt: str = field(default="", repr=False)
    """Words to expect; cut to 160 tokens."""
    word_times: bool = False
    """Whether every word is given with its time, and not only the doubtful ones."""
    _engine: Engine | None = field(default=None, init=False, repr=False)

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises InputError, NothingSaid or ModelError."""
        decoded = yield from decode(audio)
        activity = yield from vad.activity(decoded.samples)
        stretches = vad.plan(activity)
        if not stretches:
            raise nothing_said(decoded, activity)
        yield Progress(stage="load", done=0)
        engine = self._loaded()
        language = _language(engine, decoded, stretches)
        segments: list[Segment] = []
        lost: list[Stretch] = []
        for stretch in stretches:
            found = self._hear(engine, decoded, activity, stretch, language)
            lost += found.lost
            for segment in _segments(found, len(segments)):
                segments.append(segment)
                yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds, segment=segment)
            yield Progress(stage="transcribe", done=stretch.end, total=decoded.seconds)
        if not segments and all(stretch.speech < guards.NO_VOICE for stretch in stretches):
            raise nothing_said(decoded, activity)
        gaps = account(segments, lost, decoded.gaps, activity)
        return self._transcript(brief, language, tuple(segments), gaps, engine, decoded)

    def _loaded(self) -> Engine:
        if self._engine is None:
            provenance.verify(self.model.folder)
            self._engine = Engine(self.model.card.name, self.model.folder)
        return self._engine

    def _hear(self, engine: Engine, decoded: Decoded, activity: Activity, stretch: Stretch, language: str) -> _Found:
        """One stretch; what Whisper left off at its end is heard as a stretch of its own, once."""
        found = self._attempt(engine, decoded, stretch, language)
        until = found.pieces[-1].end if found.pieces else stretch.end
        if activity.said(until, stretch.end) <= UNHEARD:
            return found
        rest = Stretch(start=until, end=stretch.end, speech=activity.likely(until, stretch.end))
        tail = self._attempt(engine, decoded, rest, language)
        flags = tuple(dict.fromkeys((*found.flags, *tail.flags)))
        confidence = min(found.confidence, tail.confidence) if tail.pieces else found.confidence
        return _Found(
            pieces=found.pieces + tail.pieces,
            words=found.words + tail.words,
            confidence=confidence,
            flags=flags,
            lost=found.lost + tail.lost,
        )

    def _attempt(self, engine: Engine, decoded: Decoded, stretch: Stretch, language: str) -> _Found:
        """Hear it until that can be believed: as it is, without the prompt, in a full window. Then keep, flag or drop the best."""
        sound = decoded.floats(stretch.start, stretch.end)
        window = min(LONGEST_WINDOW, max(self.model.card.smallest_window, stretch.end - stretch.start + MARGIN))
        first = kept = engine.hear(sound, window=window, language=language, prompt=self.prompt)
        for wide in ([window] if self.prompt else []) + [LONGEST_WINDOW]:
            if not guards.suspicious(kept) and (kept.pieces or stretch.speech < guards.NO_VOICE):
                break
            kept = guards.better(kept, engine.hear(sound, window=wide, language=language))
        if guards.invented(kept, stretch.speech):
            return _Found(lost=(stretch,))
        if not kept.pieces:
            return _Found(lost=(stretch,) if stretch.speech >= guards.NO_VOICE else ())
        pieces = _placed(kept, stretch)
        return _Found(
            pieces=pieces,
            words=_shared_out(kept.words, pieces, stretch, every=self.word_times),
            confidence=kept.confidence,
            flags=tuple(_flags(kept, stretch, redone=kept is not first)),
        )

    def _transcript(
        self, brief: Brief, language: str, segments: tuple[Segment, ...], gaps: tuple[Gap, ...], engine: Engine, decoded: Decoded
    ) -> Transcript:
        settings: dict[str, str | int | float | bool | None] = {
            "version": version("faster-whisper"),
            "compute_type": engine.compute_type,
            "beam": BEAM,
            "window": f"speech + {MARGIN:g} s, at least {self.model.card.smallest_window:g} s",
        }
        settings |= {"demo": True} if self.model.card.name == DEMO else {}
        settings |= {"bad_packets": decoded.bad_packets} if decoded.bad_packets else {}
        made_by = HeardBy(engine="faster-whisper", model=self.model.card.name, settings=settings)
        return brief.transcript(segments, made_by, language, gaps)


def _language(engine: Engine, decoded: Decoded, stretches: list[Stretch]) -> str:
    """English unless the model knows more and the longest stretches clearly say so."""
    if not engine.multilingual:
        return "en"
    longest = sorted(stretches, key=lambda stretch: stretch.start - stretch.end)[:SAMPLED]
    shares: dict[str, float] = {}
    for stretch in longest:
        for name, share in engine.languages(decoded.floats(stretch.start, stretch.end)).items():
            shares[name] = shares.get(name, 0.0) + share / len(longest)
    likeliest = max(shares, key=lambda name: shares[name])
    return likeliest if shares[likeliest] >= SURE else "en"


def _placed(heard: Heard, stretch: Stretch) -> tuple[Piece, ...]:
    """Its sentences, in seconds of the recording."""
    return tuple(
        Piece(start=round(stretch.start + piece.start, 2), end=round(min(stretch.start + piece.end, stretch.end), 2), text=piece.text)
        for piece in sentences(heard.pieces)
    )


def _shared_out(words: Sequence[Word], pieces: Sequence[Piece], stretch: Stretch, *, every: bool) -> tuple[tuple[Word, ...], ...]:
    """The words of each piece, in seconds of the recording; none where they do not read as the pieces do."""
    if [word.text for word in words] != [text for piece in pieces for text in piece.text.split()]:
        return ((),) * len(pieces)
    left = iter(words)
    return tuple(
        tuple(_later(word, stretch) for word in islice(left, len(piece.text.split())) if every or doubtful(word)) for piece in pieces
    )


def _later(word: Word, stretch: Stretch) -> Word:
    return replace(word, start=round(stretch.start + word.start, 2), end=round(stretch.start + word.end, 2))


def _flags(heard: Heard, stretch: Stretch, *, redone: bool) -> Iterator[SegmentFlag]:
    """`unclear` when it is doubtful even now, or when only Whisper heard a voice there."""
    if guards.suspicious(heard) or stretch.speech < guards.NO_VOICE:
        yield "unclear"
    if redone:
        yield "redone"


def _segments(found: _Found, first: int) -> Iterator[Segment]:
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
