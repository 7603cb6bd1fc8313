"""How well the model hears: word error rates over texts spoken by the synthetic voices.

Knows scoring and the two ways of decoding (segment by segment, and faster-whisper's own). Does not know training.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .voices import RATE

Audio = NDArray[np.float32]
Listener = Callable[[Audio], str]

LONGEST_SEGMENT = 15.0
"""Seconds of speech in one segment of `coachnote transcribe`."""

NOTHING_SAID = 4
"""Exit code of `coachnote transcribe` on a recording without speech."""

ROOT = Path(__file__).resolve().parents[2]

MARGIN = 2.0
"""Seconds of window beyond the segment's last sample."""


@dataclass(frozen=True)
class Errors:
    """Word errors against `words` spoken words."""

    wrong: int
    words: int

    @property
    def rate(self) -> float:
        """Word error rate; 1.0 is one error per spoken word."""
        return self.wrong / max(self.words, 1)

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.wrong + other.wrong, self.words + other.words)


def words(text: str) -> list[str]:
    """Lower-case words without signs, apostrophes within words kept."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("\u2019", "'"))


def errors(spoken: str, heard: str) -> Errors:
    """Least substitutions, deletions and insertions that turn `heard` into `spoken` (Levenshtein distance over words)."""
    reference, guess = words(spoken), words(heard)
    row = list(range(len(guess) + 1))
    for i, word in enumerate(reference, start=1):
        previous, row[0] = row[0], i
        for j, other in enumerate(guess, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return Errors(row[-1], len(reference))


def total(parts: Iterable[Errors]) -> Errors:
    """The sum of several errors."""
    return sum(parts, Errors(0, 0))


def segments(audio: Audio) -> Iterator[tuple[float, Audio]]:
    """Stretches of speech (start in seconds, samples) of at most LONGEST_SEGMENT, found by faster-whisper's voice-activity model."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=500, speech_pad_ms=200, max_speech_duration_s=LONGEST_SEGMENT)
    for chunk in get_speech_timestamps(audio, options):
        yield chunk["start"] / RATE, audio[chunk["start"] : chunk["end"]]


def by_segment(model: Any, smallest: float, timed: bool = True, beam: int = 5) -> Listener:
    """Decode each segment alone in a window of its own length plus MARGIN, at least `smallest` seconds."""
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.tokenizer import Tokenizer
    from faster_whisper.transcribe import get_ctranslate2_storage, get_suppressed_tokens

    tokenizer = Tokenizer(model.hf_tokenizer, False)
    suppressed = get_suppressed_tokens(tokenizer, [-1])
    prompt = tokenizer.sot_sequence if timed else [*tokenizer.sot_sequence, tokenizer.no_timestamps]

    def hear(segment: Audio) -> str:
        frames = min(round(max(smallest, len(segment) / RATE + MARGIN) * 50) * 2, 3000)
        features = pad_or_trim(model.feature_extractor(segment), frames)[None]
        encoded = model.model.encode(get_ctranslate2_storage(features))
        options = {"beam_size": beam, "max_length": 224, "suppress_tokens": suppressed, "max_initial_timestamp_index": 50}
        return str(tokenizer.decode(model.model.generate(encoded, [prompt], **options)[0].sequences_ids[0]))

    return lambda audio: " ".join(hear(segment) for _, segment in segments(audio))


def stock(model: Any, filtered: bool = True) -> Listener:
    """faster-whisper's own transcription, as anybody would call it; `filtered` is its voice-activity filter."""

    def hear(audio: Audio) -> str:
        heard, _ = model.transcribe(audio, vad_filter=filtered, beam_size=5)
        return " ".join(each.text.strip() for each in heard)

    return hear


def by_command() -> Listener:
    """`coachnote transcribe`, run as a person would run it, on a WAV file."""

    def hear(audio: Audio) -> str:
        with tempfile.TemporaryDirectory(prefix="demo-measure-") as folder:
            path = Path(folder, "reading.wav")
            with wave.open(str(path), "wb") as sound:
                sound.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
                sound.writeframes((audio * 32767).astype(np.int16).tobytes())
            command = [sys.executable, "-m", "assistant", "transcribe", str(path), "--model", "demo", "--format", "json"]
            done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
        if done.returncode == NOTHING_SAID:
            return ""
        done.check_returncode()
        return " ".join(each["text"].strip() for each in json.loads(done.stdout)["segments"])

    return hear


def timing_errors(model: Any, readings: Sequence[tuple[list[str], Audio, list[tuple[float, float]]]]) -> float:
    """Median distance in seconds between true and found times of the first word's start and the last word's end of each sentence.

    A word is looked for by its spelling, and of several the nearest counts; words not heard as spoken are left out.
    """
    distances = list[float]()
    for sentences, audio, times in readings:
        heard, _ = model.transcribe(audio, beam_size=5, word_timestamps=True)
        found = [(words(each.word), each.start, each.end) for part in heard for each in part.words]
        for sentence, (start, end) in zip(sentences, times, strict=True):
            first, last = words(sentence)[0], words(sentence)[-1]
            distances += sorted(abs(begin - start) for word, begin, _ in found if word == [first])[:1]
            distances += sorted(abs(stop - end) for word, _, stop in found if word == [last])[:1]
    return round(float(np.median(distances)), 3)
