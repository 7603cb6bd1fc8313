"""Which sections a note has and in what order: `prompts/templates/NAME.toml`, which a coach may edit."""

from __future__ import annotations

import tomllib

from assistant.domain import SectionKey
from assistant.resources import root

DEFAULT = "job-coaching"


def sections(name: str = DEFAULT) -> tuple[SectionKey, ...]:
    """The keys of a template's sections in its order. Raises FileNotFoundError where there is no such template."""
    text = (root() / "prompts" / "templates" / f"{name}.toml").read_text(encoding="utf-8")
    return tuple(section["key"] for section in tomllib.loads(text)["section"])
