"""The texts that are spoken for training: sentences of the grammar, word salad, and two sentences in one breath.

Knows how many of each and in what order. Does not know voices or windows.
"""

from __future__ import annotations

import random

from . import grammar

SENTENCES, SALADS, PAIRS = 50_000, 50_000, 6_000


def training_texts(seed: int) -> list[str]:
    """All texts, shuffled, so that any first part of the list is a fair sample of the whole."""
    sentences = grammar.sentences(seed, SENTENCES + 2 * PAIRS)
    paired = [f"{first} {second}" for first, second in zip(sentences[SENTENCES::2], sentences[SENTENCES + 1 :: 2], strict=True)]
    texts = sentences[:SENTENCES] + paired + grammar.salad(seed + 1, SALADS)
    random.Random(seed).shuffle(texts)
    return texts
