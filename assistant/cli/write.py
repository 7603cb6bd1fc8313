"""`coachnote write`: a note with no recording. The coach's typed words are its evidence."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.process import DAY, as_date, tell
from assistant.cli.unlocking import unlock
from assistant.console import say, watch
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.config import Settings

END = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"


@click.command()
@click.option(
    "--client",
    metavar="REF",
    help="Reference of the client, such as C-0042. Without it, the session stays unassigned and cannot be signed.",
)
@click.option("--date", "day", type=DAY, metavar="YYYY-MM-DD", help="Day of the session. Without it, today.")
@click.option("--coach", metavar="NAME", help="First name of the coach who writes.")
@click.option("--template", metavar="NAME", help="Sections and headings, such as ten-minute-review; see docs/templates.md.")
@click.pass_obj
def write(settings: Settings, client: str | None, day: datetime | None, coach: str | None, template: str | None) -> None:
    """Type a note where nothing was recorded: consent refused, nobody came. It is drafted and reviewed like any other.

    The words are asked for at the terminal, or read from standard input, and never stand in a command line.

    \b
    Example:  coachnote write --client C-0042
    """
    settings = wiring.with_template(settings, template)
    store = unlock(settings)
    try:
        if client is not None:
            store.client(client)
        intake = pipeline.Intake(date=as_date(day) or date.today(), client=client, coach=coach or settings.coach)
        tell(store, watch(pipeline.write_session(store, _words(), intake, lambda: wiring.drafter(settings))))
    finally:
        store.close()


def _words() -> str:
    """What is typed until the end of the input. Raises InputError for what is not UTF-8."""
    if sys.stdin.isatty():
        say(f"Write the note, one sentence after the other. Finish with {END} on a line of its own.")
        return sys.stdin.read()
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("What was handed in is not plain text in UTF-8.", do="Save it as plain text (UTF-8), and try again.") from error
