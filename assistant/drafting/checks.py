"""Why a person must look at an item before signing, as far as its words and segments tell. Shared by every drafter; knows no sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assistant.domain import Check, Evidence, Segment
from assistant.doubt import unclear

MONEY = re.compile(r"£ ?\d|\b(?:quid|pounds|pence|tenner|fiver)\b", re.IGNORECASE)
CONDITION = re.compile(r"\b(?:if|unless|subject to|as long as|provided|depending)\b", re.IGNORECASE)
REPORTED = re.compile(
    r"\b(?:he|she|they|[A-Z][a-z]+) (?:says|said|told me|reckons|feels|thinks|mentioned|admitted|explained|was telling me"
    r"|let slip)\b|\b(?:told|tells) me\b"
)
"""The participant's words in the coach's mouth."""
HEALTH = frozenset({"health_physical", "health_mental", "addiction"})
"""Barriers that are somebody's health."""


def leans_on_doubt(evidence: Iterable[Evidence], segments: Mapping[int, Segment]) -> bool:
    """Whether any of the words quoted should be listened to again."""
    return any(unclear(segments[e.segment], e.quote) for e in evidence)


def holding(found: Iterable[tuple[Check, bool]]) -> tuple[Check, ...]:
    """The reasons that hold, in their order."""
    return tuple(check for check, holds in found if holds)
