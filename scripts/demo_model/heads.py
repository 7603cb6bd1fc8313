"""Which attention heads of the trained decoder follow the words in time, found by measuring.

Knows readings whose sentence times are known, and CTranslate2's alignment. Does not know training.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import WhisperForConditionalGeneration

from . import grammar
from .network import DECODER_LAYERS, HEADS
from .readings import read_aloud, voice
from .tokens import Tokens

Pair = tuple[int, int]
"""Decoder layer and head."""

SEED, READINGS, SENTENCES = 97, 8, 4


def choose(model: WhisperForConditionalGeneration, names: list[str], tokens: Tokens) -> list[Pair]:
    """The heads with the least error: the best alone, then others as long as each makes the error smaller."""
    spoken = list(_readings(tokens))
    pairs = [(layer, head) for layer in range(DECODER_LAYERS) for head in range(HEADS)]
    alone = {pair: _error(model, names, [pair], spoken, tokens) for pair in pairs}
    ranked = sorted(pairs, key=alone.__getitem__)
    chosen, least = ranked[:1], alone[ranked[0]]
    for pair in ranked[1:]:
        error = _error(model, names, [*chosen, pair], spoken, tokens)
        if error < least:
            chosen, least = [*chosen, pair], error
    return chosen


def _readings(tokens: Tokens) -> Iterator[tuple[NDArray[np.float32], list[int], list[int], list[float]]]:
    """Features (1, 80, frames), text tokens, the tokens that begin or end a sentence, and when (seconds)."""
    from faster_whisper.feature_extractor import FeatureExtractor

    texts = grammar.sentences(SEED, READINGS * SENTENCES)
    for number in range(READINGS):
        sentences = texts[number * SENTENCES : (number + 1) * SENTENCES]
        audio, times = read_aloud(sentences, voice(number))
        numbers, marks, moments = list[int](), list[int](), list[float]()
        for sentence, (start, end) in zip(sentences, times, strict=True):
            part = tokens.text(sentence)
            marks += [len(numbers), len(numbers) + len(part) - 1]
            moments += [start, end]
            numbers += part
        features = FeatureExtractor()(audio)
        yield features[None, :, : features.shape[1] // 2 * 2], numbers, marks, moments


def _error(model: WhisperForConditionalGeneration, names: list[str], heads: list[Pair], spoken: Sequence[Any], tokens: Tokens) -> float:
    """Mean distance in seconds, at most 2 s each, between true and found beginnings and ends of sentences."""
    from ctranslate2.models import Whisper
    from faster_whisper.transcribe import get_ctranslate2_storage

    from .convert import write_model

    with tempfile.TemporaryDirectory(prefix="demo-heads-") as folder:
        write_model(model, names, heads, Path(folder))
        engine = Whisper(folder, device="cpu", intra_threads=1)
        distances = list[float]()
        for features, numbers, marks, moments in spoken:
            encoded = engine.encode(get_ctranslate2_storage(features))
            path = engine.align(encoded, [tokens.sot], [numbers], features.shape[2], median_filter_width=7)[0].alignments
            begins = {text: place * 0.02 for text, place in reversed(path)}
            distances += [min(abs(begins[mark] - moment), 2.0) for mark, moment in zip(marks, moments, strict=True)]
    return float(np.mean(distances))
