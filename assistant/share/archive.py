"""A zip archive under a passphrase, which common programs open without this one: WinZip's AES-256, version AE-2.

The form is weaker than the store. It stretches the passphrase with 1,000 rounds of PBKDF2-HMAC-SHA1 only, so the passphrase has to be long;
and it hides neither the names of files nor their sizes, so names must say nothing of anybody. Knows nothing of what the files hold.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from assistant.errors import NotWritable

BLOCK = 64 * 1024
"""Bytes of a recording in memory at a time."""
Content = bytes | AbstractContextManager[BinaryIO]


def write(out: Path, passphrase: str, files: Iterable[tuple[str, Content]]) -> None:
    """Stream `files` into an archive at `out`, readable by its owner only, whole or not there at all. Raises NotWritable.

    Whatever is raised while a file is read is raised on, with nothing left on the disk.
    """
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=".coachnote-")
    except OSError as error:
        raise _not_writable(out, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            _fill(file, passphrase, files)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, out)
    except OSError as error:
        raise _not_writable(out, error) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _fill(file: BinaryIO, passphrase: str, files: Iterable[tuple[str, Content]]) -> None:
    import pyzipper

    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_STORED) as archive:
        archive.setpassword(passphrase.encode("ascii"))
        # Version 2: version 1 would leave a checksum of each file's content in the open.
        archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=2)
        for name, content in files:
            with archive.open(name, "w", force_zip64=True) as entry:
                _pour(content, entry)


def _pour(content: Content, entry: Any) -> None:
    if isinstance(content, bytes):
        entry.write(content)
        return
    with content as source:
        while block := source.read(BLOCK):
            entry.write(block)


def _not_writable(out: Path, error: OSError) -> NotWritable:
    what = f"{out} could not be written ({error.strerror})."
    return NotWritable(what, means="Nothing of it was left.", do="Free some space, or name another place with --out.")
