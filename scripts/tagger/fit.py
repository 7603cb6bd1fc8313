"""Finding the tagger's weights: logistic regression of every label at once, squared weights held down, by Adam in torch.

Knows examples. Does not know what the labels mean or where the weights are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from assistant.drafting.features import SIZE
from assistant.drafting.tagger import LABELS

from .examples import Example

LEAST_SEEN = 2
"""A feature seen once tells of its one example only."""


@dataclass(frozen=True)
class Recipe:
    """passes: over the examples. rate: of Adam, falling to a fiftieth. penalty: of half the squared weights, per example."""

    passes: int = 20
    rate: float = 0.03
    penalty: float = 1e-4
    batch: int = 128
    seed: int = 7


def fit(examples: Sequence[Example], recipe: Recipe | None = None) -> NDArray[np.float32]:
    """The table (SIZE x labels, float32): a score is the sum of an example's rows."""
    recipe = recipe or Recipe()
    rng = np.random.default_rng(recipe.seed)
    seen = np.bincount([row for each in examples for row in each.rows], minlength=SIZE)
    rows = [torch.tensor([row for row in each.rows if seen[row] >= LEAST_SEEN]) for each in examples]
    wanted, known = _targets(examples)
    table = torch.zeros(SIZE, len(LABELS), requires_grad=True)
    optimiser = torch.optim.Adam([table], lr=recipe.rate)
    steps = recipe.passes * -(-len(examples) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
    for _ in range(recipe.passes):
        order = rng.permutation(len(examples))
        for at in range(0, len(order), recipe.batch):
            chosen = order[at : at + recipe.batch]
            mine = [rows[n] for n in chosen]
            starts = torch.tensor(np.cumsum([0, *(len(each) for each in mine[:-1])]))
            scores = functional.embedding_bag(torch.cat(mine), table, starts, mode="sum")
            each = functional.binary_cross_entropy_with_logits(scores, wanted[chosen], reduction="none")
            optimiser.zero_grad()
            ((each * known[chosen]).sum() / len(chosen) + 0.5 * recipe.penalty * table.square().sum()).backward()
            optimiser.step()
            schedule.step()
    return table.detach().numpy()


def _targets(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    place = {label: n for n, label in enumerate(LABELS)}
    wanted, known = torch.zeros(len(examples), len(LABELS)), torch.ones(len(examples), len(LABELS))
    for n, example in enumerate(examples):
        wanted[n, [place[label] for label in example.labels if label in place]] = 1.0
        known[n, [place[label] for label in example.unknown]] = 0.0
    return wanted, known
