from __future__ import annotations

import pytest

from assistant.capture import levels as levels_module
from assistant.capture import line as line_module
from assistant.capture import microphone as microphone_module
from assistant.capture.portaudio import Format
from assistant.errors import MissingPart, NotWritable
from tests.fakes import MemoryWriter
from tests.microphone import HEADER, FakeMicrophone, Taping, tone


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone_module, "PATIENCE", 0.001)
    monkeypatch.setattr(microphone_module, "TAIL", 0.01)
    monkeypatch.setattr(levels_module, "NOTHING_FOR", 0.0)


def test_every_sample_heard_before_the_stop_is_written_once_and_in_order() -> None:
    taping, spoken = Taping(), tone(3.0)
    levels = taping.hear(spoken)
    assert taping.step("stop") is None
    assert taping.pcm == spoken
    assert taping.length == 3.0
    assert [round(level.at, 1) for level in levels] == [round(0.1 * n, 1) for n in range(1, 31)]
    assert {round(level.peak) for level in levels} == {-20}


def test_sound_that_waits_unread_at_the_stop_is_written_too() -> None:
    taping, spoken = Taping(), tone(2.0)
    taping.microphone.hear(spoken)
    assert taping.step("stop") is None
    assert taping.pcm == spoken


def test_nothing_is_written_before_the_first_sound() -> None:
    taping = Taping()
    assert (taping.last.at, taping.step().at) == (0.0, 0.0)  # type: ignore[union-attr]
    assert taping.step("stop") is None
    assert taping.sink.data.getvalue() == b""
    assert taping.length == 0.0
    assert not taping.microphone.active


def test_a_pause_leaves_out_what_is_said_meanwhile_and_the_clock_stands_still() -> None:
    taping = Taping()
    before, off_the_record, after = tone(1.0, hertz=300), tone(2.0, hertz=500), tone(1.0, hertz=700)
    taping.hear(before)
    taping.step("pause")
    assert {level.at for level in taping.hear(off_the_record)} == {1.0}
    taping.step("resume")
    taping.hear(after)
    taping.step("stop")
    assert taping.pcm == before + after
    assert taping.length == 2.0


def test_pauses_hold_for_sound_that_is_read_late() -> None:
    """The screen may stand still for seconds while the person pauses and resumes twice."""
    taping = Taping()
    kept = [tone(0.5, hertz=300 + 100 * n) for n in range(3)]
    taping.hear(kept[0])
    taping.step("pause")
    taping.microphone.hear(tone(0.5, hertz=2_000))
    taping.step("resume")
    taping.microphone.hear(kept[1])
    taping.microphone.now += 0.01
    taping.step("pause")
    taping.microphone.hear(tone(0.5, hertz=3_000))
    taping.step("resume")
    taping.microphone.hear(kept[2])
    assert taping.step("stop") is None
    assert taping.pcm == b"".join(kept)


def test_what_was_said_before_a_pause_still_arrives_by_the_latency_of_the_device() -> None:
    taping = Taping(FakeMicrophone(latency=0.3))
    taping.hear(tone(1.0))
    taping.step("pause")
    taping.hear(tone(1.0, hertz=600))
    taping.step("stop")
    assert taping.pcm == tone(1.0) + tone(1.0, hertz=600)[:9_600]


def test_stopping_in_a_pause_adds_nothing() -> None:
    taping = Taping()
    taping.hear(tone(1.0))
    taping.step("pause")
    taping.microphone.hear(tone(1.0))
    taping.step("stop")
    assert taping.length == 1.0


def test_a_time_limit_is_kept_to_the_sample() -> None:
    taping = Taping(seconds=1.23456)
    taping.microphone.hear(tone(3.0))
    while taping.step() is not None:
        pass
    assert len(taping.pcm) == 2 * 19_753
    assert taping.length == pytest.approx(1.23456, abs=1 / 16_000)


def test_closing_the_generator_stops_the_stream_and_keeps_what_came() -> None:
    taping, spoken = Taping(), tone(2.0)
    taping.hear(spoken)
    taping.microphone.hear(tone(0.5))
    taping.levels.close()
    assert taping.pcm == spoken + tone(0.5)
    assert (taping.microphone.active, taping.microphone.closed) == (False, 1)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (48_000, 2)])
def test_a_device_that_cannot_do_16_khz_is_resampled(rate: int, channels: int) -> None:
    taping = Taping(FakeMicrophone(form=Format(rate=rate, channels=channels)))
    source = tone(2.0, rate=rate)
    if channels == 2:
        source = b"".join(source[i : i + 2] * 2 for i in range(0, len(source), 2))
    taping.hear(source)
    taping.step("stop")
    assert taping.length == pytest.approx(2.0, abs=0.001)


def test_blocks_that_find_the_queue_full_are_a_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "BACKLOG", 5)
    taping = Taping()
    taping.microphone.hear(tone(1.0))
    assert taping.step().warning == "dropout"  # type: ignore[union-attr]


def test_an_overflow_that_portaudio_reports_is_a_dropout() -> None:
    taping = Taping()
    assert {level.warning for level in taping.hear(tone(0.5))} == {None}
    assert taping.hear(tone(0.1), overflow=True)[0].warning == "dropout"


def test_the_queue_holds_ten_minutes() -> None:
    taping = Taping()
    minutes = tone(600.0)
    taping.microphone.hear(minutes)
    assert taping.step("stop") is None
    assert taping.pcm == minutes


def test_zeros_are_told_as_a_dead_microphone() -> None:
    assert [level.warning for level in Taping().hear(bytes(2 * 16_000 * 2))][-1] == "dead"


def test_a_microphone_that_never_makes_a_sound_is_given_up() -> None:
    taping = Taping()
    taping.microphone.now += 8.1
    with pytest.raises(MissingPart, match="delivers nothing"):
        taping.step()
    assert taping.microphone.closed == 1


def test_a_microphone_that_goes_away_and_comes_back_goes_on_in_the_same_recording() -> None:
    taping = Taping()
    taping.hear(tone(1.0))
    taping.microphone.active, taping.microphone.missing = False, True
    for _ in range(5):
        taping.microphone.now += 1.0
        assert taping.step().warning == "dropout"  # type: ignore[union-attr]
    taping.microphone.missing = False
    taping.microphone.now += 1.0
    taping.step()
    taping.hear(tone(1.0))
    taping.step("stop")
    assert (taping.length, taping.microphone.opened) == (2.0, 2)


def test_a_microphone_that_stays_away_ends_the_recording_with_what_it_heard() -> None:
    taping = Taping()
    taping.hear(tone(1.0))
    taping.microphone.active, taping.microphone.missing = False, True
    steps = 0
    while taping.step() is not None:
        taping.microphone.now += 1.0
        steps += 1
    assert taping.pcm == tone(1.0)
    assert 30 <= steps <= 33


def test_a_stream_that_hangs_is_opened_again() -> None:
    taping = Taping()
    taping.hear(tone(1.0))
    taping.microphone.now += 10.1
    taping.step()
    assert (taping.microphone.opened, taping.microphone.closed) == (2, 1)


def test_a_full_disk_stops_the_microphone_and_is_told() -> None:
    class Full(MemoryWriter):
        def write(self, data: bytes) -> object:
            if self.data.tell() > 20_000:
                raise NotWritable("The disk is full.")
            return super().write(data)

    taping = Taping(sink=Full())
    with pytest.raises(NotWritable):
        taping.hear(tone(2.0))
    assert not taping.microphone.active
    assert len(taping.pcm) + HEADER > 20_000
