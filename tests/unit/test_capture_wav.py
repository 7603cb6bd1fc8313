from __future__ import annotations

import io

import av
import numpy as np
import pytest

from assistant.capture.resample import to_mono_16k
from assistant.capture.wav import streaming_header
from tests.microphone import tone


@pytest.mark.parametrize("seconds", [0.01, 1.0, 61.3])
def test_a_reader_takes_everything_up_to_the_end_of_the_file(seconds: float) -> None:
    pcm = tone(seconds)
    with av.open(io.BytesIO(streaming_header() + pcm)) as media:
        stream = media.streams.audio[0]
        decoded = b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in media.decode(stream))
        assert (stream.rate, stream.channels, stream.format.name) == (16_000, 1, "s16")
    assert decoded == pcm


def test_a_file_cut_in_the_middle_of_a_sample_loses_that_sample_only() -> None:
    pcm = tone(1.0)
    with av.open(io.BytesIO(streaming_header() + pcm[:-1])) as media:
        assert sum(frame.samples for frame in media.decode(audio=0)) == 15_999


def test_16_khz_mono_passes_untouched() -> None:
    pcm = tone(0.1)
    assert to_mono_16k(16_000, 1)(pcm) == pcm


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_other_rates_and_stereo_become_the_same_tone_at_16_khz_without_a_seam(rate: int, channels: int) -> None:
    convert = to_mono_16k(rate, channels)
    source = np.repeat(np.frombuffer(tone(2.0, rate=rate), "<i2"), channels).tobytes()
    step = rate // 10 * 2 * channels
    heard = b"".join(convert(source[i : i + step]) for i in range(0, len(source), step)) + convert(b"")
    samples = np.frombuffer(heard, "<i2")
    assert abs(len(samples) - 32_000) <= 16
    middle = slice(1_000, 31_000)
    difference = samples[middle].astype(int) - np.frombuffer(tone(2.0), "<i2")[middle]
    assert np.abs(difference).max() < 60  # of 3,277: a seam would be a jump
