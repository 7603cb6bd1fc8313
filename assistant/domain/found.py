"""What a search finds: sessions, each with the words round what was looked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

Where = Literal["note", "draft", "transcript", "name"]
"""Where the words stand: in the newest signed note, in the draft of an unsigned session, in what was heard, or in the client's name."""


@dataclass(frozen=True, kw_only=True)
class Found:
    session: str
    day: dt.date
    """Of the session; where none is known, the day it was added."""
    client: str | None
    where: Where
    snippet: str = field(default="", repr=False)
    """One line, safe to print. Empty where only the name was found."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where the words looked for start and end in the snippet."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """The best first, and on equal terms the newest."""

    found: tuple[Found, ...] = ()
    complete: bool = True
    """False while some sessions have not been read yet."""
    damaged: int = 0
    """Sessions of which something could not be read, though its key is there."""
