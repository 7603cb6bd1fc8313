"""The one step of the engine, with a real model of random weights."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from assistant.errors import ModelUnusable
from assistant.speech.ear import CardFailed, Heard
from assistant.speech.engine import LONGEST_PROMPT, Engine
from tests.sound import RATE, noise
from tests.tiny_whisper import languages

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


def test_a_prompt_holds_whole_words_the_likeliest_of_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    generate = engine._model.generate_with_fallback
    monkeypatch.setattr(engine._model, "generate_with_fallback", lambda *rest: asked.append(rest[1]) or generate(*rest))
    engine.hear(SOUND, window=4, language="en", prompt=[f"Restart{n}, Citizens Advice" for n in range(200)])
    engine.hear(SOUND, window=4, language="en")
    (_, *tokens, _), nothing = asked  # between the marks of earlier text and of the start
    text = engine._for("en", translate=False)[0].decode(tokens)
    assert LONGEST_PROMPT - 20 < len(tokens) <= LONGEST_PROMPT
    assert re.fullmatch(r" Restart\d+, Citizens Advice(, Restart\d+, Citizens Advice)*\.", text)
    assert text.endswith("Restart1, Citizens Advice, Restart0, Citizens Advice.")
    assert len(nothing) == 1


@pytest.fixture(scope="module")
def polyglot(tiny_polyglot: Path) -> Engine:
    return Engine("tiny-polyglot", tiny_polyglot)


def test_a_multilingual_model_says_how_likely_each_language_is(engine: Engine, polyglot: Engine) -> None:
    assert (engine.multilingual, polyglot.multilingual) == (False, True)
    for window in (4, 30):
        shares = polyglot.languages(SOUND, window=window)
        assert len(shares) == len(languages())
        assert sum(shares.values()) == pytest.approx(1, abs=0.01)
        assert max(shares, key=lambda name: shares[name]) == "pl" and shares["pl"] > 0.9


def test_the_mark_of_the_language_and_of_the_task_reach_the_model(polyglot: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    generate = polyglot._model.generate_with_fallback
    monkeypatch.setattr(polyglot._model, "generate_with_fallback", lambda *rest: asked.append(rest[1]) or generate(*rest))
    for language, translate in (("pl", False), ("pl", True), ("cy", False)):
        polyglot.hear(SOUND, window=4, language=language, translate=translate)
    token = polyglot._model.hf_tokenizer.id_to_token
    assert [[token(number) for number in tokens[1:]] for tokens in asked] == [
        ["<|pl|>", "<|transcribe|>"],
        ["<|pl|>", "<|translate|>"],
        ["<|cy|>", "<|transcribe|>"],
    ]


def test_words_have_times_in_their_own_language_alone(polyglot: Engine) -> None:
    assert polyglot.hear(SOUND, window=4, language="pl").words
    assert polyglot.hear(SOUND, window=4, language="pl", translate=True).words == ()
    assert polyglot.hear(SOUND, window=4, language="zh").words == ()
    assert polyglot.hear(SOUND, window=4, language="pl", translate=True).language == "en"


def test_a_language_that_the_model_has_no_mark_for_is_refused(polyglot: Engine) -> None:
    with pytest.raises(ModelUnusable, match="does not know Cantonese"):
        polyglot.hear(SOUND, window=4, language="yue")


def test_a_window_is_encoded_once_for_all_that_is_asked_of_it(polyglot: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    encode = polyglot._model.encode
    monkeypatch.setattr(polyglot._model, "encode", lambda features: encoded.append(features.shape[1]) or encode(features))
    sound = SOUND[: RATE + 7]
    polyglot.languages(sound, window=5)
    polyglot.hear(sound.copy(), window=5, language="pl")
    polyglot.hear(sound, window=5, language="pl", translate=True)
    assert encoded == [500]
    polyglot.hear(sound, window=6, language="pl")
    polyglot.hear(sound + 1e-4, window=6, language="pl")
    assert encoded == [500, 600, 600]


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
