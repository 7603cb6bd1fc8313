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

    \b
    Example:  coachnote models fetch distil-small.en
    """
    folder = watch(wiring.fetch_model(settings, name))
    say(f"{name} is in {folder}. Its files are checked whenever it is loaded.")


@models.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def add(settings: Settings, name: str, folder: Path) -> None:
    """Copy a model in from FOLDER, for a computer without a network. Its files are checked whenever it is loaded.

    \b
    Example:  coachnote models add small.en /media/stick/faster-whisper-small.en
    """
    model = wiring.add_model(settings, name, folder)
    say(f"{name} is here now: {model.size_mb} MB.")


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
        try:
            click.echo(f"\nChosen without --model: {find(settings, 'auto').card.name}\n")
        except ModelMissing as missing:
            click.echo(f"\n{missing.what} {missing.do}\n")


def _row(card: Card, here: ModelOnDisk | None) -> tuple[str, ...]:
    size = here.size_mb if here else card.size_mb
    memory = f"{card.ram_mb} MB" if card.ram_mb else "-"
    return card.name, "yes" if here else "no", f"{size} MB" if size else "-", memory, card.licence or "-", card.purpose or "no card"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in (HEADS, *rows)) for column in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (HEADS, *rows))
