"""`coachnote init` and `coachnote list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import choose_passphrase, from_descriptor, must_be_strong, show_recovery_code, unlock
from assistant.console import say

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
    scripted = None if settings.passphrase_fd is None else from_descriptor(settings.passphrase_fd)
    code = wiring.create_store(settings, must_be_strong(scripted) if scripted is not None else choose_passphrase("No store was made."))
    say(f"The store is ready in {settings.store}.")
    show_recovery_code(code)


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
