"""The demo model's tokens: a small byte-level BPE followed by Whisper's special tokens in Whisper's order.

Knows text and token numbers. Does not know audio or the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXT_TOKENS = 768
"""Byte-level BPE tokens, the 256 bytes among them."""

SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
"""Whisper's own special tokens, in its order; the 1,501 timestamps follow them."""

TIMESTAMPS = tuple(f"<|{step * 0.02:.2f}|>" for step in range(1501))
"""Times from 0 to 30 s in steps of 0.02 s."""

VOCABULARY = TEXT_TOKENS + len(SPECIALS) + len(TIMESTAMPS)


@dataclass(frozen=True)
class Tokens:
    """Encodes text; the special tokens' numbers follow from TEXT_TOKENS."""

    tokenizer: Any

    eot: int = TEXT_TOKENS
    sot: int = TEXT_TOKENS + 1
    prev: int = TEXT_TOKENS + 6
    no_speech: int = TEXT_TOKENS + 7
    no_timestamps: int = TEXT_TOKENS + 8
    first_timestamp: int = TEXT_TOKENS + 9

    def text(self, text: str) -> list[int]:
        """Token numbers of `text`, with the blank that Whisper puts before a segment."""
        return list(self.tokenizer.encode(" " + text, add_special_tokens=False).ids)

    def time(self, seconds: float) -> int:
        """Token number of the timestamp nearest to `seconds`, held within 0 to 30 s."""
        return self.first_timestamp + min(max(round(seconds / 0.02), 0), len(TIMESTAMPS) - 1)

    def decode(self, numbers: Sequence[int]) -> str:
        """The text of the text tokens among `numbers`."""
        return str(self.tokenizer.decode([number for number in numbers if number < self.eot])).strip()


def _first_words() -> list[str]:
    """Words that teach the BPE one token for a blank with each letter and sign.

    faster-whisper forbids the first token of " -", of " '" and of a note sign after a blank. Were that token
    the bare blank, every word spelled as blank plus letters would be forbidden with it.
    """
    signs = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-'", "♩", "♪", "♫", "♬", "♭", "♮", "♯"]
    return [f" {sign}" for sign in signs] * 20_000


def train_tokens(texts: Iterable[str], target: Path) -> Tokens:
    """Learn the BPE from `texts` (ASCII) and write it to `target` (tokenizer.json)."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TEXT_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=8,
        show_progress=False,
    )
    tokenizer.train_from_iterator([*_first_words(), *(" " + text for text in texts)], trainer)
    if tokenizer.get_vocab_size() != TEXT_TOKENS:
        raise ValueError(f"the texts gave {tokenizer.get_vocab_size()} tokens instead of {TEXT_TOKENS}: too few texts")
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in (*SPECIALS, *TIMESTAMPS)])
    target.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(target), pretty=False)
    return load_tokens(target)


def load_tokens(path: Path) -> Tokens:
    """Read a tokenizer.json that `train_tokens` wrote."""
    from tokenizers import Tokenizer

    return Tokens(Tokenizer.from_file(str(path)))
