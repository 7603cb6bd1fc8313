"""`coachnote models`: which models are known, which are here, what they need; fetching one, bringing one in, removing one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.console import say, watch

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.speech.cards import Card, Kind, ModelOnDisk

Finder = Callable[["Settings", str], "ModelOnDisk"]
TITLES: dict[Kind, str] = {
    "whisper": "For hearing",
    "language": "For drafting (the llm drafter only)",
    "voices": "For telling two voices apart (the diarize extra only)",
}
HEADS = ("NAME", "HERE", "SIZE", "MEMORY", "LICENCE", "FOR")


@click.group(invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """List the models for speech and for language: which are on this computer, their size, memory and licence, and what each is for.

    \b
    Example:  coachnote models
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.obj)


@models.command()
@click.argument("name")
@click.pass_obj
def fetch(settings: Settings, name: str) -> None:
    """Download the model NAME: the only time that coachnote uses a network. Nothing is sent but the request. Stopped, it goes on next time.
    A speech model is then tried on this computer, as `coachnote models check` does.

    \b
    Example:  coachnote models fetch distil-small.en
    """
    folder = watch(wiring.fetch_model(settings, name))
    say(f"{name} is in {folder}. Its files are compared whenever it is loaded.")
    _try(settings, name)


@models.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def add(settings: Settings, name: str, folder: Path) -> None:
    """Copy a model in from FOLDER, for a computer without a network. Its files are compared whenever it is loaded.
    A speech model is then tried on this computer, as `coachnote models check` does.

    \b
    Example:  coachnote models add small.en /media/stick/faster-whisper-small.en
    """
    model = wiring.add_model(settings, name, folder)
    say(f"{name} is here now: {model.size_mb} MB.")
    _try(settings, name)


@models.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Delete a model from this computer.

    \b
    Example:  coachnote models remove small.en
    """
    wiring.remove_model(settings, name)
    say(f"{name} is gone.")


@models.command()
@click.argument("name", required=False)
@click.option(
    "--on", "recording", type=click.Path(path_type=Path), metavar="FILE", help="A recording of real speech. [default: a synthetic one]"
)
@click.pass_obj
def check(settings: Settings, name: str | None, recording: Path | None) -> None:
    """Try the speech model NAME (the one that is chosen without --model): speed, memory, and whether the fast way hears the same.

    The fast way is to look at as much sound as there is speech, and not at 30 seconds each time. A model is heard with that way only after
    it has passed here. Nothing of what is heard is shown or kept.

    \b
    Example:  coachnote models check small.en --on visit.m4a
    """
    from assistant.cli import checked

    click.echo(checked.told(watch(wiring.check_model(settings, name, recording))))


def _try(settings: Settings, name: str) -> None:
    """A speech model that has just come, so that nobody waits for a slow one that could be quick."""
    from assistant.cli import checked

    if any(model.card.name == name for model in wiring.models_here(settings)):
        say(f"Trying it on this computer. Stopped with Ctrl-C, it is tried with `coachnote models check {name}` when you like.")
        say(checked.told(watch(wiring.check_model(settings, name, None))))


def _list(settings: Settings) -> None:
    from assistant.errors import ModelMissing

    finders: dict[Kind, Finder] = {
        "whisper": wiring.find_model,
        "language": wiring.find_language_model,
        "voices": lambda settings, _: wiring.find_voices_model(settings),
    }
    for kind, find in finders.items():
        here = {model.card.name: model for model in wiring.models_here(settings, kind)}
        added = [model.card for model in here.values() if not model.carded]
        click.echo(f"{TITLES[kind]}\n{_table([_row(card, here.get(card.name)) for card in [*wiring.known_models(kind), *added]])}")
        for model in here.values() if kind == "whisper" else ():
            _echo_verdict(model)
        try:
            click.echo(f"\nChosen without --model: {find(settings, 'auto').card.name}\n")
        except ModelMissing as missing:
            click.echo(f"\n{missing.what} {missing.do}\n")


def _echo_verdict(model: ModelOnDisk) -> None:
    """Whether it is heard the fast way, where that is not for its card to say."""
    from assistant.cli import checked

    if model.card.smallest_window is None:
        click.echo(checked.state(model.card.name, wiring.window_verdict(model)))


def _row(card: Card, here: ModelOnDisk | None) -> tuple[str, ...]:
    size = here.size_mb if here else card.size_mb
    memory = f"{card.ram_mb} MB" if card.ram_mb else "-"
    return card.name, "yes" if here else "no", f"{size} MB" if size else "-", memory, card.licence or "-", card.purpose or "no card"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in (HEADS, *rows)) for column in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (HEADS, *rows))
