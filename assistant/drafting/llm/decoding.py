"""Greedy writing under a grammar: the likeliest legal token at every step, what is forced for nothing, and guesses from what was read.

A loop of our own because `generate` reads the whole prompt again when it guesses with a cache that is handed over (transformers 5.23).
What comes out does not depend on the guesses: each is kept only where it is what would have been written anyway. Knows no prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from assistant.drafting.llm.grammar import Grammar

NGRAM = 2
"""Tokens at the end that must have stood together before for what followed them to be guessed."""


def write(
    model: Any, read: Sequence[int], more: Sequence[int], cache: Any, grammar: Grammar, *, lookup: int | None = None
) -> Iterator[list[int]]:
    """New tokens as they are written, until the grammar is satisfied.

    `read`: tokens that `cache` holds. `more`: the rest of the prompt. `lookup`: tokens guessed at a time, for caches that can be cropped.
    """
    opening = grammar.forced()
    ids, waiting = [*read, *more, *opening], [*more, *opening]
    yield opening
    if lookup:
        cache.activate_past_recording()
    while not grammar.finished:
        guess = grammar.legal(guessed(ids, lookup)) if lookup else []
        step = torch.tensor([[*waiting, *guess]], device=model.device)
        out = model(step, past_key_values=cache, use_cache=True, logits_to_keep=len(guess) + 1)
        written = _agreed(out.logits[0].float().cpu().numpy(), guess, grammar)
        right = in_common(written, guess)
        if lookup:
            cache.crop(right - len(guess))
        ids, waiting = [*ids, *written], written[right:]
        yield written


def _agreed(scores: Any, guess: list[int], grammar: Grammar) -> list[int]:
    """What is written by one step: on as long as the guess was right, and one token further."""
    written: list[int] = []
    while True:
        written.append(grammar.choose(scores[len(written)]))
        written += grammar.forced()
        if grammar.finished or in_common(written, guess) < len(written):
            return written


def guessed(ids: list[int], most: int) -> list[int]:
    """What followed the last NGRAM tokens when they stood together before, the latest time; nothing when they never did."""
    tail = ids[-NGRAM:]
    for at in range(len(ids) - NGRAM - 1, -1, -1):
        if ids[at] == tail[0] and ids[at : at + NGRAM] == tail:
            return ids[at + NGRAM : at + NGRAM + most]
    return []


def in_common(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the longest beginning that both have."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
