"""What became of a backup, of putting one back, and of a repair: names, counts and identifiers only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class BackedUp:
    """What a backup has come to."""

    name: str
    backups: int
    """How many of this store there are now."""
    size: int
    """Bytes of all of them."""
    missing: tuple[str, ...] = ()
    """Recordings that are in the database and have no file."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    name: str
    """Of the backup."""
    made_at: str
    """UTC, ISO 8601."""
    aside: Path | None
    """Where the store that stood there is now."""
    erased: int
    """Erasures made since the backup that were made again."""
    faults: tuple[str, ...] = ()
    """What could not be put back whole, a sentence each."""


@dataclass(frozen=True, kw_only=True)
class Salvaged:
    """One table of a damaged database."""

    table: str
    saved: int
    lost: tuple[str, ...] = ()
    """Identifiers of the rows."""


@dataclass(frozen=True, kw_only=True)
class Repaired:
    damaged: Path | None
    """Where the damaged database is kept; None when nothing was wrong with it."""
    tables: tuple[Salvaged, ...] = ()
    faults: tuple[str, ...] = ()
    """What is still wrong, a sentence each."""
