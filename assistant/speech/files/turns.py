"""What one person says at a stretch, as a file gives it, before it is shaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True)
class Turn:
    start: float | None = None
    """Seconds; None where the file gives no time."""
    end: float | None = None
    name: str | None = field(default=None, repr=False)
    """Of whoever speaks, as written in the file."""
    text: str = field(repr=False)
    """May have several lines."""
    unclear: bool = False


def shared_out(turn: Turn, parts: Sequence[tuple[str | None, str]]) -> list[Turn]:
    """One turn as several, each with its name and text, and the time in proportion to their lengths."""
    parts = [(name, text) for name, text in parts if text.strip()]
    if turn.start is None or turn.end is None or len(parts) < 2:
        return [replace(turn, name=name or turn.name, text=text) for name, text in parts]
    whole, length = sum(len(text) for _, text in parts), turn.end - turn.start
    found, at = [], 0
    for name, text in parts:
        start, at = turn.start + length * at / whole, at + len(text)
        end = turn.start + length * at / whole
        found.append(replace(turn, start=round(start, 3), end=round(end, 3), name=name or turn.name, text=text))
    return found
