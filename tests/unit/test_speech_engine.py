"""The one step of the engine, with a real model of random weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from assistant.errors import ModelUnusable
from assistant.speech.ear import CardFailed, Heard
from assistant.speech.engine import LONGEST_PROMPT, Engine
from tests.sound import RATE, noise

SOUND = noise(2).astype(np.float32) / 32768


@pytest.fixture(scope="module")
def engine(tiny_whisper: Path) -> Engine:
    return Engine("tiny-random", tiny_whisper)


def test_times_stay_inside_the_sound(engine: Engine) -> None:
    heard = engine.hear(SOUND, window=4, language="en")
    assert heard.seconds == 2
    assert all(0 <= piece.start <= piece.end <= 2 for piece in heard.pieces)


def test_a_model_just_loaded_hears_the_same_sounds_the_same_way(tiny_whisper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries at a higher temperature are drawn at random, from a seed; here nothing else is heard."""
    monkeypatch.setattr("assistant.speech.engine.TEMPERATURES", (0.4,))

    def heard() -> list[Heard]:
        engine = Engine("tiny-random", tiny_whisper)
        return [engine.hear(noise(3, seed=seed).astype(np.float32) / 32768, window=5, language="en") for seed in range(4)]

    assert heard() == heard()


def test_the_window_changes_what_is_seen(engine: Engine) -> None:
    assert engine.hear(SOUND, window=4, language="en") != engine.hear(SOUND, window=30, language="en")


def test_an_endless_prompt_is_cut_instead_of_failing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    generate = engine._model.generate_with_fallback
    monkeypatch.setattr(engine._model, "generate_with_fallback", lambda *rest: asked.append(rest[1]) or generate(*rest))
    engine.hear(SOUND, window=4, language="en", prompt="Restart, Citizens Advice, Universal Credit, " * 200)
    engine.hear(SOUND, window=4, language="en")
    assert [len(tokens) for tokens in asked] == [LONGEST_PROMPT + 2, 1]  # the marks of earlier text and of the start


def test_an_english_model_is_not_asked_for_a_language(engine: Engine) -> None:
    assert not engine.multilingual
    assert engine.languages(SOUND) == {"en": 1.0}


def test_sound_of_any_length_can_be_heard(engine: Engine) -> None:
    for seconds in (0.01, 31):
        engine.hear(np.zeros(round(seconds * RATE), dtype=np.float32), window=min(30, seconds + 2), language="en")


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="this machine has a graphics card that works")
def test_a_graphics_card_that_does_not_work_is_told_from_a_model_that_does_not(tiny_whisper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    with pytest.raises(CardFailed, match="CUDA"):
        Engine("tiny-random", tiny_whisper)
    assert Engine("tiny-random", tiny_whisper, card=False).settings["device"] == "cpu"


def broken(folder: Path, target: Path, name: str, data: bytes) -> Path:
    shutil.copytree(folder, target)
    (target / name).write_bytes(data)
    return target


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.bin", b""),
        ("model.bin", b"\6\0\0\0 not a model"),
        ("tokenizer.json", b"{"),
        ("config.json", b"not json"),
        ("vocabulary.json", b"[]"),
    ],
)
def test_a_damaged_model_is_an_error_of_its_own(name: str, data: bytes, tiny_whisper: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable) as refused:
        Engine("small.en", broken(tiny_whisper, tmp_path / "small.en", name, data)).hear(SOUND, window=4, language="en")
    assert "small.en" in refused.value.what


def test_a_model_cut_short_is_an_error_of_its_own(tiny_whisper: Path, tmp_path: Path) -> None:
    data = (tiny_whisper / "model.bin").read_bytes()
    with pytest.raises(ModelUnusable):
        Engine("small.en", broken(tiny_whisper, tmp_path / "small.en", "model.bin", data[: len(data) // 2]))
