"""`coachnote search`: where something was said or written. Shows references, never names, unless they stand in the text itself."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from assistant.cli.process import DAY, as_date
from assistant.cli.unlocking import unlock
from assistant.console import deliver, say, watch
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Found, SearchResult

NOTHING = """Nothing was found.
Every word must stand in the same session. Try fewer words, or the beginning of one."""


@click.command()
@click.argument("words", nargs=-1)
@click.option("--client", metavar="REF", help="Only this client's sessions, such as C-0042.")
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="Only sessions of this day and later.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Only sessions of this day and earlier.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most this many sessions.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def search(
    settings: Settings, words: tuple[str, ...], client: str | None, since: datetime | None, until: datetime | None, limit: int, form: str
) -> None:
    """Search signed notes, drafts that wait for review, transcripts and the names of clients, the best first.

    All WORDS must stand in the session, the last one as a beginning; words in quotation marks follow one another. A command line can be
    read by other programs and stays in the shell's history: leave WORDS out and type a name when asked, or pipe it in.

    \b
    Example:  coachnote search travel card --client C-0042 --since 2026-01-01
    """
    store = unlock(settings)
    try:
        if client is not None:
            store.client(client)
        asked = " ".join(_phrase(word) for word in words) or _typed()
        watch(store.read_for_search())
        result = store.search(asked, client=client, since=as_date(since), until=as_date(until), limit=limit)
    finally:
        store.close()
    deliver(_json(result) if form == "json" else "".join(f"{_line(found)}\n" for found in result.found), None)
    _comment(result, limit)


def _phrase(word: str) -> str:
    """What the shell handed over as one word although it holds blanks stood in quotation marks."""
    return f'"{word}"' if " " in word and '"' not in word else word


def _typed() -> str:
    """From the terminal, or the next line of standard input for scripts."""
    if sys.stdin.isatty():
        say("Search for:")
    words = sys.stdin.readline().strip()
    if not words:
        raise UsageProblem("No word was given.", do="Type what to search for when asked, or pipe it in on standard input.")
    return words


def _line(found: Found) -> str:
    return f"{found.session}  {found.day}  {found.client or 'unassigned':<11} {found.where:<10}  {found.snippet}".rstrip()


def _json(result: SearchResult) -> str:
    rows = [
        {"session": found.session, "date": str(found.day), "client": found.client, "where": found.where, "text": found.snippet}
        for found in result.found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _comment(result: SearchResult, limit: int) -> None:
    if not result.found:
        say(NOTHING)
    elif len(result.found) == limit:
        say(f"These are the best {limit}. Add a word to find fewer, or --limit to see more.")
    if result.damaged:
        say(f"{result.damaged} sessions could not be read whole: something in them is damaged.")
    if not result.complete:
        say("Another program is adding sessions: the newest may be missing.")
