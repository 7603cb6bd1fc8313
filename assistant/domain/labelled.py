"""What a person says a good draft of one session must hold: the labels of a case that drafters are measured on.

Knows nothing of drafts. Evidence is the ids of all segments that an item needs, and no others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from assistant.domain.words import Barrier, Outcome, Owner, ReferralStatus, SectionKey


@dataclass(frozen=True, kw_only=True)
class LabelledAction:
    """A commitment that was made or confirmed in the session."""

    what: str = field(repr=False)
    owner: Owner
    owner_name: str | None = field(default=None, repr=False)
    due: dt.date | None
    due_text: str | None = field(default=None, repr=False)
    evidence: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LabelledFact:
    """Something that a colleague who takes over must know."""

    section: SectionKey
    text: str = field(default="", repr=False)
    """For people; nothing is compared with it."""
    evidence: tuple[int, ...]
    critical: bool
    """Health, risk, money, dates, ruled-out roles, legal conditions."""


@dataclass(frozen=True, kw_only=True)
class LabelledReferral:
    to: str = field(repr=False)
    status: ReferralStatus
    evidence: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LabelledOutcome:
    id: str
    outcome: Outcome
    evidence: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LabelledAppointment:
    date: dt.date
    time: str | None
    """24-hour `HH:MM`."""
    evidence: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The key `gold` of a labelled case."""

    actions: tuple[LabelledAction, ...]
    facts: tuple[LabelledFact, ...]
    barriers: tuple[Barrier, ...]
    referrals: tuple[LabelledReferral, ...]
    previous: tuple[LabelledOutcome, ...]
    next_appointment: LabelledAppointment | None
    not_actions: tuple[int, ...]
    """Segments that look like actions and are none: past, hypothetical, refused, somebody else's, retracted."""
