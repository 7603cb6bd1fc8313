"""What a drafter and a language model say to each other: one reading of a stretch of talk, several questions, pieces of JSON in return.

The same values travel through the pipe to a child process, so they are plain and quick to encode. None shows its text in `repr`. Knows no
engine.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Literal, Protocol

import msgspec

Why = Literal["out of memory", "crashed", "too long", "no chat template", "unusable", "not answering", "refused"]


class _Quiet(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A value whose `repr` holds no word that was said."""

    def __repr__(self) -> str:
        return type(self).__name__


class Question(_Quiet, frozen=True, kw_only=True, tag=True):
    name: str
    text: str
    """The instruction; stands after the transcript, so that all questions share what was read before."""
    form: dict[str, Any]
    """JSON Schema of the answer: an object with one array, `items`."""
    budget: int
    """Tokens that the answer may have."""


class Reading(_Quiet, frozen=True, kw_only=True, tag=True):
    """A window of the transcript and everything that is asked about it."""

    system: str
    transcript: str
    questions: tuple[Question, ...]


class Pulse(_Quiet, frozen=True, kw_only=True, tag=True):
    """Still at work. `done` of `total` tokens of the window are read; both 0 when nothing can be told."""

    done: int = 0
    total: int = 0


class Text(_Quiet, frozen=True, kw_only=True, tag=True):
    """The next piece of the answer to a question."""

    question: str
    text: str


class End(_Quiet, frozen=True, kw_only=True, tag=True):
    question: str
    cut: bool
    """The budget ended the answer, not the model."""


class Failed(_Quiet, frozen=True, kw_only=True, tag=True):
    why: Why


class Ready(_Quiet, frozen=True, kw_only=True, tag=True):
    """The model is loaded."""

    device: str
    dtype: str


class Known(_Quiet, frozen=True, kw_only=True, tag=True):
    """The end of a reading; what identifies the model, once it is known."""

    sha256: str | None = None


Event = Pulse | Text | End | Failed | Ready | Known


class ModelFailed(Exception):
    """The model gave no answer. Caught by the drafter, which then does without it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class LanguageModel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str | None:
        """Of the model's files, where there are files; known after the first reading."""

    def read(self, reading: Reading) -> Generator[Event, None, None]:
        """Answer every question in turn, yielding at least four times a second. Closing the generator stops the work within a second.

        Raises ModelFailed.
        """

    def close(self) -> None:
        """Give back its memory. May be called twice."""
