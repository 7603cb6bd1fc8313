"""Training windows: waveforms of exact length with the token targets that Whisper would be given for them.

Knows utterances (samples and text) and Whisper's target conventions (Radford et al. 2022, section 2.3). Does not know
spectrograms, the network or how the utterances were spoken. All randomness comes from the generator handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .noise import Noise
from .tokens import Tokens
from .voices import RATE, Samples, Utterance

IGNORED = -100
"""Label of positions that carry no loss."""

LONGEST_PROMPT = 223
"""Tokens of earlier text that faster-whisper keeps: half of the 448 positions, less one for the prompt's own mark."""

POSITIONS = 448
"""Tokens that the decoder has places for."""

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Placed:
    """An utterance within a window; `start` and `end` in seconds, `end` beyond the window when it is cut."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Window:
    """One training example.

    audio: float32 at 16 kHz. pad_frame: the first 10 ms frame that is padding in the spectrogram itself.
    loudest: least log10 mel power to which the spectrogram is normalised, as in a longer recording.
    inputs and labels: equally long token numbers, labels IGNORED where there is no loss.
    letters: what the encoder should spell, None when the window cuts an utterance.
    """

    audio: Audio
    pad_frame: int
    loudest: float
    inputs: list[int]
    labels: list[int]
    letters: str | None


@dataclass(frozen=True)
class Recipe:
    """Shares of the kinds of windows, each from 0 to 1."""

    silence: float = 0.06
    single: float = 0.55
    single_long: float = 0.20
    cut: float = 0.5
    timed: float = 0.75
    prompted: float = 0.10
    following: float = 0.65
    misheard: float = 0.10


def target(placed: Sequence[Placed], seconds: float, timed: bool, tokens: Tokens) -> list[int]:
    """What the decoder should write after the start mark for these utterances, the end mark included.

    With times, an utterance that runs over the window's end adds only its start time, right after the last end time,
    so that a reader knows where to go on. Without times it may not occur: ValueError.
    """
    whole = [each for each in placed if each.end <= seconds]
    cut = [each for each in placed if each.end > seconds]
    if not timed:
        if cut:
            raise ValueError("a window without times cannot tell where an utterance was cut")
        return [tokens.no_timestamps, *tokens.text(" ".join(each.text for each in whole)), tokens.eot]
    written: list[int] = []
    for each in whole:
        written += [tokens.time(_begin(each, written)), *tokens.text(each.text), tokens.time(each.end)]
    return [*written, *(tokens.time(_begin(each, written)) for each in cut), tokens.eot]


def _begin(each: Placed, before: Sequence[int]) -> float:
    """Its start; a window's first time may be 1 s at most, since faster-whisper allows no later one."""
    return each.start if before else min(each.start, 1.0)


def silent_target(rng: np.random.Generator, tokens: Tokens) -> tuple[list[int], list[int]]:
    """Inputs and labels of a window without speech: no speech is said at the start mark, whatever is forced after it."""
    forced = (tokens.no_speech, tokens.no_timestamps, tokens.time(rng.uniform(0.0, 1.0)))[rng.integers(3)]
    return [tokens.sot, forced], [tokens.no_speech, tokens.eot]


class Assembler:
    """Makes windows from the cached utterances."""

    def __init__(self, utterances: Sequence[Utterance], samples: Samples, tokens: Tokens, recipe: Recipe, noise: Noise) -> None:
        self._samples, self._tokens, self._recipe, self._noise = samples, tokens, recipe, noise
        self._voices: dict[str, list[Utterance]] = {}
        for each in sorted(utterances, key=lambda utterance: utterance.length):
            self._voices.setdefault(each.voice, []).append(each)
        self._lengths = {voice: np.array([each.length for each in said]) for voice, said in self._voices.items()}
        self._weights = np.array([len(said) for said in self._voices.values()]) / len(utterances)

    def window(self, seconds: float, rng: np.random.Generator) -> Window:
        """One window of `seconds` (at most 30)."""
        if rng.random() < self._recipe.silence:
            return self._silent(seconds, rng)
        return self._spoken(seconds, rng)

    def _silent(self, seconds: float, rng: np.random.Generator) -> Window:
        inputs, labels = silent_target(rng, self._tokens)
        inputs, labels = self._prompted(inputs, labels, seconds, self._recipe.prompted, rng)
        audio, pad_frame = self._padded(self._noise.silence(round(seconds * RATE), rng), 0.2, seconds, rng)
        loudest = float(rng.uniform(-1.5, 1.3)) if rng.random() < 0.5 else -10.0
        return Window(audio, pad_frame, loudest, inputs, labels, "")

    def _spoken(self, seconds: float, rng: np.random.Generator) -> Window:
        timed = bool(rng.random() < self._recipe.timed)
        placed, audio = self._place(seconds, timed, rng)
        cut = placed[-1].end > seconds
        written = target(placed, seconds, timed, self._tokens)
        inputs, labels = self._misheard([self._tokens.sot, *written[:-1]], rng), written
        inputs, labels = self._prompted(inputs, labels, seconds, self._prompt_share(seconds, timed), rng)
        audio = self._noise.under(audio, rng)
        audio, pad_frame = self._padded(audio, seconds if cut else placed[-1].end, seconds, rng)
        letters = None if cut else " ".join(each.text for each in placed)
        return Window(audio, pad_frame, -10.0, inputs, labels, letters)

    def _prompt_share(self, seconds: float, timed: bool) -> float:
        """Full windows with times mostly follow other windows of the same recording, so many have a prompt."""
        return self._recipe.following if timed and seconds >= 25 else self._recipe.prompted

    def _place(self, seconds: float, timed: bool, rng: np.random.Generator) -> tuple[list[Placed], Audio]:
        """Lay utterances of one voice one after the other; the last may be cut where times are written."""
        audio = np.zeros(round(seconds * RATE), dtype=np.float32)
        voice = list(self._voices)[rng.choice(len(self._weights), p=self._weights)]
        clock = self._lead(seconds, rng)
        single = rng.random() < np.interp(seconds, (6.0, 17.0), (self._recipe.single, self._recipe.single_long))
        may_cut = timed and not single and rng.random() < self._recipe.cut
        full = seconds if may_cut else rng.uniform(0.3, 1.0) * seconds
        pace, placed = rng.uniform(0.97, 1.04), list[Placed]()
        while True:
            room = seconds - clock - 0.04
            each, spoken = self._pick(voice, np.inf if may_cut and placed else room, pace, rng)
            end = clock + len(spoken) / RATE
            if placed and (end > seconds - 0.02 and not may_cut):
                return placed, audio
            at = round(clock * RATE)
            part = spoken[: len(audio) - at]
            audio[at : at + len(part)] += part * (10 ** rng.uniform(-0.15, 0.0))
            placed.append(Placed(each.text, clock, end))
            clock = end + self._gap(rng)
            if single or end > seconds or clock > full or clock > seconds - 0.3:
                return placed, audio

    def _pick(self, voice: str, room: float, pace: float, rng: np.random.Generator) -> tuple[Utterance, Audio]:
        """An utterance of the voice that fits `room` seconds where one does (else the shortest), at the window's pace."""
        fitting = int(np.searchsorted(self._lengths[voice], room * RATE * pace)) if np.isfinite(room) else len(self._lengths[voice])
        each = self._voices[voice][rng.integers(max(fitting, 1))]
        spoken = self._samples[each.start : each.start + each.length].astype(np.float32) / 32768.0
        positions = np.arange(int(len(spoken) / pace), dtype=np.float64) * pace
        return each, np.interp(positions, np.arange(len(spoken)), spoken).astype(np.float32)

    @staticmethod
    def _lead(seconds: float, rng: np.random.Generator) -> float:
        """Seconds before the first word: little where a filter cut; in a long window now and then a pause for thought."""
        longest = 2.4 if seconds >= 17 else 0.95
        return float(rng.choice((0.04, 0.5, 0.95, longest), p=(0.28, 0.42, 0.2, 0.1)) * rng.random())

    @staticmethod
    def _gap(rng: np.random.Generator) -> float:
        """Seconds between utterances: what a voice-activity filter leaves, a pause for breath, a pause for thought."""
        low, high = ((0.05, 0.5), (0.4, 1.3), (1.2, 2.8))[rng.choice(3, p=(0.4, 0.48, 0.12))]
        return float(rng.uniform(low, high))

    def _padded(self, audio: Audio, end: float, seconds: float, rng: np.random.Generator) -> tuple[Audio, int]:
        """Padding after `end`, in the spectrogram (its first frame is returned) or, half of the time, digital silence in the sound."""
        frame = self._pad_frame(end, seconds, rng)
        if rng.random() < 0.5:
            return audio, frame
        audio[frame * 160 :] = 0.0
        return audio, round(seconds * 100)

    @staticmethod
    def _pad_frame(end: float, seconds: float, rng: np.random.Generator) -> int:
        """Where padding begins: nowhere, soon after the last word (a filter's margin), or anywhere after it."""
        last = seconds * 100
        earliest = min(end * 100 + 4, last)
        choices = (last, min(earliest + rng.uniform(0, 50), last), rng.uniform(earliest, last))
        return int(choices[rng.choice(3, p=(0.5, 0.35, 0.15))])

    def _misheard(self, inputs: list[int], rng: np.random.Generator) -> list[int]:
        """Replace some text tokens of the inputs by others, so that the decoder listens rather than recites."""
        wrong = rng.random(len(inputs)) < self._recipe.misheard
        others = rng.integers(256, self._tokens.eot, len(inputs))
        return [
            int(other) if swap and number < self._tokens.eot else number for number, swap, other in zip(inputs, wrong, others, strict=True)
        ]

    def _prompted(
        self, inputs: list[int], labels: list[int], seconds: float, share: float, rng: np.random.Generator
    ) -> tuple[list[int], list[int]]:
        """Put earlier text before the start mark, without loss on it, in `share` of the windows; a long one before long windows only."""
        if rng.random() >= share:
            return inputs, labels
        room = min(LONGEST_PROMPT, POSITIONS - len(inputs) - 1)
        prompt = [self._tokens.prev, *self._earlier(14 if seconds >= 17 else 3, rng)[-room:]]
        return prompt + inputs, [IGNORED] * len(prompt) + labels

    def _earlier(self, most: int, rng: np.random.Generator) -> list[int]:
        """Tokens of one to `most` other utterances, three quarters of the time with the timestamps faster-whisper keeps."""
        timed, clock, written = rng.random() < 0.75, 0.0, list[int]()
        said = next(iter(self._voices.values()))
        for _ in range(rng.integers(1, most + 1)):
            each = said[rng.integers(len(said))]
            end = clock + each.length / RATE
            text = self._tokens.text(each.text)
            written += [self._tokens.time(clock), *text, self._tokens.time(end)] if timed else text
            clock = (end + self._gap(rng)) % 27
        return written
