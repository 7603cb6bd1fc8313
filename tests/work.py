"""Work that is a generator, run to its end."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")


def finish(work: Generator[Any, Any, T]) -> T:
    """Its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
