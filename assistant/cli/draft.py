"""`coachnote draft`: a transcript document in, a draft out, no store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.console import deliver, watch
from assistant.errors import InputError, InputMissing

if TYPE_CHECKING:
    from assistant.domain import Transcript


@click.command()
@click.argument("transcript", type=click.Path(path_type=Path))
@click.option("--drafter", default="extractive", show_default=True, type=click.Choice(wiring.DRAFTERS))
@click.option("--format", "form", type=click.Choice(["json", "md"]), default="json", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE (readable by you only) instead of the screen.")
def draft(transcript: Path, drafter: str, form: str, out: Path | None) -> None:
    """Draft a case note and action plan from TRANSCRIPT, a coachnote.transcript/1 document. No store is needed.

    \b
    Example:  coachnote draft visit.json --format md
    """
    from assistant import documents, render

    heard = _read(transcript)
    made = watch(wiring.drafter(drafter).draft(heard))
    deliver(documents.pretty(documents.draft_json(made)) + "\n" if form == "json" else render.draft_markdown(made, heard), out)


def _read(path: Path) -> Transcript:
    from assistant import documents

    try:
        return documents.read_transcript(path.read_bytes())
    except FileNotFoundError:
        raise InputMissing(f"There is no file {path}.", do="Check its name and folder.") from None
    except OSError as error:
        raise InputError(f"{path} could not be read ({error.strerror}).", do="Give one transcript document.") from error
