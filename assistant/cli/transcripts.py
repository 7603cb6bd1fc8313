"""`coachnote import`: a transcript that another program wrote walks the line to a draft, and a person says who is who in it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.process import DAY, as_date, tell
from assistant.cli.unlocking import unlock
from assistant.console import say, watch
from assistant.errors import InputError, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Imported, Kind

MOST_NAMES = 20
"""Shown in the list: a file with more of them is hardly a conversation."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--client",
    metavar="REF",
    help="Reference of the client, such as C-0042. Without it, the session stays unassigned and cannot be signed.",
)
@click.option(
    "--coach-is", metavar="SPEAKER", help="Which speaker of the file is the coach: the number in the list that is shown, or a name."
)
@click.option("--client-is", metavar="SPEAKER", help="Likewise for the client. Without both, whoever nobody named stays open.")
@click.option(
    "--kind",
    type=click.Choice(["dictation", "appointment"]),
    help="Without it: an appointment where several speak, else a dictation.",
)
@click.option(
    "--date",
    "day",
    type=DAY,
    metavar="YYYY-MM-DD",
    help="Day of the session. Without it, the file's own date is used and every due date is to be checked.",
)
@click.pass_obj
def import_file(
    settings: Settings,
    file: Path,
    client: str | None,
    coach_is: str | None,
    client_is: str | None,
    kind: Kind | None,
    day: datetime | None,
) -> None:
    """Take the transcript in FILE in, and draft it: WebVTT (.vtt), SubRip (.srt), Word (.docx), plain text, or our own JSON.

    FILE stays as it is, and only its text is kept. Who speaks stays open until you say which speaker is the coach and which the client: you
    are asked at a terminal, and the same file can be handed in again with --coach-is and --client-is.

    \b
    Example:  coachnote import meeting.vtt --client C-0042 --coach-is 1 --client-is 2
    """
    found = _read(file, kind)
    told = _told(found, coach_is, client_is)
    intake = pipeline.Intake(kind=told.transcript.kind, date=as_date(day), client=client, coach=settings.coach)
    store = unlock(settings)
    try:
        engines = replace(wiring.engines(settings), reader=lambda _: told)
        before = pipeline.taken_in(store, file)
        session = watch(pipeline.process_file(store, file, intake, engines))
        if before is not None:
            say(f"This file was taken in before, as session {session}.")
            if told.transcript.segments != found.transcript.segments:
                watch(pipeline.tell_apart(store, session, told.transcript, engines.drafter))
        tell(store, session)
    finally:
        store.close()


def _read(file: Path, kind: Kind | None) -> Imported:
    found = wiring.transcript_in(file, asked=True)
    if found is None:
        raise InputError("This is not a transcript.", do="If it is a recording, take it in with `coachnote process`.")
    return replace(found, transcript=replace(found.transcript, kind=kind)) if kind else found


def _told(found: Imported, coach_is: str | None, client_is: str | None) -> Imported:
    """With speakers, where a person says who they are: in the command, or asked at a terminal."""
    if coach_is is None and client_is is None:
        if not found.names or any(s.speaker for s in found.transcript.segments):
            return found
        _list(found)
        coach, client = _ask(found) if sys.stdin.isatty() and sys.stderr.isatty() else (None, None)
        return found if coach is client is None else found.told(coach, client)
    if not found.names:
        raise UsageProblem("This file names no speakers.", do="Leave out --coach-is and --client-is.")
    coach, client = (None if answer is None else _must_be_one(found, answer) for answer in (coach_is, client_is))
    if coach == client:
        raise UsageProblem("The coach and the client are the same speaker.", do="Name two, or only one of them.")
    return found.told(coach, client)


def _list(found: Imported) -> None:
    lines = found.lines()
    say(f"Speakers in this file: {len(found.names)}")
    for place, name in enumerate(found.names[:MOST_NAMES]):
        say(f"  {place + 1}) {name}  ({lines[place]} line{'' if lines[place] == 1 else 's'})")
    if len(found.names) > MOST_NAMES:
        say(f"  and {len(found.names) - MOST_NAMES} more")


def _ask(found: Imported) -> tuple[int | None, int | None]:
    coach = _answer(found, "Who is the coach? A number, or Enter to leave it open: ")
    while True:
        client = _answer(found, "Who is the client? A number, or Enter to leave it open: ")
        if client is None or client != coach:
            return coach, client
        say("That is the coach.")


def _answer(found: Imported, question: str) -> int | None:
    while True:
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return None
        place = _place(found, line)
        if place is not None:
            return place
        say("No speaker of this file is meant by that.")


def _must_be_one(found: Imported, answer: str) -> int:
    place = _place(found, answer)
    if place is None:
        raise UsageProblem(
            "No speaker of this file is meant by that, or more than one.",
            do="Run the command without --coach-is and --client-is to see their numbers.",
        )
    return place


def _place(found: Imported, answer: str) -> int | None:
    """The place of a speaker named in full, by number, or by a part of the name that only one of them has."""
    said = " ".join(answer.split()).casefold()
    names = [name.casefold() for name in found.names]
    if said in names:
        return names.index(said)
    if said.isdecimal():
        return int(said) - 1 if 0 < int(said) <= len(names) else None
    holding = [place for place, name in enumerate(names) if said in name.replace(",", " ").split()]
    return holding[0] if len(holding) == 1 else None
