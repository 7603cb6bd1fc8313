"""What every training window of the demo model must hold: exact length, Whisper's targets, silence that stays silent."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from demo_model.noise import Noise
from demo_model.tokens import SPECIALS, TEXT_TOKENS, TIMESTAMPS, Tokens
from demo_model.voices import RATE, Utterance
from demo_model.windows import IGNORED, Assembler, Placed, Recipe, Window, silent_target, target

from tests.often import times

SECONDS = (0.8, 1.5, 2.4, 3.7, 5.1)


class Bytes:
    """A tokenizer whose tokens are bytes, enough to tell texts apart."""

    class Encoded:
        def __init__(self, ids: list[int]) -> None:
            self.ids = ids

    def encode(self, text: str, add_special_tokens: bool) -> Bytes.Encoded:
        return self.Encoded(list(text.encode()))

    def decode(self, numbers: list[int]) -> str:
        return bytes(numbers).decode()


TOKENS = Tokens(Bytes())


def assembler(**shares: float) -> Assembler:
    """An assembler over five tones said by one voice and five by another."""
    utterances, sounds, start = list[Utterance](), list[np.ndarray](), 0
    for voice in ("one", "two"):
        for seconds in SECONDS:
            length = round(seconds * RATE)
            utterances.append(Utterance(f"Text of {seconds} by {voice}.", voice, start, length))
            sounds.append((10_000 * np.sin(np.arange(length) / 7)).astype(np.int16))
            start += length
    return Assembler(utterances, np.concatenate(sounds), TOKENS, Recipe(**{"misheard": 0.0, **shares}), NOISE)


NOISE = Noise(1)
ALL_KINDS, SILENT = assembler(), assembler(silence=1.0, prompted=0.0)
PROMPTED = assembler(silence=0.0, prompted=1.0, following=1.0)
CUTTING = assembler(silence=0.0, single=0.0, single_long=0.0, cut=1.0, timed=1.0, prompted=0.0)

lengths = st.sampled_from((3.0, 6.5, 12.0, 30.0))
seeds = st.integers(0, 10_000)


def drawn(source: Assembler, seconds: float, seed: int) -> Window:
    return source.window(seconds, np.random.default_rng(seed))


@given(lengths, seeds)
@settings(max_examples=times(60), deadline=None)
def test_a_window_has_its_exact_length_and_ends_with_end_of_text(seconds: float, seed: int) -> None:
    window = drawn(ALL_KINDS, seconds, seed)
    assert len(window.audio) == round(seconds * RATE)
    assert window.audio.dtype == np.float32
    assert np.abs(window.audio).max() <= 1.0
    assert window.labels[-1] == TOKENS.eot
    assert len(window.inputs) == len(window.labels) <= 448
    assert window.labels.count(TOKENS.eot) == 1


@given(lengths, seeds)
@settings(max_examples=times(60), deadline=None)
def test_times_lie_within_the_window_rise_and_come_in_pairs_unless_cut(seconds: float, seed: int) -> None:
    window = drawn(CUTTING, seconds, seed)
    times = [number - TOKENS.first_timestamp for number in window.labels if number >= TOKENS.first_timestamp]
    assert times == sorted(times)
    assert all(0 <= time * 0.02 <= seconds + 0.011 for time in times)
    cut = window.letters is None
    assert len(times) % 2 == (1 if cut else 0)


def test_times_are_on_a_grid_of_two_hundredths_of_a_second() -> None:
    assert TOKENS.time(0.0) == TOKENS.first_timestamp
    assert TOKENS.time(1.239) - TOKENS.first_timestamp == 62
    assert TOKENS.time(30.0) - TOKENS.first_timestamp == 1500 == len(TIMESTAMPS) - 1
    assert TOKENS.time(31.0) == TOKENS.time(30.0)


def test_an_utterance_over_the_end_adds_only_the_time_it_starts() -> None:
    placed = [Placed("One.", 0.1, 1.0), Placed("Two.", 1.5, 3.2)]
    written = target(placed, 3.0, timed=True, tokens=TOKENS)
    assert written == [TOKENS.time(0.1), *TOKENS.text("One."), TOKENS.time(1.0), TOKENS.time(1.5), TOKENS.eot]
    with pytest.raises(ValueError, match="cut"):
        target(placed, 3.0, timed=False, tokens=TOKENS)


def test_without_times_the_texts_follow_each_other() -> None:
    written = target([Placed("One.", 0.1, 1.0), Placed("Two.", 1.5, 2.2)], 3.0, timed=False, tokens=TOKENS)
    assert written == [TOKENS.no_timestamps, *TOKENS.text("One. Two."), TOKENS.eot]


@given(lengths, seeds)
@settings(max_examples=times(30), deadline=None)
def test_a_prompt_stands_before_the_start_mark_and_carries_no_loss(seconds: float, seed: int) -> None:
    window = drawn(PROMPTED, seconds, seed)
    start = window.inputs.index(TOKENS.sot)
    assert window.inputs[0] == TOKENS.prev
    assert 1 < start <= 224
    assert set(window.labels[:start]) == {IGNORED}
    assert IGNORED not in window.labels[start:]


@given(lengths, seeds)
@settings(max_examples=times(30), deadline=None)
def test_silence_is_no_speech_and_no_text(seconds: float, seed: int) -> None:
    window = drawn(SILENT, seconds, seed)
    assert window.labels == [TOKENS.no_speech, TOKENS.eot]
    assert window.letters == ""


def test_silence_is_learnt_after_each_forced_beginning() -> None:
    rng = np.random.default_rng(3)
    forced = {silent_target(rng, TOKENS)[0][1] for _ in range(60)}
    assert {TOKENS.no_speech, TOKENS.no_timestamps} < forced
    assert any(number >= TOKENS.first_timestamp for number in forced)


def test_the_padding_begins_after_the_last_word() -> None:
    for seed in range(80):
        window = drawn(ALL_KINDS, 12.0, seed)
        times = [number - TOKENS.first_timestamp for number in window.labels if number >= TOKENS.first_timestamp]
        assert window.pad_frame >= max(times, default=0) * 2 - 1


def test_mishearing_changes_inputs_but_neither_labels_nor_marks() -> None:
    spoken = {"silence": 0.0, "prompted": 0.0}
    clean, misheard = drawn(assembler(**spoken), 12.0, 5), drawn(assembler(**spoken, misheard=1.0), 12.0, 5)
    assert clean.labels == misheard.labels
    for before, after in zip(clean.inputs, misheard.inputs, strict=True):
        assert (before == after) if before >= TEXT_TOKENS else (256 <= after < TEXT_TOKENS)


def test_the_special_tokens_are_numbered_as_in_whisper() -> None:
    names = dict(zip(SPECIALS, range(TEXT_TOKENS, TEXT_TOKENS + len(SPECIALS)), strict=True))
    assert (names["<|endoftext|>"], names["<|startoftranscript|>"]) == (TOKENS.eot, TOKENS.sot)
    assert (names["<|startofprev|>"], names["<|nospeech|>"]) == (TOKENS.prev, TOKENS.no_speech)
    assert names["<|notimestamps|>"] == TOKENS.no_timestamps == TOKENS.first_timestamp - 1
