"""The audit of an open store, as people read it: by the names of users, and its faults as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.domain import Use
from assistant.protocols import AuditEntry
from assistant.store.audit import ROWS, went_back
from assistant.store.base import Row, StoreBase


class History(StoreBase):
    def note_use(self, what: Use, thing: str) -> None:
        """Leave an entry of something that changed nothing."""
        with self._db.write() as db:
            self._audit.append(db, what, thing)

    def audit(self) -> list[AuditEntry]:
        """Oldest first."""
        names = {slot.id: slot.label for slot in self._unlocked.header.slots}
        return [_entry(row, names) for row in self._db.rows(ROWS)]

    def audit_faults(self) -> list[str]:
        """Raises Refused for a coach."""
        broken = self._audit.first_fault(self._db, self._unlocked)
        return self.older_than_audit() + ([] if broken is None else [f"The audit chain breaks at entry {broken}."])

    def older_than_audit(self) -> list[str]:
        """What shows that an older database was put in the place of this one; no key is needed to see it."""
        return ["The database is older than the newest entry of its audit."] if went_back(self._folder, self._db) else []


def _entry(row: Row, names: Mapping[str, str]) -> AuditEntry:
    slot, mac = row.pop("slot"), row.pop("mac")
    return AuditEntry(**row, who=names.get(slot, slot), seal=mac.hex())
