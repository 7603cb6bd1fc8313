#!/usr/bin/env python3
"""Make the demo speech model from nothing but synthetic speech: texts, voices, training, conversion.

Needs espeak-ng, flite and the extra `llm` (torch, transformers). Every stage goes on where an earlier run stopped;
what it makes on the way lies in `.cache/demo_model/`. On two cores: about ten minutes of speaking and some hours of training;
a GPU is used where there is one, fed by all other cores, and turns the hours into minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from demo_model import corpus  # noqa: E402
from demo_model.readings import write_demo  # noqa: E402
from demo_model.tokens import train_tokens  # noqa: E402
from demo_model.voices import SpeechCache, cast  # noqa: E402

SEED = 7
CACHE = ROOT / ".cache" / "demo_model"
ON_GPU = 1600.0
"""Seconds of windows in one step on a GPU."""


def say(line: str) -> None:
    """A line of progress."""
    print(line, file=sys.stderr, flush=True)


def speak() -> None:
    """Have the voices speak every training text."""
    texts = corpus.training_texts(SEED)
    for count in SpeechCache(CACHE).fill(cast(texts, SEED), SEED, workers=os.cpu_count() or 2):
        if count % 2000 == 0:
            say(f"spoken {count} of {len(texts)}")


def tokens() -> None:
    """Learn the text tokens once; a trained model depends on them."""
    target = CACHE / "tokenizer.json"
    if not target.exists():
        train_tokens(corpus.training_texts(SEED), target)


def train(steps: int, begun: float, peak: float) -> None:
    """Run or resume the training."""
    import torch
    from demo_model.train import Schedule, run

    schedule = Schedule(steps, begun, peak=peak)
    if torch.cuda.is_available():
        schedule = replace(schedule, device="cuda", audio=ON_GPU, save_every=60, processes=1, producers=max((os.cpu_count() or 2) - 1, 1))
    run(CACHE, schedule)


def unpack() -> None:
    """Begin from the weights that travel with the code and the tokens that belong to them, unless there is a checkpoint."""
    from demo_model import network, state

    if not (CACHE / "checkpoint.pt").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "models" / "demo" / "tokenizer.json", CACHE / "tokenizer.json")
        state.unpack(CACHE / "checkpoint.pt", network.new_model().state_dict())


def pack() -> None:
    """Keep the newest checkpoint's weights with the code."""
    from demo_model import state

    state.pack(CACHE / "checkpoint.pt")


def convert(target: Path) -> None:
    """Write the averaged weights as an 8-bit CTranslate2 model."""
    from demo_model.convert import convert as write

    write(CACHE, target)
    write_demo(target)


def main() -> None:
    """Run the stages asked for, all of them by default."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "stages", nargs="*", default=["speak", "tokens", "train", "convert"], help="of speak, unpack, tokens, train, pack, convert"
    )
    options.add_argument("--steps", type=int, default=7700, help="optimiser steps in all")
    options.add_argument("--begun", type=float, default=0.0, help="share of the curriculum that unpacked weights have behind them")
    options.add_argument("--peak", type=float, default=1.2e-3, help="highest learning rate")
    options.add_argument("--target", type=Path, default=ROOT / "models" / "demo", help="folder of the finished model")
    given = options.parse_args()
    stages: dict[str, Callable[[], None]] = {"speak": speak, "tokens": tokens, "unpack": unpack, "pack": pack}
    stages |= {"train": lambda: train(given.steps, given.begun, given.peak), "convert": lambda: convert(given.target)}
    for stage in given.stages:
        stages[stage]()


if __name__ == "__main__":
    main()
