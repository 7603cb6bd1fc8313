"""`coachnote review`, and the app itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings


@click.command()
@click.argument("session", required=False)
@click.pass_obj
def review(settings: Settings, session: str | None) -> None:
    """Open the app, straight at SESSION's draft when one is named.

    \b
    Example:  coachnote review 0192f0c1-7e3a-7b1f-8a55-0d5f3f1b2c3d
    """
    open_app(settings, session)


def open_app(settings: Settings, session: str | None) -> None:
    """The app asks for the passphrase itself, unless a descriptor gives it, and asks again whenever it has locked."""
    from assistant.cli import locking
    from assistant.cli.unlocking import unlock
    from assistant.tui.app import CoachnoteApp

    wiring.require_store(settings)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageProblem("The app needs a terminal.", do="Run it in one. For scripts there are `coachnote list` and `coachnote export`.")
    before = locking.locked_before()
    if before is not None:
        settings = replace(settings, passphrase_fd=None)
    store = unlock(settings) if settings.passphrase_fd is not None else None
    app = CoachnoteApp(wiring.services(settings), session=session, store=store, after=before)
    try:
        locked = app.run()
    finally:
        if store is not None:
            store.close()
    if locked is not None:
        locking.start_again(locked, settings)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
