"""The audio that every program hears: short recordings of English speech one after the other, with pauses between them.

The clips lie in ../shared; where they are missing, synthetic voices read sentences about job coaching. The same at every call.
Knows no model and no program.
"""

from __future__ import annotations

import itertools
import random
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
RATE = 16_000
"""Hz."""
SEED = 5
PAUSES = 0.3, 1.5
"""Seconds between clips, from and to."""
LEVEL, HISS = 0.07, 10 ** (-66 / 20)
"""RMS of every clip and of the faint noise under everything; full scale is 1."""
Audio = NDArray[np.float32]


def written(path: Path, minutes: float) -> None:
    """Write a WAV file of so many minutes."""
    wanted, rng = round(minutes * 60 * RATE), random.Random(SEED)
    parts, length = list[Audio](), 0
    for clip in itertools.cycle(_levelled(clip) for clip in _clips()):
        parts += [np.zeros(round(rng.uniform(*PAUSES) * RATE), np.float32), clip]
        length += sum(map(len, parts[-2:]))
        if length >= wanted:
            break
    sound = np.concatenate(parts)[:wanted]
    sound += np.random.default_rng(SEED).standard_normal(len(sound), dtype=np.float32) * np.float32(HISS)
    save(path, sound)


def save(path: Path, sound: Audio) -> None:
    """Float samples at 16 kHz, cut at full scale, as a mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def recordings() -> list[Path]:
    """The clips, without loss by their codec; none where ../shared is missing."""
    return sorted(path for kind in ("flac", "wav") for path in (SHARED / "speech_clips" / "english").glob(f"*.{kind}"))


def _clips() -> Iterator[Audio]:
    """Decoded or spoken only when their turn comes."""
    paths = recordings()
    if paths:
        from faster_whisper.audio import decode_audio

        yield from (decode_audio(str(path), sampling_rate=RATE) for path in paths)
    else:
        from demo_model import grammar, readings

        yield from (sound for _, sound in readings.single(grammar.known_unseen()))


def _levelled(sound: Audio) -> Audio:
    return np.asarray(sound * (LEVEL / max(float(np.sqrt(np.mean(sound**2))), 1e-6)), np.float32)
