"""Synthetic voices (of espeak-ng and flite) and the cache of utterances they speak.

Knows how to turn one text into one trimmed 16 kHz waveform and how to keep many of them in a flat file.
Does not know what the texts mean or how windows are made from the utterances.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import subprocess
import tempfile
import wave
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples per second of every waveform here, in Hz."""

Samples = NDArray[np.int16]
"""One-dimensional mono audio, int16, at RATE."""


@dataclass(frozen=True)
class Voice:
    """One synthetic speaker, by the name that its synthesiser (espeak-ng or flite) has for it."""

    name: str
    share: float
    synthesiser: str = "espeak-ng"


VOICES: tuple[Voice, ...] = (
    Voice("en-gb", 0.26),
    Voice("en-gb+f3", 0.20),
    Voice("en-gb-scotland", 0.18),
    Voice("en-gb-x-rp", 0.20),
    Voice("slt", 0.16, "flite"),
)
"""The speakers the model learns, with their share of the training utterances."""

DEMO_VOICE = VOICES[0]
"""The speaker of the bundled demonstration recording."""


@dataclass(frozen=True)
class Utterance:
    """One spoken text: `start` and `length` are in samples within the flat cache file."""

    text: str
    voice: str
    start: int
    length: int


def resample(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Return `samples` (float32, at `rate` Hz) at RATE by cutting or padding their Fourier transform."""
    if rate == RATE:
        return samples
    count = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)
    resized = np.zeros(count // 2 + 1, dtype=spectrum.dtype)
    kept = min(len(spectrum), len(resized))
    resized[:kept] = spectrum[:kept]
    return np.asarray(np.fft.irfft(resized, count) * (count / len(samples)), dtype=np.float32)


def trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut digital near-silence from both ends, so that the utterance's times are the array's ends.

    The threshold, 1 % of the peak (-40 dB) in blocks of 5 ms, lies well above the synthesisers' own floor.
    """
    block = RATE // 200
    levels = np.abs(samples[: len(samples) // block * block]).reshape(-1, block).max(axis=1)
    loud = np.flatnonzero(levels > 0.01 * levels.max())
    return samples[loud[0] * block : (loud[-1] + 1) * block]


def _command(voice: Voice, rng: random.Random, text: str, target: Path) -> list[str]:
    """The synthesiser's command line, with speed and pitch drawn from `rng`.

    espeak-ng: words per minute and a pitch from 0 to 99. flite: a factor on every duration and the mean pitch in Hz.
    """
    speed, pitch = rng.randint(145, 185), rng.randint(38, 62)
    if voice.synthesiser == "espeak-ng":
        return ["espeak-ng", "-v", voice.name, "-s", str(speed), "-p", str(pitch), "-w", str(target), text]
    tempo = ["--setf", f"duration_stretch={165 / speed:.3f}", "--setf", f"int_f0_target_mean={130 + pitch}"]
    return ["flite", "-voice", voice.name, *tempo, "-t", text, "-o", str(target)]


def speak(voice: Voice, text: str, seed: int) -> Samples:
    """Speak `text`; the same voice, text and seed give the same samples. Peak is half of full scale.

    Raises subprocess.CalledProcessError when the synthesiser fails and FileNotFoundError when it is missing.
    """
    rng = random.Random(f"{seed}/{voice.name}/{text}")
    with tempfile.TemporaryDirectory(prefix="demo-voice-") as folder:
        target = Path(folder, "speech.wav")
        subprocess.run(_command(voice, rng, text, target), check=True, capture_output=True)
        with wave.open(io.BytesIO(target.read_bytes())) as sound:
            rate, raw = sound.getframerate(), sound.readframes(sound.getnframes())
    whole = np.frombuffer(raw, dtype=np.int16).astype(np.float32)
    spoken = trim(resample(whole, rate))
    return np.asarray(spoken * (16_384.0 / np.abs(spoken).max()), dtype=np.int16)


def cast(texts: Sequence[str], seed: int) -> Iterator[tuple[Voice, str]]:
    """Give each text a voice, by the voices' shares."""
    rng = random.Random(seed)
    weights = [voice.share for voice in VOICES]
    for text in texts:
        yield rng.choices(VOICES, weights)[0], text


class SpeechCache:
    """Append-only store of utterances: `speech.i16` (raw samples) and `speech.jsonl` (one line each).

    Can be read while another process appends: a line is written only after its samples.
    """

    def __init__(self, folder: Path) -> None:
        self._samples = folder / "speech.i16"
        self._index = folder / "speech.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def utterances(self) -> list[Utterance]:
        """All utterances stored so far, in the order they were spoken."""
        if not self._index.exists():
            return []
        lines = self._index.read_text(encoding="utf-8").splitlines()
        return [Utterance(**json.loads(line)) for line in lines if line.endswith("}")]

    def samples(self) -> Samples:
        """Every stored sample, memory-mapped and read-only."""
        return np.memmap(self._samples, dtype=np.int16, mode="r")

    def fill(self, parts: Iterable[tuple[Voice, str]], seed: int, workers: int) -> Iterator[int]:
        """Speak what is not stored yet with `workers` synthesisers at a time; yields the count stored."""
        stored = {(each.voice, each.text) for each in self.utterances()}
        missing = [part for part in parts if (part[0].name, part[1]) not in stored]
        done = len(stored)
        with ProcessPoolExecutor(workers) as pool, self._samples.open("ab") as audio, self._index.open("a") as index:
            spoken = pool.map(speak, *zip(*missing, strict=True), itertools.repeat(seed), chunksize=16) if missing else ()
            for (voice, text), samples in zip(missing, spoken, strict=True):
                entry = Utterance(text, voice.name, audio.tell() // 2, len(samples))
                audio.write(samples.tobytes())
                audio.flush()
                index.write(json.dumps(asdict(entry)) + "\n")
                index.flush()
                done += 1
                yield done
