"""The header of a store, `keys.json`: one random master key, sealed to every slot that may open it.

    key-encryption key = Argon2id(passphrase)  or  HKDF(recovery secret)  or  HKDF(secret in the operating system's keyring)
    slot.priv          = ChaCha20-Poly1305(key-encryption key, X25519 private key)
    slot.sealed        = HPKE(X25519, HKDF-SHA256, ChaCha20-Poly1305)(master key -> slot.pub)
    mac                = HMAC-SHA256(HKDF(master key), everything but mac and check)
    check              = SHA-256(everything but check): tells damage apart from a wrong passphrase, before anything is unlocked

A slot has a key pair of its own, so that the master key can be sealed to people whose passphrases are not at hand. Nothing in a slot can be
edited without the master key. Two copies are kept, and a third while the master key is being changed (`rotation.py`). Knows nothing of
what the master key protects.

The box is a key pair of the whole store: to its public half the key of a recording can be sealed before anything is unlocked.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from assistant.domain import Role
from assistant.errors import CoachnoteError, StoreDamaged, StoreError, StoreMissing, StoreTooNew, WrongPassphrase
from assistant.store import disk
from assistant.store.sealing import NONCE_BYTES, BrokenSealError, derive, new_key

FORMAT = "coachnote.keys"
VERSION = 2
"""2 since headers have a box and several people; a header of version 1 is read too, and written as 2."""
NAMES = ("keys.json", "keys.copy.json")
NEXT = "keys.next.json"
"""The header to come, while the master key is being changed (`rotation.py`)."""
FIRST_USER = "admin"
"""Label of the slot that a new store has."""
LARGEST = 64 * 1024
"""Bytes. A header of one user is under 2 KiB."""
MOST_SLOTS = 32
KIB_FLOOR, KIB_CEILING = 19 * 1024, 2 * 1024 * 1024
"""Argon2 memory accepted on read: OWASP's minimum, and what a laptop can give without hanging."""
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one guess at a passphrase costs (RFC 9106): memory in KiB, passes, lanes."""

    m: Annotated[int, msgspec.Meta(ge=KIB_FLOOR, le=KIB_CEILING)] = 256 * 1024
    t: Annotated[int, msgspec.Meta(ge=2, le=10)] = 3
    p: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4


def _hex(least: int, most: int) -> Any:
    return Annotated[str, msgspec.Meta(pattern=rf"\A(?:[0-9a-f]{{2}}){{{least},{most}}}\Z")]


Short = Annotated[str, msgspec.Meta(max_length=64)]


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way in. Kinds that this build does not know are carried along and never tried."""

    id: Short
    kind: Short
    label: Short
    role: Short
    kdf: Cost | None
    """Only a passphrase needs stretching."""
    salt: _hex(16, 16)  # type: ignore[valid-type]
    pub: _hex(32, 32)  # type: ignore[valid-type]
    priv: _hex(60, 60)  # type: ignore[valid-type]
    sealed: _hex(80, 80)  # type: ignore[valid-type]


KeyFor = Callable[[Slot], bytes | None]
"""The key-encryption key of a slot; None where there is none at hand."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    v: int
    store: _hex(16, 16)  # type: ignore[valid-type]
    gen: Annotated[int, msgspec.Meta(ge=1)]
    """Generation of the master key: counts rotations."""
    seq: Annotated[int, msgspec.Meta(ge=1)]
    """Counts writes of this header: of two copies the higher is the newer."""
    db_salt: _hex(16, 16)  # type: ignore[valid-type]
    slots: Annotated[tuple[Slot, ...], msgspec.Meta(min_length=1, max_length=MOST_SLOTS)]
    box: _hex(0, 32) = ""  # type: ignore[valid-type]
    """Public half of the box; empty in version 1."""
    check: _hex(32, 32) = ""  # type: ignore[valid-type]
    mac: _hex(32, 32) = ""  # type: ignore[valid-type]


@dataclass(frozen=True)
class Unlocked:
    """A header with its master key."""

    header: Header
    slot: Slot
    """Which one opened it."""
    master: bytes = field(repr=False)
    private: bytes = field(repr=False)
    """The private key of that slot."""

    def key(self, label: str) -> bytes:
        return derive(self.master, f"{label}|{self.header.store}|{self.header.gen}")

    def unbox(self, sealed: bytes, place: str) -> bytes:
        """What was sealed to the box. Raises BrokenSealError."""
        try:
            return SUITE.decrypt(sealed, _box(self.master), place.encode())
        except (InvalidTag, ValueError):
            raise BrokenSealError from None

    def unsealed(self, sealed: bytes, place: str) -> bytes:
        """What was sealed to this slot. Raises BrokenSealError."""
        try:
            return SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(self.private), place.encode())
        except (InvalidTag, ValueError):
            raise BrokenSealError from None


def sealed_to(public: str, text: bytes, place: str) -> bytes:
    """Sealed to a slot or to the box by its public half in hex; `place` must be named again to open it."""
    return SUITE.encrypt(text, X25519PublicKey.from_public_bytes(bytes.fromhex(public)), place.encode())


def make(passphrase: str, recovery_secret: bytes, cost: Cost) -> Unlocked:
    """A new master key with two slots."""
    master, store = new_key(), uuid.uuid4().hex
    first = Header(format=FORMAT, v=VERSION, store=store, gen=1, seq=1, db_salt=secrets.token_hex(16), slots=())
    slot, private = passphrase_slot(first, master, passphrase, FIRST_USER, "admin", cost)
    slots = (slot, recovery_slot(first, master, recovery_secret))
    return Unlocked(signed(msgspec.structs.replace(first, slots=slots), master), slot, master, private)


def passphrase_slot(header: Header, master: bytes, passphrase: str, label: str, role: Role, cost: Cost) -> tuple[Slot, bytes]:
    """A slot that a person opens, and its private key."""
    salt = secrets.token_bytes(16)
    return _slot(header, master, stretch(passphrase, salt, cost), kind="passphrase", label=label, role=role, kdf=cost, salt=salt.hex())


def recovery_slot(header: Header, master: bytes, secret: bytes) -> Slot:
    """A slot that the recovery code opens."""
    salt = secrets.token_hex(16)
    return _slot(header, master, _recovery_key(secret), kind="recovery", label="recovery", role="admin", kdf=None, salt=salt)[0]


def keyring_slot(header: Header, master: bytes, secret: bytes, label: str, role: Role) -> tuple[Slot, bytes]:
    """A slot that a secret in the operating system's keyring opens, and its private key."""
    return _slot(header, master, _keyring_key(secret), kind="keyring", label=label, role=role, kdf=None, salt=secrets.token_hex(16))


def save(folder: Path, header: Header) -> None:
    """Write both copies, each whole or not at all. Raises NotWritable."""
    with disk.writing("the keys of the store"):
        for name in NAMES:
            disk.write_atomically(folder / name, encoded(header))


def encoded(header: Header) -> bytes:
    """A header as it lies on the disk."""
    return msgspec.json.encode(header)


def present(folder: Path) -> bool:
    """Whether there is a header, whole or not."""
    return any(os.path.lexists(folder / name) for name in NAMES)


def unlock(folder: Path, passphrase: str, first: str | None = None) -> Unlocked:
    """`first`: label of the slot to try before the others.

    Raises WrongPassphrase, StoreMissing, StoreDamaged or StoreTooNew, each only when it is that.
    """
    return _unlock(folder, "passphrase", lambda slot: stretch(passphrase, bytes.fromhex(slot.salt), slot.kdf or Cost()), first)


def unlock_with_recovery(folder: Path, secret: bytes) -> Unlocked:
    """Raises as `unlock`."""
    return _unlock(folder, "recovery", lambda _: _recovery_key(secret))


def unlock_with_keyring(folder: Path, secret_of: Callable[[Slot], bytes | None]) -> Unlocked:
    """With what the keyring holds for a slot, if anything. Raises as `unlock`, and what `secret_of` raises."""

    def key_for(slot: Slot) -> bytes | None:
        secret = secret_of(slot)
        return None if secret is None else _keyring_key(secret)

    return _unlock(folder, "keyring", key_for)


def reopened(header: Header | None, unlocked: Unlocked) -> Unlocked:
    """Another header of the same store, opened with the private key of a slot that both have. Raises WrongPassphrase or StoreDamaged."""
    if header is None:
        raise StoreDamaged("The store has no keys.")
    for slot in header.slots:
        if slot.id == unlocked.slot.id:
            return _verified(header, slot, unlocked.private)
    raise _refusal(unlocked.slot.kind)


def with_master(header: Header, unlocked: Unlocked) -> Unlocked:
    """Another header under the same master key. Raises StoreDamaged."""
    if not hmac.compare_digest(header.mac, _mac(header, unlocked.master)):
        raise _tampered()
    return Unlocked(header, unlocked.slot, unlocked.master, unlocked.private)


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id of the passphrase in Unicode's composed form, so that every keyboard gives the same key. 32 bytes."""
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return Argon2id(salt=salt, length=32, iterations=cost.t, lanes=cost.p, memory_cost=cost.m).derive(text)
    except MemoryError:
        what = f"Unlocking needs {cost.m // 1024} MiB of memory, and that much is not free."
        raise CoachnoteError(what, do="Close other programs and try again.") from None


def _recovery_key(secret: bytes) -> bytes:
    return derive(secret, "recovery")  # 160 random bits need no stretching


def _keyring_key(secret: bytes) -> bytes:
    return derive(secret, "keyring")  # nor do 256


def _slot(header: Header, master: bytes, key: bytes, **known: Any) -> tuple[Slot, bytes]:
    name, pair = uuid.uuid4().hex, X25519PrivateKey.generate()
    private, nonce = pair.private_bytes_raw(), secrets.token_bytes(NONCE_BYTES)
    priv = nonce + ChaCha20Poly1305(key).encrypt(nonce, private, _own_place(header, name))
    pub = pair.public_key().public_bytes_raw().hex()
    return Slot(id=name, pub=pub, priv=priv.hex(), sealed=sealed_master(header, name, pub, master), **known), private


def sealed_master(header: Header, slot: str, public: str, master: bytes) -> str:
    """The master key, sealed to a slot of this header, as hex."""
    return sealed_to(public, master, _place(header, slot)).hex()


def _place(header: Header, slot: str) -> str:
    return f"{header.store}|{header.gen}|{slot}"


def _own_place(header: Header, slot: str) -> bytes:
    """A slot's private key outlives changes of the master key, so its place names the first generation for ever."""
    return f"{header.store}|1|{slot}".encode()


def _box(master: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(derive(master, "box"))


def _unlock(folder: Path, kind: str, key_for: KeyFor, first: str | None = None) -> Unlocked:
    damaged: StoreDamaged | None = None
    for header in read(folder):
        try:
            return _open_slot(header, kind, key_for, first)
        except StoreDamaged as error:
            damaged = error
    raise damaged or StoreDamaged("The store has no keys.")


def _open_slot(header: Header, kind: str, key_for: KeyFor, first: str | None) -> Unlocked:
    for slot in sorted(header.slots, key=lambda slot: slot.label != first):
        if slot.kind != kind:
            continue
        key, priv = key_for(slot), bytes.fromhex(slot.priv)
        if key is None:
            continue
        try:
            private = ChaCha20Poly1305(key).decrypt(priv[:NONCE_BYTES], priv[NONCE_BYTES:], _own_place(header, slot.id))
        except InvalidTag:
            continue
        return _verified(header, slot, private)
    raise _refusal(kind)


def _refusal(kind: str) -> WrongPassphrase:
    if kind == "recovery":
        what, do = "This recovery code does not belong to this store.", "Look for the code that was shown when this store was made."
    else:
        what, do = "This passphrase does not open the store.", "Type it again; capital letters and spaces count."
    return WrongPassphrase(what, means="The store itself is in order.", do=do)


def _verified(header: Header, slot: Slot, private: bytes) -> Unlocked:
    try:
        key = X25519PrivateKey.from_private_bytes(private)
        master = SUITE.decrypt(bytes.fromhex(slot.sealed), key, _place(header, slot.id).encode())
        ours = hmac.compare_digest(key.public_key().public_bytes_raw().hex(), slot.pub)
    except (InvalidTag, ValueError):
        raise _tampered() from None
    if len(master) != 32 or not ours or not hmac.compare_digest(header.mac, _mac(header, master)):
        raise _tampered()
    return Unlocked(header, slot, master, private)


def _tampered() -> StoreDamaged:
    return StoreDamaged(
        "The keys of the store were changed by something other than coachnote.",
        means="The passphrase was right, but the file keys.json does not match its own seal.",
        do="Put back keys.json from a backup.",
    )


def signed(header: Header, master: bytes) -> Header:
    """The header with its box, seal and checksum, as the version that this build writes."""
    box = _box(master).public_key().public_bytes_raw().hex()
    header = msgspec.structs.replace(header, v=VERSION, box=box)
    sealed = msgspec.structs.replace(header, mac=_mac(header, master))
    return msgspec.structs.replace(sealed, check=_check(msgspec.to_builtins(sealed)))


def _mac(header: Header, master: bytes) -> str:
    key = derive(master, f"header-mac|{header.store}")
    without = ("mac", "check") if header.v > 1 else ("mac", "check", "box")
    return hmac.digest(key, _canonical(msgspec.to_builtins(header), *without), "sha256").hex()


def _check(raw: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(raw, "check")).hexdigest()


def _canonical(raw: dict[str, Any], *without: str) -> bytes:
    return msgspec.json.encode({k: v for k, v in raw.items() if k not in without}, order="sorted")


def read(folder: Path) -> list[Header]:
    """The readable copies, newest first, nothing verified but their checksum. Raises StoreMissing, StoreDamaged or StoreTooNew."""
    found: list[Header] = []
    worst: Exception | None = None
    for name in NAMES:
        try:
            header = read_one(folder / name)
        except (StoreDamaged, StoreTooNew) as error:
            worst = error if worst is None or isinstance(error, StoreTooNew) else worst
        else:
            found += [header] if header else []
    if not found:
        raise worst or StoreMissing(f"There is no store in {folder}.", do="Make one with: coachnote init")
    return sorted(found, key=lambda header: -header.seq)


def read_one(path: Path) -> Header | None:
    """One copy; None when the file is absent. Raises StoreDamaged, StoreTooNew or StoreError."""
    try:
        data = disk.read_at_most(path, LARGEST)
        return None if data is None else parsed(data)
    except PermissionError:
        raise StoreError(f"The file {path.name} of the store may not be read.", do="Check that the folder belongs to you.") from None
    except (ValueError, OSError, OverflowError, RecursionError, msgspec.MsgspecError):
        raise StoreDamaged(
            f"The file {path.name} of the store is damaged, or is not one of coachnote's.",
            means="Without a whole copy of it nothing in the store can be read.",
            do="Put back keys.json from a backup.",
        ) from None


def parsed(data: bytes) -> Header:
    """A header from the bytes of its file. Raises StoreTooNew, and ValueError or a msgspec error on what no build wrote."""
    raw = msgspec.json.decode(data)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT or raw.get("check") != _check(raw):
        raise ValueError("not a header of ours")
    if isinstance(raw.get("v"), int) and raw["v"] > VERSION:
        means = "This version cannot read it safely; nothing was changed."
        raise StoreTooNew("This store was made by a newer coachnote.", means=means, do="Install the newer version.")
    return msgspec.convert(raw, Header)
