"""The day a recording names itself: believed only where it is a whole day that a recorder could have written."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Iterator

import pytest

from assistant.speech.decode import probe
from assistant.speech.recorded import recorded_on
from tests.sound import noise

TODAY = dt.date(2026, 3, 20)


@pytest.fixture
def _new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system's clock cannot be moved to another place")
    monkeypatch.setenv("TZ", "EST5EDT")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("tags", "day"),
    [
        ({"creation_time": "2026-03-14T18:02:11.000000Z"}, "2026-03-14"),
        ({"CREATION_TIME": "2026-03-14 18:02:11"}, "2026-03-14"),
        ({"origination_date": "2026-03-14", "origination_time": "18:02:11"}, "2026-03-14"),
        ({"origination_date": "2026:03:14"}, "2026-03-14"),
        ({"date": "2026-03-14T14:20"}, "2026-03-14"),
        ({"DATE": "2026-03-14"}, "2026-03-14"),
        ({"com.apple.quicktime.creationdate": "2026-03-14T23:30:00+0700"}, "2026-03-14"),
        ({"date": "2019-01-01", "creation_time": "2026-03-14T18:02:11Z"}, "2026-03-14"),
        ({"creation_time": "1904-01-01T00:00:00Z", "date": "2026-03-14"}, "2026-03-14"),
        ({"creation_time": "2026-03-21T01:00:00Z"}, "2026-03-21"),
    ],
)
def test_a_whole_day_is_read(tags: dict[str, str], day: str) -> None:
    assert recorded_on(tags, TODAY) == day


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"date": "2009"},
        {"year": "2026-03-14"},
        {"date": "Oct 3, 1995"},
        {"creation_time": "1970-01-01T00:00:00Z"},
        {"creation_time": "2036-02-07T06:28:16Z"},
        {"creation_time": "2026-13-45T00:00:00Z"},
        {"creation_time": "2026-03-14T99:00:00Z"},
        {"creation_time": "9999-12-31T23:59:59Z"},
        {"date": ""},
    ],
)
def test_what_no_recorder_wrote_is_no_day(tags: dict[str, str]) -> None:
    assert recorded_on(tags, TODAY) is None


@pytest.mark.usefixtures("_new_york")
def test_a_time_in_utc_becomes_the_day_on_the_wall() -> None:
    assert recorded_on({"creation_time": "2026-03-15T02:00:00Z"}, TODAY) == "2026-03-14"
    assert recorded_on({"creation_time": "2026-03-15 02:00:00"}, TODAY) == "2026-03-14"
    assert recorded_on({"date": "2026-03-15T02:00:00"}, TODAY) == "2026-03-15"
    assert recorded_on({"com.apple.quicktime.creationdate": "2026-03-15T02:00:00+0000"}, TODAY) == "2026-03-15"


@pytest.mark.parametrize(
    ("container", "codec", "tag", "value"),
    [
        ("mp4", "aac", "creation_time", "2024-05-06T12:00:00Z"),
        ("mp3", "mp3", "date", "2024-05-06"),
        ("matroska", "libopus", "creation_time", "2024-05-06T12:00:00Z"),
        ("ogg", "libopus", "date", "2024-05-06"),
        ("wav", "pcm_s16le", "date", "2024-05-06"),
        ("flac", "flac", "date", "2024-05-06"),
    ],
)
def test_each_container_keeps_its_day(container: str, codec: str, tag: str, value: str) -> None:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        file.metadata[tag] = value
        stream = file.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=48_000, frame_size=stream.codec_context.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(noise(1, 48_000).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        for part in resampler.resample(frame) + resampler.resample(None):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    assert probe(target) == dt.date(2024, 5, 6)
