"""`coachnote process` and `coachnote finish`: a recording walks the whole line to a draft."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.spelling import no_spelling
from assistant.cli.spoken import language_options, say_languages
from assistant.cli.unlocking import unlock
from assistant.console import report, say, watch
from assistant.domain import voices
from assistant.errors import AllFailed, CoachnoteError, ModelError, SomeFailed, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Kind, Speaker, Transcript
    from assistant.protocols import Store

DAY = click.DateTime(formats=["%Y-%m-%d"])


def as_date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--client",
    metavar="REF",
    help="Reference of the client, such as C-0042. Without it, the session stays unassigned and cannot be signed.",
)
@click.option("--kind", type=click.Choice(["dictation", "appointment"]), default="dictation", show_default=True)
@click.option(
    "--date",
    "day",
    type=DAY,
    metavar="YYYY-MM-DD",
    help="Day of the session. Without it, the file's own date is used and every due date is to be checked.",
)
@click.option(
    "--left",
    type=click.Choice(["coach", "client"]),
    help="Who is on the left channel, where each has a channel; `coachnote speakers` says it later.",
)
@click.option("--model", metavar="NAME", help="Speech model; see `coachnote models`.")
@no_spelling
@click.option("--coach", metavar="NAME", help="First name of the coach who speaks.")
@click.option("--template", metavar="NAME", help="Sections and headings, such as ten-minute-review; see docs/templates.md.")
@click.option("--session", metavar="SESSION", help="FILE is this session's transcript, corrected: keep both and draft again.")
@click.pass_obj
@language_options
def process(
    settings: Settings,
    file: Path,
    client: str | None,
    kind: Kind,
    day: datetime | None,
    left: Speaker | None,
    model: str | None,
    coach: str | None,
    template: str | None,
    session: str | None,
) -> None:
    """Take FILE in, a recording or a transcript: transcribe it, draft it, keep all of it in the store, ready for review.

    \b
    Example:  coachnote process visit.m4a --client C-0042 --date 2026-03-12
    """
    settings = wiring.with_template(settings, template)
    if session and (client or day or file.suffix.lower() != ".json"):
        raise UsageProblem(
            "With --session, FILE is a transcript document (.json), and the session keeps its client and its day.",
            do="Leave out --client and --date, or leave out --session.",
        )
    intake = pipeline.Intake(kind=kind, date=as_date(day), client=client, coach=coach or settings.coach, left=left)
    store = unlock(settings)
    try:
        engines = wiring.engines(settings, model)
        if session:
            watch(pipeline.correct_from_file(store, session, file, engines.drafter))
        tell(store, session or watch(pipeline.process_file(store, file, intake, engines)), left)
    finally:
        store.close()


@click.command()
@click.argument("session", required=False)
@click.option("--model", metavar="NAME", help="Speech model; see `coachnote models`.")
@no_spelling
@click.pass_obj
@language_options
def finish(settings: Settings, session: str | None, model: str | None) -> None:
    """Transcribe and draft what is still waiting: one SESSION, or all of them.

    \b
    Example:  coachnote finish
    """
    store = unlock(settings)
    engines = wiring.engines(settings, model)
    try:
        if session:
            _finish(store, session, engines)
        else:
            _finish_all(store, [row.session.id for row in store.sessions() if row.stage in ("recorded", "transcribed")], engines)
    finally:
        store.close()


def _finish(store: Store, session: str, engines: pipeline.Engines) -> None:
    watch(pipeline.finish_session(store, session, engines))
    tell(store, session)


def _finish_all(store: Store, waiting: list[str], engines: pipeline.Engines) -> None:
    """One session that cannot be finished does not hold up the others; a model that cannot be had holds up all, and is told once."""
    if not waiting:
        say("Nothing is waiting.")
    failed = 0
    for session in waiting:
        try:
            _finish(store, session, engines)
        except ModelError:
            raise
        except CoachnoteError as error:
            failed += 1
            say(f"Session {session}:")
            report(error)
    if failed:
        kind = AllFailed if failed == len(waiting) else SomeFailed
        raise kind(f"{failed} of {len(waiting)} waiting sessions could not be finished.", do="The reasons stand above.")


def tell(store: Store, session: str, left: Speaker | None = None) -> None:
    """What came of a session, and how to go on."""
    heard, draft = store.transcript(session), store.draft(session)
    if heard and heard.made_by and heard.made_by.settings.get("demo"):
        say(f"Heard with the {heard.made_by.model} model, which understands its own synthetic voices only. Do not rely on this transcript.")
    if heard:
        _tell_imported(heard)
        say_languages(heard)
        tell_voices(heard, left, session)
    statements = sum(len(s.statements) for s in draft.note) if draft else 0
    actions = len(draft.actions) if draft else 0
    say(f"Drafted: {_counted(statements, 'statement')}, {_counted(actions, 'action')}. Review it with `coachnote review {session}`.")
    print(session)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _tell_imported(heard: Transcript) -> None:
    """What to know of a transcript that another program wrote."""
    settings = heard.made_by.settings if heard.made_by else {}
    if settings.get("neutralised"):
        say("Something in the file could have acted on a terminal or on a language model. It was taken out.")
    if settings.get("speakers") and not any(segment.speaker for segment in heard.segments):
        say("Nobody has said who is who, so the speakers stay open. `coachnote import FILE --coach-is 1 --client-is 2` says it, later too.")


def tell_voices(heard: Transcript, left: Speaker | None = None, session: str | None = None) -> None:
    """What to know of a recording in which voices were told apart, or could not be."""
    letters, settings = voices.lines(heard), heard.made_by.settings if heard.made_by else {}
    if left and not {voices.LEFT, voices.RIGHT} & set(letters):
        say("It does not hold one person on each of two channels, so nothing was made of --left.")
    if letters and not any(segment.speaker for segment in heard.segments):
        how = f" `coachnote speakers {session}` shows what each says, and takes your answer." if session else ""
        say(f"Two voices were told apart. Nobody has said whose they are, so the speakers stay open.{how}")
    if settings.get("diarized") and not letters:
        say("The voices could not be told apart, so the speakers stay open.")
