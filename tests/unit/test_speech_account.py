"""Every second is in a segment or in a gap that says why not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Gap, Segment
from assistant.speech.account import LONG_SILENCE, UNHEARD, account
from assistant.speech.vad import STEP, Activity


def activity(seconds: float, *voices: tuple[float, float]) -> Activity:
    speech = np.zeros(round(seconds / STEP), dtype=np.float32)
    for start, end in voices:
        speech[round(start / STEP) : round(end / STEP)] = 0.9
    return Activity(speech=speech, level=np.full(len(speech), -30, dtype=np.float32), seconds=seconds)


def segment(start: float, end: float) -> Segment:
    return Segment(id=0, start=start, end=end, speaker=None, text="words")


def test_short_silences_are_no_gaps_and_long_ones_are() -> None:
    assert account([segment(1, 5), segment(9, 14)], [], [], activity(20, (1, 5), (9, 14))) == ()
    assert account([segment(1, 5), segment(20, 24)], [], [], activity(25, (1, 5), (20, 24))) == (Gap(start=5, end=20, why="silence"),)


def test_speech_without_words_is_an_unclear_gap_as_long_as_the_speech() -> None:
    gap, after = account([segment(1, 5), segment(30, 34)], [], [], activity(35, (1, 5), (12, 16), (30, 34)))
    assert (gap.why, after.why, after.end) == ("unclear", "silence", 30)
    assert abs(gap.start - 12) < 0.1
    assert abs(gap.end - 16) < 0.1


def test_a_stretch_that_was_given_up_is_unclear_however_short() -> None:
    assert account([], [(2, 2.6)], [], activity(5)) == (Gap(start=2, end=2.6, why="unclear"),)


def test_what_the_file_lost_is_told_once() -> None:
    broken = Gap(start=10, end=40, why="damaged")
    assert account([segment(0, 10)], [], [broken], activity(40, (0, 10))) == (broken,)


SPANS = st.lists(st.tuples(st.floats(0, 110), st.floats(0.1, 20)), max_size=8)


@given(voices=SPANS, words=SPANS)
def test_no_long_speech_and_no_long_silence_is_untold(voices: list[tuple[float, float]], words: list[tuple[float, float]]) -> None:
    heard = activity(130, *((start, start + length) for start, length in voices))
    segments = [segment(start, min(start + length, 130)) for start, length in sorted(words)]
    gaps = account(segments, [], [], heard)
    told = sorted([(s.start or 0, s.end or 0) for s in segments] + [(g.start, g.end) for g in gaps])
    at = 0.0
    for start, end in [*told, (130.0, 130.0)]:
        if start > at:
            assert heard.said(at, start) <= UNHEARD
            assert start - at <= LONG_SILENCE + 0.02  # gaps are rounded to hundredths
        at = max(at, end)
    assert list(gaps) == sorted(gaps, key=lambda gap: gap.start)
