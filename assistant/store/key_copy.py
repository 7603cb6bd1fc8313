"""The second half of a backup, kept apart from it: header, client keys and the ledger of erasures, in one small file.

    coachnote-<store>.keys = magic | SHA-256 of the rest | header, client keys and ledger (msgpack)

One file, so that the three are never of different days. It is overwritten in place and never kept in versions: a key that was dropped is
gone from here with the next backup, and with it what every older backup holds under it. The ledger is sealed to this very file of client
keys, so that none of the three can be edited or put together from two days. With it go the roots of the audit, so that whoever is an admin
by then can verify the chain of any backup.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from assistant.errors import InputMissing, Refused, StoreDamaged, WrongPassphrase
from assistant.store import client_keys, disk, keys, reapply
from assistant.store.client_keys import ClientKeys
from assistant.store.connection import Connection
from assistant.store.keys import Header, Unlocked
from assistant.store.manifest import short
from assistant.store.reapply import Erased
from assistant.store.sealing import BrokenSealError, seal, unseal

MAGIC = b"CNKCOPY1"
SUFFIX = ".keys"
HASH_BYTES = 32
LARGEST = client_keys.LARGEST * 2
"""Bytes."""


class KeyCopy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: bytes
    keys: bytes
    ledger: bytes

    def __repr__(self) -> str:
        return "<KeyCopy>"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed in the ledger."""

    erased: list[Erased]
    roots: dict[str, bytes]
    """By slot, sealed to it."""


def path_in(folder: Path, store: str) -> Path:
    return folder / f"coachnote-{short(store)}{SUFFIX}"


def stores_in(folder: Path) -> set[str]:
    """Short ids of the stores whose keys are there. Raises InputMissing."""
    if not folder.is_dir():
        raise InputMissing(f"There is no folder {folder}.", do="Name the folder that `coachnote backup` was given with --keys.")
    return {path.stem.removeprefix("coachnote-") for path in folder.glob(f"coachnote-*{SUFFIX}")}


def write(folder: Path, unlocked: Unlocked, entries: ClientKeys, connection: Connection) -> None:
    """Raises NotWritable."""
    wrapped = entries.wrapped_under(unlocked.key("client-keys"))
    roots = {row["slot"]: row["sealed"] for row in connection.rows("SELECT slot, sealed FROM audit_roots")}
    record = Record(reapply.ledger(connection), roots)
    rows = seal(unlocked.key("erasures"), msgspec.msgpack.encode(record), _place(unlocked, wrapped))
    body = msgspec.msgpack.encode(KeyCopy(keys.encoded(unlocked.header), wrapped, rows))
    with disk.writing("the copy of the keys"):
        disk.write_atomically(path_in(folder, unlocked.header.store), MAGIC + hashlib.sha256(body).digest() + body)


def read(folder: Path, store: str) -> KeyCopy:
    """Raises InputMissing or StoreDamaged."""
    path = path_in(folder, store)
    try:
        data = disk.read_at_most(path, LARGEST)
        if data is None:
            raise InputMissing(
                f"The keys of this store are not in {folder}.",
                means="Without them nothing in a backup can be read.",
                do="Name the folder that `coachnote backup` was given with --keys.",
            )
        start = len(MAGIC) + HASH_BYTES
        if data[:start] != MAGIC + hashlib.sha256(data[start:]).digest():
            raise _damaged(path)
        return msgspec.msgpack.decode(data[start:], type=KeyCopy)
    except (OSError, ValueError, msgspec.MsgspecError):
        raise _damaged(path) from None


def header(copy: KeyCopy, path: Path) -> Header:
    """Raises StoreDamaged or StoreTooNew. `path` is for the sentence."""
    try:
        return keys.parsed(copy.header)
    except (ValueError, msgspec.MsgspecError):
        raise _damaged(path) from None


def record(copy: KeyCopy, unlocked: Unlocked) -> Record:
    """Raises StoreDamaged: not even whoever can read it can edit it unseen."""
    try:
        rows = unseal(unlocked.key("erasures"), copy.ledger, _place(unlocked, copy.keys))
        return msgspec.msgpack.decode(rows, type=Record)
    except (BrokenSealError, msgspec.MsgspecError):
        raise StoreDamaged(
            "The ledger of erasures was changed by something other than coachnote.",
            means="What was erased since the backup can not be told, so nothing was put back.",
            do="Look for another copy of the folder with the keys.",
        ) from None


def refuse_newer(folder: Path, unlocked: Unlocked, entries: ClientKeys, connection: Connection) -> None:
    """Never write an older state over a newer one: keys that were erased would be back, and keys of newer clients lost.

    Raises Refused. A damaged copy may be written over, and one whose master key is out of reach since.
    """
    path = path_in(folder, unlocked.header.store)
    if not path.exists():
        return
    try:
        copy = read(folder, unlocked.header.store)
        there = header(copy, path)
        then = keys.reopened(there, unlocked) if there.gen != unlocked.header.gen else unlocked
    except (StoreDamaged, WrongPassphrase):
        return
    if there.store != unlocked.header.store:
        raise Refused(f"{path} belongs to another store.", means="Nothing was written.", do="Give this store a folder of its own.")
    seq = client_keys.seq_of(copy.keys, then.key("client-keys"), there.store)
    if there.seq > unlocked.header.seq or (seq or 0) > entries.seq or not set(record(copy, then).erased) <= set(reapply.ledger(connection)):
        raise Refused(
            f"The keys in {folder} are newer than this store.",
            means="It looks like an older copy. Writing its keys over them would bring back what was erased and lose what is newer.",
            do="Put the newest backup back with `coachnote restore`, or choose another folder for the keys.",
        )


def _place(unlocked: Unlocked, wrapped: bytes) -> str:
    return f"erasures|{unlocked.header.store}|{hashlib.sha256(wrapped).hexdigest()}"


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(f"The copy of the keys, {path}, is damaged.", do="Look for another copy of that folder.")
