"""What a disk can hold after the power was cut, made from what a traced program asked the operating system for.

Everything that was synced is there. Of what was not, any part may be: each write whole, torn at a sector or not at all, each change of a
folder done or not. Knows nothing of SQLite and nothing of what the files mean.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
"""Bytes that a disk writes whole."""
CALLS = "openat,write,pwrite64,ftruncate,fallocate,fsync,fdatasync,rename,unlink,link,symlink,truncate,mkdir"
LINE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)")
FD = re.compile(r"(?:\d+|AT_FDCWD)<([^>]*)>")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass
class File:
    """One inode: what is on the medium, and what was asked for since."""

    synced: bytes = b""
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Place and bytes of each write; None for a cut at that place."""

    def after(self, changes: list[tuple[int, bytes | None]]) -> bytes:
        data = bytearray(self.synced)
        for at, text in changes:
            if text is None:
                data[at:] = bytes(max(0, at - len(data)))
            else:
                data.extend(bytes(max(0, at - len(data))))
                data[at : at + len(text)] = text
        return bytes(data)


@dataclass
class Disk:
    """Files by name, as they are and as they are on the medium, and the changes of folders in between."""

    names: dict[str, File]
    synced: dict[str, File]
    waiting: list[tuple[str, str | None, File | None]] = field(default_factory=list)
    """A name that goes, and a name that comes with its file."""

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """As it lies there now, all of it synced."""
        names = {str(p.relative_to(folder)): File(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
        return cls(names, dict(names))

    def change(self, gone: str | None, name: str | None, file: File | None) -> None:
        self.waiting.append((gone or "", name, file))
        _apply(self.names, gone, name, file)

    def sync(self, name: str) -> None:
        """A file's bytes; the name "" is the folder."""
        if not name:
            self.synced, self.waiting = dict(self.names), []
        else:
            file = self.names[name]
            file.synced, file.waiting = file.after(file.waiting), []

    def image(self, rng: random.Random) -> dict[str, bytes]:
        """One of the states that a cut now can leave."""
        names = dict(self.synced)
        for gone, name, file in self.waiting:
            if rng.random() < 0.5:
                _apply(names, gone, name, file)
        return {name: file.after(list(_some(file.waiting, rng))) for name, file in names.items()}

    def whole(self) -> dict[str, bytes]:
        """Without a cut."""
        return {name: file.after(file.waiting) for name, file in self.names.items()}


def _apply(names: dict[str, File], gone: str | None, name: str | None, file: File | None) -> None:
    if gone:
        names.pop(gone, None)
    if name is not None and file is not None:
        names[name] = file


def _some(changes: list[tuple[int, bytes | None]], rng: random.Random) -> Iterator[tuple[int, bytes | None]]:
    for at, text in changes:
        fate = rng.choice(["whole", "whole", "gone", "torn"])
        if fate == "whole":
            yield at, text
        elif fate == "torn" and text is not None:
            for start in range(0, len(text), SECTOR):
                if rng.random() < 0.5:
                    yield at + start, text[start : start + SECTOR]


@dataclass(frozen=True)
class Moment:
    """The disk after one call, and what the program had told by then."""

    disk: Disk
    told: tuple[str, ...]


def traced(command: list[str], log: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    strace = ["strace", "-qq", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o", str(log)]
    return subprocess.run([*strace, *command], capture_output=True, text=True, cwd=cwd, timeout=300)


def moments(log: Path, before: Path, folder: Path) -> Iterator[Moment]:
    """After each call that changed or synced something below `folder`, beginning with a copy of it from `before`.

    The disk is the same object every time, further on.
    """
    disk, told = Disk.of(before), ""
    with log.open() as lines:
        for line in lines:
            match = LINE.match(line)
            if not match or match[3].startswith("-") or match[3] == "?":
                continue
            call, rest = match[1], match[2]
            if call == "write" and rest.startswith("1<"):
                told += _bytes(rest).decode()
            elif _replay(disk, call, rest, folder):
                yield Moment(disk, tuple(told.splitlines()))
    yield Moment(disk, tuple(told.splitlines()))


def _replay(disk: Disk, call: str, rest: str, folder: Path) -> bool:
    """Whether it had to do with the folder."""
    paths = [_inside(p, folder) for p in _paths(call, rest)]
    if not paths or any(p is None or p.endswith("-shm") for p in paths):  # an index in memory that SQLite makes anew after a crash
        return False
    name = paths[0] or ""
    if call == "openat":
        if name and "O_CREAT" in rest and name not in disk.names:
            disk.change(None, name, File())
        elif "O_TRUNC" in rest:
            disk.names[name].waiting.append((0, None))
        else:
            return False
    elif call in ("write", "pwrite64"):
        file, text = disk.names[name], _bytes(rest)
        at = int(rest.rsplit(", ", 1)[1]) if call == "pwrite64" else len(file.after(file.waiting))
        file.waiting.append((at, text))
    elif call == "ftruncate":
        disk.names[name].waiting.append((int(rest.rsplit(", ", 1)[1]), None))
    elif call in ("fsync", "fdatasync"):
        disk.sync(name)
    elif call == "rename":
        disk.change(name, paths[1], disk.names[name])
    elif call == "unlink":
        disk.change(name, None, None)
    else:
        raise AssertionError(f"a call that the replay does not know: {call}")
    return True


def _paths(call: str, rest: str) -> list[str]:
    if call in ("rename", "unlink", "openat", "mkdir", "truncate", "link", "symlink"):
        return [bytes.fromhex(text.replace("\\x", "")).decode() for text in TEXT.findall(rest)]
    match = FD.match(rest)
    return [_unescaped(match[1])] if match else []


def _unescaped(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


def _inside(path: str, folder: Path) -> str | None:
    """Relative to the folder, "" for itself; None for what lies elsewhere."""
    if path == str(folder):
        return ""
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


def _bytes(rest: str) -> bytes:
    match = TEXT.search(rest)
    return bytes.fromhex(match[1].replace("\\x", "")) if match else b""


def laid_out(image: dict[str, bytes], folder: Path) -> None:
    """In place of whatever was in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, data in image.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)


def child(work: str, folder: Path, name: str, count: int) -> list[str]:
    return [sys.executable, "-B", "-m", "tests.store.children", work, str(folder), name, str(count)]
