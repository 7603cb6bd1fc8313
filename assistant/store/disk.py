"""Files that only their owner can read, that are whole or absent, and that two processes do not write at once.

The one place with calls that differ between POSIX, macOS and Windows. Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import NotWritable

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
BLOCK = 1 << 20
"""Bytes that are copied at once."""
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LOCKED_BYTE = 1 << 62
"""On Windows a locked byte cannot be read by others, so the lock sits where no file reaches."""
HOLDERS = 1 << 20
"""Bytes after it for shared locks; two processes that draw the same one wait for each other."""


def not_writable(error: OSError, what: str) -> NotWritable:
    means = "Nothing that was saved before is lost."
    if error.errno in NO_SPACE:
        return NotWritable(f"There is no room left on the disk to write {what}.", means=means, do="Free some space and try again.")
    return NotWritable(
        f"{what[:1].upper()}{what[1:]} cannot be written ({os.strerror(error.errno or errno.EIO)}).",
        means=means,
        do="Check that the disk is not read only and that the folder belongs to you.",
    )


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """Turns the operating system's refusals into NotWritable, with `what` in its sentence."""
    try:
        yield
    except OSError as error:
        raise not_writable(error, what) from error


def open_private(path: Path, flags: int) -> int:
    """A file descriptor, 0600 from the first moment. Not inherited by child processes."""
    return os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)


def make_folder(path: Path) -> None:
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if os.name != "nt":
        path.chmod(PRIVATE_FOLDER)


def sync(fd: int) -> None:
    """Wait until the file is on the medium."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # fsync on macOS stops at the drive's own cache
        except OSError:  # not every file system has it
            os.fsync(fd)
    elif sys.platform == "win32":
        os.fsync(fd)
    else:
        os.fdatasync(fd)


def sync_folder(path: Path) -> None:
    """Wait until a new or renamed name is on the medium. Windows has no such call and orders renames itself."""
    if sys.platform != "win32":
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that, whenever power fails, either the old or the new bytes are there. Raises OSError."""
    beside = path.with_name(path.name + ".tmp")
    fd = open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            file.flush()
            sync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_at_most(path: Path, limit: int) -> bytes | None:
    """The file's bytes; None when there is no such file. Raises ValueError when it is longer than `limit` bytes or a folder; OSError."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise ValueError("not a file") from None
    if len(data) > limit:
        raise ValueError("too long")
    return data


def digest(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 in hex. Raises OSError."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
        return file.tell(), found.hexdigest()


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file, whole or not at all. Returns its size in bytes and SHA-256 in hex. Raises OSError."""
    beside, found, size = target.with_name(target.name + ".tmp"), hashlib.sha256(), 0
    try:
        with source.open("rb") as file, open(open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as out:
            while block := file.read(BLOCK):
                out.write(block)
                found.update(block)
                size += len(block)
            out.flush()
            sync(out.fileno())
        os.replace(beside, target)
        sync_folder(target.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return size, found.hexdigest()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process and one thread at a time; the lock dies with its holder."""
    fd = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        lock(fd, wait=True)
        yield
    finally:
        os.close(fd)


def lock(fd: int, *, wait: bool, shared: bool = False) -> bool:
    """Lock an open file for whoever opened it; False when another holds it and `wait` is not set. Closing the file unlocks it.

    Several may hold a `shared` lock at once, but nobody beside one that is not.
    """
    if sys.platform == "win32":
        return _lock_windows(fd, wait=wait, shared=shared)
    import fcntl

    try:
        # flock and not lockf: it also keeps two openings within one process apart.
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _lock_windows(fd: int, *, wait: bool, shared: bool) -> bool:
    if sys.platform != "win32":
        raise NotImplementedError
    import msvcrt

    at = os.lseek(fd, 0, os.SEEK_CUR)
    # Windows locks stretches of a file: a shared holder takes one byte of its own, and who wants to be alone takes all of them.
    start, count = (LOCKED_BYTE + 1 + secrets.randbelow(HOLDERS), 1) if shared else (LOCKED_BYTE, 1 + HOLDERS)
    os.lseek(fd, start, os.SEEK_SET)
    try:
        while True:
            try:
                msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, count)
            except OSError:  # LK_LOCK gives up after ten seconds
                if not wait:
                    return False
            else:
                return True
    finally:
        os.lseek(fd, at, os.SEEK_SET)
