"""Why a person must look at an item before signing, as far as its words and segments tell. Shared by every drafter; knows no sections."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.domain import Check, Segment

UNCLEAR_BELOW = 0.5
"""Confidence under which a segment must be listened to: below even odds, its words may not be what was said."""
MONEY = re.compile(r"£ ?\d|\b(?:quid|pounds|pence|tenner|fiver)\b", re.IGNORECASE)
CONDITION = re.compile(r"\b(?:if|unless|subject to|as long as|provided|depending)\b", re.IGNORECASE)
REPORTED = re.compile(
    r"\b(?:he|she|they|[A-Z][a-z]+) (?:says|said|told me|reckons|feels|thinks|mentioned|admitted|explained|was telling me"
    r"|let slip)\b|\b(?:told|tells) me\b"
)
"""The participant's words in the coach's mouth."""
HEALTH = frozenset({"health_physical", "health_mental", "addiction"})
"""Barriers that are somebody's health."""


def unclear(segment: Segment) -> bool:
    """Whether somebody should listen to it again."""
    return "unclear" in segment.flags or (segment.confidence is not None and segment.confidence < UNCLEAR_BELOW)


def holding(found: Iterable[tuple[Check, bool]]) -> tuple[Check, ...]:
    """The reasons that hold, in their order."""
    return tuple(check for check, holds in found if holds)
