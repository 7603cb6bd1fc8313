"""Where a model's files came from and what they were: written once when a model is taken in, checked whenever it is loaded.

Knows folders and SHA-256; knows no network and no model. A folder that a person copied by hand has no such record, and is taken as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assistant.errors import ModelUnusable

RECORD, VERDICT = "coachnote.json", "check.json"
"""What the program itself writes beside a model's files: where they came from, and what a check found."""
LARGEST = 1024 * 1024
"""Bytes of a record."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    source: str
    """A name on the hub, or "a folder"."""
    revision: str | None
    """The commit that was fetched."""
    sha256: dict[str, str]
    """Hex, by the name of each file."""


def sha256_of(path: Path) -> str:
    """Hex. About 1 s for 500 MB without SHA instructions."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a model, without the program's own."""
    own = (folder / RECORD, folder / VERDICT)
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path not in own)


def record(folder: Path, source: str, revision: str | None) -> Provenance:
    """Write down what the files are now."""
    found = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files_of(folder)}
    made = Provenance(source=source, revision=revision, sha256=found)
    (folder / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(made)))
    return made


def read(folder: Path) -> Provenance | None:
    """None where the folder was copied by hand. Raises ModelUnusable for a record that cannot be read."""
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Provenance)  # a longer one is cut, and so no JSON
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise _changed(folder.name, RECORD) from error


def verify(folder: Path) -> None:
    """Raises ModelUnusable when a file is missing or is not what was taken in."""
    known = read(folder)
    for name, expected in known.sha256.items() if known else ():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file() or sha256_of(path) != expected:
            raise _changed(folder.name, name)


def _changed(model: str, file: str) -> ModelUnusable:
    return ModelUnusable(
        f"The model {model} is not what was fetched: {file} has changed or is missing.",
        means="The disk is failing, or something other than coachnote wrote there. It was not loaded.",
        do=f"Remove it and fetch it again: coachnote models remove {model}",
    )
