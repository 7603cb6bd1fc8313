"""What a drafter makes of a transcript: statements, actions and referrals, each with the words it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.heard import Gap
from assistant.domain.words import Barrier, Check, LeftOutReason, Outcome, Owner, ReferralStatus, SaidBy, SectionKey


@dataclass(frozen=True, kw_only=True)
class Evidence:
    segment: int
    quote: str = field(repr=False)
    """A verbatim piece of that segment's text."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    text: str = field(repr=False)
    said_by: SaidBy | None
    """Never an inference: None when it is not known."""
    evidence: tuple[Evidence, ...]
    supported: bool
    check: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoteSection:
    section: SectionKey
    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True)
class Action:
    what: str = field(repr=False)
    owner: Owner
    owner_name: str | None = field(default=None, repr=False)
    due: dt.date | None = None
    due_text: str | None = field(default=None, repr=False)
    """The words that gave the date, as they were said."""
    possible: bool = False
    evidence: tuple[Evidence, ...]
    check: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Referral:
    to: str = field(repr=False)
    status: ReferralStatus
    reason: str | None = field(default=None, repr=False)
    evidence: tuple[Evidence, ...]
    check: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PreviousOutcome:
    """What became of an action agreed last time. `not_mentioned` has no evidence, every other outcome has."""

    id: str
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NextAppointment:
    date: dt.date
    time: str | None
    """24-hour `HH:MM`."""
    evidence: tuple[Evidence, ...]
    check: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    segment: int
    why: tuple[LeftOutReason, ...]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    segments: int
    read: int
    windows: int
    retried: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that happened while drafting and that a person should know."""

    code: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DraftedBy:
    drafter: str
    version: str
    model: str | None = None
    model_sha256: str | None = None
    prompt_sha256: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Unreviewed machine text. Made only by a drafter; it can be signed or thrown away, never filed as it is."""

    id: str
    """The transcript document's own id, so that a draft can be laid beside the case it came from."""
    transcript: str | None = None
    draft: str | None = None
    template: str | None = None
    note: tuple[NoteSection, ...]
    barriers: tuple[Barrier, ...]
    barrier_evidence: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    actions: tuple[Action, ...]
    referrals: tuple[Referral, ...]
    previous: tuple[PreviousOutcome, ...]
    next_appointment: NextAppointment | None
    left_out: tuple[LeftOut, ...] = ()
    coverage: Coverage
    notices: tuple[Notice, ...] = ()
    made_by: DraftedBy
