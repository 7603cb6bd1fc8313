"""Language models of random weights, too small to understand anything and real enough for every step: full attention and hybrid caches.

Built from configurations, with a byte-level BPE trained on a few sentences. `scripted` makes one spell what it is told, so that content
can be followed from the model to the draft. Whoever only looks for tests does not load torch: everything that needs it imports it itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from assistant.domain import Draft
from assistant.drafting.llm.talk import Event, Reading, Text
from assistant.protocols import Progress
from tests.examples import SAID

if TYPE_CHECKING:
    import transformers

    from assistant.drafting.llm.causal_lm import CausalLM

SHAPES = ("qwen3", "llama", "gemma3", "lfm2")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIALS = ("<|im_start|>", "<|im_end|>", "<|pad|>")
JSON = '{"items":[{"cites":[1,12],"section":"barriers","text":"..."},{"what":"","owner":"client","due_words":null}]}'


def tokenizer(template: str | None = TEMPLATE) -> transformers.PreTrainedTokenizerFast:
    import transformers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    bpe.train_from_iterator([*(text for _, _, text in SAID), JSON, JSON], trainer)
    bpe.add_special_tokens([AddedToken(token, special=True) for token in SPECIALS])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|pad|>", chat_template=template, clean_up_tokenization_spaces=False
    )


def model(shape: str, size: int, *, context: int = 8192, seed: int = 0) -> Any:
    """A model with `size` tokens. Weights are drawn large, so that it babbles many different things."""
    import torch
    import transformers

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    common: dict[str, Any] = {
        "vocab_size": size, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 1, "max_position_embeddings": context, "initializer_range": 0.6, "eos_token_id": None, "bos_token_id": None,
        "pad_token_id": None,
    }  # fmt: skip
    make: dict[str, Callable[[], Any]] = {
        "qwen3": lambda: transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**common, head_dim=16)),
        "llama": lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(**common)),
        "gemma3": lambda: transformers.Gemma3ForCausalLM(
            transformers.Gemma3TextConfig(**common, head_dim=16, sliding_window=64, layer_types=["sliding_attention", "full_attention"])
        ),
        "lfm2": lambda: transformers.Lfm2ForCausalLM(transformers.Lfm2Config(**common, layer_types=["conv", "full_attention"])),
    }
    return make[shape]().eval()


def save(folder: Path, shape: str = "qwen3", *, context: int = 8192, template: str | None = TEMPLATE) -> Path:
    """A folder as a person would copy it."""
    words = tokenizer(template)
    model(shape, len(words), context=context).save_pretrained(folder, safe_serialization=True)
    words.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_llm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("language") / "tiny-language")


def scripted(inner: Any, words: transformers.PreTrainedTokenizerFast, scripts: Sequence[str]) -> Any:
    """`inner` with logits that spell one script an answer, in the order they are asked. Its cache and its steps stay real."""
    import torch

    answer, at, real = -1, 0, inner.forward

    @functools.wraps(real)
    def forward(ids: Any, **kwargs: Any) -> Any:
        nonlocal answer, at
        out = real(ids, **kwargs)
        asking = words.convert_tokens_to_ids("<|im_start|>") in ids[0]
        if kwargs["past_key_values"].get_seq_length() == ids.shape[1] or (answer < 0 and not asking):
            return out  # the window itself is being read
        text = words.decode(ids[0])
        answer, at = (answer + 1, len(text.rpartition("assistant\n")[2])) if asking else (answer, at + len(text))
        rest = words(scripts[answer][at:], add_special_tokens=False)["input_ids"]
        out.logits = torch.zeros_like(out.logits)
        out.logits[..., rest[0] if rest else 0] = 9
        return out

    inner.forward = forward
    return inner


def engine(inner: Any, words: transformers.PreTrainedTokenizerFast, *, lookup: int | None = None) -> CausalLM:
    from assistant.drafting.llm.causal_lm import CausalLM

    return CausalLM(inner, words, lookup=lookup)


class InProcess:
    """A talk.LanguageModel round an engine in this process."""

    sha256 = None

    def __init__(self, engine: CausalLM, name: str = "tiny") -> None:
        self.engine, self.name = engine, name

    def read(self, reading: Reading) -> Iterator[Event]:
        events: list[Event] = []
        self.engine.read(reading, events.append)
        yield from events

    def close(self) -> None:
        pass


def result(steps: Generator[Progress, None, Draft]) -> Draft:
    """What a drafter makes, once it has said everything on the way."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            draft: Draft = end.value
            return draft


def answers(engine: CausalLM, reading: Reading) -> dict[str, str]:
    """What an engine writes, whole, by question."""
    texts = dict.fromkeys((q.name for q in reading.questions), "")
    for event in InProcess(engine).read(reading):
        if isinstance(event, Text):
            texts[event.question] += event.text
    return texts
