"""`coachnote verify` and `coachnote repair`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import read_passphrase, unlock
from assistant.console import say, watch
from assistant.errors import SomeFailed, StoreDamaged

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Salvaged


@click.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Check every page, entry, key and recording of the store, and that no file holds a word in plaintext. Changes nothing.

    The audit is checked too, when an admin asks.

    \b
    Example:  coachnote verify
    """
    store = unlock(settings)
    try:
        found = watch(store.verify())
        admin = store.role == "admin"
    finally:
        store.close()
    for finding in found:
        print(finding)
    if found:
        raise StoreDamaged(
            f"Things that are wrong with the store: {len(found)}.",
            do="Damaged pages: `coachnote repair`. Anything else: put a backup back with `coachnote restore`.",
        )
    say("Nothing is wrong with the store." + ("" if admin else " The audit was left out: only an admin can verify it."))


@click.command()
@click.pass_obj
def repair(settings: Settings) -> None:
    """Save what can be read of a damaged database, row by row, into a new one. The damaged one is kept beside it.

    Put a backup back instead where you have one that is new enough: `coachnote restore`.

    \b
    Example:  coachnote repair
    """
    wiring.require_store(settings)
    done = watch(wiring.repair(settings, read_passphrase(settings, "Passphrase: ")))
    if done.damaged is None:
        say("The database is whole; nothing was changed.")
        return
    for table in done.tables:
        _tell(table)
    for fault in done.faults:
        print(fault)
    say(f"The damaged database is kept as {done.damaged.name}. Delete it when you no longer need it.")
    if done.faults or any(table.lost for table in done.tables):
        raise SomeFailed("Not everything could be saved.", means="All else was.", do="A backup may hold it: coachnote restore")
    say("Every row was saved.")


def _tell(table: Salvaged) -> None:
    print(f"{table.table:<14} saved {table.saved:>6}   lost {len(table.lost):>6}")
    for name in table.lost:
        print(f"    {name}")
