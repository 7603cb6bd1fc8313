"""`coachnote clients`: references on the command line, names typed at a prompt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assistant.cli import erasing
from assistant.cli.access import access_pack
from assistant.cli.unlocking import unlock
from assistant.console import say
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings


@click.group()
def clients() -> None:
    """The people you support: a short reference each, and a name that stays inside the store.

    \b
    Example:  coachnote clients add
    """


@clients.command()
@click.argument("ref", required=False)
@click.pass_obj
def add(settings: Settings, ref: str | None) -> None:
    """Add a client. The name is asked for, so that it never stands in a command line; REF is made up when it is left out.

    \b
    Example:  coachnote clients add C-0042
    """
    store = unlock(settings)
    try:
        client = store.add_client(_name(), ref)
    finally:
        store.close()
    print(client.ref)


def _name() -> str:
    """From the terminal, or the next line of standard input for scripts."""
    if sys.stdin.isatty():
        say("Name, as you will see it in the app:")
    name = sys.stdin.readline().strip()
    if not name:
        raise UsageProblem(
            "No name was given.", means="No client was added.", do="Type the name when asked, or pipe it in on standard input."
        )
    return name


@clients.command("list")
@click.option("--names", is_flag=True, help="Show names beside the references.")
@click.pass_obj
def list_clients(settings: Settings, names: bool) -> None:
    """List the references; names only when asked for.

    \b
    Example:  coachnote clients list --names
    """
    store = unlock(settings)
    people = store.clients()
    store.close()
    if not people:
        say("No clients yet. Add one with `coachnote clients add`.")
    for client in people:
        held = f"  legal hold since {client.hold:%d %B %Y}" if client.hold else ""
        print(f"{client.ref}{f'  {client.name}' if names else ''}{held}")


for command in (erasing.erase_client, erasing.hold, erasing.release, access_pack):
    clients.add_command(command)
