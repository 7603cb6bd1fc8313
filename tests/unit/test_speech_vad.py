"""Finding speech, and the plan of stretches to be heard."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.speech import vad
from assistant.speech.level import STEP, WINDOW
from assistant.speech.vad import FILLING, LONGEST, ON, PAD, Activity, plan
from tests.often import times
from tests.sound import RATE, decoded
from tests.work import finish

LOUDNESS = -20.0


def heard(*parts: tuple[float, float], level: float = LOUDNESS) -> Activity:
    """Seconds and probability of speech, one after the other; silent where the probability is nothing."""
    speech = np.concatenate([np.full(round(seconds / STEP), likely, dtype=np.float32) for seconds, likely in parts])
    return Activity(speech=speech, level=np.where(speech > 0, level, -70).astype(np.float32), seconds=len(speech) * STEP)


PARTS = st.lists(st.tuples(st.floats(0.05, 40), st.sampled_from([0.0, 0.1, 0.32, 0.4, 0.55, 0.95])), min_size=1, max_size=30)


@settings(max_examples=times(50))
@given(PARTS, st.sampled_from([LONGEST, FILLING]))
def test_stretches_are_in_order_apart_and_short(parts: list[tuple[float, float]], longest: float) -> None:
    activity = heard(*parts)
    stretches = plan(activity, longest)
    assert all(0 <= s.start < s.end <= activity.seconds for s in stretches)
    assert all(s.end - s.start <= longest + 2 * PAD + STEP for s in stretches)
    assert all(a.end <= b.start for a, b in pairwise(stretches))


@settings(max_examples=times(50))
@given(PARTS)
def test_where_somebody_speaks_no_likely_speech_is_left_out(parts: list[tuple[float, float]]) -> None:
    activity = heard((1, 0.95), *parts)
    stretches = plan(activity)
    for window in np.flatnonzero(activity.speech >= ON):
        middle = (window + 0.5) * STEP
        assert any(s.start <= middle <= s.end for s in stretches)


def test_a_long_pause_ends_a_stretch_and_a_short_one_does_not() -> None:
    assert len(plan(heard((3, 0.9), (1.8, 0.0), (3, 0.9)))) == 1
    assert len(plan(heard((3, 0.9), (2.2, 0.0), (3, 0.9)))) == 2


def test_the_longer_the_stretch_the_shorter_the_pause_that_ends_it() -> None:
    assert len(plan(heard((11, 0.9), (0.2, 0.0), (2, 0.9)))) == 2


def test_a_model_that_takes_all_of_a_window_has_it_filled() -> None:
    talk = heard(*[(4, 0.9), (0.2, 0.0)] * 12)
    assert [len(plan(talk, longest)) for longest in (LONGEST, FILLING)] == [4, 2]


def test_a_stretch_that_grows_too_long_is_cut_at_its_longest_pause() -> None:
    first, second = plan(heard((4, 0.9), (0.03, 0.0), (2, 0.9), (0.1, 0.0), (3, 0.9), (0.03, 0.0), (7, 0.9)))
    assert first.end == second.start == pytest.approx(6.08, abs=0.06)


def test_speech_without_a_pause_is_cut_where_speech_is_least_likely() -> None:
    first, second = plan(heard((13, 0.9), (0.1, 0.45), (9, 0.9)))
    assert first.end == second.start == pytest.approx(13, abs=0.1)


def test_padding_reaches_to_the_middle_of_a_pause_at_most() -> None:
    first, second = plan(heard((11, 0.9), (0.4, 0.0), (3, 0.9)))
    assert first.end == second.start == pytest.approx(11.2, abs=0.06)
    (only,) = plan(heard((2, 0.0), (3, 0.9), (2, 0.0)))
    assert only.start == pytest.approx(2 - PAD, abs=STEP)


def test_faint_speech_is_heard_only_where_it_is_loud() -> None:
    assert plan(heard((5, 0.9), (3, 0.0), (2, 0.4), (2, 0.0), level=-20))[-1].start > 7
    assert len(plan(heard((5, 0.9), (3, 0.0), (2, 0.4), (2, 0.0), level=-55))) == 1


def test_a_quiet_click_is_passed_over_but_a_loud_one_is_not() -> None:
    assert plan(heard((2, 0.0), (0.064, 0.9), (2, 0.0), level=-60)) == []
    assert len(plan(heard((2, 0.0), (0.064, 0.9), (2, 0.0), level=-30))) == 1


def test_sound_without_a_voice_is_not_given_to_a_model_that_would_invent() -> None:
    assert plan(heard((4, 0.02))) == []
    assert plan(heard((1, 0.02), (0.25, 0.66), (4, 0.02))) == []
    assert plan(heard((1, 0.02), (3, 0.45), (1, 0.02))) == []


def test_a_short_clear_word_and_a_long_doubtful_voice_are_both_a_voice() -> None:
    assert len(plan(heard((1, 0.02), (0.2, 0.9), (1, 0.02)))) == 1
    assert len(plan(heard((1, 0.02), (0.5, 0.6), (1, 0.02)))) == 1


def test_beside_a_voice_faint_speech_is_heard_too() -> None:
    assert len(plan(heard((1, 0.02), (2, 0.9), (2, 0.02), (2, 0.4), (1, 0.02)))) == 2


def judged(samples: np.ndarray) -> Activity:
    return finish(vad.activity(decoded(samples)))


def test_silence_has_no_speech() -> None:
    activity = judged(np.zeros(5 * RATE, dtype=np.int16))
    assert activity.speech.max() < 0.1
    assert activity.level.max() == -120
    assert plan(activity) == []


def test_cutting_a_recording_into_chunks_changes_little_of_what_is_found(speech: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silero starts every chunk without memory: without sound to settle on, the first windows after the border differ by 0.13 and more."""
    long = np.tile(np.roll(speech, 3 * RATE), 1 + 70 * RATE // len(speech))
    border = vad.CHUNK // WINDOW
    chunked = judged(long).speech
    monkeypatch.setattr(vad, "CHUNK", vad.CHUNK * 4)
    whole = judged(long).speech
    assert len(chunked) == len(whole)
    assert np.allclose(chunked[:border], whole[:border], atol=0.01)
    assert np.abs(chunked[border : border + 5] - whole[border : border + 5]).mean() < 0.1


def test_speech_is_found_even_when_it_is_very_quiet(speech: np.ndarray) -> None:
    loud, quiet = (plan(judged((speech * gain).astype(np.int16))) for gain in (1.0, 0.004))
    assert sum(s.end - s.start for s in quiet) == pytest.approx(sum(s.end - s.start for s in loud), rel=0.2)
