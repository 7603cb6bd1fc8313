"""What was said and is nowhere in the draft: the guard against losing something without a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import get_args

from assistant.domain import LeftOut, LeftOutReason, Segment
from assistant.drafting import dates
from assistant.drafting.checks import MONEY
from assistant.drafting.lexicon import lexicon, tokens

ANY_DAY = dt.date(2026, 1, 1)
"""Where the day of the session is unknown, a date is still a date."""


def scan(segments: tuple[Segment, ...], cited: frozenset[int], today: dt.date | None) -> Iterator[LeftOut]:
    """Every segment that nothing cites and that holds something worth a second look."""
    for segment in segments:
        if segment.id not in cited:
            why = reasons(segment.text, today)
            if why:
                yield LeftOut(segment=segment.id, why=why)


def reasons(text: str, today: dt.date | None) -> tuple[LeftOutReason, ...]:
    found = set(lexicon("omissions").labels(tokens(text)))
    day = today or ANY_DAY
    if any(when.date != day for when in dates.find(text, day)):
        found.add("date")
    if MONEY.search(text):
        found.add("money")
    return tuple(r for r in get_args(LeftOutReason) if r in found)
