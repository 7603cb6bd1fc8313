"""`coachnote batch run`: a whole folder of recordings, with progress on stderr and a summary on stdout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import languages, pipeline, wiring
from assistant.cli.spelling import no_spelling
from assistant.cli.spoken import language_options
from assistant.cli.statusline import StatusLine, status_line
from assistant.cli.unlocking import unlock
from assistant.console import STAGES
from assistant.errors import InputError, Stopped

if TYPE_CHECKING:
    from assistant.batch.plan import Job
    from assistant.batch.report import Report
    from assistant.batch.run import Event
    from assistant.config import Settings
    from assistant.domain import Kind
    from assistant.protocols import Progress, Store


@click.group()
def batch() -> None:
    """Take in many recordings at once.

    \b
    Example:  coachnote batch run recordings/
    """


@batch.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--model", metavar="NAME", help="Speech model; see `coachnote models`.")
@no_spelling
@click.option(
    "--kind",
    type=click.Choice(["dictation", "appointment"]),
    default="dictation",
    show_default=True,
    help="Where the manifest does not say.",
)
@click.option("--coach", metavar="NAME", help="First name of the coach who speaks, where the manifest does not say.")
@click.pass_obj
@language_options
def run(settings: Settings, folder: Path, model: str | None, kind: Kind, coach: str | None) -> None:
    """Transcribe and draft every recording and transcript (.vtt, .srt, our JSON) in FOLDER and below. Run it again to go on.

    The client of each file comes from FOLDER/manifest.csv (columns file,client,date,kind,coach,left; only file is needed), else from the
    name of the folder it lies in, else the session stays unassigned: it can be reviewed but not signed.

    \b
    Example:  coachnote batch run recordings/
    """
    from assistant.batch.plan import plan_folder

    store = unlock(settings)
    try:
        told = pipeline.Intake(kind=kind, coach=coach or settings.coach)
        plan = plan_folder(folder, {client.ref for client in store.clients()}, told)
        if not plan.jobs:
            raise InputError(f"There are no recordings in {folder}.", do="Name the folder they lie in.")
        _run(store, plan.jobs, plan.left_alone, wiring.engines(settings, model))
    finally:
        store.close()


def _run(store: Store, jobs: tuple[Job, ...], left_alone: tuple[str, ...], engines: pipeline.Engines) -> None:
    from assistant.batch.report import Report
    from assistant.batch.run import run_jobs

    report = Report(len(jobs), left_alone=left_alone)
    stopped = None
    try:
        with closing(run_jobs(store, jobs, engines)) as events, status_line() as line:
            _watch(store, events, report, line)
    except KeyboardInterrupt:
        stopped = Stopped("Stopped.", means="Nothing that was kept is lost.", do="Run the same command again to go on.")
    finally:
        print("\n".join(report.lines()), flush=True)
    problem = stopped or report.problem()
    if problem:
        raise problem


def _watch(store: Store, events: Iterator[Event], report: Report, line: StatusLine) -> None:
    from assistant.batch import run
    from assistant.batch.report import outcome

    for event in events:
        place = f"[{len(report.ended) + 1}/{report.planned}] {event.job.name}"
        if isinstance(event, run.JobStarted):
            line.draw(place)
        elif isinstance(event, run.JobProgress):
            if event.step.notice:
                line.tell(event.step.notice)
            line.draw(f"{place}  {_share(event.step)}")
        else:
            report.ended.append(event)
            advice = event.advice if isinstance(event, run.JobFailed) else ""
            line.tell(f"{place}  {outcome(event)} {advice}".rstrip())
            heard = store.transcript(event.session) if isinstance(event, run.JobDone) else None
            for _, remark in languages.remarks(heard) if heard else ():
                line.tell(f"    {remark}")


def _share(step: Progress) -> str:
    """`Transcribing 40 %`"""
    return STAGES[step.stage] + (f" {100 * min(1.0, step.done / step.total):.0f} %" if step.total else "")
