"""Encrypted recordings: what was written is what is read, and nothing else is ever accepted."""

from __future__ import annotations

import io
import os
import random
import wave
from pathlib import Path

import pytest

from assistant.errors import NotWritable, StoreDamaged
from assistant.store import audio
from assistant.store.audio import CHUNK, HEADER, RECORD

KEY, FILE = bytes(range(32)), "01234567-89ab-7def-8123-456789abcdef"
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 100_000)


def written(path: Path, data: bytes, piece: int = 1000) -> bytes:
    writer = audio.Writer(path, FILE, KEY)
    for start in range(0, len(data), piece):
        writer.write(data[start : start + piece])
    writer.close()
    return path.read_bytes()


def read(path: Path) -> bytes:
    with audio.open_reader(path, FILE, KEY) as reader:
        return reader.read()


@pytest.mark.parametrize("size", SIZES)
def test_reads_back_whole_and_from_anywhere(tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    encrypted = written(tmp_path / "a", data)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert len(encrypted) == HEADER.size + size + 16 * (size // CHUNK + 1)
    assert len(data) < 32 or data[:32] not in encrypted
    rng = random.Random(1)
    with audio.open_reader(tmp_path / "a", FILE, KEY) as reader:
        assert reader.read() == data
        for _ in range(200):
            at, count = rng.randrange(size + 10), rng.randrange(3 * CHUNK)
            assert reader.seek(at) == at
            assert reader.read(count) == data[at : at + count]
        assert reader.seek(-min(size, 5), os.SEEK_END) == size - min(size, 5)
        assert reader.read() == data[size - min(size, 5) :]
        with pytest.raises(ValueError, match="before the start"):
            reader.raw.seek(-1)


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """Every bit of the header, of the tags and of the ends of the chunks; every byte of the rest."""
    data = random.Random(2).randbytes(CHUNK + 300)
    whole = written(tmp_path / "a", data)
    bits = set(range(HEADER.size * 8)) | {n * 8 + n % 8 for n in range(len(whole))}
    bits |= set(range((HEADER.size + CHUNK) * 8, (HEADER.size + RECORD) * 8)) | set(range((len(whole) - 16) * 8, len(whole) * 8))
    with (tmp_path / "a").open("r+b") as file:
        for bit in sorted(bits):
            at = bit // 8
            os.pwrite(file.fileno(), bytes([whole[at] ^ 1 << bit % 8]), at)
            with pytest.raises(StoreDamaged):
                read(tmp_path / "a")
            os.pwrite(file.fileno(), whole[at : at + 1], at)
    assert read(tmp_path / "a") == data


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 100])
def test_every_cut_is_noticed(tmp_path: Path, size: int) -> None:
    whole = written(tmp_path / "a", bytes(size))
    near = {n for border in (0, HEADER.size, HEADER.size + RECORD, len(whole)) for n in range(border - 40, border + 40)}
    for length in sorted(n for n in near | set(range(0, len(whole), 29)) if 0 <= n < len(whole)):
        (tmp_path / "a").write_bytes(whole[:length])
        with pytest.raises(StoreDamaged):
            read(tmp_path / "a")


def test_chunks_cannot_be_reordered_dropped_repeated_or_brought_in(tmp_path: Path) -> None:
    whole = written(tmp_path / "a", random.Random(3).randbytes(3 * CHUNK + 50))
    head, body, tail = whole[: HEADER.size], whole[HEADER.size : -66], whole[-66:]
    one, two, three = (body[n * RECORD : (n + 1) * RECORD] for n in range(3))
    other_writer = audio.Writer(tmp_path / "b", "01234567-89ab-7def-8123-000000000000", KEY)
    other_writer.write(bytes(3 * CHUNK + 50))
    other_writer.close()
    other = (tmp_path / "b").read_bytes()
    for forged in (
        head + two + one + three + tail,
        head + one + three + tail,
        head + one + two + three + three + tail,
        head + one + two + three + tail + tail,
        head + one + two + three + b"",
        head + one + other[HEADER.size + RECORD : HEADER.size + 2 * RECORD] + three + tail,
        head + one + two + three + other[-66:],
        other,
    ):
        (tmp_path / "a").write_bytes(forged)
        with pytest.raises(StoreDamaged):
            read(tmp_path / "a")


def test_the_wrong_key_and_a_missing_file_are_damage(tmp_path: Path) -> None:
    written(tmp_path / "a", b"sound")
    with pytest.raises(StoreDamaged):
        audio.open_reader(tmp_path / "a", FILE, bytes(32))
    with pytest.raises(StoreDamaged):
        audio.open_reader(tmp_path / "none", FILE, KEY)


def test_an_open_file_is_refused_then_recovered_whole_but_for_the_last_part(tmp_path: Path) -> None:
    data = random.Random(4).randbytes(3 * CHUNK + 2000)
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    writer.write(data)
    with pytest.raises(StoreDamaged):
        read(tmp_path / "a")
    assert audio.recover(tmp_path / "a", FILE, KEY) is None, "a living writer is left alone"
    writer.abandon()
    assert audio.recover(tmp_path / "a", FILE, KEY) == "recovered"
    assert audio.recover(tmp_path / "a", FILE, KEY) == "recovered"
    assert read(tmp_path / "a") == data[: 3 * CHUNK]


@pytest.mark.parametrize("torn", [0, 1, 15, 16, 500, RECORD - 1, RECORD, RECORD + 77])
def test_recovery_cuts_off_what_a_crash_tore(tmp_path: Path, torn: int) -> None:
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    writer.write(bytes(2 * CHUNK))
    writer.abandon()
    with (tmp_path / "a").open("ab") as file:
        file.write(random.Random(torn).randbytes(torn))
    assert audio.recover(tmp_path / "a", FILE, KEY) == "recovered"
    assert read(tmp_path / "a") == bytes(2 * CHUNK)


def test_recovery_keeps_what_follows_a_bad_chunk(tmp_path: Path) -> None:
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    writer.write(bytes(5 * CHUNK))
    writer.abandon()
    with (tmp_path / "a").open("r+b") as file:
        os.pwrite(file.fileno(), b"x", HEADER.size + RECORD + 5)
    audio.recover(tmp_path / "a", FILE, KEY)
    with audio.Reader(tmp_path / "a", FILE, KEY) as reader:
        assert reader.size == 5 * CHUNK
        reader.seek(2 * CHUNK)
        assert reader.read() == bytes(3 * CHUNK)
        reader.seek(CHUNK)
        with pytest.raises(StoreDamaged):
            reader.read(1)


def test_recovery_changes_nothing_in_a_file_that_is_not_ours(tmp_path: Path) -> None:
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    writer.write(bytes(2 * CHUNK))
    writer.abandon()
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(StoreDamaged):
        audio.recover(tmp_path / "a", FILE, bytes(32))
    with pytest.raises(StoreDamaged):
        audio.recover(tmp_path / "a", "01234567-89ab-7def-8123-000000000000", KEY)
    assert (tmp_path / "a").read_bytes() == before


def test_a_finished_file_is_complete_to_recovery(tmp_path: Path) -> None:
    before = written(tmp_path / "a", b"sound")
    assert audio.recover(tmp_path / "a", FILE, KEY) == "complete"
    assert (tmp_path / "a").read_bytes() == before


def test_less_than_a_chunk_is_ever_unwritten(tmp_path: Path) -> None:
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    for count in range(1, 40):
        writer.write(bytes(777))
        assert (tmp_path / "a").stat().st_size == HEADER.size + count * 777 // CHUNK * RECORD
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")


class Grudging:
    """A file on a disk with room for so many more bytes, taking each write in part, as a full disk does."""

    def __init__(self, file: io.FileIO, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: memoryview) -> int:
        if self.room == 0:
            raise OSError(28, "No space left on device")
        taken = self.file.write(data[: min(self.room, max(1, len(data) // 2))])
        self.room -= taken
        return taken

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)


@pytest.mark.parametrize("room", [1, 100, RECORD, RECORD + 3, 2 * RECORD + 4000])
def test_a_full_disk_keeps_whole_chunks_and_loses_nothing_once_there_is_room(tmp_path: Path, room: int) -> None:
    data = random.Random(room).randbytes(4 * CHUNK + 10)
    writer = audio.Writer(tmp_path / "a", FILE, KEY)
    real = writer._file
    writer._file = Grudging(real, room)  # type: ignore[assignment]
    with pytest.raises(NotWritable):
        writer.write(data)
    assert ((tmp_path / "a").stat().st_size - HEADER.size) % RECORD == 0
    with pytest.raises(NotWritable):
        writer.close()
    writer._file = real
    writer.close()
    assert read(tmp_path / "a") == data


def test_a_full_disk_at_the_start_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio.disk, "sync_folder", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(NotWritable):
        audio.Writer(tmp_path / "a", FILE, KEY)
    assert not (tmp_path / "a").exists()


def test_pyav_opens_seeks_and_decodes_through_the_reader(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(random.Random(5).randbytes(2 * 16_000 * 10))
    written(tmp_path / "a", sound.getvalue())
    with audio.open_reader(tmp_path / "a", FILE, KEY) as reader, av.open(reader) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 160_000
        container.seek(7_000_000)
        assert abs(next(container.decode(audio=0)).time - 7) < 0.5
