"""`coachnote models`: which models are known, which are here, what they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from assistant import wiring

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.speech.cards import Card, Kind, ModelOnDisk

Finder = Callable[["Settings", str], "ModelOnDisk"]
TITLES: dict[Kind, str] = {"whisper": "For hearing", "language": "For drafting (the llm drafter only)"}
HEADS = ("NAME", "HERE", "SIZE", "MEMORY", "LICENCE", "FOR")


@click.command()
@click.pass_obj
def models(settings: Settings) -> None:
    """List the models for speech and for language: which are on this computer, their size, memory and licence, and what each is for.

    \b
    Example:  coachnote models
    """
    from assistant.errors import ModelMissing

    kinds: tuple[tuple[Kind, Finder], ...] = (("whisper", wiring.find_model), ("language", wiring.find_language_model))
    for kind, find in kinds:
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
