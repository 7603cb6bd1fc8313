"""Decoding: every container, every kind of damage, and the recording's own clock."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import struct
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import CoachnoteError, InputError, InputMissing, NotAudio, StoreDamaged
from assistant.speech import decode as decoding
from assistant.speech.decode import SHORTEST_HOLE, Decoded, blocks, decode, probe
from assistant.speech.level import WINDOW
from assistant.speech.resample import Resampler
from assistant.speech.tally import Tally
from tests.sound import RATE, encoded, noise, wav
from tests.work import finish, write_table


def read(data: bytes) -> Decoded:
    return finish(decode(io.BytesIO(data)))


def bursts(seconds: int, rate: int = 44_100) -> np.ndarray:
    """Noise that is loud in every even second and ten times weaker in every odd one, so that a shift in time shows."""
    sound = noise(seconds, rate)
    for second in range(1, seconds, 2):
        sound[second * rate : (second + 1) * rate] //= 10
    return sound


def loudness(samples: np.ndarray, second: int) -> float:
    """Median level of the inner half of a second."""
    return float(np.median(np.abs(samples[round((second + 0.25) * RATE) : round((second + 0.75) * RATE)])))


def test_samples_come_out_as_they_went_in() -> None:
    sound = noise(3)
    decoded = read(wav(sound))
    assert np.array_equal(decoded.samples, sound)
    assert (decoded.seconds, decoded.declared, decoded.bad_packets, decoded.gaps) == (3, 3, 0, ())


def test_blocks_are_about_a_second_so_that_memory_stays_small() -> None:
    sizes = [len(block) for block in blocks(io.BytesIO(wav(noise(10))), Tally())]
    assert sum(sizes) == 10 * RATE
    assert max(sizes) <= 1.3 * RATE


SPANS = [(0.0, 2.5), (1.25, 3.0), (7.0, 7.001), (20.0, 45.2), (59.9, 60.0)]


@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("mp4", "aac"), ("mp3", "libmp3lame"), ("ogg", "libopus")])
def test_a_recording_too_long_to_keep_sounds_the_same_as_one_that_is_kept(
    container: str, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encoded(noise(60, 48_000), container, codec, 48_000)
    kept = read(data)
    monkeypatch.setattr(decoding, "KEPT", 10.0)
    played = read(data)
    assert played.blocks is None and kept.blocks is not None
    assert (played.seconds, played.gaps, played.bad_packets) == (kept.seconds, kept.gaps, kept.bad_packets)
    assert np.array_equal(played.level, kept.level)
    spans = [("left", start, min(end, kept.seconds)) for start, end in SPANS]
    whole = kept.samples
    for again, (_, start, end) in zip([s for s in played.play(spans) if s is not None], spans, strict=True):
        assert np.array_equal(again, whole[round(start * RATE) : round(end * RATE)])


def test_the_level_is_that_of_every_window_to_the_end() -> None:
    decoded = read(wav(np.concatenate([np.zeros(RATE, dtype=np.int16), np.full(RATE + 100, 16384, dtype=np.int16)])))
    assert len(decoded.level) == -(-(2 * RATE + 100) // WINDOW)
    assert set(decoded.level[:31]) == {-120.0}
    assert decoded.level[32:62] == pytest.approx(-6.02, abs=0.01)


def test_a_recording_that_changes_while_it_is_heard_is_not_heard_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "KEPT", 1.0)
    (tmp_path / "a.wav").write_bytes(wav(noise(20)))
    decoded = finish(decode(tmp_path / "a.wav"))
    (tmp_path / "a.wav").write_bytes(wav(noise(10)))
    with pytest.raises(InputError, match="same way twice"):
        list(decoded.play([("left", 0, 5), ("left", 12, 15)]))


def test_decoding_does_not_run_ahead_of_whoever_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ears are slower than the decoder: without this, hours of sound would wait for them in memory."""
    monkeypatch.setattr(decoding, "KEPT", 1.0)
    source = io.BytesIO(wav(np.tile(noise(60), 6)))
    sound = finish(decode(source)).play([("left", 0.0, 1.0), ("left", 300.0, 301.0)])
    first = next(part for part in sound if part is not None)
    time.sleep(0.5)
    assert len(first) == RATE
    assert source.tell() < 30 * RATE * 2
    sound.close()


def test_channels_in_opposite_phase_do_not_cancel_out() -> None:
    sound = noise(2)
    assert np.abs(read(wav(np.stack([sound, -sound], axis=1))).samples).mean() > 1000


def test_a_voice_on_one_channel_of_eight_keeps_its_level() -> None:
    channels = np.zeros((2 * RATE, 8), dtype=np.int16)
    channels[:, 5] = noise(2)
    assert np.array_equal(read(wav(channels)).samples, noise(2))


def test_two_ordinary_channels_are_averaged() -> None:
    left, right = noise(1, seed=1), noise(1, seed=2)
    mixed = read(wav(np.stack([left, right], axis=1))).samples
    assert np.abs(mixed - (left / 2 + right / 2)).max() <= 1


def test_the_rate_may_change_in_the_middle() -> None:
    import av

    sound, found = Resampler(RATE), 0
    for rate, layout, rows in ((8000, "mono", 1), (48000, "stereo", 2), (16000, "mono", 1)):
        frame = av.AudioFrame.from_ndarray(np.zeros((rows, rate), dtype=np.int16), format="s16p", layout=layout)
        frame.sample_rate = rate
        found += sum(len(block.data) // 2 // block.channels for block in sound.add(frame))
    found += sum(len(block.data) // 2 // block.channels for block in sound.rest())
    assert found == pytest.approx(3 * RATE, abs=100)


@pytest.mark.parametrize("rate", [0x7FFFFFF0, 1, 0])
def test_a_header_with_an_impossible_rate_is_refused(rate: int) -> None:
    data = bytearray(wav(noise(2)))
    data[24:28] = struct.pack("<I", rate)
    with pytest.raises(NotAudio):
        read(bytes(data))


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0], ids=["ffffffff", "7fffffff", "zero"])
def test_a_wav_whose_size_was_never_written_is_read_to_its_end(size: int) -> None:
    data = bytearray(wav(noise(7)))
    data[4:8] = data[40:44] = struct.pack("<I", size)
    decoded = read(bytes(data))
    assert (decoded.seconds, decoded.gaps) == (7, ())


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("mp4", "aac", 44_100),
        pytest.param("mp3", "mp3", 44_100, marks=pytest.mark.slow),
        pytest.param("matroska", "libopus", 48_000, marks=pytest.mark.slow),
    ],
)
def test_a_damaged_middle_is_told_and_the_time_after_it_is_right(container: str, codec: str, rate: int) -> None:
    data = bytearray(encoded(bursts(40, rate), container, codec, rate))
    third = len(data) // 3
    data[third : third + 20_000] = bytes(20_000)
    decoded = read(bytes(data))
    assert decoded.seconds == pytest.approx(40, abs=0.7)
    (gap,) = decoded.gaps
    assert 1.5 < gap.end - gap.start < 8  # Matroska is lost up to its next cluster
    assert gap.start == pytest.approx(40 / 3, abs=2)
    levels = [loudness(decoded.samples, second) for second in range(20, 39)]
    assert all((a > 3 * b) if second % 2 == 0 else (b > 3 * a) for second, (a, b) in enumerate(pairwise(levels), 20))


def test_what_is_cut_off_at_the_end_is_told() -> None:
    data = encoded(noise(20, 44_100), "mp3", "mp3")
    decoded = read(data[: len(data) // 2])
    (gap,) = decoded.gaps
    assert decoded.seconds == pytest.approx(10, abs=0.2)
    assert (gap.start, gap.end, gap.why) == (pytest.approx(10, abs=0.2), pytest.approx(20, abs=0.1), "damaged")


def test_a_bare_stream_with_a_hole_is_short_by_its_bytes() -> None:
    data = bytearray(encoded(noise(40, 44_100), "adts", "aac"))
    data[100_000:130_000] = bytes(30_000)
    decoded = read(bytes(data))
    assert decoded.gaps[-1].end == pytest.approx(40, abs=0.5)
    assert decoded.bad_packets >= 1


@pytest.mark.slow
def test_one_percent_of_noise_on_the_bytes_costs_little_of_the_sound() -> None:
    data = bytearray(encoded(noise(30, 44_100), "mp3", "mp3"))
    rng = np.random.default_rng(5)
    for place in rng.integers(len(data) // 20, len(data), len(data) // 100):
        data[place] = rng.integers(256)
    decoded = read(bytes(data))
    assert decoded.seconds > 27
    assert decoded.bad_packets > 10


def test_only_the_sound_of_a_video_is_read(shared: Path) -> None:
    decoded = finish(decode(shared / "data" / "odd_audio" / "lhotse" / "big_buck_bunny_small.mp4"))
    assert decoded.seconds == pytest.approx(5.31, abs=0.05)


def test_nothing_is_printed_by_the_library(capfd: pytest.CaptureFixture[str]) -> None:
    data = encoded(noise(5, 44_100), "mp4", "aac")
    for broken in (data[:-400], data[: len(data) // 2], b"ID3" + bytes(5000), data[:200] + bytes(800) + data[1000:]):
        with contextlib.suppress(NotAudio):
            finish(decode(io.BytesIO(broken)))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"RIFF",
        b"not a recording at all\n" * 50,
        b"<!doctype html><html></html>",
        wav(np.zeros(0, dtype=np.int16)),
        bytes(10_000),
    ],
    ids=["empty", "one byte", "four bytes", "text", "html", "wav without samples", "zeros"],
)
def test_what_holds_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(NotAudio) as refused:
        read(data)
    assert refused.value.do


def test_paths_that_are_no_file_are_refused(tmp_path: Path) -> None:
    for path, error in ((tmp_path / "none.wav", InputMissing), (tmp_path, InputError), (tmp_path / "x.wav" / "y", InputMissing)):
        with pytest.raises(error):
            finish(decode(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(InputError, match="ordinary"):
        finish(decode(tmp_path / "pipe.wav"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.wav").write_bytes(wav(noise(1)))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        finish(decode(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    "playlist",
    ["#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile secret.wav\n"],
    ids=["hls", "concat"],
)
def test_a_playlist_cannot_open_another_file(playlist: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.wav").write_bytes(wav(noise(1)))
    (tmp_path / "list.m3u8").write_text(playlist)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAudio):
        finish(decode(Path("list.m3u8")))


class Failing(io.BytesIO):
    """A stream out of a store that breaks off half way."""

    def __init__(self, data: bytes, fault: Exception) -> None:
        super().__init__(data)
        self._fault, self._half = fault, len(data) // 2

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > self._half:
            raise self._fault
        return super().read(size)


@pytest.mark.parametrize(
    ("fault", "seen"), [(StoreDamaged("A chunk is damaged."), StoreDamaged), (OSError(5, "Input/output error"), InputError)]
)
def test_a_fault_of_the_stream_is_raised_and_not_taken_for_the_end(fault: Exception, seen: type[CoachnoteError]) -> None:
    with pytest.raises(seen):
        finish(decode(Failing(wav(noise(60)), fault)))


def test_probing_reads_the_beginning_only() -> None:
    data = wav(noise(60))
    probe(Failing(data, StoreDamaged("A chunk is damaged.")))
    with pytest.raises(NotAudio):
        probe(io.BytesIO(b"text"))


def test_closing_it_half_way_closes_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(noise(20)))
    work = decode(tmp_path / "a.wav")
    next(work)
    work.close()  # an open file would end this test with a ResourceWarning


QUICK = (
    "aac_phone.m4a",
    "browser.webm",
    "gsm610.wav",
    "wav_truncated.wav",
    "mp3_bitrot.mp3",
    "m4a_truncated_no_moov.m4a",
    "wav_named_mp3.mp3",
)


@pytest.mark.parametrize("name", QUICK)
def test_an_odd_file_is_heard_or_explained(name: str, shared: Path) -> None:
    (row,) = (row for row in odd_files(shared) if row["path"] == f"jfk_matrix/{name}")
    assert _outcome(shared, row)[-1] == ""


@pytest.mark.slow
def test_no_odd_file_hangs_crashes_or_is_silently_short(shared: Path) -> None:
    """Each file of the collection gives at least what ffmpeg gave, or an error that says why not. The outcomes are in a table."""
    rows = odd_files(shared)
    assert len(rows) == 155
    outcomes = [_outcome(shared, row) for row in rows]
    write_table("odd_audio", ("file", "what", "ffmpeg s", "declared s", "decoded s", "bad packets", "lost", "took s", "fault"), outcomes)
    assert [outcome for outcome in outcomes if outcome[-1]] == []
    assert sum(float(row["decoded_seconds"]) > 0.01 for row in rows) == sum(not outcome[6].startswith("refused") for outcome in outcomes)


def odd_files(shared: Path) -> list[dict[str, str]]:
    with (shared / "data" / "odd_audio" / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _outcome(shared: Path, row: dict[str, str]) -> tuple[str, ...]:
    """A row of the table, whose last cell is empty unless something went wrong."""
    expected, since = float(row["decoded_seconds"]), time.monotonic()
    told = (row["path"], row["what"], f"{expected:.2f}")
    try:
        decoded = finish(decode(shared / "data" / "odd_audio" / row["path"]))
    except CoachnoteError as error:
        took = f"{time.monotonic() - since:.2f}"
        return (*told, "", "", "", f"refused: {error.what}", took, "could be decoded" if expected >= 0.01 else "")
    took = f"{time.monotonic() - since:.2f}"
    lost = "; ".join(f"{gap.why} {gap.start:.2f}-{gap.end:.2f}" for gap in decoded.gaps)
    declared = "" if decoded.declared is None else f"{decoded.declared:.2f}"
    return (*told, declared, f"{decoded.seconds:.2f}", str(decoded.bad_packets), lost, took, _shortfall(decoded, expected))


def _shortfall(decoded: Decoded, expected: float) -> str:
    told = sum(gap.end - gap.start for gap in decoded.gaps)
    if decoded.seconds < expected - 0.1:
        return f"{decoded.seconds:.2f} of {expected:.2f} s"
    if decoded.declared is not None and decoded.seconds + told < decoded.declared - SHORTEST_HOLE:
        return f"{decoded.declared - decoded.seconds:.2f} s missing and not told"
    return ""


CUT = [
    ("wav", "pcm_s16le", 16_000), ("aiff", "pcm_s16be", 44_100), ("caf", "pcm_s16le", 16_000), ("w64", "pcm_s16le", 16_000),
    ("adts", "aac", 44_100), ("mp3", "mp3", 44_100), ("webm", "libopus", 48_000), ("ogg", "libopus", 48_000), ("flac", "flac", 44_100),
    ("asf", "wmav2", 44_100), ("amr", "libopencore_amrnb", 8000),
]  # fmt: skip
QUICK = ("wav", "mp3", "ogg", "flac")
"""What telephones and recorders write, in the quick run."""


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [pytest.param(*cut, id=cut[0], marks=() if cut[0] in QUICK else pytest.mark.slow) for cut in CUT],
)
def test_no_container_may_be_cut_off_in_silence(container: str, codec: str, rate: int) -> None:
    data = encoded(noise(20, rate), container, codec, rate)
    whole, cut = read(data), read(data[: len(data) * 6 // 10 - 37])
    assert whole.gaps == ()
    (gap,) = cut.gaps
    assert cut.seconds == pytest.approx(12, abs=1.2)
    assert (gap.start, gap.why) == (pytest.approx(cut.seconds, abs=0.01), "damaged")
    assert gap.end > cut.seconds + 0.5


def test_a_picture_that_lasts_longer_than_the_sound_is_no_damage() -> None:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as file:
        picture, sound = file.add_stream("mpeg4", rate=10), file.add_stream("aac", rate=44_100, layout="mono")
        picture.width = picture.height = 32
        for _ in range(80):
            file.mux(picture.encode(av.VideoFrame(32, 32, "yuv420p")))
        frame = av.AudioFrame.from_ndarray(noise(3, 44_100).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 44_100
        resampler = av.AudioResampler(format=sound.format, layout="mono", rate=44_100, frame_size=1024)
        for part in resampler.resample(frame) + resampler.resample(None):
            file.mux(sound.encode(part))
        file.mux([*sound.encode(None), *picture.encode(None)])
    decoded = read(target.getvalue())
    assert (decoded.seconds, decoded.gaps) == (pytest.approx(3, abs=0.1), ())
