"""`coachnote export`: signed notes only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import unlock
from assistant.console import deliver
from assistant.errors import Refused

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.protocols import Store


@click.command()
@click.argument("session")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE (readable by you only) instead of the screen.")
@click.pass_obj
def export(settings: Settings, session: str, form: str, out: Path | None) -> None:
    """Write SESSION's newest signed note as Markdown or JSON. Anything unsigned is refused.

    \b
    Example:  coachnote export 0192f0c1-7e3a-7b1f-8a55-0d5f3f1b2c3d --format md --out note.md
    """
    store = unlock(settings)
    try:
        text = _signed(settings, store, session, form)
        store.note_use("exported", session)
    finally:
        store.close()
    deliver(text, out)


def _signed(settings: Settings, store: Store, session: str, form: str) -> str:
    from assistant import documents
    from assistant.share.markdown import note_markdown

    store.session(session)
    versions = store.notes(session)
    if not versions:
        raise Refused(
            f"Session {session} has no signed note.",
            means="A draft is machine text that nobody has checked, so it does not leave the store.",
            do=f"Review and sign it with `coachnote review {session}`.",
        )
    note = versions[-1]
    if note.void:
        raise Refused(
            f"The note of session {session} is void.",
            means="It was filed under the wrong client, so it does not leave the store.",
            do=f"See who made it void, and why, with `coachnote review {session}`.",
        )
    if form == "json":
        return documents.pretty(documents.note_json(note)) + "\n"
    heard = store.earlier_transcript(session, note.transcript) or store.transcript(session)
    return note_markdown(note, heard, wiring.template_of(settings, note.template))
