"""A forward-secure chain of who did what: each entry under a key of its own, from which the key of the next is made and then forgotten.

    key 0            random, sealed to every admin and to the recovery code, kept nowhere else
    mac of entry n   HMAC-SHA256(key n, mac of entry n - 1 | entry n)
    key n + 1        HMAC-SHA256(key n, "next"), kept in place of key n

So nobody can make earlier entries again, not even with the key of the database: only an admin, who can open key 0, can verify (the scheme
of Bellare and Yee, 1997). An edit, a removal, an insertion and a cut at the end all show. Entries that an older version wrote before
there was a chain are bound into its start by their SHA-256. Entries hold identifiers only, never a name or a text.

The newest entry's number and MAC lie in `audit.head` too, outside the database: an older database put back shows, unless that file was
put back with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from assistant.errors import Refused
from assistant.store import disk
from assistant.store.client_keys import LOCK
from assistant.store.connection import Connection
from assistant.store.keys import Slot, Unlocked, sealed_to
from assistant.store.sealing import BrokenSealError, new_key

What = Literal[
    "created",
    "opened",
    "read",
    "searched",
    "assigned",
    "signed",
    "voided",
    "exported",
    "held",
    "released",
    "erased",
    "retention",
    "access_pack",
    "user_added",
    "user_revoked",
    "passphrase_changed",
    "recovery_renewed",
    "remembered",
    "forgotten",
    "backed_up",
    "restored",
    "repaired",
]
START = bytes(32)
HEAD = "audit.head"
ROWS = "SELECT n, at, what, object, slot, mac FROM audit ORDER BY n"


@dataclass(frozen=True)
class Head:
    """The newest entry, as somebody may note it elsewhere."""

    n: int
    mac: str
    """Hex."""


class _Noted(msgspec.Struct, frozen=True):
    """The newest entry as it lies in `audit.head`."""

    n: int
    mac: str
    check: str
    """Tells damage to the file from a database that went back."""


@dataclass(frozen=True)
class Audit:
    store: str
    slot: str
    """Which slot the store was opened with."""
    admins: tuple[Slot, ...] = ()
    """Who can verify: key 0 is sealed to each when the chain begins."""

    @classmethod
    def of(cls, unlocked: Unlocked) -> Audit:
        header = unlocked.header
        return cls(header.store, unlocked.slot.id, tuple(slot for slot in header.slots if slot.role == "admin"))

    def append(self, db: Any, what: What, thing: str) -> None:
        """Within the transaction of the thing itself, so that neither is there without the other."""
        chain = _one(db, "SELECT * FROM audit_chain") or self._begin(db)
        last = _one(db, "SELECT n, mac FROM audit ORDER BY n DESC LIMIT 1")
        before = last["mac"] if last and last["n"] >= chain["first"] else chain["start"]
        at = dt.datetime.now(dt.UTC).isoformat()
        entry = {"n": (last["n"] if last else 0) + 1, "at": at, "what": what, "object": thing, "slot": self.slot}
        db["audit"].insert({**entry, "mac": _mac(chain["key"], before, entry)})
        db.execute("UPDATE audit_chain SET key = ?", [_next(chain["key"])])

    def _begin(self, db: Any) -> dict[str, Any]:
        rows, key = list(db.query(ROWS)), new_key()
        chain = {"id": 1, "first": max((row["n"] for row in rows), default=0) + 1, "start": _digest(rows), "key": key}
        db["audit_chain"].insert(chain)
        for slot in self.admins:
            self._share(db, slot, key)
        return chain

    def share(self, db: Any, slot: Slot, unlocked: Unlocked) -> None:
        """Let another slot verify. Raises Refused when `unlocked` is not an admin's."""
        self._share(db, slot, _root(db.query("SELECT * FROM audit_roots"), unlocked))

    def _share(self, db: Any, slot: Slot, key: bytes) -> None:
        db["audit_roots"].insert(
            {"slot": slot.id, "sealed": sealed_to(slot.pub, key, _place(self.store, slot.id))}, pk="slot", replace=True
        )

    def first_fault(self, connection: Connection, unlocked: Unlocked) -> int | None:
        """The number of the first entry that does not follow from the one before it, one past the last where some were cut off at the end;
        None when the chain holds. Raises Refused when `unlocked` is not an admin's.
        """
        chain, rows = connection.row("SELECT * FROM audit_chain"), connection.rows(ROWS)
        if chain is None:
            return None if not rows else 1
        early = [row for row in rows if row["n"] < chain["first"]]
        if not hmac.compare_digest(_digest(early), chain["start"]):
            return len(early) or 1
        key, before = _root(connection.rows("SELECT * FROM audit_roots"), unlocked), chain["start"]
        for place, row in enumerate(rows[len(early) :], start=chain["first"]):
            mac = row.pop("mac")
            if row["n"] != place or not hmac.compare_digest(mac, _mac(key, before, row)):
                return place
            key, before = _next(key), mac
        return None if hmac.compare_digest(key, chain["key"]) else chain["first"] + len(rows) - len(early)


def head(connection: Connection) -> Head | None:
    """The newest entry; None where there is none."""
    row = connection.row("SELECT n, mac FROM audit ORDER BY n DESC LIMIT 1")
    return Head(row["n"], row["mac"].hex()) if row else None


def note_head(folder: Path, connection: Connection) -> None:
    """Write the newest entry's number and MAC beside the database; not over what shows that it is older. Raises NotWritable."""
    with disk.writing("the head of the audit"), disk.locked(folder / LOCK):  # two that open or close at once write the same file
        write_head(folder, connection)


def write_head(folder: Path, connection: Connection) -> None:
    """The same where nobody else can be. Raises NotWritable."""
    newest = head(connection)
    if newest is not None and not went_back(folder, connection):
        with disk.writing("the head of the audit"):
            disk.write_atomically(folder / HEAD, msgspec.json.encode(_Noted(newest.n, newest.mac, _sum(newest.n, newest.mac))))


def went_back(folder: Path, connection: Connection) -> bool:
    """Whether the database is older than `audit.head`, or another: what was noted there is not among its entries."""
    try:
        noted = msgspec.json.decode(disk.read_at_most(folder / HEAD, 4096) or b"", type=_Noted)
    except (OSError, ValueError, msgspec.MsgspecError):  # made by an older version, or damaged: it protects nothing by itself
        return False
    if noted.check != _sum(noted.n, noted.mac):
        return False
    row = connection.row("SELECT mac FROM audit WHERE n = ?", [noted.n])
    return row is None or row["mac"].hex() != noted.mac


def _root(rows: Iterable[dict[str, Any]], unlocked: Unlocked) -> bytes:
    sealed = next((row["sealed"] for row in rows if row["slot"] == unlocked.slot.id), None)
    try:
        if sealed is not None:
            return unlocked.unsealed(sealed, _place(unlocked.header.store, unlocked.slot.id))
    except BrokenSealError:
        pass
    raise Refused("Only an admin can verify the audit.", do="Open the store with the passphrase of an admin, or with the recovery code.")


def _sum(n: int, mac: str) -> str:
    return hashlib.sha256(f"{n}|{mac}".encode()).hexdigest()[:16]


def _place(store: str, slot: str) -> str:
    return f"audit|{store}|{slot}"


def _one(db: Any, sql: str) -> dict[str, Any] | None:
    return next(iter(db.query(sql)), None)


def _digest(rows: Sequence[dict[str, Any]]) -> bytes:
    if not rows:
        return START
    return hashlib.sha256(b"".join(row["mac"] + msgspec.json.encode(_plain(row), order="sorted") for row in rows)).digest()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "mac"}


def _mac(key: bytes, before: bytes, entry: dict[str, Any]) -> bytes:
    return hmac.digest(key, before + msgspec.json.encode(entry, order="sorted"), "sha256")


def _next(key: bytes) -> bytes:
    return hmac.digest(key, b"next", "sha256")
