"""A Whisper of random weights in CTranslate2's form: too small to understand anything, real enough to run every step.

It babbles, which is what the guards against invented text are there for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    import ctranslate2.specs

SIZE, HEADS, VOICES = 16, 2, 80
ENDS = 3.0
"""How much likelier the end of text is than chance would have it, so that it does not babble for ever."""
SPECIALS = ("endoftext", "startoftranscript", "en", "translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model."""
    folder = tmp_path_factory.mktemp("models") / "tiny-random"
    make(folder)
    return folder


@pytest.fixture
def with_model(tiny_whisper: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name under which the model is found by the commands."""
    monkeypatch.setenv("COACHNOTE_MODELS", str(tiny_whisper.parent))
    return tiny_whisper.name


def make(folder: Path) -> None:
    folder.mkdir(parents=True)
    ctranslate2 = _ctranslate2()
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    spec = ctranslate2.specs.WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, tokenizer.get_vocab_size(), np.random.default_rng(7))
    spec.register_vocabulary([tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())])
    spec.config.suppress_ids = spec.config.suppress_ids_begin = spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _ctranslate2() -> ModuleType:
    """CTranslate2 with what writes models, which would load torch to take weights from: ours are numpy's."""
    loaded = sys.modules.get("torch")
    try:
        if loaded is None:
            sys.modules["torch"] = None  # type: ignore[assignment]
        import ctranslate2.specs

        return ctranslate2
    finally:
        if loaded is None:
            del sys.modules["torch"]


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    text = ["the client said that she would ring the college on friday about the forklift lessons"] * 9
    tokenizer.train_from_iterator(
        text, trainers.BpeTrainer(vocab_size=300, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    )
    times = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in [*(f"<|{name}|>" for name in SPECIALS), *times]])
    return tokenizer


def _fill(spec: ctranslate2.specs.WhisperSpec, vocabulary: int, rng: np.random.Generator) -> None:
    def matrix(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.5, size=shape).astype(np.float32)

    def linear(layer: object, rows: int, columns: int) -> None:
        layer.weight, layer.bias = matrix(rows, columns), np.zeros(rows, dtype=np.float32)  # type: ignore[attr-defined]

    def norm(layer: object) -> None:
        layer.gamma, layer.beta = np.ones(SIZE, dtype=np.float32), np.zeros(SIZE, dtype=np.float32)  # type: ignore[attr-defined]

    def attention(layer: object, sizes: tuple[int, ...]) -> None:
        norm(layer.layer_norm)  # type: ignore[attr-defined]
        for part, rows in zip(layer.linear, sizes, strict=True):  # type: ignore[attr-defined]
            linear(part, rows, SIZE)

    def feed_forward(layer: object) -> None:
        norm(layer.layer_norm)  # type: ignore[attr-defined]
        linear(layer.linear_0, 4 * SIZE, SIZE)  # type: ignore[attr-defined]
        linear(layer.linear_1, SIZE, 4 * SIZE)  # type: ignore[attr-defined]

    encoder, decoder = spec.encoder, spec.decoder
    for conv, inputs in ((encoder.conv1, VOICES), (encoder.conv2, SIZE)):
        conv.weight, conv.bias = matrix(SIZE, inputs, 3), np.zeros(SIZE, dtype=np.float32)
    encoder.position_encodings.encodings, decoder.position_encodings.encodings = matrix(1500, SIZE), matrix(448, SIZE)
    decoder.embeddings.weight = matrix(vocabulary, SIZE)
    linear(decoder.projection, vocabulary, SIZE)
    decoder.projection.bias[vocabulary - len(SPECIALS) - 1501] = ENDS
    for half in (encoder, decoder):
        norm(half.layer_norm)
        attention(half.layer[0].self_attention, (3 * SIZE, SIZE))
        feed_forward(half.layer[0].ffn)
    attention(decoder.layer[0].attention, (SIZE, 2 * SIZE, SIZE))
