"""Which speech model can do what was asked: hear a language, translate it. Said before a long recording is decoded, not after it.

Knows cards, and loads no model: what a model without a card can do shows when it is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import ModelMissing, ModelUnusable
from assistant.languages import AUTO, ENGLISH, name
from assistant.speech import cards
from assistant.speech.cards import Card, ModelOnDisk


def find(wanted: str, models: Path, language: str, *, translate: bool) -> ModelOnDisk:
    """The model called `wanted`, or for `auto` the best one for this machine and for what is asked of it.

    Raises ModelMissing where no model here can do that, ModelUnusable where the one that was named cannot, or lacks a file.
    """
    if language in (AUTO, ENGLISH) and not translate:
        return cards.find(wanted, models)
    able = [model for model in cards.present(models) if can(model.card, language, translate=translate)]
    if wanted != AUTO:
        found = cards.find(wanted, models)
        if not can(found.card, language, translate=translate):
            raise unable(found.card, language, translate=translate, models=models)
        return found
    best = cards.best_here(able)
    if best is None:
        what = "translate" if translate else f"understand {name(language)}"
        raise ModelMissing(f"No speech model on this computer can {what}.", do=_advice([], language, translate=translate))
    return cards.find(best.card.name, models)


def can(card: Card, language: str, *, translate: bool) -> bool:
    """As far as its card tells."""
    if translate and card.translates is False:
        return False
    return not card.only_english or (language in (AUTO, ENGLISH) and not translate)


def unable(card: Card, language: str, *, translate: bool, models: Path) -> ModelUnusable:
    """For a model that was asked for what it cannot do. `models`: the folder in which others may lie."""
    able = [m for m in cards.present(models) if m.card.name != card.name and m.carded and can(m.card, language, translate=translate)]
    advice = _advice(able, language, translate=translate)
    if translate and card.translates is False:
        return ModelUnusable(
            f"The speech model {card.name} cannot translate.",
            means="It was not trained to: what it wrote would not be English.",
            do=advice,
        )
    return ModelUnusable(
        f"The speech model {card.name} understands English only.",
        means="Another language would come out as English words that nobody said.",
        do=advice,
    )


def _advice(able: Sequence[ModelOnDisk], language: str, *, translate: bool) -> str:
    """Those that are here first, then those that can be fetched."""
    if able:
        return f"Choose another one: {' or '.join(f'--model {model.card.name}' for model in able)}."
    known = [card.name for card in cards.known() if card.hub and can(card, language, translate=translate)]
    return f"Fetch one that can with `coachnote models fetch {known[0]}`, then add --model {known[0]}. Known are: {', '.join(known)}."
