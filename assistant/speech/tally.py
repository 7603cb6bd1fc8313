"""What was met while a recording was decoded. Loads nothing, because the process that decodes must start at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AT_LEAST = 1.0
"""Seconds told as lost where something is known to follow and nobody knows how much."""


@dataclass(kw_only=True)
class Tally:
    declared: float | None = None
    """Seconds that the sound should last."""
    recorded: str | None = None
    """The day of the recording by its own account, in ISO form."""
    good: int = 0
    """Packets."""
    bad: int = 0
    sounded: bool = False
    """Whether any of it was sound and not silence put in."""
    octets: int = 0
    """Bytes in all packets."""
    torn: bool = False
    """Whether the last packet was bad or incomplete."""
    lost: bool = False
    """Whether a packet was bad since the last frame."""
    swallowed: float = 0.0
    """Seconds in bad packets beyond what their timestamps count."""
    seconds: float = 0.0
    """Given out so far."""
    holes: list[tuple[float, float, bool]] = field(default_factory=list)
    """Start and end in seconds, and whether a bad packet explains it."""

    def learn(self, known: Mapping[str, Any]) -> None:
        """What another one has noted of the same recording; `seconds` are counted by whoever gets the sound."""
        for name, value in known.items():
            if name != "seconds":
                setattr(self, name, value)
