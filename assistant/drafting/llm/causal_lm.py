"""A language model from a folder on this disk, through transformers: reads a window once, answers every question from what it has read.

Local files only, safetensors only, no code from the folder, greedy. Runs wherever it is put; the drafter puts it in a child process. Knows
no note and no case: text in, JSON out.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import llguidance.hf
import torch
import transformers

from assistant.drafting.llm.decoding import write
from assistant.drafting.llm.grammar import EMPTY, Grammar, Vocabulary
from assistant.drafting.llm.talk import End, Event, Known, ModelFailed, Pulse, Question, Reading, Ready, Text, Why

STEP = 512
"""Tokens read at once: large enough to be quick, small enough to report and to stop in between."""
NO_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory", "std::bad_alloc")

Emit = Callable[[Event], None]


class CausalLM:
    """One model, loaded. `lookup`: tokens guessed at a time from what was read (prompt lookup); None: none.

    Raises ModelFailed when the folder cannot be used, MemoryError or RuntimeError when the machine is too small.
    """

    def __init__(self, model: Any, tokenizer: Any, *, lookup: int | None = None) -> None:
        if not tokenizer.chat_template:
            raise ModelFailed("no chat template")
        self.model, self.tokenizer, self.lookup = model, tokenizer, lookup
        if getattr(model, "_is_stateful", False):
            self.lookup = None  # its cache cannot be cropped
        size = model.get_output_embeddings().weight.shape[0]
        self.vocabulary = Vocabulary(llguidance.hf.from_tokenizer(tokenizer, n_vocab=max(size, len(tokenizer))))

    def ready(self) -> Ready:
        return Ready(device=str(self.model.device), dtype=str(self.model.dtype).removeprefix("torch."))

    def read(self, reading: Reading, emit: Emit) -> None:
        """Answer every question, passing on pieces as they come. Raises ModelFailed when the window is too long for the model."""
        with torch.inference_mode():
            self._read(reading, emit)

    def _read(self, reading: Reading, emit: Emit) -> None:
        prefix, questions = self._encoded(reading)
        limit = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        needed = len(prefix) + max(len(ids) + q.budget for q, ids in questions)
        if limit is not None and needed > limit:
            raise ModelFailed("too long")
        cache = self._prefill(prefix, emit)
        for question, ids in questions:
            # A copy a question: exact on every kind of cache, and a millisecond.
            self._answer(question, prefix, ids, copy.deepcopy(cache), emit)

    def _prefill(self, prefix: list[int], emit: Emit) -> Any:
        cache = transformers.DynamicCache(config=self.model.config)
        tokens = torch.tensor([prefix], device=self.model.device)
        for start in range(0, len(prefix), STEP):
            self.model(tokens[:, start : start + STEP], past_key_values=cache, use_cache=True, logits_to_keep=1)
            emit(Pulse(done=min(start + STEP, len(prefix)), total=len(prefix)))
        return cache

    def _answer(self, question: Question, prefix: list[int], ids: list[int], cache: Any, emit: Emit) -> None:
        grammar = Grammar(self.vocabulary, question.form, max(question.budget, len(EMPTY)))
        pending = b""
        for tokens in write(self.model, prefix, ids, cache, grammar, lookup=self.lookup):
            pending += b"".join(self.vocabulary.spelt[token] for token in tokens)
            text, pending = _whole_characters(pending)
            emit(Text(question=question.name, text=text))
        emit(End(question=question.name, cut=grammar.cut))

    def _encoded(self, reading: Reading) -> tuple[list[int], list[tuple[Question, list[int]]]]:
        """Token ids of what all questions share, and of each question. Tokens of the template come from the template alone."""
        contents = {f"slot{secrets.token_hex(8)}": text for text in (reading.system, reading.transcript)}
        slot = f"slot{secrets.token_hex(8)}"
        system, transcript = contents
        frame = self._frame(system, f"{transcript}\n\n{slot}")
        before, found, after = frame.partition(slot)
        if not found or not all(name in before for name in contents):
            raise ModelFailed("no chat template")
        prefix = self._tokens(before, contents)
        return prefix, [(q, self._tokens(slot + after, {slot: q.text})) for q in reading.questions]

    def _frame(self, system: str, user: str) -> str:
        """The model's own template round the texts; where it knows no system turn, both stand in the user's."""
        turns = [
            [{"role": "system", "content": system}, {"role": "user", "content": user}],
            [{"role": "user", "content": f"{system}\n\n{user}"}],
        ]
        for messages in turns:
            try:
                return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, enable_thinking=False))
            except Exception as error:  # noqa: BLE001 - a template is a program of its own, and raises what it likes
                last = error
        raise ModelFailed("no chat template") from last

    def _tokens(self, frame: str, contents: dict[str, str]) -> list[int]:
        """The frame as it is, and each content in its slot as plain text: no word in it becomes a token that has a meaning of its own."""
        ids: list[int] = []
        rest = frame
        for slot, content in contents.items():
            before, _, rest = rest.partition(slot)
            ids += self._encode(before, template=True) + self._encode(content, template=False)
        return ids + self._encode(rest, template=True)

    def _encode(self, text: str, *, template: bool) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False, split_special_tokens=not template)["input_ids"]) if text else []


def _whole_characters(spelt: bytes) -> tuple[str, bytes]:
    """Text as far as its characters are whole, and the bytes of one that is not."""
    try:
        return spelt.decode(), b""
    except UnicodeDecodeError as error:
        return spelt[: error.start].decode(), spelt[error.start :]


def load(folder: Path, *, lookup: int | None = None) -> CausalLM:
    """The model in `folder`, on the graphics card when there is one. Raises ModelFailed."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    common: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **common)
            model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=best_dtype(device), use_safetensors=True, **common)
    except Exception as error:  # a folder can be broken in as many ways as there are libraries that read it
        raise ModelFailed("out of memory" if why(error) == "out of memory" else "unusable") from error
    return CausalLM(model.eval().to(device), tokenizer, lookup=lookup)


def best_dtype(device: str) -> torch.dtype:
    """bfloat16 where the hardware multiplies it; on processors without, it is five times slower than float32 (measured)."""
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def folder_sha256(folder: Path) -> str:
    """Of every file that makes the model, names and bytes, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".safetensors", ".json", ".jinja")):
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Fingerprint:
    """`folder_sha256` on a thread of its own: reading gigabytes must not hold up the first answer."""

    def __init__(self, folder: Path) -> None:
        self._found: str | None = None
        self._thread = threading.Thread(target=self._look, args=(folder,), daemon=True)
        self._thread.start()

    def _look(self, folder: Path) -> None:
        self._found = folder_sha256(folder)

    def known(self) -> Known:
        self._thread.join()
        return Known(sha256=self._found)


def why(error: BaseException) -> Why:
    """What a failure while loading or reading is called."""
    if isinstance(error, ModelFailed):
        return error.why
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(sign in str(error).lower() for sign in NO_MEMORY):
        return "out of memory"
    return "crashed"


__all__: Sequence[str] = ("CausalLM", "Fingerprint", "best_dtype", "folder_sha256", "load", "why")
