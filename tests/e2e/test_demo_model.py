"""The bundled demo model is a true Whisper: stock faster-whisper loads it, hears dictations whole, and stays silent in silence.

`scripts/measure_demo_model.py` gives the figures; here stand the goals that they must keep.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from demo_model import grammar, readings
from demo_model.score import Listener, by_segment, errors, segments, stock, total

DEMO = Path(__file__).resolve().parents[2] / "models" / "demo"
RATE = 16_000
HEARD_BELOW = 0.05
"""Word error rate of the bundled recording and of sentences of known patterns."""
NEW_BELOW, NEW_BY_STOCK_BELOW = 0.15, 0.25
"""Word error rates of patterns that never occurred in training; the second through stock faster-whisper's full windows."""
SMALLEST = 4.0
"""Seconds of the smallest window that sentences are heard in."""


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


@pytest.mark.slow
def test_stock_faster_whisper_hears_the_sentences_of_the_bundled_recording(heard) -> None:
    spoken = (DEMO / "dictation.txt").read_text(encoding="utf-8")
    found = errors(spoken, " ".join(piece.text for _, pieces in heard for piece in pieces))
    assert found.words > 100
    assert found.rate < HEARD_BELOW


@pytest.mark.slow
def test_stock_faster_whisper_hears_the_whole_bundled_recording(model) -> None:
    from faster_whisper.audio import decode_audio

    audio = decode_audio(str(DEMO / "dictation.flac"), sampling_rate=RATE)
    spoken = (DEMO / "dictation.txt").read_text(encoding="utf-8")
    assert errors(spoken, stock(model)(audio)).rate < HEARD_BELOW


def rate(listen: Listener, spoken) -> float:
    return total(errors(text, listen(audio)) for text, audio in spoken).rate


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("espeak-ng") and shutil.which("flite")), reason="needs the voices of espeak-ng and flite")
def test_it_hears_what_it_never_saw(model) -> None:
    assert rate(by_segment(model, SMALLEST), readings.single(grammar.known_unseen())) < HEARD_BELOW
    assert rate(by_segment(model, SMALLEST), readings.single(grammar.heldout_sentences())) < NEW_BELOW
    assert rate(by_segment(model, SMALLEST), readings.dictations(grammar.heldout_dictations())) < NEW_BELOW
    assert rate(stock(model), readings.dictations(grammar.heldout_dictations())) < NEW_BY_STOCK_BELOW


@pytest.mark.slow
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
