"""Who may open a store: people added, revoked and given another passphrase, the recovery code renewed, the master key changed.

Every function takes an open header and gives the next one; nothing is written here. Taking a slot out alone revokes nobody, because its
owner has seen the master key: the callers in `users.py` change it too.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace

import msgspec

from assistant.domain import Role
from assistant.errors import Refused, UsageProblem
from assistant.store import keys
from assistant.store.keys import Cost, Header, Slot, Unlocked
from assistant.store.sealing import new_key

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
WANTED_SECONDS = 1.0
"""What one guess at a passphrase should take on the computer where it was chosen."""
LEAST_KIB, MOST_KIB = 64 * 1024, 1024 * 1024


def calibrated() -> Cost:
    """The cost of a new passphrase: three passes, four lanes, and as much memory as makes a derivation take about WANTED_SECONDS here."""
    probe = Cost(m=LEAST_KIB)
    start = time.perf_counter()
    keys.stretch("calibration", bytes(16), probe)
    seconds = time.perf_counter() - start
    return Cost(m=max(LEAST_KIB, min(MOST_KIB, int(LEAST_KIB * WANTED_SECONDS / seconds) // 1024 * 1024)))


def people(header: Header) -> list[Slot]:
    """The slots that a person opens with a passphrase."""
    return [slot for slot in header.slots if slot.kind == "passphrase"]


def find(header: Header, label: str) -> Slot:
    """Raises UsageProblem when nobody has this name."""
    for slot in people(header):
        if slot.label == label:
            return slot
    raise UsageProblem(f"Nobody called {label} can open this store.", do="See who can with: coachnote users list")


def added(unlocked: Unlocked, label: str, role: Role, passphrase: str, cost: Cost) -> tuple[Unlocked, Slot]:
    """With one more person. Raises UsageProblem for a name that is taken or none, Refused when there are too many."""
    if not LABEL.fullmatch(label):
        raise UsageProblem("A user's name has at most 32 letters, digits, dots and hyphens.", do="Choose a short one: it is not encrypted.")
    if label.casefold() in {slot.label.casefold() for slot in unlocked.header.slots}:
        raise Refused(f"The name {label} is taken.", do="Choose another.")
    _refuse_full(unlocked.header.slots)
    slot, _ = keys.passphrase_slot(unlocked.header, unlocked.master, passphrase, label, role, cost)
    return _with(unlocked, (*unlocked.header.slots, slot)), slot


def without(unlocked: Unlocked, label: str) -> Unlocked:
    """Without a person, whichever way they came in. Raises UsageProblem, or Refused for the last admin and for oneself."""
    gone = find(unlocked.header, label)
    left = tuple(slot for slot in unlocked.header.slots if slot.label != gone.label)
    if not any(slot.role == "admin" and slot.kind == "passphrase" for slot in left):
        raise Refused(f"{label} is the only admin.", means="Nobody was revoked.", do="Add another admin first.")
    if gone.label == unlocked.slot.label:
        raise Refused("You cannot revoke yourself.", do="Ask another admin to do it.")
    return _with(unlocked, left)


def with_passphrase(unlocked: Unlocked, label: str, passphrase: str, cost: Cost) -> tuple[Unlocked, Slot]:
    """One person's slot made anew, key pair and all. When it is the slot that opened the store, the result is opened by the new one."""
    old = find(unlocked.header, label)
    slot, private = keys.passphrase_slot(unlocked.header, unlocked.master, passphrase, label, role(old), cost)
    changed = _with(unlocked, tuple(slot if each.id == old.id else each for each in unlocked.header.slots))
    return (replace(changed, slot=slot, private=private) if old.id == unlocked.slot.id else changed), slot


def with_recovery(unlocked: Unlocked, secret: bytes) -> tuple[Unlocked, Slot]:
    """Another recovery code in place of the old one."""
    slot = keys.recovery_slot(unlocked.header, unlocked.master, secret)
    return _with(unlocked, (*(each for each in unlocked.header.slots if each.kind != "recovery"), slot)), slot


def keyring_of(unlocked: Unlocked) -> Slot | None:
    """How a keyring opens the store for whoever has it open. Raises Refused for the recovery code, which belongs to nobody."""
    if unlocked.slot.kind == "recovery":
        raise Refused("A keyring can only remember a person.", do="Open the store with your own passphrase first.")
    return next((slot for slot in unlocked.header.slots if slot.kind == "keyring" and slot.label == unlocked.slot.label), None)


def with_keyring(unlocked: Unlocked, secret: bytes) -> tuple[Unlocked, Slot]:
    """A keyring opens the store too, as the person who has it open, instead of the keyring that did so before. Raises Refused."""
    old, own = keyring_of(unlocked), unlocked.slot
    left = tuple(slot for slot in unlocked.header.slots if slot != old)
    _refuse_full(left)
    slot, private = keys.keyring_slot(unlocked.header, unlocked.master, secret, own.label, role(own))
    changed = _with(unlocked, (*left, slot))
    return (replace(changed, slot=slot, private=private) if own == old else changed), slot


def without_keyring(unlocked: Unlocked) -> Unlocked:
    """Only the passphrase again, for whoever has the store open. Raises Refused."""
    old = keyring_of(unlocked)
    return _with(unlocked, tuple(slot for slot in unlocked.header.slots if slot != old))


def rotated(unlocked: Unlocked) -> Unlocked:
    """Under a new master key, sealed to everybody who is left without asking for their passphrases."""
    master, header = new_key(), msgspec.structs.replace(unlocked.header, gen=unlocked.header.gen + 1, seq=unlocked.header.seq + 1)
    slots = tuple(
        msgspec.structs.replace(slot, sealed=keys.sealed_master(header, slot.id, slot.pub, master)) for slot in unlocked.header.slots
    )
    signed = keys.signed(msgspec.structs.replace(header, slots=slots), master)
    own = next((slot for slot in slots if slot.id == unlocked.slot.id), unlocked.slot)
    return replace(unlocked, header=signed, slot=own, master=master)


def upgraded(unlocked: Unlocked) -> Unlocked:
    """As this build writes it."""
    return unlocked if unlocked.header.v == keys.VERSION else _with(unlocked, unlocked.header.slots)


def _refuse_full(slots: tuple[Slot, ...]) -> None:
    if len(slots) >= keys.MOST_SLOTS:
        raise Refused(f"A store has at most {keys.MOST_SLOTS} ways in.", do="Revoke somebody first: coachnote users revoke NAME")


def _with(unlocked: Unlocked, slots: tuple[Slot, ...]) -> Unlocked:
    header = msgspec.structs.replace(unlocked.header, slots=slots, seq=unlocked.header.seq + 1)
    return replace(unlocked, header=keys.signed(header, unlocked.master))


def role(slot: Slot) -> Role:
    """Anything but an admin counts as a coach."""
    return "admin" if slot.role == "admin" else "coach"
