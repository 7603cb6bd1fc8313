"""What stood in an open form when the app locked. It belongs to no draft and to no note until the form is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    form: Literal["edit", "add", "correct", "write"]
    """An item edited or added, a line of the transcript corrected, or a note typed where nothing was recorded."""
    at: str
    """The item's path, its group, the line's number, or the client's reference, which is empty for nobody yet."""
    segments: tuple[int, ...] = ()
    """What an item that is added cites."""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stood in each field, by the field's name."""
