"""`coachnote audit verify|show`: who did what, by identifiers alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assistant.cli.unlocking import unlock
from assistant.console import say
from assistant.errors import StoreDamaged

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.protocols import AuditEntry


@click.group()
def audit() -> None:
    """Who opened, read, signed, exported and erased what. It holds identifiers only, and nobody can change it unseen.

    \b
    Example:  coachnote audit verify
    """


@audit.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Prove that no entry was changed, removed or cut off. Only an admin can.

    \b
    Example:  coachnote audit verify
    """
    store = unlock(settings)
    try:
        found = store.audit_faults()
        newest = store.audit()[-1]
    finally:
        store.close()
    if found:
        raise StoreDamaged(
            " ".join(found), means="Somebody or something changed the audit.", do="Keep this folder as it is, and ask for help."
        )
    print(f"{newest.n} entries, unbroken. The newest: {newest.what} at {newest.at}, {newest.seal}")
    say("Note number and seal elsewhere: they show later whether the whole store was put back to an older state.")


@audit.command()
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the newest N entries.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def show(settings: Settings, last: int | None, form: str) -> None:
    """Show the entries, oldest first.

    \b
    Example:  coachnote audit show --last 20
    """
    store = unlock(settings)
    entries = store.audit()[-(last or 0) :]
    store.close()
    for entry in entries:
        print(_line(entry) if form == "text" else json.dumps(asdict(entry)))


def _line(entry: AuditEntry) -> str:
    return f"{entry.n:>6}  {entry.at[:19].replace('T', ' ')}  {entry.who:<16} {entry.what:<20} {entry.object}"
