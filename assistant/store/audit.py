"""A chain of what was done: created, opened, assigned, signed. Each entry's MAC covers the entry before it.

An entry that is edited, removed or put in between is noticed by whoever holds the key. Two things are not noticed: entries cut off at the
end, and changes by somebody who holds the key, that is, who can unlock the store. Entries hold identifiers only, never a name or a text.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from assistant.store.connection import Connection

What = Literal["created", "opened", "assigned", "signed"]
START = bytes(32)


@dataclass(frozen=True)
class Audit:
    key: bytes = field(repr=False)
    slot: str
    """Which slot the store was opened with."""

    def append(self, db: Any, what: What, thing: str) -> None:
        """Within the transaction of the thing itself, so that neither is there without the other."""
        newest = db.query("SELECT n, mac FROM audit ORDER BY n DESC LIMIT 1")
        last: dict[str, Any] = next(iter(newest), {"n": 0, "mac": START})
        at = dt.datetime.now(dt.UTC).isoformat()
        entry: dict[str, Any] = {"n": last["n"] + 1, "at": at, "what": what, "object": thing, "slot": self.slot}
        db["audit"].insert({**entry, "mac": self._mac(last["mac"], entry)})

    def first_fault(self, connection: Connection) -> int | None:
        """The number of the first entry that does not follow from the one before it; None when the chain holds."""
        before = START
        for place, row in enumerate(connection.rows("SELECT n, at, what, object, slot, mac FROM audit ORDER BY n"), start=1):
            mac = row.pop("mac")
            if not hmac.compare_digest(mac, self._mac(before, row)):
                return place
            before = mac
        return None

    def _mac(self, before: bytes, entry: dict[str, Any]) -> bytes:
        return hmac.digest(self.key, before + msgspec.json.encode(entry, order="sorted"), "sha256")
