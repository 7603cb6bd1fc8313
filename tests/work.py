"""Work that is a generator, run to its end, and what came of many pieces of it as a table."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
TABLES = Path(__file__).resolve().parents[1] / "build" / "tables"


def finish(work: Generator[Any, Any, T]) -> T:
    """Its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result


def write_table(name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """As `build/tables/name.tsv`, for people to read after the tests."""
    TABLES.mkdir(parents=True, exist_ok=True)
    (TABLES / f"{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in (head, *rows)), encoding="utf-8")
