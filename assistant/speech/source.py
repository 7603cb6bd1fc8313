"""A recording opened for reading: a file or a stream, every reason it cannot be read as an error of its own. Knows no container."""

from __future__ import annotations

import contextlib
import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from assistant.errors import InputError, InputMissing, NotAudio

PAGE = 4096
"""Bytes."""


@contextlib.contextmanager
def opened(audio: Path | BinaryIO) -> Iterator[Source]:
    """Raises InputMissing, InputError or NotAudio."""
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


class Source:
    """A file that libav reads from afar. Raises InputError where it cannot be read, and what a store's stream raises as it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)
        self.asked = 0
        """Bytes read since this was last set to nought, a move counting as a page: whoever goes round in circles asks for ever more."""
        file.seek(0)
        if self.size == 0:
            raise NotAudio("The file is empty.", do="Copy the recording from the device again.")

    def read(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            raise InputError(f"The file could not be read to its end: {error.strerror}.", do="Copy it again from where it came.") from error
        self.asked += len(data) + PAGE
        return data

    def seek(self, offset: int, whence: int) -> int:
        self.asked += PAGE
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1  # libav asks for impossible places in damaged files, and takes this as a refusal

    @property
    def reached(self) -> float:
        """The share of it before the place that is read next, 0 to 1."""
        return min(self._file.tell() / self.size, 1.0)
