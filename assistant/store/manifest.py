"""What a backup says of itself: rows per table, and size and SHA-256 of each of its files, under a seal of the store's own.

    DIR/audio/<recording>.enc                 shared by all backups: a finished recording never changes
    DIR/coachnote-<store>-<UTC time>/         notes.db, keys.json, audit.head, manifest.json
                                    audio/    recordings that were still being made

Identifiers, counts and dates only. Knows nothing of how the files come to be there.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from pathlib import Path
from typing import Literal

import msgspec

from assistant.errors import InputMissing, Refused, StoreDamaged, StoreTooNew
from assistant.store import disk
from assistant.store.base import DATABASE
from assistant.store.connection import Connection
from assistant.store.keys import Unlocked

NAME = "manifest.json"
VERSION = 1
LARGEST = 256 * 1024 * 1024
"""Bytes: more than a million recordings."""
UNFINISHED = ".tmp"
FOLDERS = re.compile(r"coachnote-([0-9a-f]{8})-\d{8}T\d{6}Z")


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    """Bytes."""
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["coachnote.backup"]
    v: int
    store: str
    at: str
    """UTC, ISO 8601."""
    program: str
    """Version of coachnote that made it."""
    gen: int
    """Generation of the master key."""
    entry: int
    """Number of the newest entry of the audit."""
    tables: dict[str, int]
    """Rows of each."""
    files: dict[str, File]
    """Those beside the manifest."""
    recordings: dict[str, File]
    """By file name."""
    mac: str = ""


def short(store: str) -> str:
    return store[:8]


def folder_name(store: str, at: dt.datetime) -> str:
    return f"coachnote-{short(store)}-{at:%Y%m%dT%H%M%SZ}"


def found(backups: Path, store: str | None = None) -> list[Path]:
    """The backups in a folder, oldest first: of one store, or of all."""
    names = [(match[1], path) for path in backups.iterdir() if (match := FOLDERS.fullmatch(path.name)) and (path / NAME).exists()]
    return sorted(path for of, path in names if store is None or of == short(store))


def sealed(manifest: Manifest, unlocked: Unlocked) -> Manifest:
    return msgspec.structs.replace(manifest, mac=_mac(manifest, unlocked))


def encoded(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)


def read(backup: Path) -> Manifest:
    """Raises InputMissing, StoreDamaged or StoreTooNew."""
    try:
        data = disk.read_at_most(backup / NAME, LARGEST)
        if data is None:
            raise InputMissing(f"There is no backup in {backup}.", do="Name the folder that `coachnote backup` was given.")
        version = msgspec.json.decode(data).get("v")
        if isinstance(version, int) and version > VERSION:
            raise StoreTooNew(f"The backup {backup.name} was made by a newer coachnote.", do="Install the newer version.")
        return msgspec.json.decode(data, type=Manifest)
    except (OSError, ValueError, AttributeError, RecursionError, msgspec.MsgspecError):
        raise _damaged(backup, [NAME]) from None


def check(backup: Path, manifest: Manifest, unlocked: Unlocked) -> None:
    """That a backup is what it says: its seal, each file beside it, every page of its database and the rows of each table.

    Leaves out the recordings. Reads the files as they lie and changes none. Raises StoreDamaged.
    """
    if not hmac.compare_digest(manifest.mac, _mac(manifest, unlocked)):
        raise _damaged(backup, [NAME])
    wrong = [name for name, file in manifest.files.items() if _held(backup / name) != file]
    if wrong:
        raise _damaged(backup, wrong)
    connection = Connection(backup / DATABASE, unlocked.key("db"), bytes.fromhex(unlocked.header.db_salt), frozen=True)
    try:
        if connection.faults() or connection.counts() != manifest.tables:
            raise _damaged(backup, [DATABASE])
    finally:
        connection.close()


def named(backups: Path, name: str | None, stores: set[str]) -> Path:
    """The backup of this name, else the newest of the one store whose short id is among `stores`. Raises InputMissing or Refused."""
    if not backups.is_dir():
        raise InputMissing(f"There is no folder {backups}.", do="Plug in the drive, or name the folder that `coachnote backup` was given.")
    if name is not None:
        return backups / name
    there = [path for path in found(backups) if path.name.split("-")[1] in stores]
    if not there:
        raise InputMissing(
            f"There is no backup in {backups} that belongs to the keys.", do="Name the two folders that `coachnote backup` was given."
        )
    if len({path.name.split("-")[1] for path in there}) > 1:
        raise Refused("These are backups of several stores.", do="Say which, with --backup NAME: the name of one of its folders.")
    return there[-1]


def _held(path: Path) -> File | None:
    try:
        return File(*disk.digest(path))
    except OSError:
        return None


def _mac(manifest: Manifest, unlocked: Unlocked) -> str:
    return hmac.digest(unlocked.key("backup"), encoded(msgspec.structs.replace(manifest, mac="")), "sha256").hex()


def _damaged(backup: Path, names: list[str]) -> StoreDamaged:
    return StoreDamaged(
        f"The backup {backup.name} is damaged: {', '.join(sorted(names))}.",
        means="It is not what was written when it was made.",
        do="Take another one: `coachnote restore` with --backup NAME.",
    )
