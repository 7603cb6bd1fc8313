"""Holds a model to a JSON Schema token by token, and brings its answer to a valid end before the budget is gone.

While winding down it closes strings, arrays and objects as soon as the schema lets it, and begins nothing new. Knows no prompt and no
model.
"""

from __future__ import annotations

import json
from typing import Any

import llguidance
import numpy as np
import numpy.typing as npt

COMPACT: Any = {"whitespace_flexible": False, "json_allowed_escapes": 'nt"\\'}
"""No free white space to spend a budget on, and no escapes by number."""
EMPTY = '{"items":[]}'
UNFINISHED = 8
"""Bytes that the rest of a character or an escape may take when the winding down begins in the middle of one."""

Mask = npt.NDArray[np.bool_]


class Vocabulary:
    """What the tokens of a tokeniser spell, and which of them end something. Made once a model: it looks at every token."""

    def __init__(self, tokenizer: llguidance.LLTokenizer) -> None:
        self.tokenizer = tokenizer
        self.spelt = [b"" if tokenizer.is_special_token(t) else tokenizer.decode_bytes([t]) for t in range(tokenizer.vocab_size)]
        opens = self._where(lambda s: b"{" in s)
        self.closes_string = self._where(lambda s: s[:1] == b'"') & ~opens
        self.closes_block = self._where(lambda s: s[:1] in (b"]", b"}")) & ~opens
        self.begins_null = self._where(lambda s: b"null".startswith(s[:4]) and s != b"")
        self.plain = self._where(lambda s: s != b"" and all(32 <= b < 127 and b not in b'"\\' for b in s))
        """At least one whole character of a string each, and no escape."""

    def _where(self, test: Any) -> Mask:
        return np.fromiter((test(s) for s in self.spelt), dtype=np.bool_, count=len(self.spelt))


def reserve(schema: dict[str, Any]) -> int:
    """Tokens that end an answer in the worst case: the shortest item of the schema byte by byte, and what closes the document."""
    item = schema["properties"]["items"]["items"]
    return len(json.dumps(_shortest(item), separators=(",", ":")).encode()) + UNFINISHED + len("]}")


def _shortest(schema: dict[str, Any]) -> Any:
    """The shortest value of a schema, but the longest of an enum: a model may choose that."""
    if "enum" in schema:
        return max(schema["enum"], key=lambda value: len(str(value)))
    if "anyOf" in schema:
        return None
    if schema["type"] == "object":
        return {key: _shortest(value) for key, value in schema["properties"].items()}
    if schema["type"] == "array":
        return [_shortest(schema["items"])] * schema.get("minItems", 0)
    return "x" * schema.get("minLength", 0)


class Grammar:
    """One answer to one question. `budget`: tokens it may have; at least as many as EMPTY has characters.

    Raises ValueError for a schema that cannot be held to and for a smaller budget.
    """

    def __init__(self, vocabulary: Vocabulary, schema: dict[str, Any], budget: int) -> None:
        if budget < len(EMPTY):
            raise ValueError(f"an answer needs at least {len(EMPTY)} tokens")
        self.vocabulary, self.budget, self.reserve = vocabulary, budget, reserve(schema)
        grammar = llguidance.LLMatcher.grammar_from_json_schema(schema, overrides=COMPACT)
        self.matcher = llguidance.LLMatcher(vocabulary.tokenizer, grammar, log_level=0)
        if self.matcher.is_error():
            raise ValueError(self.matcher.get_error())
        self.used = 0
        self.cut = False
        """Whether the budget had a say in how the answer ends."""
        self._inside = self._escaped = False

    @property
    def finished(self) -> bool:
        return self.matcher.is_accepting()

    def choose(self, scores: npt.NDArray[np.float32]) -> int:
        """The likeliest token (`scores`: float, one a token) that may come next; it is taken as written."""
        mask = self.allowed()
        allowed = scores[: len(mask)] if len(scores) >= len(mask) else np.pad(scores, (0, len(mask) - len(scores)), constant_values=-np.inf)
        token = int(np.where(mask, allowed, -np.inf).argmax())
        self._write([token])
        return token

    def forced(self) -> list[int]:
        """Tokens that can only be these, such as the next key: they need no model. They are taken as written."""
        tokens = [] if self.finished else self.matcher.compute_ff_tokens()
        self._write(tokens)
        return tokens

    def legal(self, guess: list[int]) -> list[int]:
        """As much of a guess as may come next."""
        return guess[: self.matcher.validate_tokens(guess)]

    def allowed(self) -> Mask:
        """Which tokens may come next (bool, one a token)."""
        bits = np.frombuffer(self.matcher.compute_bitmask(), dtype=np.uint8)
        mask = np.unpackbits(bits, bitorder="little")[: len(self.vocabulary.spelt)].astype(np.bool_)
        if self.budget - self.used > self.reserve:
            return mask
        self.cut = True
        return self._winding_down(mask)

    def _winding_down(self, mask: Mask) -> Mask:
        """The first of these that the schema allows: end the string, or go on in plain letters; end the block; `null`."""
        ways = self.vocabulary
        wanted = (ways.closes_string, ways.plain) if self._inside else (ways.closes_block, ways.begins_null)
        return next((mask & way for way in wanted if (mask & way).any()), mask)

    def _write(self, tokens: list[int]) -> None:
        if not self.matcher.consume_tokens(tokens):
            raise ValueError(self.matcher.get_error())
        self.used += len(tokens)
        for byte in b"".join(self.vocabulary.spelt[token] for token in tokens):
            if self._escaped:
                self._escaped = False
            elif self._inside and byte == ord("\\"):
                self._escaped = True
            elif byte == ord('"'):
                self._inside = not self._inside
