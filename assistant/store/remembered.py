"""A convenience: the operating system's keyring opens the store for the person who asked for that, instead of the passphrase.

Never the only way in. Whatever goes wrong with a keyring, the passphrase opens the store as before.
"""

from __future__ import annotations

import contextlib

from assistant.errors import CoachnoteError
from assistant.store import os_keyring, slots
from assistant.store.keys import Slot
from assistant.store.sealing import new_key
from assistant.store.users import Users


class Remembered(Users):
    def remember_me(self) -> None:
        """Let this computer's keyring open the store for whoever has it open now; on another computer it then does so no more.

        Raises Refused for the recovery code or while another program has the store open, MissingPart, CoachnoteError when the keyring
        keeps nothing.
        """
        with self._alone():
            before, secret = slots.keyring_of(self._unlocked), new_key()
            after, slot = slots.with_keyring(self._unlocked, secret)
            _keep(slot, secret)
            try:
                self._write_header(after, "remembered", slot, share=slot.role == "admin", instead=before)
            except BaseException:
                _drop(slot)
                raise
        _drop(before)

    def forget_me(self) -> bool:
        """Ask for the passphrase again from here on. False when nothing was remembered. Raises Refused as `remember_me`.

        The master key stays: what a keyring could read while it was remembered, `new_recovery_code` or a revocation shuts out.
        """
        with self._alone():
            slot = slots.keyring_of(self._unlocked)
            if slot is not None:
                self._write_header(slots.without_keyring(self._unlocked), "forgotten", slot, share=False, instead=slot)
        _drop(slot)
        return slot is not None


def _keep(slot: Slot, secret: bytes) -> None:
    try:
        os_keyring.keep(slot.id, secret)
    except os_keyring.UnusableError:
        what = "The keyring of this computer keeps nothing for coachnote: there is none, it is locked, or it did not answer."
        raise CoachnoteError(what, means="Nothing was changed; the store opens with your passphrase as before.") from None


def _drop(slot: Slot | None) -> None:
    """What stays behind in a keyring that does not answer opens nothing."""
    if slot is not None:
        with contextlib.suppress(os_keyring.UnusableError):
            os_keyring.drop(slot.id)
