"""Asking for a passphrase: at the terminal without an echo, or from a file descriptor. Never from arguments or the environment."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from assistant.console import say
from assistant.errors import Refused, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Recording
    from assistant.protocols import Store

LONGEST = 4096
"""Bytes; a longer passphrase is a mistake."""


def unlock(settings: Settings, *, own: str | None = None, announce: bool = True) -> Store:
    """Open the store, by the keyring where a person wanted that; take in what was recorded while it was locked, close what a crash left
    open, and say what is due to be erased.

    `own` is the session of a recording that the person knows about. Raises WrongPassphrase, StoreMissing, StoreDamaged or StoreTooNew.
    """
    from assistant import wiring

    wiring.require_store(settings)
    store = wiring.open_with_keyring(settings, say) if settings.passphrase_fd is None else None
    store = store or wiring.open_store(settings, read_passphrase(settings, "Passphrase: "))
    for recording in store.recover_recordings():
        if recording.session != own:
            say(f"{found(recording)} `coachnote finish` goes on with it.")
    if announce:
        _announce(store, settings)
    return store


def _announce(store: Store, settings: Settings) -> None:
    from assistant.render import keeping

    told = keeping.sentence(store.outlook(settings.retention))
    if told:
        say(f"{told} See it with `coachnote retention`.")


def found(recording: Recording) -> str:
    """What unlocking brought to light."""
    if recording.state == "recovered":
        return f"A recording that broke off was recovered: session {recording.session}."
    return f"A recording that was waiting is taken in: session {recording.session}."


def read_passphrase(settings: Settings, prompt: str) -> str:
    """One passphrase. Raises UsageProblem when there is nobody to ask and no descriptor to read."""
    if settings.passphrase_fd is not None:
        return from_descriptor(settings.passphrase_fd)
    if not sys.stdin.isatty():
        raise UsageProblem("The passphrase is needed, and there is no terminal to ask for it.", do="Give it with --passphrase-fd N.")
    return getpass.getpass(prompt, stream=sys.stderr)


def from_descriptor(number: int) -> str:
    """The next line that comes through a file descriptor, and nothing beyond it: another passphrase may follow."""
    try:
        with os.fdopen(number, "rb", buffering=0, closefd=False) as pipe:
            line = pipe.readline(LONGEST)
    except OSError as error:
        raise UsageProblem(
            f"File descriptor {number} cannot be read ({error.strerror}).",
            do="Open it in the shell, as in `coachnote --passphrase-fd 3 … 3<FILE`.",
        ) from error
    return line.rstrip(b"\r\n").decode("utf-8", errors="replace")


def choose_passphrase(otherwise: str) -> str:
    """A new passphrase, asked for twice; Enter takes four generated words, which have to be typed once to show that they were kept.

    From a script: the next line of standard input. `otherwise`: what is true when nothing comes of it. Raises UsageProblem or Refused.
    """
    if not sys.stdin.isatty():
        return must_be_strong(_piped(otherwise))
    from assistant import wiring

    offered = wiring.suggest_passphrase()
    say(f"Choose a passphrase. Or press Enter to use this one:  {offered}")
    first = must_be_strong(getpass.getpass("New passphrase: ", stream=sys.stderr) or offered)
    if getpass.getpass("The same again:  ", stream=sys.stderr) != first:
        raise UsageProblem("The two passphrases differ.", means=otherwise, do="Start again.")
    return first


def _piped(otherwise: str) -> str:
    line = sys.stdin.readline(LONGEST).rstrip("\r\n")
    if not line:
        raise UsageProblem("A new passphrase is needed.", means=otherwise, do="Run it in a terminal, or pipe the passphrase in.")
    return line


def must_be_strong(passphrase: str) -> str:
    """The passphrase itself. Raises Refused, with another one to take."""
    from assistant import wiring

    problem = wiring.passphrase_problem(passphrase)
    if problem:
        raise Refused(
            f"That passphrase is too weak: {problem}",
            do=f"Four random words are strong and easy to keep, such as: {wiring.suggest_passphrase()}",
        )
    return passphrase


def show_recovery_code(code: str) -> None:
    """On standard output, once."""
    say("Recovery code, shown this once. Write it down and keep it away from this computer:")
    print(f"\n    {code}\n", flush=True)
    say("Without the passphrase and without this code, nobody can read the notes again, us included.")
