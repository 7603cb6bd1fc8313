"""`coachnote transcribe`: a recording in, a transcript out, no store."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.process import tell_voices
from assistant.cli.spelling import no_spelling
from assistant.cli.spoken import language_options, say_languages
from assistant.console import deliver, say, watch
from assistant.domain import voices
from assistant.errors import NotWritable
from assistant.identity import new_id
from assistant.protocols import Brief

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Kind, Speaker, Transcript

LOSSES = {
    "damaged": "The recording is damaged: {:.1f} seconds of it could not be decoded.",
    "dropout": "The recording has holes: {:.1f} seconds are missing in it.",
    "unclear": "{:.1f} seconds of speech could not be made out; the transcript says where.",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", metavar="NAME", help="A speech model on this computer; `coachnote models` lists them. [default: the best one]")
@no_spelling
@click.option("--kind", type=click.Choice(["dictation", "appointment"]), default="dictation", show_default=True, help="Who speaks in it.")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The session's day. [default: the recording's]"
)
@click.option("--format", "form", type=click.Choice(["json", "txt", "vtt", "srt"]), default="json", show_default=True)
@click.option(
    "--left",
    type=click.Choice(["coach", "client"]),
    help="Who is on the left channel, where each has a channel. [default: said by nobody, so that the speakers stay open]",
)
@click.option("--word-times", is_flag=True, help="Every word with its time in the JSON, and not only the doubtful ones.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE (readable by you only) instead of the screen.")
@click.pass_obj
@language_options
def transcribe(
    settings: Settings,
    file: Path,
    model: str | None,
    kind: Kind,
    day: datetime | None,
    form: str,
    left: Speaker | None,
    word_times: bool,
    out: Path | None,
) -> None:
    """Transcribe FILE, a recording or a video with sound. No store is needed, and nothing is kept but the result.

    \b
    Example:  coachnote transcribe visit.m4a --format txt --out visit.txt
    """
    _must_be_writable(out)
    recorded = wiring.probe(file)
    session_date = day.date() if day else recorded or _last_written(file)
    _say_notice(settings, model)
    brief = Brief(id=new_id(), kind=kind, session_date=session_date, date_confirmed=day is not None, coach=settings.coach)
    heard = watch(wiring.transcriber(settings, model, word_times=word_times).transcribe(file, brief))
    transcript = voices.told_by_channel(heard, left)
    _say_losses(transcript)
    tell_voices(transcript, left)
    say_languages(transcript)
    deliver(_written(transcript, form), out)


def _must_be_writable(out: Path | None) -> None:
    """Said before the work, not after it."""
    if out is not None and (out.is_dir() or not out.parent.is_dir() or not os.access(out.parent, os.W_OK)):
        raise NotWritable(
            "The file for the result cannot be written there.", do="Name a file in a folder that exists and that you may write to."
        )


def _say_notice(settings: Settings, model: str | None) -> None:
    notice = wiring.find_model(settings, model).card.notice
    if notice:
        say(notice)


def _last_written(file: Path) -> date | None:
    """The day the file was last written; unknown when it is gone by now."""
    try:
        return date.fromtimestamp(file.stat().st_mtime)
    except OSError:
        return None


def _say_losses(transcript: Transcript) -> None:
    for why, sentence in LOSSES.items():
        lost = sum(gap.end - gap.start for gap in transcript.gaps if gap.why == why)
        if lost:
            say(sentence.format(lost))


def _written(transcript: Transcript, form: str) -> str:
    from assistant import documents
    from assistant.render import subtitles

    if form == "json":
        return documents.pretty(documents.transcript_json(transcript)) + "\n"
    return subtitles.FORMATS[form](transcript)
