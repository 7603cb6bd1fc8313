"""`coachnote retention`: what is due to be erased, and erasing it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assistant.cli.unlocking import unlock
from assistant.console import say
from assistant.errors import Refused, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Due, Outlook
    from assistant.protocols import Store

WORD = "erase"


@click.command()
@click.option("--dry-run", is_flag=True, help="List what is due and what comes due within a week, and change nothing (the default).")
@click.option("--apply", "apply_", is_flag=True, help="Erase what is due.")
@click.pass_obj
def retention(settings: Settings, dry_run: bool, apply_: bool) -> None:
    """What is due to be erased, by the table [retention] of the settings file.

    After a long absence, or when the computer's clock has moved, nothing unsigned is erased before you confirm it.

    \b
    Example:  coachnote retention --apply
    """
    if dry_run and apply_:
        raise UsageProblem("--dry-run and --apply exclude each other.", do="Give one of them.")
    store = unlock(settings, announce=False)
    try:
        outlook = store.outlook(settings.retention)
        _show(outlook)
        if apply_:
            _apply(settings, store, outlook)
    finally:
        store.close()


def _show(outlook: Outlook) -> None:
    from assistant.render import keeping

    if not outlook.due:
        say("Nothing is due to be erased.")
    for title, dues in (("Due now:", outlook.due), ("Within a week:", outlook.soon)):
        if dues:
            print(title)
        for due in dues:
            print(keeping.line(due))


def _apply(settings: Settings, store: Store, outlook: Outlook) -> None:
    from assistant.render import keeping

    doubtful = len(outlook.due) - len(outlook.certain)
    sure = bool(doubtful) and _confirmed(outlook, doubtful)
    erased = store.apply_retention(settings.retention, sure=sure)
    if erased:
        say(f"{keeping.counted(erased)} erased.")
    _tell_notes(outlook.due, erased)
    if doubtful and not sure:
        raise Refused(
            f"Left alone: {doubtful} that nobody has signed.",
            means=outlook.doubt or "",
            do="Run `coachnote retention --apply` in a terminal, look at the list, and confirm it.",
        )


def _tell_notes(due: tuple[Due, ...], erased: tuple[Due, ...]) -> None:
    left = sum(each.what == "note" for each in due) - sum(each.what == "note" for each in erased)
    if left:
        say(f"{left} signed sessions are left: only an admin erases those.")


def _confirmed(outlook: Outlook, doubtful: int) -> bool:
    """Asked at a terminal only: a script cannot have looked."""
    if not sys.stdin.isatty():
        return False
    say(f"{outlook.doubt} {doubtful} of what is due was never signed. To erase that too, type {WORD}. Enter leaves it.")
    return sys.stdin.readline().strip().casefold() == WORD
