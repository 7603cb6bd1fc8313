"""`coachnote init` and `coachnote list`."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import from_descriptor, unlock
from assistant.console import say
from assistant.errors import Refused, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import SessionSummary

WAITING = {"recorded": "waits for a speech model", "transcribed": "waits for its draft", "drafted": "ready for review", "signed": "signed"}


@click.command()
@click.pass_obj
def init(settings: Settings) -> None:
    """Make the encrypted store: choose a passphrase, and write down the recovery code.

    \b
    Example:  coachnote init
    """
    passphrase = _scripted(settings) if settings.passphrase_fd is not None else _chosen()
    code = wiring.create_store(settings, passphrase)
    say(f"The store is ready in {settings.store}.")
    say("Recovery code, shown this once. Write it down and keep it away from this computer:")
    print(f"\n    {code}\n", flush=True)
    say("Without the passphrase and without this code, nobody can read the notes again, us included.")


def _scripted(settings: Settings) -> str:
    passphrase = from_descriptor(settings.passphrase_fd or 0)
    _must_be_strong(passphrase)
    return passphrase


def _must_be_strong(passphrase: str) -> None:
    problem = wiring.passphrase_problem(passphrase)
    if problem:
        raise Refused(
            f"That passphrase is too weak: {problem}",
            do=f"Four random words are strong and easy to keep, such as: {wiring.suggest_passphrase()}",
        )


def _chosen() -> str:
    """Asked for twice; Enter takes four generated words, which then have to be typed once to show that they were kept."""
    if not sys.stdin.isatty():
        raise UsageProblem("The passphrase is needed, and there is no terminal to ask for it.", do="Give it with --passphrase-fd N.")
    offered = wiring.suggest_passphrase()
    say(f"Choose a passphrase. Or press Enter to use this one:  {offered}")
    first = getpass.getpass("New passphrase: ", stream=sys.stderr) or offered
    _must_be_strong(first)
    if getpass.getpass("The same again:  ", stream=sys.stderr) != first:
        raise UsageProblem("The two passphrases differ.", means="No store was made.", do="Run `coachnote init` again.")
    return first


@click.command("list")
@click.pass_obj
def list_sessions(settings: Settings) -> None:
    """List the sessions, newest first, and how far each has come. Shows references, never names.

    \b
    Example:  coachnote list
    """
    store = unlock(settings)
    rows = store.sessions()
    store.close()
    if not rows:
        say("No sessions yet. Dictate with `coachnote record`, or take a recording in with `coachnote process FILE --client REF`.")
    for row in rows:
        print(_line(row))


def _line(row: SessionSummary) -> str:
    session = row.session
    day = f"{session.date}{'' if session.date_confirmed else '?'}" if session.date else "no date"
    length = f"{int(row.seconds // 60)}:{int(row.seconds % 60):02d}" if row.seconds else "-"
    state = ("void" if row.void else WAITING[row.stage]) + (f", version {row.version}" if row.version else "")
    return f"{session.id}  {day:<11} {session.client or 'unassigned':<11} {session.kind:<12} {length:>6}  {state}"
