"""A Whisper of true size whose weights are drawn at random, but for a few channels that make it finish as a real one does.

Random weights cost what trained ones cost, but never end, or end at once. So a handful of channels is set by hand, and with them the
model says about RATE tokens for every second of voice in its window, then ends, and is sure of each:

* the convolutions tell frames with a voice, whose low bands are louder than its high ones, from silence, noise and padding (channel
  SOUND, 0 or about 2), and the first encoder layer copies that to HEARD except in the first frame;
* the decoder's first layer adds up HEARD over the frames. Attention gives means, not sums: the first frame (channel FIRST) takes nearly
  all of the weight, so that the rest weighs the same however long the window is;
* it finds the start token (channel START) and so knows how many tokens it has said, with or without a prompt before it;
* what is still due (channel DUE) keeps the end-of-text token away, and calls it once it is below zero;
* the positions name the tokens: at each its own, far ahead of all others. The log-probability is near 0, no text repeats, and so no
  program has a reason to decode a window twice.

Every program that loads it therefore runs unchanged, with its own windows and its own voice detection, and yet decodes the same number
of tokens for the same sound. Knows no audio file and no program.

The weights are kept under the names of openai-whisper's checkpoints; `save_ctranslate2` writes them in CTranslate2's form, in half
precision as published models are. The vocabulary has multilingual Whisper's layout, with invented words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ctranslate2.specs
import numpy as np
from faster_whisper.tokenizer import _LANGUAGE_CODES
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

Array = NDArray[np.float32]
Weights = dict[str, Array]

RATE = 4.5
"""Tokens a second of voice, which fills about seven tenths of continuous speech: English at 150 words a minute, 1.3 tokens a word."""
SEED = 11
MELS, FRAMES, POSITIONS = 80, 1500, 448
TEXT = 50257
"""Tokens of text; then the marks, then 1501 timestamps."""
LANGUAGES = ("en", *(code for code in _LANGUAGE_CODES if code not in ("en", "yue")))
"""The 99 of the base and small models. Only English stands where it stands in theirs."""
MARKS = ("endoftext", "startoftranscript", *LANGUAGES, "translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
END, START_TOKEN, ENGLISH, FIRST_TIME = TEXT, TEXT + 1, TEXT + 2, TEXT + len(MARKS)
VOCABULARY = FIRST_TIME + 1501
SOUND, HEARD, FIRST, ZERO = -1, -2, -3, -4
"""Channels of the encoder. ZERO is never written to, so that after a normalisation it holds minus the mean: others are read against it."""
DUE, START = -1, -2
"""Channels of the decoder, where ZERO is the same."""
SURE = 46.0
"""Logit of the token that a position names."""
LEAST, WHOLLY = 0.1, 0.2
"""How much louder the lower half of the bands is than the upper, in the units of Whisper's log-mel, where a voice begins to count, and
where it counts wholly. A difference does not change with the loudest sound in the window, after which Whisper's features are levelled."""
STEP, CALL = 0.025, 400.0
"""What one token takes from DUE: a token or two of eight-bit resolution, and little beside the other channels. How loudly the end of text
answers when that is below zero."""
MARK = 5.0
"""What the start token holds in START: enough to be found, and little beside the other channels."""
SINK = 20_000.0
"""Weight of the first frame where every other one weighs 1."""
READ, SPOKEN = 3.0, 6.8
"""How much louder HEARD is read, so that eight-bit numbers beside it do not drown it; and what a frame with a voice holds there after the
encoder's last normalisation, by measurement, within a tenth."""


@dataclass(frozen=True)
class Size:
    """Dimensions of a Whisper: width, layers of the encoder and as many of the decoder, heads, and the heads that follow the sound."""

    width: int
    layers: int
    heads: int
    aligned: tuple[tuple[int, int], ...]


SIZES = {
    "tiny": Size(384, 4, 6, ((2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5))),
    "base": Size(512, 6, 8, ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6))),
    "small": Size(768, 12, 12, ((5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5))),
}
"""The published dimensions and alignment heads."""


def weights(size: Size) -> Weights:
    """All of them, float32, by openai-whisper's names; the same at every call."""
    rng = np.random.default_rng(SEED)
    made: Weights = {}
    for half in ("encoder", "decoder"):
        for layer in range(size.layers):
            made |= {f"{half}.blocks.{layer}.{name}": array for name, array in _block(rng, size.width, crossed=half == "decoder")}
            _close_reserved(made, f"{half}.blocks.{layer}")
    made |= _ears(rng, size.width)
    made |= _voice(rng, size.width)
    _hear_sound(made)
    _count(made, size)
    return made


def _block(rng: np.random.Generator, width: int, *, crossed: bool) -> Iterator[tuple[str, Array]]:
    """One layer, that adds little to what passes through it."""
    for part in ("attn", "cross_attn") if crossed else ("attn",):
        yield from _norm(f"{part}_ln", width)
        for matrix in ("query", "key", "value", "out"):
            yield f"{part}.{matrix}.weight", _drawn(rng, width, width, scale=0.2 if matrix == "out" else 1.0)
            if matrix != "key":
                yield f"{part}.{matrix}.bias", np.zeros(width, np.float32)
    yield from _norm("mlp_ln", width)
    yield "mlp.0.weight", _drawn(rng, 4 * width, width)
    yield "mlp.0.bias", np.zeros(4 * width, np.float32)
    yield "mlp.2.weight", _drawn(rng, width, 4 * width, scale=0.2)
    yield "mlp.2.bias", np.zeros(width, np.float32)


def _norm(name: str, width: int) -> Iterator[tuple[str, Array]]:
    yield f"{name}.weight", np.ones(width, np.float32)
    yield f"{name}.bias", np.zeros(width, np.float32)


def _drawn(rng: np.random.Generator, rows: int, *columns: int, scale: float = 1.0) -> Array:
    """Normal numbers that keep the variance of what they are multiplied with, times `scale` squared."""
    array: Array = rng.standard_normal((rows, *columns), dtype=np.float32)
    return array * np.float32(scale / math.sqrt(math.prod(columns)))


def _close_reserved(made: Weights, block: str) -> None:
    """No layer writes to the channels set by hand."""
    for name in ("attn.out", "cross_attn.out", "mlp.2"):
        if f"{block}.{name}.weight" in made:
            made[f"{block}.{name}.weight"][ZERO:] = 0


def _ears(rng: np.random.Generator, width: int) -> Weights:
    made: Weights = {"encoder.conv1.weight": _drawn(rng, width, MELS, 3), "encoder.conv2.weight": _drawn(rng, width, width, 3)}
    made |= {f"encoder.conv{number}.bias": np.zeros(width, np.float32) for number in (1, 2)}
    made["encoder.conv2.weight"][ZERO:] = 0
    rates = np.exp(-math.log(10_000) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(FRAMES)[:, None] * rates
    made["encoder.positional_embedding"] = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
    made["encoder.positional_embedding"][:, ZERO:] = 0
    return made | dict(_norm("encoder.ln_post", width))


def _voice(rng: np.random.Generator, width: int) -> Weights:
    """Embeddings, and positions that name their tokens."""
    scale = SURE / width
    tokens: Array = rng.standard_normal((VOCABULARY, width), dtype=np.float32) * np.float32(scale)
    tokens[:, ZERO:] = 0
    named = [ENGLISH, TEXT - 1, FIRST_TIME, *rng.permutation(np.arange(20_000, 40_000))[: POSITIONS - 3]]
    return {
        "decoder.token_embedding.weight": tokens,
        "decoder.positional_embedding": tokens[named] / np.float32(scale),
        **dict(_norm("decoder.ln", width)),
    }


def _hear_sound(made: Weights) -> None:
    """SOUND as a ramp between two levels: the difference of two rectified sums over the features around a frame."""
    conv1, conv2 = made["encoder.conv1.weight"], made["encoder.conv2.weight"]
    steep = 10.0 / (WHOLLY - LEAST)
    for channel, level in ((SOUND, LEAST), (HEARD, WHOLLY)):
        conv1[channel, : MELS // 2], conv1[channel, MELS // 2 :] = steep / (1.5 * MELS), -steep / (1.5 * MELS)
        made["encoder.conv1.bias"][channel] = -steep * level
    conv2[:, [SOUND, HEARD]] = 0
    conv2[SOUND, SOUND, 1], conv2[SOUND, HEARD, 1] = 0.2, -0.2
    made["encoder.positional_embedding"][0, FIRST] = 1000.0
    first, last = made["encoder.blocks.0.mlp.0.weight"], made["encoder.blocks.0.mlp.2.weight"]
    first[0], last[:, 0] = 0, 0
    first[0, SOUND], first[0, FIRST], first[0, ZERO] = 2.0, -1.0, -1.0
    last[HEARD, 0] = 1.0


def _count(made: Weights, size: Size) -> None:
    """DUE in the decoder's first layer, by the first head of each attention, and what it does to the end of text."""
    tokens, places = made["decoder.token_embedding.weight"], made["decoder.positional_embedding"]
    head, unit = size.width // size.heads, math.sqrt(size.width // size.heads)
    tokens[START_TOKEN, START] = MARK
    tokens[END, DUE], tokens[END, ZERO] = -CALL, CALL
    places[:, DUE] = -STEP * np.arange(POSITIONS)
    places[2:5, DUE] += 4 * STEP  # the shortest sound says something
    block = "decoder.blocks.0"
    for part in ("attn", "cross_attn"):
        for matrix in ("query", "key", "value"):
            made[f"{block}.{part}.{matrix}.weight"][:head] = 0
        made[f"{block}.{part}.query.bias"][0] = unit
    spread = float(np.std(tokens[START_TOKEN] + places[0]))
    made[f"{block}.attn.key.weight"][0, START] = 12.0 * spread / MARK
    _read(made[f"{block}.attn.value.weight"], DUE, 1.0)
    made[f"{block}.attn.out.weight"][DUE, 0] = -spread
    _read(made[f"{block}.cross_attn.key.weight"], FIRST, math.log(SINK) / math.sqrt(size.width - 1))
    _read(made[f"{block}.cross_attn.value.weight"], HEARD, READ)
    made[f"{block}.cross_attn.out.weight"][DUE, 0] = STEP * RATE / 50 * (SINK + FRAMES) / (READ * SPOKEN)
    made[f"{block}.cross_attn.out.bias"][DUE] = -3 * STEP  # the marks before the text, and how far below zero it ends


def _read(matrix: Array, channel: int, gain: float) -> None:
    matrix[0, channel], matrix[0, ZERO] = gain, -gain


def save_ctranslate2(made: Weights, size: Size, folder: Path) -> None:
    """As faster-whisper's models are published: half precision, the vocabulary, and the tokenizer beside them."""
    folder.mkdir(parents=True)
    spec = ctranslate2.specs.WhisperSpec(size.layers, size.heads, size.layers, size.heads)
    _fill(spec, made, size.layers)
    words = tokenizer()
    words.save(str(folder / "tokenizer.json"))
    written = [words.id_to_token(number) for number in range(VOCABULARY)]
    written[TEXT - 1] = ""  # by this CTranslate2 knows a multilingual Whisper
    spec.register_vocabulary(written)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [END + 1], [END]
    spec.config.lang_ids = [TEXT + MARKS.index(language) for language in LANGUAGES]
    spec.config.alignment_heads = list(size.aligned)
    spec.validate()
    spec.optimize(quantization="float16")
    spec.save(str(folder))


def _fill(spec: ctranslate2.specs.WhisperSpec, made: Weights, layers: int) -> None:
    encoder, decoder = spec.encoder, spec.decoder
    for conv, name in ((encoder.conv1, "conv1"), (encoder.conv2, "conv2")):
        conv.weight, conv.bias = made[f"encoder.{name}.weight"], made[f"encoder.{name}.bias"]
    encoder.position_encodings.encodings = made["encoder.positional_embedding"]
    decoder.position_encodings.encodings = made["decoder.positional_embedding"]
    decoder.embeddings.weight = decoder.projection.weight = made["decoder.token_embedding.weight"]
    for half, name, norm in ((encoder, "encoder", "ln_post"), (decoder, "decoder", "ln")):
        _set(half.layer_norm, made, f"{name}.{norm}", ("gamma", "beta"))
        for number in range(layers):
            layer, block = half.layer[number], f"{name}.blocks.{number}"
            _attention(layer.self_attention, made, f"{block}.attn", (("query", "key", "value"), ("out",)))
            if name == "decoder":
                _attention(layer.attention, made, f"{block}.cross_attn", (("query",), ("key", "value"), ("out",)))
            _set(layer.ffn.layer_norm, made, f"{block}.mlp_ln", ("gamma", "beta"))
            _set(layer.ffn.linear_0, made, f"{block}.mlp.0")
            _set(layer.ffn.linear_1, made, f"{block}.mlp.2")


def _attention(part: object, made: Weights, name: str, groups: tuple[tuple[str, ...], ...]) -> None:
    _set(part.layer_norm, made, f"{name}_ln", ("gamma", "beta"))  # type: ignore[attr-defined]
    for linear, group in zip(part.linear, groups, strict=True):  # type: ignore[attr-defined]
        linear.weight = np.concatenate([made[f"{name}.{matrix}.weight"] for matrix in group])
        none = np.zeros(len(made[f"{name}.out.bias"]), np.float32)
        linear.bias = np.concatenate([made.get(f"{name}.{matrix}.bias", none) for matrix in group])


def _set(part: object, made: Weights, name: str, fields: tuple[str, str] = ("weight", "bias")) -> None:
    setattr(part, fields[0], made[f"{name}.weight"])
    setattr(part, fields[1], made[f"{name}.bias"])


def tokenizer() -> Tokenizer:
    """256 bytes, then words of three to seven letters, then the marks and times of multilingual Whisper."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    rng = np.random.default_rng(SEED)
    while len(vocabulary) < TEXT:
        word = "".join(chr(97 + letter) for letter in rng.integers(0, 26, int(rng.integers(3, 8))))
        vocabulary.setdefault("\u0120" + word, len(vocabulary))
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    times = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
    made.add_special_tokens([AddedToken(token, special=True) for token in [*(f"<|{mark}|>" for mark in MARKS), *times]])
    return made


def dimensions(size: Size) -> dict[str, int]:
    """As openai-whisper's checkpoints state them."""
    text = {"n_text_ctx": POSITIONS, "n_text_state": size.width, "n_text_head": size.heads, "n_text_layer": size.layers}
    audio = {"n_audio_ctx": FRAMES, "n_audio_state": size.width, "n_audio_head": size.heads, "n_audio_layer": size.layers}
    return {"n_mels": MELS, "n_vocab": VOCABULARY, **audio, **text}
