"""The keyring of the operating system, at arm's length: it may be missing, locked, silent or lying, and then it is simply not used.

Called in a thread of its own and waited for PATIENCE seconds, because a keyring that asks a question on a screen where nobody sits never
answers (keyring issue 735). Knows nothing of what is kept in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from assistant.errors import MissingPart

SERVICE = "coachnote"
PATIENCE = 3.0
"""Seconds. An unlocked keyring answers within a tenth of one."""
ENCRYPTS = 1
"""The priority from which keyring's documentation recommends a back-end; what only pretends to keep, or keeps in plaintext, has less."""


class UnusableError(Exception):
    """It did not do what was asked, whatever the reason. Carries nothing of what was kept."""


def keep(name: str, secret: bytes) -> None:
    """Keep it under this name, and see that it is there. Raises MissingPart without the package, UnusableError."""
    _must_be_installed()
    _answered(lambda ring: ring.set_password(SERVICE, name, secret.hex()))
    if look_up(name) != secret:
        raise UnusableError


def look_up(name: str) -> bytes | None:
    """What is kept under this name; None when nothing is. Raises UnusableError."""
    text = _answered(lambda ring: ring.get_password(SERVICE, name))
    try:
        return None if text is None else bytes.fromhex(text)
    except (TypeError, ValueError):
        raise UnusableError from None


def drop(name: str) -> None:
    """Raises UnusableError, also when there is nothing of this name."""
    _answered(lambda ring: ring.delete_password(SERVICE, name))


def _must_be_installed() -> None:
    import importlib.util

    if importlib.util.find_spec("keyring") is None:
        raise MissingPart(
            "The package that talks to the keyring is not installed.",
            means="Nothing was changed; the store opens with your passphrase as before.",
            do="Install the extra with: pip install 'coachnote[keyring]'.",
        )


def _answered(ask: Callable[[Any], Any]) -> Any:
    """The answer of the keyring. Raises UnusableError when it fails, or says nothing for PATIENCE seconds."""
    answers: list[Any] = []

    def call() -> None:
        try:
            import keyring

            ring = keyring.get_keyring()
            if ring.priority >= ENCRYPTS:
                answers.append(ask(ring))
        except Exception:  # noqa: BLE001, S110 - back-ends raise whatever the platform's own libraries do
            pass

    thread = threading.Thread(target=call, name="keyring", daemon=True)  # one that never answers keeps nobody from leaving
    thread.start()
    thread.join(PATIENCE)
    if not answers:
        raise UnusableError
    return answers[0]
