"""An action as it was found: what, whose, by when, and the clauses that say so. Knows nothing of how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.drafting import dates
from assistant.drafting.people import Who


@dataclass(frozen=True)
class Found:
    what: str = field(repr=False)
    who: Who
    when: dates.When | None
    later: bool
    """Due at the next appointment, whenever that is."""
    at: tuple[int, ...]
    """Positions of the clauses that say so."""
    conditional: bool = False
    shared: bool = False
    """Promised by both: `we'll`."""
    follows_on: bool = False
    """Said in the same breath as the one before, of somebody or something just named."""
    doubtful: bool = False
    """Some rule speaks against it, so it needs the tags to speak for it; in the end: it is more likely than not and no more."""
