from __future__ import annotations

import pytest

from assistant.capture.levels import FLOOR, DropoutWatch, LevelWatch, measure
from tests.microphone import tone

TENTH = 0.1


def seen(watch: LevelWatch, seconds: float, rms: float, peak: float) -> list[str | None]:
    return [watch.see(TENTH, rms, peak) for _ in range(round(seconds / TENTH))]


def test_a_sine_at_minus_20_dbfs_measures_3_db_less_in_rms() -> None:
    rms, peak = measure(tone(0.1, dbfs=-20))
    assert peak == pytest.approx(-20, abs=0.05)
    assert rms == pytest.approx(-23.01, abs=0.05)


def test_full_scale_is_0_dbfs_and_the_quietest_sample_minus_90() -> None:
    assert measure(b"\x00\x80" * 10)[1] == pytest.approx(0.0)
    assert measure(b"\x01\x00" * 10) == pytest.approx((-90.3, -90.3), abs=0.05)


@pytest.mark.parametrize("pcm", [b"", bytes(3200)], ids=["nothing", "zeros"])
def test_digital_silence_is_the_floor(pcm: bytes) -> None:
    assert measure(pcm) == (FLOOR, FLOOR)


def test_exact_zeros_are_a_dead_microphone_after_a_second_and_one_sample_revives_it() -> None:
    watch = LevelWatch()
    assert seen(watch, 1.0, FLOOR, FLOOR) == [None] * 10
    assert seen(watch, 0.1, FLOOR, FLOOR) == ["dead"]
    assert watch.see(TENTH, -90.0, -85.0) is None


def test_a_quiet_room_is_silent_after_eight_seconds_and_a_word_ends_it() -> None:
    watch = LevelWatch()
    assert seen(watch, 7.9, -60.0, -50.0) == [None] * 79
    assert seen(watch, 0.2, -60.0, -50.0)[-1] == "silent"
    assert watch.see(TENTH, -30.0, -20.0) is None
    assert watch.see(TENTH, -60.0, -50.0) is None


def test_a_breath_of_digital_silence_between_words_is_not_dead() -> None:
    watch = LevelWatch()
    for _ in range(5):
        assert seen(watch, 0.9, FLOOR, FLOOR) == [None] * 9
        assert watch.see(TENTH, -25.0, -15.0) is None


def test_more_than_one_tenth_in_a_hundred_at_full_scale_is_clipping_until_it_is_ten_seconds_ago() -> None:
    watch = LevelWatch()
    assert watch.see(TENTH, -10.0, -0.4) is None
    assert watch.see(TENTH, -10.0, 0.0) == "clipping"
    assert seen(watch, 9.8, -20.0, -0.6) == ["clipping"] * 98
    assert watch.see(TENTH, -20.0, -10.0) is None


def in_step(watch: DropoutWatch, start: float, seconds: float) -> float:
    for _ in range(round(seconds / TENTH)):
        start += TENTH
        watch.came(start, TENTH)
        assert watch.warning(start) is None
    return start


def test_steady_blocks_are_no_dropout_even_with_a_clock_that_is_off_by_200_ppm() -> None:
    watch, now = DropoutWatch(), 50.0
    for _ in range(36_000):
        now += TENTH * 1.0002
        watch.came(now, TENTH)
        assert watch.warning(now) is None


def test_a_late_burst_that_catches_up_lost_nothing() -> None:
    watch = DropoutWatch()
    now = in_step(watch, 10.0, 3.0) + 1.5
    for _ in range(15):
        watch.came(now, TENTH)
    assert watch.warning(now) is None
    in_step(watch, now, 10.0)


def test_a_lag_that_stays_is_a_loss_shown_for_five_seconds_and_told_once() -> None:
    watch = DropoutWatch()
    now = in_step(watch, 10.0, 3.0) + 0.3  # three tenths never came
    shown = []
    for _ in range(100):
        now += TENTH
        watch.came(now, TENTH)
        shown.append(watch.warning(now))
    assert shown.index("dropout") < 20
    assert shown.count("dropout") == 50
    assert shown[-1] is None


def test_a_lag_under_a_quarter_of_a_second_is_jitter() -> None:
    watch = DropoutWatch()
    now = in_step(watch, 10.0, 3.0) + 0.2
    in_step(watch, now, 10.0)


def test_waiting_in_vain_is_a_dropout_until_something_comes() -> None:
    watch = DropoutWatch()
    now = in_step(watch, 10.0, 1.0)
    watch.waited(0.25)
    watch.waited(0.25)
    assert watch.warning(now + 0.5) is None
    watch.waited(0.25)
    assert watch.warning(now + 0.75) == "dropout"
    watch.came(now + 0.8, TENTH)
    assert watch.warning(now + 0.8) is None


def test_no_warning_before_the_first_sound() -> None:
    watch = DropoutWatch()
    watch.waited(5.0)
    assert watch.warning(1e6) is None
