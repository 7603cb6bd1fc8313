"""The benchmark's models must make every program work equally: as many tokens as there is voice, in whatever window it comes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from speech_bench import model, sound, watch

SMALL = model.Size(width=128, layers=2, heads=2, aligned=((1, 0), (1, 1)))
RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models") / "random"
    model.save_ctranslate2(model.weights(SMALL), SMALL, made)
    return made


@pytest.fixture(scope="module")
def ear(folder: Path) -> object:
    from assistant.speech.engine import Engine

    return Engine("random", folder)


def voice(seconds: float) -> NDArray[np.float32]:
    """A hum with overtones, as a voice has them, twice a second interrupted."""
    times = np.arange(round(seconds * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * 120 * overtone * times) / overtone for overtone in range(1, 12))
    return (0.1 * hum * (times % 0.5 < 0.4)).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2.0, 8.0])
def test_tokens_follow_the_voice_and_not_the_window(ear, seconds: float) -> None:
    tight, wide = (ear.hear(voice(seconds), window=window, language="en") for window in (10.0, 30.0))
    assert abs(tight.tokens - wide.tokens) <= 4
    assert 0.5 * model.RATE * seconds < tight.tokens < 1.5 * model.RATE * seconds


def test_it_is_so_sure_that_nothing_is_decoded_twice(ear) -> None:
    from assistant.speech import guards

    heard = ear.hear(voice(8.0), window=10.0, language="en")
    assert heard.logprob > -0.2
    assert not guards.suspicious(heard)


def test_it_says_nothing_of_silence_and_takes_it_for_english(ear) -> None:
    noise = np.random.default_rng(1).normal(scale=0.001, size=10 * RATE).astype(np.float32)
    assert ear.hear(noise, window=30.0, language="en").tokens <= 3
    assert max(shares := ear.languages(voice(5.0), window=30.0), key=lambda name: shares[name]) == "en"


def test_a_prompt_does_not_end_or_prolong_what_it_says(ear) -> None:
    plain, prompted = (ear.hear(voice(8.0), window=10.0, language="en", prompt=prompt) for prompt in ((), ("xxxxx",) * 20))
    assert abs(plain.tokens - prompted.tokens) <= 3


@pytest.mark.slow
def test_the_sound_is_the_same_every_time_and_as_long_as_asked(tmp_path: Path) -> None:
    for name in ("one.wav", "two.wav"):
        sound.written(tmp_path / name, 0.1)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
    assert (tmp_path / "one.wav").stat().st_size == 44 + 2 * round(0.1 * 60 * RATE)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_time_and_memory_include_the_children(tmp_path: Path) -> None:
    child = "import time; held = bytearray(80_000_000); end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
    parent = f"import json, subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print(json.dumps('done'))"
    run = watch.watched([sys.executable, "-c", parent], os.sched_getaffinity(0), tmp_path, {})
    assert json.loads(run.output) == "done"
    assert run.cpu > 0.4
    assert run.peak_mb > 80


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_program_that_fails_gives_no_figure(tmp_path: Path) -> None:
    with pytest.raises(watch.Failed, match="out of order"):
        watch.watched([sys.executable, "-c", "raise SystemExit('out of order')"], os.sched_getaffinity(0), tmp_path, {})
