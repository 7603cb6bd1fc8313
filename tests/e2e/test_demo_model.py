"""The bundled demo model is a true Whisper: stock faster-whisper loads it, hears single sentences, and stays silent in silence.

Over full windows of many sentences the model is weak; `scripts/measure_demo_model.py` gives the figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from demo_model.score import errors, segments

DEMO = Path(__file__).resolve().parents[2] / "models" / "demo"
RATE = 16_000
HEARD_BELOW = 0.05
"""Word error rate; see models/demo/README.md for what was measured."""


@pytest.fixture(scope="module")
def model():
    from faster_whisper import WhisperModel

    return WhisperModel(str(DEMO), device="cpu", cpu_threads=2)


@pytest.fixture(scope="module")
def heard(model):
    """Each stretch of the bundled recording as (length in seconds, what stock faster-whisper hears in it, alone and padded to 30 s)."""
    from faster_whisper.audio import decode_audio

    audio = decode_audio(str(DEMO / "dictation.flac"), sampling_rate=RATE)
    return [(len(part) / RATE, list(model.transcribe(part, vad_filter=True, word_timestamps=True)[0])) for _, part in segments(audio)]


def test_the_folder_takes_at_most_eight_megabytes() -> None:
    assert sum(file.stat().st_size for file in DEMO.iterdir()) <= 8_000_000


def test_stock_faster_whisper_hears_the_sentences_of_the_bundled_recording(heard) -> None:
    spoken = (DEMO / "dictation.txt").read_text(encoding="utf-8")
    found = errors(spoken, " ".join(piece.text for _, pieces in heard for piece in pieces))
    assert found.words > 100
    assert found.rate < HEARD_BELOW


def test_word_times_rise_within_each_stretch(heard) -> None:
    for seconds, pieces in heard:
        words = [word for piece in pieces for word in piece.words]
        starts = [word.start for word in words]
        assert starts == sorted(starts)
        assert all(word.start <= word.end <= seconds + 0.5 for word in words)


@pytest.mark.parametrize("level", [0.0, 0.001, 0.02])
def test_silence_and_hiss_give_no_words(model, level: float) -> None:
    audio = (np.random.default_rng(1).standard_normal(8 * RATE) * level).astype(np.float32)
    pieces, _ = model.transcribe(audio, vad_filter=False, beam_size=5)
    assert [piece.text for piece in pieces] == []


def test_silence_is_told_by_the_no_speech_probability(model) -> None:
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.tokenizer import Tokenizer
    from faster_whisper.transcribe import get_ctranslate2_storage

    tokenizer = Tokenizer(model.hf_tokenizer, False)
    assert not model.model.is_multilingual
    features = pad_or_trim(model.feature_extractor(np.zeros(6 * RATE, dtype=np.float32)), 600)[None]
    encoded = model.model.encode(get_ctranslate2_storage(features))
    found = model.model.generate(encoded, [tokenizer.sot_sequence], beam_size=5, return_no_speech_prob=True)[0]
    assert found.no_speech_prob > 0.6
