"""`coachnote draft`: a transcript in, a draft out, no store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import languages, wiring
from assistant.console import deliver, say, watch
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Draft, Transcript


@click.command()
@click.argument("transcript", type=click.Path(path_type=Path))
@click.option(
    "--drafter",
    type=click.Choice(wiring.DRAFTERS),
    help="extractive: rules only, always there. llm: a language model from the models folder. local-server: one that a server on this "
    "computer runs. Without it, what the settings say, else extractive.",
)
@click.option("--model", metavar="NAME", help="Language model; see `coachnote models`.")
@click.option("--template", metavar="NAME", help="Sections and headings, such as ten-minute-review; see docs/templates.md.")
@click.option("--format", "form", type=click.Choice(["json", "md"]), default="json", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE (readable by you only) instead of the screen.")
@click.pass_obj
def draft(
    settings: Settings, transcript: Path, drafter: str | None, model: str | None, template: str | None, form: str, out: Path | None
) -> None:
    """Draft a case note and action plan from TRANSCRIPT: a coachnote.transcript/1 document, or any file that `coachnote import` reads.

    No store is needed. Who speaks stays open, unless the file says coach or client.

    \b
    Example:  coachnote draft visit.json --format md
    """
    from assistant import documents, render

    settings = wiring.with_template(settings, template)
    heard = _read(transcript)
    made = watch(wiring.drafter(settings, drafter, model).draft(heard))
    _tell(made)
    headings = wiring.template_of(settings, made.template)
    deliver(documents.pretty(documents.draft_json(made)) + "\n" if form == "json" else render.draft_markdown(made, heard, headings), out)


def _tell(made: Draft) -> None:
    """That another drafter than the one asked for made it, and that not everything was in English."""
    for notice in made.notices:
        if notice.code == "fell_back_to_extractive":
            say(f"The language model gave out ({notice.why}); the offline drafter made this draft.")
        elif notice.code in languages.REMARKS:
            say(notice.why)


def _read(path: Path) -> Transcript:
    found = wiring.transcript_in(path, asked=True)
    if found is None:
        raise InputError(f"{path} is not a transcript.", do="If it is a recording, begin with `coachnote transcribe`.")
    return found.transcript
