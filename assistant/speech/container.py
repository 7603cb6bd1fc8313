"""A recording opened with libav, which may open nothing else, and what its container says: how long it should be and when it was made.

Decodes nothing.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import av

from assistant.errors import NotAudio

RAW = {"aac", "loas", "ac3", "eac3", "amr", "amrnb", "amrwb"}
"""Streams of frames without a container: the duration they declare is the demuxer's guess from size and bit rate."""
ENDS_TORN = {*RAW, "caf", "w64"}
"""Formats that do not count their frames, so that only a torn last one shows that a file was cut off."""
MATROSKA_TIME = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)$")
LONGEST_PAGE = 65_307
"""Bytes of an Ogg page (RFC 3533, section 6)."""
NEVER_WRITTEN = 0x7FFFF000
"""From here on a size in a header is what programs leave there that never came to write it."""


@contextlib.contextmanager
def container_of(file: BinaryIO) -> Iterator[Any]:
    """The recording as a container. libav may open nothing else: a playlist that names other files or addresses is refused."""
    try:
        container = av.open(file, mode="r", metadata_errors="ignore", options={"protocol_whitelist": "none"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotAudio(
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


def declared_seconds(container: Any, stream: Any, file: BinaryIO, size: int) -> float | None:
    """Seconds that the sound should last; None where there is no figure or only a guess from its size."""
    if frames_itself(container) or (container.format.name == "mp3" and not _counts_frames(file)):
        return None
    seconds = _of_stream(container, stream)
    return None if seconds is None or seconds <= 0 else seconds + _cut_off(container, seconds, file, size)


def _of_stream(container: Any, stream: Any) -> float | None:
    """By the sound itself; by the container, whose picture may be longer, only where that says nothing."""
    if stream.duration is not None:
        late = stream.start_time * stream.time_base - (start_of(container) or 0) if start_of(container) is not None else 0
        return float(stream.duration * stream.time_base + max(late, 0))
    told = MATROSKA_TIME.match(stream.metadata.get("DURATION", ""))
    if told is not None:
        return int(told[1]) * 3600 + int(told[2]) * 60 + float(told[3])
    return None if container.duration is None else float(container.duration) / 1_000_000


def _cut_off(container: Any, seconds: float, file: BinaryIO, size: int) -> float:
    """Seconds that a WAV file lacks by a header that was written when the recording ended. libav counts what is there."""
    head = _peek(file, 0, 8)
    if container.format.name != "wav" or not head.startswith(b"RIFF"):
        return 0.0
    promised = struct.unpack("<I", head[4:])[0] + 8
    return 0.0 if promised >= NEVER_WRITTEN else seconds * max(promised - size, 0) / size


def cut_short(container: Any, torn: bool, file: BinaryIO, size: int) -> bool:
    """Whether a file that says nowhere how long it should be ends in the middle of something, its last packet being `torn` or not."""
    if container.format.name == "ogg":
        return _torn_page(_peek(file, max(size - LONGEST_PAGE, 0), LONGEST_PAGE))
    return torn and container.format.name in ENDS_TORN


def _torn_page(end: bytes) -> bool:
    """Whether the last Ogg page has less than its table of segments counts (RFC 3533, section 6)."""
    page = end[end.rfind(b"OggS") :]
    if not page.startswith(b"OggS"):
        return False
    return len(page) < 27 or len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def _counts_frames(file: BinaryIO) -> bool:
    """Whether an MP3 starts with a frame that counts the others (Xing, Info or VBRI): else its duration is guessed."""
    start = _peek(file, _tag_length(file), 4096)
    return any(mark in start for mark in (b"Xing", b"Info", b"VBRI"))


def sound_octets(file: BinaryIO, size: int) -> int:
    """Of so many bytes, those without the ID3 tag before the sound."""
    return size - _tag_length(file)


def _tag_length(file: BinaryIO) -> int:
    """Bytes of an ID3v2 tag, whose own length is four groups of seven bits (ID3v2.4, section 3.1)."""
    head = _peek(file, 0, 10)
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    return 10 + sum((octet & 0x7F) << shift for octet, shift in zip(head[6:], (21, 14, 7, 0), strict=True))


def _peek(file: BinaryIO, at: int, size: int) -> bytes:
    place = file.tell()
    file.seek(at)
    found = file.read(size)
    file.seek(place)
    return found
