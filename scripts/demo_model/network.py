"""The network: a small Whisper, run over windows of any length up to 30 s, and its spectrogram.

Knows tensors, on a CPU or a GPU. Does not know utterances, files or the training schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, WhisperConfig, WhisperForConditionalGeneration
from transformers.audio_utils import mel_filter_bank

from .tokens import SPECIALS, TEXT_TOKENS, VOCABULARY
from .windows import IGNORED, Window

LETTERS = " 'abcdefghijklmnopqrstuvwxyz"
"""What the auxiliary loss on the encoder spells; number 0 is its blank, so letters count from 1."""

WIDTH, HEADS, ENCODER_LAYERS, DECODER_LAYERS = 192, 3, 4, 3

PLAIN_BELOW = 1000
"""Positions under which two matrix products beat the fused attention on a CPU (twice as fast at 600, bfloat16, two cores)."""


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float = 1.0, **_: Any
) -> tuple[Tensor, None]:
    """Unmasked attention over (batch, heads, positions, size), causal where the module says so, by the faster of two ways."""
    if mask is not None:
        raise ValueError("windows of equal length need no mask")
    if module.is_causal or query.is_cuda or key.shape[2] >= PLAIN_BELOW:
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=module.is_causal, scale=scaling)
    else:
        with torch.autocast("cpu", enabled=False):
            mixed = torch.softmax(query @ key.transpose(2, 3) * scaling, dim=-1) @ value
    return mixed.transpose(1, 2), None


AttentionInterface.register("windows", attention)


def new_model() -> WhisperForConditionalGeneration:
    """A Whisper with random weights, small enough that its 8-bit form fits in 8 MB."""
    config = WhisperConfig(
        vocab_size=VOCABULARY,
        num_mel_bins=80,
        d_model=WIDTH,
        encoder_layers=ENCODER_LAYERS,
        decoder_layers=DECODER_LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=4 * WIDTH,
        decoder_ffn_dim=4 * WIDTH,
        dropout=0.0,
        pad_token_id=TEXT_TOKENS,
        bos_token_id=TEXT_TOKENS,
        eos_token_id=TEXT_TOKENS,
        decoder_start_token_id=TEXT_TOKENS + SPECIALS.index("<|startoftranscript|>"),
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    config._attn_implementation = "windows"
    return WhisperForConditionalGeneration(config)


class Speller(nn.Module):
    """The auxiliary head: letters from the encoder's output, used in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(WIDTH, len(LETTERS) + 1)

    def forward(self, encoded: Tensor) -> Tensor:
        """Log-probabilities (time, batch, letters) of `encoded` (batch, time, width)."""
        return functional.log_softmax(self.head(encoded).float(), dim=-1).transpose(0, 1)


def encode(model: WhisperForConditionalGeneration, features: Tensor) -> Tensor:
    """The encoder's output (batch, frames / 2, width) for `features` (batch, 80, frames), frames even and at most 3,000."""
    encoder = model.model.encoder
    hidden = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(features)))).transpose(1, 2)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    for layer in encoder.layers:
        hidden = layer(hidden, None)
    return encoder.layer_norm(hidden)


def decode(model: WhisperForConditionalGeneration, inputs: Tensor, encoded: Tensor) -> Tensor:
    """Logits (batch, tokens, vocabulary) of the token after each of `inputs` (batch, tokens)."""
    decoder = model.model.decoder
    hidden = decoder.embed_tokens(inputs) + decoder.embed_positions.weight[: inputs.shape[1]]
    for layer in decoder.layers:
        hidden = layer(hidden, encoder_hidden_states=encoded, use_cache=False)
    return model.proj_out(decoder.layer_norm(hidden))


class Spectrogram(nn.Module):
    """faster-whisper's log-mel spectrogram, over a batch."""

    def __init__(self) -> None:
        super().__init__()
        filters = mel_filter_bank(201, 80, 0.0, 8000.0, 16_000, norm="slaney", mel_scale="slaney")
        self.register_buffer("filters", torch.from_numpy(filters.T.astype(np.float32)), persistent=False)
        self.register_buffer("taper", torch.hann_window(400), persistent=False)

    def forward(self, audio: Tensor, loudest: Tensor, pad_frames: Tensor) -> Tensor:
        """Features (batch, 80, samples / 160) of `audio` (batch, samples), int16.

        `loudest` (batch) is the least log10 power to normalise to; from its pad frame on, a row holds zeros,
        as faster-whisper pads the features of a recording's last window.
        """
        pads = pad_frames[:, None]
        sound = (audio.float() / 32768.0).masked_fill(torch.arange(audio.shape[1], device=audio.device) >= pads * 160, 0.0)
        power = torch.stft(sound, 400, 160, window=self.taper, return_complex=True)[..., :-1].abs().square()
        decibels = torch.log10(torch.clamp(self.filters @ power, min=1e-10))
        top = torch.maximum(decibels.amax(dim=(1, 2)), loudest)[:, None, None]
        features = (torch.maximum(decibels, top - 8.0) + 4.0) / 4.0
        frames = torch.arange(features.shape[2], device=audio.device)
        return features.masked_fill((frames >= pads)[:, None, :], 0.0)


@dataclass(frozen=True)
class Batch:
    """Equally long windows: audio (batch, samples) int16 at 16 kHz, with the least loudness and the pad frame of each;
    inputs and labels (batch, tokens) int64; spelled (all letters in a row) with their counts; `spells` is False for
    windows without the auxiliary loss."""

    audio: Tensor
    loudest: Tensor
    pad_frames: Tensor
    inputs: Tensor
    labels: Tensor
    spelled: Tensor
    counts: Tensor
    spells: Tensor

    @property
    def seconds(self) -> float:
        """Seconds of one window."""
        return self.audio.shape[1] / 16_000

    def to(self, device: torch.device) -> Batch:
        """The same batch in the memory of `device`."""
        return Batch(**{each.name: getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)})


def _rows(rows: list[list[int]], filler: int) -> Tensor:
    width = -(-max(map(len, rows)) // 32) * 32
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows], dtype=torch.int64)


def spell(text: str) -> list[int]:
    """Letter numbers of `text`; signs other than letters, blank and apostrophe are left out."""
    return [LETTERS.index(letter) + 1 for letter in text.lower() if letter in LETTERS]


def batch(windows: list[Window]) -> Batch:
    """Put windows of equal length together."""
    letters = [spell(window.letters or "") for window in windows]
    return Batch(
        torch.from_numpy(np.stack([(window.audio * 32767.0).astype(np.int16) for window in windows])),
        torch.tensor([window.loudest for window in windows], dtype=torch.float32),
        torch.tensor([window.pad_frame for window in windows]),
        _rows([window.inputs for window in windows], TEXT_TOKENS),
        _rows([window.labels for window in windows], IGNORED),
        torch.tensor([number for row in letters for number in row], dtype=torch.int64),
        torch.tensor([len(row) for row in letters], dtype=torch.int64),
        torch.tensor([window.letters is not None for window in windows]),
    )


def losses(
    model: WhisperForConditionalGeneration, speller: Speller, spectrogram: Spectrogram, given: Batch
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy per token, the auxiliary loss per letter, and the share of tokens guessed right."""
    features = spectrogram(given.audio, given.loudest, given.pad_frames)
    with torch.autocast(given.audio.device.type, dtype=torch.bfloat16):
        encoded = encode(model, features)
        logits = decode(model, given.inputs, encoded).float()
        spelled = speller(encoded)
    written = functional.cross_entropy(logits.flatten(0, 1), given.labels.flatten(), ignore_index=IGNORED)
    frames = torch.full_like(given.counts, spelled.shape[0])
    each = functional.ctc_loss(spelled, given.spelled, frames, given.counts, reduction="none", zero_infinity=True)
    spelling = (each * given.spells).sum() / given.counts.sum().clamp(min=1)
    right = (logits.detach().argmax(-1) == given.labels)[given.labels != IGNORED].float().mean()
    return written, spelling, right


def parameters(*modules: nn.Module) -> Iterator[nn.Parameter]:
    """The trainable parameters of the modules."""
    for module in modules:
        yield from (each for each in module.parameters() if each.requires_grad)
