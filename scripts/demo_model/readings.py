"""Texts read aloud for measuring, and the bundled demonstration recording.

Knows how sentences follow each other in a reading. Does not know models or scores.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import grammar
from .noise import Noise
from .voices import DEMO_VOICE, RATE, VOICES, Samples, Voice, speak

Audio = NDArray[np.float32]

SEED = 20_311
"""Of every reading; the training speech uses another."""

SILENCE_SECONDS = 12.0


def read_aloud(sentences: Sequence[str], voice: Voice) -> tuple[Audio, list[tuple[float, float]]]:
    """The sentences with pauses of 0.4 to 1.2 s between them over a faint hiss (float32, 16 kHz), and each one's start and end (s)."""
    rng = random.Random(f"{SEED}/{sentences[0]}")
    parts, times, clock = list[Audio](), list[tuple[float, float]](), 0.0
    for sentence in sentences:
        pause, spoken = rng.uniform(0.4, 1.2), speak(voice, sentence, SEED).astype(np.float32) / 32768
        parts += [np.zeros(round(pause * RATE), dtype=np.float32), spoken]
        start = clock + round(pause * RATE) / RATE
        clock = start + len(spoken) / RATE
        times.append((start, clock))
    whole = np.concatenate([*parts, np.zeros(RATE // 2, dtype=np.float32)])
    hiss = np.random.default_rng(SEED).standard_normal(len(whole)) * 10 ** (-66 / 20)
    return np.asarray(whole + hiss, dtype=np.float32), times


def voice(number: int) -> Voice:
    """The voice whose turn it is."""
    return VOICES[number % len(VOICES)]


def single(texts: Sequence[str]) -> Iterator[tuple[str, Audio]]:
    """Each text read as one utterance, the voices taking turns."""
    for number, text in enumerate(texts):
        yield text, read_aloud([text], voice(number))[0]


def dictations(texts: Sequence[str]) -> Iterator[tuple[str, Audio]]:
    """Each text read sentence by sentence, the voices taking turns."""
    for number, text in enumerate(texts):
        yield text, read_aloud(grammar.split_sentences(text), voice(number))[0]


def silences() -> Iterator[Audio]:
    """Twenty stretches without speech: digital zeros, hiss, rumble, hum, knocks."""
    rng, noise = np.random.default_rng(SEED), Noise(SEED)
    for _ in range(20):
        yield noise.silence(round(SILENCE_SECONDS * RATE), rng)


def demo_recording() -> Samples:
    """The bundled demonstration dictation, int16 at 16 kHz."""
    audio, _ = read_aloud(grammar.split_sentences(grammar.demo_dictation()), DEMO_VOICE)
    return np.asarray(audio * 32767, dtype=np.int16)


def write_demo(folder: Path) -> None:
    """Write dictation.flac and dictation.txt into `folder`."""
    import av

    with av.open(str(folder / "dictation.flac"), "w") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(demo_recording()[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    (folder / "dictation.txt").write_text(grammar.demo_dictation() + "\n", encoding="utf-8")
