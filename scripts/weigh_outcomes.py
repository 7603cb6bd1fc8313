#!/usr/bin/env python3
"""Fit WEIGHTS of `mentions.py` (which line speaks of an earlier action, or none) and USUAL, TAGGED and WEIGHTS of `outcomes.py` (what it
says of it). Prints both; a person copies them in.

Learns from every labelled case, with tags from a tagger that never saw its voice, and from the loose sentences. Needs the extra `llm`
(torch); about four minutes on one core. `--without VOICE ...` leaves voices out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tagger import cross  # noqa: E402
from tagger.labelled import Case, read_all  # noqa: E402

from assistant.documents import read_transcript  # noqa: E402
from assistant.domain import PreviousAction  # noqa: E402
from assistant.drafting import mentions, outcomes, previous  # noqa: E402
from assistant.drafting.extractive import Drafting  # noqa: E402
from assistant.drafting.mentions import TOLD, Before, told_logit  # noqa: E402

CASES, DEV = ROOT / "scripts" / "tagger" / "cases", ROOT / "tests" / "eval" / "dev"
HELD_PLACE, HELD_READ, HELD_COUNT = 3.0, 0.7, 0.1
"""Penalty on half the squared weights of a line's place, of how it reads, and of signs that count, whose meaning is plain; the first over
columns of one spread. Chosen by leaving out voices."""
COUNTS = ("out_of", "fewer", "enough", "halfway", "bare_no", "bare_yes")
LOOSE = 0.7
"""A sentence without a talk round it counts less than one in a case."""
SILENCE = 1e-6


@dataclass(frozen=True)
class Placed:
    """One earlier action: the signs of every line, and which lines speak of it."""

    lines: list[list[float]]
    right: list[int]


@dataclass(frozen=True)
class Read:
    """One line that speaks of an action: its signs, what the tagger says, what became of it."""

    signs: Mapping[str, float]
    tagged: list[float]
    outcome: int
    counts: float


@dataclass(frozen=True)
class Told:
    """A case with its tags."""

    voice: str
    drafting: Drafting
    gold: Mapping[str, Any]


def placed(told: Told) -> Iterator[Placed]:
    """Every earlier action of a case, those before it where the labels have them."""
    actions = told.drafting.transcript.previous_actions
    talk = previous.talk_of(told.drafting.said, len(actions), told.drafting.people.client | told.drafting.people.coach, told.drafting.tags)
    before = Before()
    for number, action in enumerate(actions):
        wish = mentions.rated(talk, action.what)
        shares = [mentions.share(wish, line.stems) for line in talk.heard]
        rows = [dict(mentions.signs(talk, action, number, at, wish, shares, before)) for at in range(len(talk.heard))]
        right = [at for at, line in enumerate(talk.heard) if line.segment in _evidence(told, action)]
        yield Placed([[row[name] for name in rows[0]] for row in rows], right)
        before = Before(before.taken | set(right), right[0]) if right else before


def _evidence(told: Told, action: PreviousAction) -> set[int]:
    return {segment for each in told.gold["previous"] if each["id"] == action.id for segment in each["evidence"]}


def read(told: Told, weights: Sequence[float]) -> Iterator[Read]:
    """The likeliest of the right lines of every action that was spoken of."""
    actions = told.drafting.transcript.previous_actions
    talk = previous.talk_of(told.drafting.said, len(actions), told.drafting.people.client | told.drafting.people.coach, told.drafting.tags)
    wishes = [mentions.rated(talk, action.what) for action in actions]
    gold = {each["id"]: each["outcome"] for each in told.gold["previous"]}
    for number, (action, each) in enumerate(zip(actions, placed(told), strict=True)):
        if each.right and gold[action.id] in TOLD:
            worth = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in each.lines]
            line, text, after = previous.spoken_of(talk.heard, max(each.right, key=worth.__getitem__), wishes, number)
            seen = {n: float(h) for n, h in outcomes.signs(text, after, action.what, action.owner, line.speaker)}
            tags = told.drafting.tags[line.segment]
            yield Read(seen, [told_logit(tags[f"previous:{o}"]) for o in TOLD], TOLD.index(gold[action.id]), 1.0)


def loose(cases: Sequence[Case], without: Sequence[str]) -> Iterator[Read]:
    """Sentences that tell an outcome of nobody knows what; nothing is known of their tags, and none is needed."""
    for case in cases:
        if case.kind != "phrases" or case.voice in without:
            continue
        for line in case.lines:
            for _, rest in line.rests("P"):
                speaker: Any = line.speaker
                seen = {n: float(h) for n, h in outcomes.signs(line.text, "", "", "client", speaker)}
                yield Read(seen, [0.0] * len(TOLD), TOLD.index(rest.split()[0]), LOOSE)  # type: ignore[arg-type]


def fit_place(rows: Sequence[Placed]) -> list[float]:
    """A choice between every line and silence, whose worth is 0."""
    every = torch.tensor([line for each in rows for line in each.lines])
    spread = every.std(dim=0) + 1e-6
    spread[0] = 1.0
    of = torch.tensor([n for n, each in enumerate(rows) for _ in each.lines])
    right = torch.tensor([float(at in each.right) for each in rows for at in range(len(each.lines))])
    silent = torch.tensor([float(not each.right) for each in rows])
    weights = torch.zeros(every.shape[1], requires_grad=True)

    def loss() -> Tensor:
        grown = torch.exp((every / spread @ weights).clamp(-30, 30))
        whole = torch.zeros(len(rows)).index_add(0, of, grown) + 1.0
        hit = torch.zeros(len(rows)).index_add(0, of, grown * right) + silent
        return -(torch.log(hit + SILENCE) - torch.log(whole)).sum() + HELD_PLACE / 2 * weights[1:].square().sum()

    _descend([weights], loss)
    return [float(w) for w in weights.detach() / spread]


def fit_read(rows: Sequence[Read], names: Sequence[str]) -> tuple[list[list[float]], float]:
    """One weight a sign and outcome, the first row the constant, and one for the tagger."""
    signs = torch.tensor([[1.0, *(row.signs[name] for name in names)] for row in rows])
    tagged, wanted = torch.tensor([row.tagged for row in rows]), torch.tensor([row.outcome for row in rows])
    counts = torch.tensor([row.counts for row in rows])
    held = torch.tensor([0.01, *(HELD_COUNT if name in COUNTS else HELD_READ for name in names)])
    weights, share = torch.zeros(len(names) + 1, len(TOLD), requires_grad=True), torch.zeros(1, requires_grad=True)

    def loss() -> Tensor:
        each = torch.nn.functional.cross_entropy(signs @ weights + share * tagged, wanted, reduction="none")
        return (each * counts).sum() + (held[:, None] * weights.square()).sum() / 2

    _descend([weights, share], loss)
    return weights.detach().tolist(), float(share.detach())


def _descend(weights: list[Tensor], loss: Any) -> None:
    optimiser = torch.optim.LBFGS(weights, max_iter=200, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        found: Tensor = loss()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimiser.step(step)  # type: ignore[no-untyped-call]


def names_of_place(told: Told) -> list[str]:
    """The signs of a line in their order."""
    actions = told.drafting.transcript.previous_actions
    talk = previous.talk_of(told.drafting.said, len(actions), frozenset(), told.drafting.tags)
    shares = [0.0] * len(talk.heard)
    return [name for name, _ in mentions.signs(talk, actions[0], 0, 0, mentions.rated(talk, actions[0].what), shares, Before())]


def show(found: Sequence[Told], sentences: Sequence[Read]) -> None:
    """Fit and print both."""
    cases = [each for each in found if each.drafting.transcript.previous_actions]
    place = fit_place([row for each in cases for row in placed(each)])
    rows = [*(row for each in cases for row in read(each, place)), *sentences]
    names = list(rows[0].signs)
    weights, share = fit_read(rows, names)
    print("mentions.py")
    for name, weight in zip(names_of_place(cases[0]), place, strict=True):
        print(f'    "{name}": {weight:.2f},')
    print(f"outcomes.py\nUSUAL = {_plain(weights[0])}\nTAGGED = {share:.2f}")
    for name, row in zip(names, weights[1:], strict=True):
        print(f'    "{name}": {_plain(row)},')


def _plain(row: Sequence[float]) -> str:
    return f"({', '.join(f'{weight:.2f}' for weight in row)})"


def main() -> None:
    """Read every case and print the fitted weights."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--without", nargs="*", default=[], metavar="VOICE")
    without = asked.parse_args().without
    found = [
        Told(voice, Drafting(read_transcript(json.dumps(whole).encode()), cross.tags(whole, table)), whole["gold"])
        for voice, whole, table in cross.folds(CASES, DEV)
        if voice not in without
    ]
    show(found, list(loose(read_all(CASES), without)))


if __name__ == "__main__":
    main()
