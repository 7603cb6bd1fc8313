"""Clients: a reference that may be seen, and a name that lies under the client's own key."""

from __future__ import annotations

import datetime as dt
import re

from assistant.domain import Client
from assistant.errors import Refused, UsageProblem
from assistant.store.base import Row, StoreBase, encoded
from assistant.store.client_keys import of_client

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
GIVEN = re.compile(r"C-(\d{4,})")
EVER_GIVEN = "SELECT ref FROM clients UNION SELECT object FROM erasures WHERE what = 'client'"
"""A reference of somebody who was erased is never given again: it stands in the audit, and in the ledger of what was erased."""


class People(StoreBase):
    def add_client(self, name: str, ref: str | None = None) -> Client:
        """Raises Refused when the reference is taken; UsageProblem when it is no reference or the name is empty."""
        if not name.strip():
            raise UsageProblem("A client needs a name.", do="Type the name as you want to see it.")
        if ref is not None and not REFERENCE.fullmatch(ref):
            raise UsageProblem("A client reference holds at most 32 letters, digits, dots and hyphens.", do="Choose one such as C-0042.")
        with self._db.write() as db:
            refs = {row["ref"] for row in db.query(EVER_GIVEN)}
            ref = ref or _next_free(refs)
            if ref.casefold() in {taken.casefold() for taken in refs}:
                raise Refused(f"The reference {ref} is taken.", do="Choose another, or leave it out to be given the next free one.")
            self._keys.ensure(of_client(ref))
            db["clients"].insert({"ref": ref, "sealed": self._sealed(of_client(ref), "clients", ref, encoded(name))})
        return Client(ref=ref, name=name)

    def clients(self) -> list[Client]:
        """By reference, without those whose key is gone."""
        rows = self._db.rows("SELECT * FROM clients ORDER BY ref")
        return [self._client(row) for row in rows if self._keys.has(of_client(row["ref"]))]

    def client(self, ref: str) -> Client:
        """Raises UsageProblem when there is none."""
        return self._client(self._client_row(ref))

    def _client_row(self, ref: str) -> Row:
        row = self._db.row("SELECT * FROM clients WHERE ref = ?", [ref])
        if row is None:
            raise UsageProblem(f"There is no client {ref}.", do="See the clients with: coachnote clients list")
        return row

    def _client(self, row: Row) -> Client:
        name = self._keys.unseal(of_client(row["ref"]), f"clients|{row['ref']}", row["sealed"]).decode()
        return Client(ref=row["ref"], name=name, hold=None if row["hold"] is None else dt.datetime.fromisoformat(row["hold"]))


def _next_free(refs: set[str]) -> str:
    numbers = [int(match[1]) for ref in refs if (match := GIVEN.fullmatch(ref))]
    return f"C-{max(numbers, default=0) + 1:04d}"
