"""Apostrophes that a recogniser left out (`ill ring`, `shes to bring`), put back where a clause has to be understood.

For reading only: what is quoted stays as it was heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.drafting.units import Clause
from assistant.drafting.verbs import is_action

USUAL = 40
"""Words for each of which a talk has at least one apostrophe; with fewer they were left out."""
PLAIN = re.compile(
    r"\b(?:(i)(m|ve)|(he|she|that|what|there|who)(s)|(they|we|you)(re|ve|ll)|(they)(ll|d)|(can|don|won|didn|isn|hasn|doesn|wasn|couldn)(t))\b",
    re.IGNORECASE,
)
WILL = re.compile(r"\b(i|he|she|we)ll (?=(?:just |also |then )?([a-z]+))", re.IGNORECASE)
"""`ill`, `hell`, `shell` and `well` are words, so a verb must follow."""


def mended(said: Sequence[Clause]) -> list[Clause]:
    """The clauses with their apostrophes, where a transcript has hardly any."""
    words = sum(len(c.text.split()) for c in said)
    if sum("'" in c.text for c in said) * USUAL >= words:
        return list(said)
    return [replace(c, text=_mended(c.text)) for c in said]


def _mended(text: str) -> str:
    text = PLAIN.sub(lambda m: "'".join(part for part in m.groups() if part), text)
    return WILL.sub(lambda m: f"{m[1]}'ll " if is_action(m[2]) else m[0], text)
