"""How fast a language model reads and writes here: random weights of the true shapes, so speeds are real and what is written is noise.

For each shape: tokens read and written per CPU-second, several questions from one reading against reading again for each, and what the
grammar costs a token. Prints machine, versions, medians, ratios, and one JSON line last.

    python scripts/bench_llm.py [--shapes 0.6B 1.7B] [--prefix 512] [--write 48] [--rounds 3] [--vocabulary 151936]
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import platform
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import llguidance
import numpy as np
import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from assistant.drafting.llm import schema
from assistant.drafting.llm.causal_lm import best_dtype
from assistant.drafting.llm.decoding import write
from assistant.drafting.llm.grammar import Grammar, Vocabulary
from assistant.drafting.llm.schema import Choices

SHAPES = {
    "0.6B": {"hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8},
    "1.7B": {"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8},
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1},
}
"""Qwen3's own, from its published configurations; head size 128, tied embeddings."""
CHOICES = Choices(lines=tuple(range(1, 151)), sections=("barriers", "goals", "progress"), previous=())
QUESTIONS = 3
STEP = 512


def model_of(shape: str, vocabulary: int, dtype: torch.dtype) -> Any:
    """Random weights, made in the dtype they are used in, so that memory is what a real model would need."""
    config = transformers.Qwen3Config(
        **SHAPES[shape], vocab_size=vocabulary, head_dim=128, tie_word_embeddings=True, max_position_embeddings=40_960
    )
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    try:
        return transformers.Qwen3ForCausalLM(config).eval()
    finally:
        torch.set_default_dtype(torch.float32)


def tokenizer_of(size: int) -> llguidance.LLTokenizer:
    """A byte-level BPE of `size` tokens, trained on made-up words: the grammar's cost depends on how many tokens there are."""
    rng = random.Random(0)
    parts = ["".join(rng.choice("bcdfglmnprstvw") + rng.choice("aeiou") for _ in range(rng.randint(1, 5))) for _ in range(250_000)]
    lines = (" ".join(rng.choices(parts, k=30)) + f' {rng.randint(1, 2026)} "{{"cites":[1]}}",' for _ in range(40_000))
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=size - 1, initial_alphabet=alphabet, show_progress=False))
    bpe.add_special_tokens([AddedToken("<|end|>", special=True)])
    return llguidance.LLTokenizer(bpe.to_str(), eos_token=bpe.token_to_id("<|end|>"), n_vocab=size)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of all threads, and seconds on the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def read(model: Any, tokens: list[int]) -> Any:
    cache = transformers.DynamicCache(config=model.config)
    for start in range(0, len(tokens), STEP):
        model(torch.tensor([tokens[start : start + STEP]]), past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


def write_freely(model: Any, cache: Any, first: int, count: int) -> None:
    token = torch.tensor([[first]])
    for _ in range(count):
        token = model(token, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1:].argmax(-1)


def write_held(model: Any, prefix: list[int], cache: Any, vocabulary: Vocabulary, count: int, lookup: int | None = None) -> tuple[int, int]:
    """Tokens written and steps of the model. The budget is far off, so that nothing is wound down."""
    written = steps = 0
    grammar = Grammar(vocabulary, schema.form("facts", CHOICES, 14), budget=10_000)
    for tokens in write(model, prefix, [7], cache, grammar, lookup=lookup):
        written, steps = written + len(tokens), steps + 1
        if written >= count:
            break
    return written, steps


def grammar_alone(vocabulary: Vocabulary, count: int) -> float:
    """CPU milliseconds a token for mask, choice and bookkeeping, over random scores, where the likeliest is nearly always illegal."""
    rng = np.random.default_rng(0)
    scores = [rng.random(len(vocabulary.spelt), dtype=np.float32) for _ in range(8)]
    grammar, costs = Grammar(vocabulary, schema.form("facts", CHOICES, 14), budget=10**6), []
    while len(costs) < count:
        if grammar.finished:
            grammar = Grammar(vocabulary, schema.form("facts", CHOICES, 14), budget=10**6)
        costs.append(spent(lambda g=grammar: (g.choose(scores[len(costs) % 8]), g.forced()))[0])  # type: ignore[misc]
    return 1000 * statistics.fmean(costs)


def measured(shape: str, vocabulary: Vocabulary, arguments: argparse.Namespace) -> dict[str, Any]:
    dtype = best_dtype("cpu") if arguments.dtype == "auto" else getattr(torch, arguments.dtype)
    model = model_of(shape, len(vocabulary.spelt), dtype)
    rng = random.Random(1)
    prefix = [rng.randrange(300, len(vocabulary.spelt) - 10) for _ in range(arguments.prefix)]
    rows = [one_round(model, prefix, vocabulary, arguments.write) for _ in range(arguments.rounds)]
    medians = {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}
    known = {"shape": shape, "dtype": str(dtype).removeprefix("torch."), "parameters_m": round(model.num_parameters() / 1e6)}
    return {**known, **medians, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def one_round(model: Any, prefix: list[int], vocabulary: Vocabulary, count: int) -> dict[str, float]:
    reading = spent(lambda: read(model, prefix))
    cache = read(model, prefix)
    copying = spent(lambda: copy.deepcopy(cache))
    loose, tight = copy.deepcopy(cache), copy.deepcopy(cache)
    free = spent(lambda: write_freely(model, loose, 7, count))
    counts: list[tuple[int, int]] = []
    held = spent(lambda: counts.append(write_held(model, prefix, tight, vocabulary, count)))
    written, steps = counts[0]
    return {
        "read_tokens_per_cpu_s": len(prefix) / reading[0],
        "read_tokens_per_s": len(prefix) / reading[1],
        "write_free_tokens_per_cpu_s": count / free[0],
        "write_held_tokens_per_cpu_s": written / held[0],
        "write_held_steps_per_cpu_s": steps / held[0],
        "tokens_per_step_held": written / steps,
        "copy_ms": 1000 * copying[0],
        "reuse_speedup": QUESTIONS * (reading[0] + held[0]) / (reading[0] + QUESTIONS * (held[0] + copying[0])),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shapes", nargs="+", default=["0.6B", "1.7B"], choices=list(SHAPES))
    parser.add_argument("--prefix", type=int, default=512)
    parser.add_argument("--write", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--vocabulary", type=int, default=151_936)
    parser.add_argument("--dtype", default="auto", choices=["auto", "float32", "bfloat16"])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {arguments.threads} thread(s), load {os.getloadavg()[0]:.1f}")
    print(
        f"Python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}, llguidance {_version()}"
    )
    vocabulary = Vocabulary(tokenizer_of(arguments.vocabulary))
    cost = round(grammar_alone(vocabulary, 400), 3)
    print(f"grammar alone: {cost} ms a token, {len(vocabulary.spelt)} tokens, {len(CHOICES.lines)} lines to cite")
    results = []
    with torch.inference_mode():
        for shape in arguments.shapes:
            results.append(measured(shape, vocabulary, arguments))
            print(
                f"\n{shape}, median of {arguments.rounds}, {arguments.prefix} tokens read, {arguments.write} written, {QUESTIONS} questions"
            )
            for key, value in results[-1].items():
                print(f"  {key:<30} {value}")
    print(json.dumps({"grammar_ms_per_token": cost, "load": round(os.getloadavg()[0], 1), "results": results}))


def _version() -> str:
    from importlib.metadata import version

    return version("llguidance")


if __name__ == "__main__":
    main()
