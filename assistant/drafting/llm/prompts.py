"""The prompts: `prompts/NAME.md`, a TOML front matter between two lines of `+++` and a jinja2 text that a coach can read and edit.

Rendered in a sandbox that can change nothing; a variable that is missing is an error. Text that was said goes through `clean`, so that it
holds no mark a model could take for the end of its turn. Knows no model.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import jinja2
import jinja2.sandbox
import msgspec

from assistant.drafting.units import UNSAFE
from assistant.errors import ModelUnusable
from assistant.resources import root

SYSTEM, TRANSCRIPT = "system", "transcript"
QUESTIONS = ("facts", "risk", "actions", "barriers", "referrals", "previous")
MARK = re.compile(r"<[|｜]?[^<>\n]{1,40}?[|｜]?>|\[/?[A-Z][A-Z_]{2,20}\]|<<|>>")
"""Whatever stands in angle brackets, or in capitals in square ones: nobody says that aloud, and every chat format marks its turns so."""
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instruction|prompt|everything|all (?:that|of that|this)|above|previous)"
    r"|\bsystem prompt\b|\bas an ai\b|\byou are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot)\b"
    r"|\b(?:write|put|say|note) (?:down )?that (?:i'm|i am|he's|he is|she's|she is) (?:perfect|job ready|work ready)\b",
    re.IGNORECASE,
)
"""What was said to whoever writes the note rather than to the person opposite. It is quoted like anything else; a coach is told."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The front matter of a prompt."""

    id: str
    version: int
    max_items: int = 0
    max_new_tokens: int = 0
    meaning: dict[str, str] = {}  # msgspec copies it
    """What the sections of a note are for, by key."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    head: Head
    source: str

    def render(self, **values: object) -> str:
        """Raises ModelUnusable when the prompt asks for something that is not given or not allowed."""
        try:
            return _environment().from_string(self.source).render(**values).strip()
        except jinja2.TemplateError as error:
            raise ModelUnusable(f"The prompt {self.head.id}.md cannot be used.", do="Correct it, or install coachnote again.") from error


def clean(text: str) -> str:
    """What was said, without control characters, bidirectional marks and anything that looks like a mark of a chat format."""
    before, text = None, " ".join(text.split())
    while before != text:  # removing one mark can join the halves of another
        before, text = text, MARK.sub(" ", UNSAFE.sub(" ", text))
    return " ".join(text.split())


@functools.cache
def _environment() -> jinja2.sandbox.ImmutableSandboxedEnvironment:
    # No escaping: this text is read by a model, never by a browser.
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)
    environment.filters["clean"] = clean
    return environment


def load() -> Mapping[str, Prompt]:
    """Every prompt by name. Raises ModelUnusable when one is missing or its front matter is not understood."""
    return {name: _prompt(_folder() / f"{name}.md") for name in (SYSTEM, TRANSCRIPT, *QUESTIONS)}


def _prompt(path: Path) -> Prompt:
    try:
        _, head, source = path.read_text(encoding="utf-8").split("+++\n", 2)
        return Prompt(head=msgspec.convert(tomllib.loads(head), Head), source=source)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise ModelUnusable(f"The prompt {path.name} cannot be read.", do="Correct it, or install coachnote again.") from error


def sha256() -> str:
    """Of all prompts together, names and texts, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted((SYSTEM, TRANSCRIPT, *QUESTIONS)):
        digest.update(name.encode() + b"\0" + (_folder() / f"{name}.md").read_bytes() + b"\0")
    return digest.hexdigest()


def _folder() -> Path:
    return root() / "prompts"
