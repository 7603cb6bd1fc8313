"""An encrypted recording: fixed chunks, each sealed under a counter, so that it can be appended to, sought in, and recovered after a crash.

    header = magic | chunk size | file id
    body   = AES-256-GCM(key, nonce = 0^7 | counter, 32 bit | flag, 8 bit, aad = header) for each chunk

Every chunk but the last holds exactly CHUNK bytes and flag MORE; the last holds fewer, perhaps none, and flag LAST, or RECOVERED
where a crash ended the recording. So no chunk can be altered, moved, cut off or brought in from another file without notice (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015). The key is random and used for one file, which is what makes
counters safe as nonces; no counter and flag ever seal two different texts. The key lives in the key file, never here. Knows nothing of
sound.
"""

from __future__ import annotations

import io
import os
import struct
import time
import uuid
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import StoreDamaged
from assistant.store import disk
from assistant.store.sealing import TAG_BYTES

FOLDER = "audio"
"""Within the store: recordings, a file each."""
MAGIC = b"CNAUDIO1"
CHUNK = 4096
"""Bytes of sound: 0.128 s of 16 kHz 16-bit mono, the most that a crash can lose of what was written."""
RECORD = CHUNK + TAG_BYTES
HEADER = struct.Struct(">8sI16s")
MORE, LAST, RECOVERED = 0, 1, 2
SYNC_SECONDS = 1.0
"""How much a power cut can lose."""


def _nonce(counter: int, flag: int) -> bytes:
    return struct.pack(">7xIB", counter, flag)


def _header(file_id: str) -> bytes:
    return HEADER.pack(MAGIC, CHUNK, uuid.UUID(file_id).bytes)


class Writer:
    """Appends to a new file. `write` keeps back less than CHUNK bytes, which `close` writes; the file is locked until then."""

    def __init__(self, path: Path, file_id: str, key: bytes) -> None:
        """Raises NotWritable, also when the file exists."""
        self._aad, self._cipher = _header(file_id), AESGCM(key)
        self._pending = bytearray()
        self._counter = 0
        self._ended = False
        with disk.writing("the recording"):
            self._file = os.fdopen(disk.open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL), "r+b", buffering=0)
            disk.lock(self._file.fileno(), wait=True)
        try:
            self._append(self._aad, at=0)
            with disk.writing("the recording"):
                self._sync()
                disk.sync_folder(path.parent)
        except BaseException:
            self._file.close()
            path.unlink(missing_ok=True)
            raise

    def write(self, data: bytes) -> int:
        """Raises NotWritable when the disk is full; what was given stays pending, so that a later write or close can still save it."""
        if self._ended:
            raise ValueError("the recording is closed")
        self._pending += data
        self._append_whole_chunks()
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            with disk.writing("the recording"):
                self._sync()
        return len(data)

    def close(self) -> None:
        """Write the last chunk and unlock. May be called again, and after NotWritable to try again."""
        if self._file.closed:
            return
        self._append_whole_chunks()
        self._ended = True  # from here on only these bytes may be sealed under this counter
        self._append_chunk(bytes(self._pending), LAST)
        with disk.writing("the recording"):
            self._sync()
            self._file.close()

    def abandon(self) -> None:
        """Let go of the file as a crash would; it can be recovered up to the last whole chunk."""
        self._file.close()

    def _append_whole_chunks(self) -> None:
        while len(self._pending) >= CHUNK:
            self._append_chunk(bytes(self._pending[:CHUNK]), MORE)
            self._counter += 1  # first, so that whatever interrupts here, no nonce is used for two texts
            del self._pending[:CHUNK]

    def _append_chunk(self, text: bytes, flag: int) -> None:
        self._append(self._cipher.encrypt(_nonce(self._counter, flag), text, self._aad), at=HEADER.size + self._counter * RECORD)

    def _append(self, record: bytes, *, at: int) -> None:
        """All of it or nothing: what a full disk took of it is cut off again."""
        try:
            self._file.seek(at)
            left = memoryview(record)
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            self._file.truncate(at)
            raise disk.not_writable(error, "the recording") from error

    def _sync(self) -> None:
        disk.sync(self._file.fileno())
        self._synced = time.monotonic()


class Reader(io.RawIOBase):
    """Decrypts on the fly; seekable. Accepts only a file with its end in place."""

    def __init__(self, path: Path, file_id: str, key: bytes) -> None:
        """Raises StoreDamaged when the file is missing, of another recording, cut, or not ended."""
        super().__init__()
        self._aad, self._cipher = _header(file_id), AESGCM(key)
        try:
            self._file = path.open("rb", buffering=0)
        except OSError:
            raise damaged("is missing") from None
        self._chunks, self._tail = divmod(os.fstat(self._file.fileno()).st_size - HEADER.size, RECORD)
        self._at, self._held, self._text = 0, -1, b""
        try:
            self._check_ends()
        except StoreDamaged:
            self.close()
            raise

    def _check_ends(self) -> None:
        if self._file.read(HEADER.size) != self._aad:
            raise damaged("is not the one that was made")
        if self._tail < TAG_BYTES:
            raise damaged("was cut off")
        self._length = self._chunks * CHUNK + self._tail - TAG_BYTES
        self._end = LAST
        try:
            self._chunk(self._chunks)
        except StoreDamaged:
            self._end = RECOVERED
            self._chunk(self._chunks)

    @property
    def recovered(self) -> bool:
        """Whether a crash ended it."""
        return self._end == RECOVERED

    @property
    def size(self) -> int:
        """Bytes of sound."""
        return self._length

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        if start + offset < 0:
            raise ValueError("before the start")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        done = 0
        while done < len(buffer) and self._at < self._length:
            number, within = divmod(self._at, CHUNK)
            piece = self._chunk(number)[within : within + len(buffer) - done]
            buffer[done : done + len(piece)] = piece
            done, self._at = done + len(piece), self._at + len(piece)
        return done

    def _chunk(self, number: int) -> bytes:
        """Raises StoreDamaged."""
        if number != self._held:
            self._file.seek(HEADER.size + number * RECORD)
            record = self._file.read(RECORD if number < self._chunks else self._tail) or b""
            if number < self._chunks:
                self._text = self._opened(record, number, MORE)
            else:
                self._text = self._opened(record, number, self._end)
            self._held = number
        return self._text

    def _opened(self, record: bytes, number: int, flag: int) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, flag), record, self._aad)
        except InvalidTag:
            raise damaged("was cut off" if flag != MORE else f"is damaged {number * CHUNK} bytes from its start") from None

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):
            self._file.close()
        super().close()


def open_reader(path: Path, file_id: str, key: bytes) -> io.BufferedReader:
    """Raises StoreDamaged, also later while reading."""
    return io.BufferedReader(Reader(path, file_id, key), buffer_size=16 * CHUNK)


Ending = Literal["complete", "recovered"]


def ending(path: Path, file_id: str, key: bytes) -> Ending | None:
    """How the file ends; None when nothing in it says that it did."""
    try:
        with Reader(path, file_id, key) as reader:
            return "recovered" if reader.recovered else "complete"
    except StoreDamaged:
        return None


def being_written(path: Path) -> bool:
    """Whether a living process holds it."""
    try:
        with path.open("r+b", buffering=0) as file:
            return not disk.lock(file.fileno(), wait=False)
    except OSError:
        return False


def size(path: Path, file_id: str, key: bytes) -> int:
    """Bytes of sound. Raises StoreDamaged."""
    with Reader(path, file_id, key) as reader:
        return reader.size


def recover(path: Path, file_id: str, key: bytes) -> Ending | None:
    """Give a file that a crash left open its end, keeping every whole chunk. None when a living process is still writing it.

    Only what follows the last whole chunk is cut off: a bad chunk in the middle stays, to be reported when it is read.
    Raises StoreDamaged and changes nothing when the file is missing, of another recording, or no chunk of it opens; NotWritable.
    """
    aad, cipher = _header(file_id), AESGCM(key)
    try:
        file = path.open("r+b", buffering=0)
    except FileNotFoundError:
        raise damaged("is missing") from None
    with disk.writing("the recording"), file:
        if not disk.lock(file.fileno(), wait=False):
            return None
        if ended := ending(path, file_id, key):
            return ended
        if file.read(HEADER.size) != aad:
            raise damaged("is not the one that was made")
        whole = _whole_chunks(file, cipher, aad)
        file.truncate(HEADER.size + whole * RECORD)
        file.seek(0, os.SEEK_END)
        file.write(cipher.encrypt(_nonce(whole, RECOVERED), b"", aad))
        disk.sync(file.fileno())
    return "recovered"


def _whole_chunks(file: io.FileIO, cipher: AESGCM, aad: bytes) -> int:
    """How many chunks there are up to the last one that opens."""
    there = (os.fstat(file.fileno()).st_size - HEADER.size) // RECORD
    for number in range(there - 1, -1, -1):
        file.seek(HEADER.size + number * RECORD)
        try:
            cipher.decrypt(_nonce(number, MORE), file.read(RECORD) or b"", aad)
        except InvalidTag:
            continue
        return number + 1
    if there:
        raise damaged("does not open with its key")
    return 0


def damaged(how: str) -> StoreDamaged:
    means = "It cannot be played or transcribed whole."
    return StoreDamaged(f"The file of this recording {how}.", means=means, do="Put it back from a backup.")
