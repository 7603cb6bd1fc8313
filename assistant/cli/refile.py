"""`coachnote refile`: a session that was filed under the wrong client."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.process import tell
from assistant.cli.unlocking import unlock
from assistant.console import say, watch
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.protocols import Store


@click.command()
@click.argument("session")
@click.option("--to", "client", metavar="REF", required=True, help="Reference of the right client, such as C-0042.")
@click.pass_obj
def refile(settings: Settings, session: str, client: str) -> None:
    """Make SESSION's signed note void, and begin it again under the right client, unsigned, to be looked at and signed there.

    The reason is asked for, or read from standard input; it stays inside the store. What was signed stays too, with the void version after
    it. A session that nobody has signed is simply filed under the other client, and drafted again.

    \b
    Example:  coachnote refile 0192f0c1-7e3a-7b1f-8a55-0d5f3f1b2c3d --to C-0042
    """
    store = unlock(settings)
    try:
        store.client(client)
        store.session(session)
        notes = store.notes(session)
        known = wiring.with_template(settings, notes[-1].template) if notes else settings
        tell(store, _signed(known, store, session, client) if notes else _unsigned(known, store, session, client))
    finally:
        store.close()


def _signed(settings: Settings, store: Store, session: str, client: str) -> str:
    by = settings.coach or next(user.name for user in store.users() if user.you)
    again = watch(pipeline.refile_session(store, session, client, lambda: wiring.drafter(settings), by=by, why=_reason()))
    say(f"The note of session {session} is void. It begins again under {client}, and has to be looked at and signed there.")
    return again


def _unsigned(settings: Settings, store: Store, session: str, client: str) -> str:
    watch(pipeline.reassign_session(store, session, client, lambda: wiring.drafter(settings)))
    say(f"Filed under {client}. It was not signed yet, so there was nothing to make void.")
    return session


def _reason() -> str:
    """From the terminal, or the next line of standard input for scripts."""
    if sys.stdin.isatty():
        say("Why is it filed again? The reason stays in the store, with your name:")
    reason = sys.stdin.readline().strip()
    if not reason:
        raise UsageProblem("No reason was given.", means="Nothing was changed.", do="Type it when asked, or pipe it in on standard input.")
    return reason
