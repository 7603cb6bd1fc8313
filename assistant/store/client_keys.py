"""One random key per client, per unassigned session and per recording, in a small file of their own: `client-keys.bin`.

What is sealed under a key can be read only while its entry is here, so dropping the entry erases the text or the sound, wherever copies of
it lie. The file is sealed under a fresh random key at every save, and that key under one derived from the master key. It is small and
rewritten whole; a backup of the database must never hold it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assistant.errors import StoreDamaged
from assistant.store import disk
from assistant.store.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES, BrokenSealError, new_key, seal, unseal

MAGIC = b"CNKEYS01"
NAMES = ("client-keys.bin", "client-keys.copy.bin")
LOCK = "keys.lock"
LARGEST = 64 * 1024 * 1024
"""Bytes: about half a million keys."""
WRAPPED = NONCE_BYTES + KEY_BYTES + TAG_BYTES

Stamp = tuple[int, int, int]


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seq: int
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"<{len(self.keys)} keys>"


class KeyGoneError(StoreDamaged):
    """No key has this name: what was sealed under it was erased, or the key file is older than the database."""

    def __init__(self) -> None:
        super().__init__(
            "The key to this entry is not in the store.",
            means="It was erased, or the file client-keys.bin is older than the database.",
            do="If it was not erased on purpose, put back client-keys.bin from a backup.",
        )


def of_client(ref: str) -> str:
    return f"client/{ref}"


def of_session(session_id: str) -> str:
    return f"session/{session_id}"


def of_recording(recording_id: str) -> str:
    return f"recording/{recording_id}"


class ClientKeys:
    """Reads anew whenever another process has saved; saves under a lock, so that two processes never lose each other's keys."""

    def __init__(self, folder: Path, wrapping_key: bytes, store: str) -> None:
        """`store` is the store's id, which ties the file to it. Raises StoreDamaged when neither copy is whole."""
        self._folder, self._wrapping, self._store = folder, wrapping_key, store
        self._threads = threading.RLock()
        self._stamp: Stamp | None = None
        self._entries = _Entries(0, {})
        self._refresh()
        self._mend()

    @staticmethod
    def make(folder: Path, wrapping_key: bytes, store: str) -> None:
        """The file of a new store, holding no key yet. Raises NotWritable."""
        _save(folder, wrapping_key, store, _Entries(1, {}))

    def __repr__(self) -> str:
        return f"<ClientKeys: {self._entries!r}>"

    @property
    def version(self) -> int:
        """Grows whenever a key is made or dropped, by whatever process."""
        with self._threads:
            self._refresh()
            return self._entries.seq

    def get(self, name: str) -> bytes:
        """Raises KeyGoneError."""
        with self._threads:
            self._refresh()
            if name not in self._entries.keys:
                raise KeyGoneError
            return self._entries.keys[name]

    def has(self, name: str) -> bool:
        with self._threads:
            self._refresh()
            return name in self._entries.keys

    def ensure(self, name: str) -> bytes:
        """The key of this name, made and on the medium before it is returned."""
        with self._changing():
            if name not in self._entries.keys:
                self._save(_Entries(self._entries.seq + 1, {**self._entries.keys, name: new_key()}))
            return self._entries.keys[name]

    def keep(self, name: str, key: bytes) -> None:
        """A key that was made elsewhere, on the medium when this returns. One that is there already stays as it is."""
        with self._changing():
            if name not in self._entries.keys:
                self._save(_Entries(self._entries.seq + 1, {**self._entries.keys, name: key}))

    def drop(self, *names: str) -> None:
        """Erase: both copies are rewritten without them. What was sealed under them is noise from here on."""
        with self._changing():
            left = {n: k for n, k in self._entries.keys.items() if n not in names}
            if len(left) < len(self._entries.keys):
                self._save(_Entries(self._entries.seq + 1, left))

    @property
    def seq(self) -> int:
        """Counts saves: of two files of one store the higher is the newer."""
        with self._threads:
            self._refresh()
            return self._entries.seq

    def wrapped_under(self, wrapping_key: bytes) -> bytes:
        """The whole file as it would be under another master key."""
        with self._threads:
            self._refresh()
            return _wrapped(wrapping_key, self._store, self._entries)

    def rewrap(self, wrapping_key: bytes) -> None:
        """From here on, read and save under this key: the files are under it already."""
        with self._threads:
            self._wrapping, self._stamp = wrapping_key, None
            self._refresh()

    def seal(self, name: str, place: str, text: bytes) -> bytes:
        return seal(self.get(name), text, place)

    def unseal(self, name: str, place: str, sealed: bytes) -> bytes:
        """Raises StoreDamaged, or KeyGoneError."""
        key = self.get(name)
        try:
            return unseal(key, sealed, place)
        except BrokenSealError:
            what = f"An entry of the store does not match its seal ({place.partition('|')[0]})."
            raise StoreDamaged(what, means="It was damaged or moved.", do="Put back a backup.") from None

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._threads, disk.writing("the keys of the store"), disk.locked(self._folder / LOCK):
            self._refresh()
            yield

    def _refresh(self) -> None:
        stamp = self._stamp_now()
        if stamp is None or stamp != self._stamp:
            self._entries, self._stamp = self._read(), stamp

    def _stamp_now(self) -> Stamp | None:
        """Changes with every save, because each makes a new file."""
        try:
            held = os.stat(self._folder / NAMES[0])
        except OSError:
            return None
        return held.st_ino, held.st_mtime_ns, held.st_size

    def _read(self) -> _Entries:
        whole = [entries for entries in self._copies() if entries]
        if not whole:
            raise StoreDamaged(
                "The file client-keys.bin of the store is damaged or missing.",
                means="Without it no text and no recording in the store can be read.",
                do="Put it back from a backup.",
            )
        return max(whole, key=lambda entries: entries.seq)

    def _copies(self) -> list[_Entries | None]:
        return [_read(self._folder / name, self._wrapping, self._store) for name in NAMES]

    def _mend(self) -> None:
        """After a crash between two copies, or damage to one: a key that was dropped from the first must not live on in the second."""
        first, second = self._copies()
        if first != second:
            with self._changing():
                self._save(self._read())

    def _save(self, entries: _Entries) -> None:
        _save(self._folder, self._wrapping, self._store, entries)
        self._entries, self._stamp = entries, self._stamp_now()


def _place(store: str) -> str:
    return f"client-keys|{store}"


def seq_of(data: bytes, wrapping_key: bytes, store: str) -> int | None:
    """Of a copy of the file; None when it is not whole or under another key."""
    entries = _parsed(data, wrapping_key, store)
    return entries.seq if entries else None


def put_back(folder: Path, data: bytes) -> None:
    """A copy of the file, as `wrapped_under` gave it. Raises NotWritable."""
    with disk.writing("the keys of the store"):
        for name in NAMES:
            disk.write_atomically(folder / name, data)


def _read(path: Path, wrapping_key: bytes, store: str) -> _Entries | None:
    """None when the file is absent or not whole."""
    try:
        return _parsed(disk.read_at_most(path, LARGEST) or b"", wrapping_key, store)
    except (OSError, ValueError):
        return None


def _parsed(data: bytes, wrapping_key: bytes, store: str) -> _Entries | None:
    if not data.startswith(MAGIC):
        return None
    wrapped, sealed = data[len(MAGIC) : len(MAGIC) + WRAPPED], data[len(MAGIC) + WRAPPED :]
    try:
        once = unseal(wrapping_key, wrapped, _place(store))
        return msgspec.msgpack.decode(unseal(once, sealed, _place(store)), type=_Entries)
    except (BrokenSealError, msgspec.MsgspecError):
        return None


def _save(folder: Path, wrapping_key: bytes, store: str, entries: _Entries) -> None:
    """Both copies, the first one first: it is the one that other processes watch."""
    put_back(folder, _wrapped(wrapping_key, store, entries))


def _wrapped(wrapping_key: bytes, store: str, entries: _Entries) -> bytes:
    once = new_key()
    return MAGIC + seal(wrapping_key, once, _place(store)) + seal(once, msgspec.msgpack.encode(entries), _place(store))
