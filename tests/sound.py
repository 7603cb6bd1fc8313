"""Recordings for tests: real speech where there is some, noise and silence made here, and files with known damage."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import resources

RATE = 16_000


def shared_data() -> Path:
    return Path(os.environ.get("COACHNOTE_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


@pytest.fixture(scope="session")
def spoken() -> Path:
    """A file with some seconds of speech: a shared one, or the bundled dictation."""
    for path in (shared_data() / "odd_audio" / "jfk_matrix" / "s24.wav", resources.root() / "models" / "demo" / "dictation.flac"):
        if path.is_file():
            return path
    pytest.skip("no recording of speech is here: neither the shared test data nor the bundled dictation")


@pytest.fixture(scope="session")
def speech(spoken: Path) -> np.ndarray:
    """The same, decoded: int16 at 16 kHz, at most 12 seconds."""
    from assistant.speech.decode import decode
    from tests.work import finish

    return finish(decode(spoken)).samples[: 12 * RATE]


@pytest.fixture(scope="session")
def short_speech(speech: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file with its first four seconds, so that a model that babbles has little to babble about."""
    path = tmp_path_factory.mktemp("sound") / "short.wav"
    path.write_bytes(wav(speech[: 4 * RATE]))
    return path


def noise(seconds: float, rate: int = RATE, seed: int = 3) -> np.ndarray:
    return (np.random.default_rng(seed).normal(scale=3000, size=round(seconds * rate))).astype(np.int16)


def wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    """WAV bytes of int16 samples, shape (n,) or (n, channels)."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()


def encoded(samples: np.ndarray, container: str, codec: str, rate: int = 44_100) -> bytes:
    """Mono int16 samples in another format."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size or 1024)
        for part in resampler.resample(frame) + resampler.resample(None):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return target.getvalue()


def decoded(samples: np.ndarray) -> Any:
    """What decoding a WAV file of int16 samples gives, shape (n,) or (n, channels)."""
    from assistant.speech.decode import decode
    from tests.work import finish

    return finish(decode(io.BytesIO(wav(samples))))
