"""The people of a store, as it stands open: each change is in the header and in the audit, and revoking changes the master key.

A role is a rule of this program: whoever holds the master key can read everything, whatever the role.
"""

from __future__ import annotations

from typing import Any

from assistant.domain import Role, User
from assistant.errors import Refused
from assistant.store import keys, recovery, rotation, slots
from assistant.store.audit import Audit, What
from assistant.store.keys import Cost, Slot, Unlocked
from assistant.store.taking_in import TakingIn


class Users(TakingIn):
    def users(self) -> list[User]:
        """In the order in which they were added."""
        header, you = self._unlocked.header, self._unlocked.slot.label
        return [User(name=s.label, role=slots.role(s), you=s.label == you) for s in slots.people(header)]

    def add_user(self, name: str, passphrase: str, role: Role, *, cost: Cost | None = None) -> None:
        """Raises UsageProblem, or Refused: for a coach, a taken name, or while another program has the store open."""
        self.must_be_admin("add users")
        with self._alone():
            after, slot = slots.added(self._unlocked, name, role, passphrase, cost or slots.calibrated())
            self._write_header(after, "user_added", slot, share=role == "admin")

    def revoke_user(self, name: str) -> None:
        """Take somebody out and change the master key. What they copied before, they keep. Raises as `add_user`, and for the last admin."""
        self.must_be_admin("revoke users")
        with self._alone():
            self._take_in()  # it is sealed to the box of the old master key
            gone = slots.find(self._unlocked.header, name)
            left = slots.without(self._unlocked, name)
            after = slots.rotated(left)
            with self._db.write() as db:
                _take_roots(db, _gone(self._unlocked, left))
                self._audit.append(db, "user_revoked", gone.id)
            self._rotate(after)

    def change_passphrase(self, passphrase: str, name: str | None = None, *, cost: Cost | None = None) -> None:
        """Of whoever opened the store, or of `name` when that was an admin or the recovery code. Raises UsageProblem or Refused."""
        own = self._unlocked.slot
        label = name or (own.label if own.kind != "recovery" else _only_one(slots.people(self._unlocked.header)))
        if label != own.label:
            self.must_be_admin("change the passphrase of others")
        with self._alone():
            before = slots.find(self._unlocked.header, label)
            after, slot = slots.with_passphrase(self._unlocked, label, passphrase, cost or slots.calibrated())
            self._write_header(after, "passphrase_changed", slot, share=slot.role == "admin", instead=before)

    def new_recovery_code(self) -> str:
        """Another recovery code; the old one opens nothing any more, for the master key is changed too. Raises as `add_user`."""
        self.must_be_admin("make a new recovery code")
        secret = recovery.new_secret()
        with self._alone():
            self._take_in()
            changed, slot = slots.with_recovery(self._unlocked, secret)
            with self._db.write() as db:
                self._audit.share(db, slot, self._unlocked)
                _take_roots(db, _gone(self._unlocked, changed))
                self._audit.append(db, "recovery_renewed", slot.id)
            self._rotate(slots.rotated(changed))
        return recovery.as_code(secret)

    def _write_header(self, after: Unlocked, what: What, slot: Slot, *, share: bool, instead: Slot | None = None) -> None:
        with self._db.write() as db:
            if share:
                self._audit.share(db, slot, self._unlocked)
            if instead is not None:
                _take_roots(db, [instead])
            self._audit.append(db, what, slot.id)
            keys.save(self._folder, after.header)
        self._take(after)

    def _rotate(self, after: Unlocked) -> None:
        rotation.rotate(self._folder, self._db, self._keys, after)
        self._keys.rewrap(after.key("client-keys"))
        self._take(after)

    def _take(self, after: Unlocked) -> None:
        self._unlocked, self._audit = after, Audit.of(after)


def _only_one(people: list[Slot]) -> str:
    if len(people) != 1:
        raise Refused("Several people can open this store.", do="Say whose passphrase to change, with --user NAME.")
    return people[0].label


def _gone(before: Unlocked, after: Unlocked) -> list[Slot]:
    left = {slot.id for slot in after.header.slots}
    return [slot for slot in before.header.slots if slot.id not in left]


def _take_roots(db: Any, gone: list[Slot]) -> None:
    """These verify the audit no more."""
    for slot in gone:
        db.execute("DELETE FROM audit_roots WHERE slot = ?", [slot.id])
