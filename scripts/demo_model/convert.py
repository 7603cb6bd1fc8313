"""Turn trained weights into the folder that faster-whisper loads.

Knows CTranslate2's converter and the folder's layout. Does not know training or scoring.
"""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import torch
from transformers import WhisperForConditionalGeneration

from .network import new_model
from .tokens import SPECIALS, TEXT_TOKENS, TIMESTAMPS, load_tokens

LARGEST = 8_000_000
"""Bytes that the finished folder may take."""

SPOKEN_NEVER = ("<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>")


def trained(cache: Path) -> WhisperForConditionalGeneration:
    """The model with the averaged weights of the newest checkpoint."""
    model = new_model()
    model.load_state_dict(torch.load(cache / "checkpoint.pt", weights_only=True)["average"])
    return model.eval()


def vocabulary(tokenizer_file: Path) -> list[str]:
    """Every token's name, in the order of its number."""
    tokenizer = load_tokens(tokenizer_file).tokenizer
    return [tokenizer.id_to_token(number) for number in range(TEXT_TOKENS)] + [*SPECIALS, *TIMESTAMPS]


def write_model(model: WhisperForConditionalGeneration, names: list[str], heads: list[tuple[int, int]], target: Path) -> None:
    """Save `model` with 8-bit weights in `target`; `heads` are the (layer, head) pairs that follow the words in time.

    Ending at once is left possible (no begin suppression): silence then gives no text in the mode without times too.
    """
    from ctranslate2.converters.transformers import WhisperLoader

    model = copy.deepcopy(model)  # the converter rounds weights to 8 bits in place
    loader = WhisperLoader()
    spec = loader.get_model_spec(model)
    model.generation_config = SimpleNamespace(
        suppress_tokens=[names.index(name) for name in SPOKEN_NEVER],
        begin_suppress_tokens=[],
        alignment_heads=[list(pair) for pair in heads],
        lang_to_id={"<|en|>": names.index("<|en|>")},
    )
    loader.set_config(spec.config, model, None)
    spec.register_vocabulary(names)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(target))


def convert(cache: Path, target: Path) -> None:
    """Put the newest checkpoint into `target`, all files at once and only if the folder stays within LARGEST."""
    from .heads import choose

    names, model = vocabulary(cache / "tokenizer.json"), trained(cache)
    heads = choose(model, names, load_tokens(cache / "tokenizer.json"))
    with tempfile.TemporaryDirectory(dir=cache) as work:
        made = Path(work)
        write_model(model, names, heads, made)
        shutil.copy(cache / "tokenizer.json", made / "tokenizer.json")
        features = {"feature_size": 80, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
        (made / "preprocessor_config.json").write_text(json.dumps(features) + "\n", encoding="utf-8")
        size = sum(file.stat().st_size for file in made.iterdir())
        if size > LARGEST:
            raise ValueError(f"the model takes {size} bytes, more than {LARGEST}")
        target.mkdir(parents=True, exist_ok=True)
        for file in made.iterdir():
            shutil.copyfile(file, target / file.name)
