"""`coachnote eval`: how good drafts of labelled cases are, and how much coaches change what is drafted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.statusline import StatusLine, status_line
from assistant.cli.unlocking import unlock
from assistant.errors import InputError, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import CaseNote
    from assistant.protocols import Drafter, Store
    from assistant.scoring.folder import Ended, Event


@click.command("eval")
@click.argument("cases", type=click.Path(path_type=Path), required=False)
@click.option("--signed", is_flag=True, help="From the signed notes of the store instead: how much coaches keep, edit, drop and add.")
@click.option("--drafter", type=click.Choice(wiring.DRAFTERS), help="As for `coachnote draft`.")
@click.option("--model", metavar="NAME", help="Language model; see `coachnote models`.")
@click.option("--template", metavar="NAME", help="As for `coachnote draft`. The labels must name the headings that it has.")
@click.option("--format", "form", type=click.Choice(["txt", "json"]), default="txt", show_default=True)
@click.option("--worst", type=click.IntRange(min=0), default=0, metavar="N", help="Name the N cases that scored least.")
@click.pass_obj
def evaluate(
    settings: Settings,
    cases: Path | None,
    signed: bool,
    drafter: str | None,
    model: str | None,
    template: str | None,
    form: str,
    worst: int,
) -> None:
    """Draft the labelled cases in the folder CASES and print how good the drafts are, each figure with its 95 % interval.

    A case is a transcript document with the key "gold", one a file. Nothing is kept, and no text of a case is printed.

    \b
    Example:  coachnote eval cases/ --drafter extractive --worst 3
              coachnote eval --signed
    """
    from assistant.scoring.folder import find_cases

    if signed == (cases is not None):
        raise UsageProblem("Name a folder of labelled cases, or give --signed.", do="See `coachnote eval --help`.")
    if signed and (drafter or model or template or worst):
        raise UsageProblem("--signed counts all signed notes, whoever drafted them.", do="Give it alone, or with --format.")
    if cases is None:
        _from_signed_notes(settings, form)
        return
    paths = find_cases(cases)
    _from_cases(paths, wiring.drafter(wiring.with_template(settings, template), drafter, model), form, worst)


def _from_cases(paths: Sequence[Path], drafter: Drafter, form: str, worst: int) -> None:
    from assistant.scoring import report
    from assistant.scoring.folder import evaluate

    with closing(evaluate(paths, drafter)) as events, status_line() as line:
        told = report.Report(_watch(events, len(paths), line))
    _print(report.document(told, worst) if form == "json" else report.lines(told, worst))
    problem = told.problem()
    if problem:
        raise problem


def _watch(events: Iterator[Event], planned: int, line: StatusLine) -> list[Ended]:
    from assistant.protocols import Progress
    from assistant.scoring.folder import Started

    ended: list[Ended] = []
    place = ""
    for event in events:
        if isinstance(event, Started):
            place = f"[{len(ended) + 1}/{planned}] {event.name}"
            line.draw(place)
        elif isinstance(event, Progress):
            line.draw(f"{place}  {100 * event.done / event.total:.0f} %" if event.total else place)
        else:
            ended.append(event)
    return ended


def _from_signed_notes(settings: Settings, form: str) -> None:
    from assistant.scoring import coaches

    store = unlock(settings)
    try:
        notes = _standing_notes(store)
    finally:
        store.close()
    if not notes:
        raise InputError("There are no signed notes in this store.", do="Review and sign some with `coachnote review`.")
    found = coaches.fates(notes)
    _print(coaches.document(len(notes), found) if form == "json" else coaches.lines(len(notes), found))


def _standing_notes(store: Store) -> Sequence[CaseNote]:
    from assistant.scoring.coaches import standing

    newest = (standing(store.notes(row.session.id)) for row in store.sessions() if row.stage == "signed")
    return [note for note in newest if note is not None]


def _print(result: dict[str, object] | Iterator[str]) -> None:
    print(json.dumps(result, indent=1) if isinstance(result, dict) else "\n".join(result), flush=True)
