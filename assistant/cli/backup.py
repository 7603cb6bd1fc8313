"""`coachnote backup` and `coachnote restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import read_passphrase, unlock
from assistant.console import say, watch
from assistant.errors import SomeFailed

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Restored

FOLDER = click.Path(path_type=Path)
MEGABYTE = 1_000_000


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--keys", type=FOLDER, metavar="DIR2", required=True, help="Folder for the keys, apart from DIR, best on another medium.")
@click.pass_obj
def backup(settings: Settings, folder: Path, keys: Path) -> None:
    """Copy the whole store to DIR, checked, and the keys of its clients to DIR2. Work can go on meanwhile.

    Each backup stays until you delete it. The keys are overwritten every time, and must never be kept in versions: so what was
    erased can not be read in any backup any more, once the keys have been refreshed.

    \b
    Example:  coachnote backup /media/usb/coachnote --keys /media/stick/coachnote-keys
    """
    store = unlock(settings)
    try:
        made = watch(store.back_up(folder, keys))
    finally:
        store.close()
    print(made.name)
    say(f"Backed up and checked. Backups of this store in {folder}: {made.backups}, {made.size / MEGABYTE:.1f} MB with recordings.")
    say(f"The keys are in {keys}. Every other copy of them should be deleted: it can still read what is erased from now on.")
    if made.missing:
        raise SomeFailed(
            f"Recordings that have no file in the store, and so none in the backup: {len(made.missing)}.",
            means="Everything else was backed up.",
            do="See which with: coachnote verify",
        )


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--keys", type=FOLDER, metavar="DIR2", required=True, help="Folder of the keys, as given to `coachnote backup`.")
@click.option("--backup", "name", metavar="NAME", help="One of the folders in DIR, instead of the newest.")
@click.pass_obj
def restore(settings: Settings, folder: Path, keys: Path, name: str | None) -> None:
    """Put the newest backup in DIR back where the store was lost or damaged. What was erased since stays erased.

    Whatever stands in the store's folder is kept beside it under another name. A store that is whole and newer is left alone.

    \b
    Example:  coachnote restore /media/usb/coachnote --keys /media/stick/coachnote-keys
    """
    passphrase = read_passphrase(settings, "Passphrase: ")
    _tell(settings, watch(wiring.restore(settings, folder, keys, name, passphrase, lambda: _passphrase_then(settings))))


def _passphrase_then(settings: Settings) -> str:
    say("Since this backup was made, both your passphrase and the master key were changed.")
    return read_passphrase(settings, "Passphrase as it was then: ")


def _tell(settings: Settings, done: Restored) -> None:
    say(f"The store in {settings.store} is as it was on {done.made_at[:16].replace('T', ' at ')} UTC (backup {done.name}).")
    if done.erased:
        say(f"Erased again, because it was erased since: {done.erased}.")
    if done.aside:
        say(f"What stood there before is in {done.aside}.")
        say("Delete it when you no longer need it: it can still read what you erase from now on.")
    for fault in done.faults:
        print(fault)
    if done.faults:
        raise SomeFailed("Not everything could be put back.", means="All else was.", do="An older backup may hold it: --backup NAME.")
