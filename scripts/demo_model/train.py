"""The training run: curriculum, processes, optimiser, checkpoints. One GPU fed by many processes, or one process a core.

Knows the schedule. Does not know how utterances were spoken or how the model is converted.
"""

from __future__ import annotations

import bisect
import json
import math
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.multiprocessing
from torch import Tensor, distributed

from .network import Batch, Spectrogram, Speller, batch, losses, new_model, parameters
from .noise import Noise
from .tokens import load_tokens
from .voices import VOICES, SpeechCache
from .windows import Assembler, Recipe


@dataclass(frozen=True)
class Schedule:
    """steps: optimiser steps in all. peak: the learning rate after `warm_up` steps, then falling as a cosine to nearly 0.
    audio: seconds of windows per step and process. producers: processes that make windows for one that trains.
    save_every: seconds of wall clock between checkpoints. device: where the network runs.
    begun: share of the curriculum, from 0 to 1, that the weights at step 0 have behind them."""

    steps: int
    begun: float = 0.0
    seed: int = 7
    peak: float = 1.2e-3
    warm_up: int = 150
    audio: float = 50.0
    save_every: float = 180.0
    processes: int = 2
    producers: int = 1
    device: str = "cpu"
    averaging: float = 0.998

    def progress(self, step: int) -> float:
        """Place in the curriculum at `step`, from 0 to 1."""
        return self.begun + (1 - self.begun) * step / self.steps

    def rate(self, step: int) -> float:
        """Learning rate at `step`."""
        if step < self.warm_up:
            return self.peak * (step + 1) / self.warm_up
        return self.peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(step / self.steps, 1.0))))

    def spelling(self, step: int) -> float:
        """Weight of the auxiliary loss at `step`: it makes attention find the words early, and matters less later."""
        return max(1.0 - step / self.steps, 0.5)


SHARES = ((0.45, 0.35, 0.14, 0.06), (0.38, 0.24, 0.14, 0.24), (0.22, 0.12, 0.08, 0.58))
"""Of four kinds of lengths in the last three parts of the curriculum: full windows, which faster-whisper uses, come into their own last."""


def window_seconds(progress: float, rng: np.random.Generator) -> float:
    """Length of a batch's windows: short ones first, then every length up to the full 30 s.

    Lengths lie on a coarse grid, since every new shape costs the matrix library a preparation.
    """
    if progress < 0.17:
        low, high = 2.5, 7.0
    elif progress < 0.27:
        low, high = 3.0, 12.0
    elif progress < 0.46:
        low, high = 3.0, 18.0
    else:
        shares = SHARES[bisect.bisect((0.62, 0.9), progress)]
        low, high = ((2.5, 8.0), (8.0, 13.0), (13.0, 24.0), (30.0, 30.0))[rng.choice(4, p=shares)]
    drawn = rng.uniform(low, high)
    return float(round(drawn * 2) / 2 if drawn < 6 else round(drawn) if drawn < 17 else min(round(drawn / 3) * 3, 30))


def batches(cache: Path, schedule: Schedule, steps: range, rank: int) -> Iterator[Batch]:
    """One process's batches of `steps`; each depends on the seed, the cache, its step and the process only."""
    torch.set_num_threads(1)
    store = SpeechCache(cache)
    speakers = {voice.name for voice in VOICES}
    spoken = [each for each in store.utterances() if each.voice in speakers]
    assembler = Assembler(spoken, store.samples(), load_tokens(cache / "tokenizer.json"), Recipe(), Noise(schedule.seed))
    for step in steps:
        seconds = window_seconds(schedule.progress(step), np.random.default_rng([schedule.seed, step]))
        rng = np.random.default_rng([schedule.seed, step, rank])
        count = max(round(schedule.audio / seconds), 2)
        yield batch([assembler.window(seconds, rng) for _ in range(count)])


def _produce(queue: Any, cache: Path, schedule: Schedule, steps: range, rank: int) -> None:
    for each in batches(cache, schedule, steps, rank):
        queue.put(each)
    threading.Event().wait()  # what was put is shared memory, which goes when this process ends


def _produced(cache: Path, schedule: Schedule, first: int, rank: int) -> Iterator[Batch]:
    """The batches from step `first` on, in order, made by the producers in turn."""
    fork, queues = torch.multiprocessing.get_context("fork"), []
    for number in range(schedule.producers):
        queues.append(fork.Queue(maxsize=4))
        job = (queues[-1], cache, schedule, range(first + number, schedule.steps, schedule.producers), rank)
        fork.Process(target=_produce, args=job, daemon=True).start()
    for step in range(first, schedule.steps):
        yield queues[(step - first) % schedule.producers].get(timeout=300)


def _work(rank: int, meeting: str, cache: Path, schedule: Schedule) -> None:
    """One process of the run: its own batches, gradients averaged with the others'."""
    torch.set_num_threads(1)
    if schedule.processes == 1:
        Trainer(cache, schedule, rank).run()
        return
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=schedule.processes)
    Trainer(cache, schedule, rank).run()
    distributed.destroy_process_group()


def run(cache: Path, schedule: Schedule) -> None:
    """Train to the schedule's last step, from the newest checkpoint if there is one.

    Two processes of one thread each lose less than one of two threads where other programs take processor time.
    Raises RuntimeError when a process fails; the checkpoint stays.
    """
    start = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="demo-train-") as folder:
        job = (str(Path(folder, "meeting")), cache, schedule)
        workers = [start.Process(target=_work, args=(rank, *job)) for rank in range(schedule.processes)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a training process failed; run the script again to go on from the checkpoint")


class Trainer:
    """Model, optimiser and averaged weights, with a checkpoint that a later run goes on from."""

    def __init__(self, cache: Path, schedule: Schedule, rank: int) -> None:
        torch.manual_seed(schedule.seed)
        self._cache, self._schedule, self._rank = cache, schedule, rank
        self._path = cache / "checkpoint.pt"
        self._device = torch.device(schedule.device)
        self._spectrogram = Spectrogram().to(self._device)
        self._model, self._speller = new_model().to(self._device), Speller().to(self._device)
        weights = list(parameters(self._model, self._speller))
        self._optimiser = torch.optim.AdamW(weights, lr=schedule.peak, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self._average = {name: value.clone() for name, value in self._model.state_dict().items()}
        self._step, self._heard, self._spent = 0, 0.0, 0.0
        if self._path.exists():
            self._load(torch.load(self._path, weights_only=True, map_location=self._device))

    def run(self) -> None:
        """Train to the schedule's last step, with a line of progress every 20 steps."""
        started = saved = time.monotonic()
        spent = self._spent
        for given in _produced(self._cache, self._schedule, self._step, self._rank):
            figures = self._one(given.to(self._device))
            self._spent = spent + time.monotonic() - started
            if self._rank:
                continue
            if self._step % 20 == 0:
                print(self._line(given, *figures), file=sys.stderr, flush=True)
            if time.monotonic() - saved > self._schedule.save_every or self._step == self._schedule.steps:
                saved = time.monotonic()
                self._save()

    def _one(self, given: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """One optimiser step; its losses and the share of tokens guessed right."""
        for group in self._optimiser.param_groups:
            group["lr"] = self._schedule.rate(self._step)
        written, spelling, right = losses(self._model, self._speller, self._spectrogram, given)
        self._optimiser.zero_grad(set_to_none=True)
        (written + self._schedule.spelling(self._step) * spelling).backward()
        self._share()
        torch.nn.utils.clip_grad_norm_(list(parameters(self._model, self._speller)), 1.0)
        self._optimiser.step()
        self._heard += self._schedule.processes * len(given.audio) * given.seconds
        self._step += 1
        self._follow()
        return written.detach(), spelling.detach(), right

    def _line(self, given: Batch, written: Tensor, spelling: Tensor, right: Tensor) -> str:
        """A line of progress."""
        figures = {"loss": round(float(written), 4), "right": round(float(right), 4), "spelling": round(float(spelling), 4)}
        clock = {"window": given.seconds, "audio_h": round(self._heard / 3600, 2), "train_h": round(self._spent / 3600, 3)}
        return json.dumps({"step": self._step} | figures | clock)

    def _share(self) -> None:
        """Average the gradients over the processes, in one exchange."""
        if self._schedule.processes == 1:
            return
        gradients = [each.grad for each in parameters(self._model, self._speller) if each.grad is not None]
        flat = torch.cat([each.flatten() for each in gradients])
        distributed.all_reduce(flat)
        flat /= self._schedule.processes
        for each, part in zip(gradients, flat.split([each.numel() for each in gradients]), strict=True):
            each.copy_(part.view_as(each))

    def _follow(self) -> None:
        """Move the averaged weights towards the current ones, faster at the beginning."""
        decay = min(self._schedule.averaging, (1 + self._step) / (10 + self._step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self._average.values()), list(self._model.state_dict().values()), 1 - decay)

    def _save(self) -> None:
        state = {
            "model": self._model.state_dict(),
            "speller": self._speller.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "average": self._average,
            "step": self._step,
            "heard": self._heard,
            "spent": self._spent,
        }
        half = self._path.with_suffix(".half")
        torch.save(state, half)
        os.replace(half, self._path)

    def _load(self, state: dict[str, Any]) -> None:
        self._model.load_state_dict(state["model"])
        self._speller.load_state_dict(state["speller"])
        if "optimiser" in state:  # absent where only weights were brought along
            self._optimiser.load_state_dict(state["optimiser"])
        self._average = state["average"]
        self._step, self._heard, self._spent = state["step"], state["heard"], state["spent"]
