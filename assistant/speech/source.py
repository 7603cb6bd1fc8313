"""A recording opened for libav: a file or a stream, every reason it cannot be read as an error of its own, and nothing else opened.

Knows what its container declares. Decodes nothing.
"""

from __future__ import annotations

import contextlib
import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av

from assistant.errors import CoachnoteError, InputError, InputMissing, NotAudio

RAW = {"aac", "loas", "ac3", "eac3", "amr", "amrnb", "amrwb"}
"""Streams of frames without a container: the duration they declare is the demuxer's guess from size and bit rate."""


@contextlib.contextmanager
def opened(audio: Path | BinaryIO) -> Iterator[Source]:
    """The recording opened for reading, with every reason it cannot be as an error of its own."""
    if not isinstance(audio, Path):
        yield Source(audio)
        return
    try:
        state = audio.stat()
        if stat.S_ISDIR(state.st_mode):
            raise InputError("This is a folder, not a recording.", do="Give one file, or use `coachnote batch run FOLDER`.")
        if not stat.S_ISREG(state.st_mode):
            raise InputError("This is not an ordinary file.", do="Copy the recording to a file first.")
        file = audio.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputMissing("There is no file at that path.", do="Check the spelling and the folder.") from error
    except OSError as error:
        raise InputError(
            f"The file may not be read: {error.strerror}.", do="Ask for the right to read it, or copy it to a folder of your own."
        ) from error
    with file:
        yield Source(file)


class Source(io.RawIOBase):
    """A file that never raises while libav reads it: libav would drop the exception. The first one is kept in `fault`."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.fault: CoachnoteError | None = None
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if self.size == 0:
            raise NotAudio("The file is empty.", do="Copy the recording from the device again.")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.fault is not None:
            return b""
        try:
            return self._file.read(size)
        except CoachnoteError as fault:
            self.fault = fault
        except OSError as error:
            self.fault = InputError(f"The file could not be read to its end: {error.strerror}.", do="Copy it again from where it came.")
        return b""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1  # libav asks for impossible places in damaged files, and takes this as a refusal

    def tell(self) -> int:
        return self._file.tell()


@contextlib.contextmanager
def container_of(source: Source) -> Iterator[Any]:
    """The recording as a container. libav may open nothing else: a playlist that names other files or addresses is refused."""
    try:
        container = av.open(source, mode="r", metadata_errors="ignore", options={"protocol_whitelist": "none"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise source.fault or NotAudio(
            "This file is not a recording that can be read.",
            means="It is of another kind, or its beginning or index is damaged or missing.",
            do="Play it in another program to check it, or copy it from the device again.",
        ) from error
    with container:
        yield container


def frames_itself(container: Any) -> bool:
    """Whether it is a bare stream of frames, in which every byte belongs to one of them."""
    return container.format.name in RAW


def start_of(container: Any) -> float | None:
    """Where a player's clock starts in a video, whose sound may begin later; None where the first sound starts the clock."""
    return container.start_time / 1_000_000 if container.streams.video and container.start_time is not None else None


def declared_seconds(container: Any, source: Source) -> float | None:
    """Seconds that the container declares; None where there is no figure or only a guess from its size."""
    if container.duration is None or container.duration <= 0 or frames_itself(container):
        return None
    if container.format.name == "mp3" and not _counts_frames(source):
        return None
    return float(container.duration) / 1_000_000


def _counts_frames(source: Source) -> bool:
    """Whether an MP3 starts with a frame that counts the others (Xing, Info or VBRI): else its duration is guessed."""
    start = _peek(source, _tag_length(source), 4096)
    return any(mark in start for mark in (b"Xing", b"Info", b"VBRI"))


def sound_octets(source: Source) -> int:
    """Size of the file in bytes without the ID3 tag before the sound."""
    return source.size - _tag_length(source)


def _tag_length(source: Source) -> int:
    """Bytes of an ID3v2 tag, whose own length is four groups of seven bits (ID3v2.4, section 3.1)."""
    head = _peek(source, 0, 10)
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    return 10 + sum((octet & 0x7F) << shift for octet, shift in zip(head[6:], (21, 14, 7, 0), strict=True))


def _peek(source: Source, at: int, size: int) -> bytes:
    place = source.tell()
    source.seek(at)
    found = source.read(size)
    source.seek(place)
    return found
