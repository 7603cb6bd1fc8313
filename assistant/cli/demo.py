"""`coachnote demo`: the whole line on the bundled dictation, in an encrypted store that is thrown away afterwards."""

from __future__ import annotations

import secrets
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.process import DAY, as_date
from assistant.console import say, watch

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Kind
    from assistant.protocols import Store

CAN = """The demo model is a small Whisper trained on synthetic voices (espeak-ng and flite) reading
sentences about job coaching.
It understands those voices and that vocabulary. It cannot understand people: for real speech, add a real
Whisper model (`coachnote models`)."""


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["dictation", "appointment"]), default="dictation", show_default=True)
@click.option("--date", "day", type=DAY, metavar="YYYY-MM-DD", help="Day of the session.")
@click.pass_obj
def demo(settings: Settings, file: Path | None, kind: Kind, day: datetime | None) -> None:
    """Transcribe, draft and review the bundled dictation, or any FILE, with the demo model, in a throw-away encrypted store.

    \b
    Example:  coachnote demo
    """
    say(CAN + "\n")
    with tempfile.TemporaryDirectory(prefix="coachnote-demo-") as folder:
        passphrase = secrets.token_urlsafe(24)
        here = replace(settings, store=Path(folder) / "store", model="demo", coach=None)
        wiring.create_store(here, passphrase)
        store = wiring.open_store(here, passphrase)
        try:
            _walk(here, store, file, pipeline.Intake(kind=kind, date=as_date(day)))
        finally:
            store.close()


def _walk(settings: Settings, store: Store, file: Path | None, intake: pipeline.Intake) -> None:
    recording, told = (file, intake) if file else _bundled(store, intake)
    session = watch(pipeline.process_file(store, recording, told, wiring.engines(settings)))
    _show(settings, store, session)
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.prompt("\nPress Enter to review and sign it in the app", default="", show_default=False, prompt_suffix=" ", err=True)
        _open_app(settings, store, session)
    else:
        say("\nIn a terminal, the review would open now.")


def _bundled(store: Store, intake: pipeline.Intake) -> tuple[Path, pipeline.Intake]:
    """The bundled dictation with what its card says about it: an invented session on an invented day."""
    import tomllib

    from assistant import resources

    folder = resources.root() / "models" / "demo"
    card = tomllib.loads((folder / "dictation.toml").read_text(encoding="utf-8"))
    client = store.add_client(card["client"])
    return folder / "dictation.flac", replace(intake, date=intake.date or card["date"], client=client.ref, coach=card["coach"])


def _show(settings: Settings, store: Store, session: str) -> None:
    from assistant import render

    transcript, draft = store.transcript(session), store.draft(session)
    if transcript is None or draft is None:
        return
    made_by = f"{transcript.made_by.engine}, model {transcript.made_by.model}" if transcript.made_by else "a person"
    print(f"TRANSCRIPT (by {made_by})\n")
    print("\n".join(render.transcript_lines(transcript)))
    print(f"\nCASE NOTE AND ACTION PLAN ({render.BANNER})")
    heading = None
    for title, line in render.draft_lines(draft, transcript, wiring.template_of(settings, draft.template)):
        if title != heading:
            print(f"\n{title}")
            heading = title
        print(f"  - {line}")


def _open_app(settings: Settings, store: Store, session: str) -> None:
    from assistant.tui.app import CoachnoteApp

    app = CoachnoteApp(wiring.services(settings), session=session, store=store)
    if app.run() is not None:
        say("The demo has locked, as the app does when nobody is there. Its store is gone; start it again with: coachnote demo")
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
