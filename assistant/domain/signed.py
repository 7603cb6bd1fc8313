"""What a coach decides about a draft, and the note that a person signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.drafted import Action, Coverage, DraftedBy, LeftOut, NextAppointment, Notice, PreviousOutcome, Referral, Statement
from assistant.domain.words import Barrier, Origin, SectionKey, Verdict

Item = Statement | Action | Referral | PreviousOutcome | NextAppointment
"""What a coach decides on, one at a time."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a coach decided about one item of a draft. At most one of the values is set: the new wording (edit) or the item (add)."""

    path: str
    """`note/SECTION/N`, `actions/N`, `referrals/N`, `previous/ID` or `next_appointment`; with `+N` for N where the coach added it."""
    verdict: Verdict
    statement: Statement | None = None
    action: Action | None = None
    referral: Referral | None = None
    outcome: PreviousOutcome | None = None
    appointment: NextAppointment | None = None

    @property
    def item(self) -> Item | None:
        return self.statement or self.action or self.referral or self.outcome or self.appointment


@dataclass(frozen=True, kw_only=True)
class Review:
    """How far a coach has come with a draft: saved at every decision, so that nothing is lost by stopping."""

    draft: str
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignedStatement(Statement):
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class SignedSection:
    section: SectionKey
    statements: tuple[SignedStatement, ...]


@dataclass(frozen=True, kw_only=True)
class SignedAction(Action):
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class SignedReferral(Referral):
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class SignedOutcome(PreviousOutcome):
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference between draft and note. `before` is None where something was added, `after` where it was dropped."""

    path: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Void:
    who: str
    at: dt.datetime
    why: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CaseNote:
    """What a person signed. Made only by `approval.sign`; never changed, only followed by a new version."""

    id: str
    """As in the draft: the transcript document's own id."""
    session: str
    transcript: str
    draft: str
    client: str
    version: int
    supersedes: int | None = None
    void: Void | None = None
    signed_by: str = field(repr=False)
    signed_at: dt.datetime
    """UTC."""
    template: str | None = None
    note: tuple[SignedSection, ...]
    barriers: tuple[Barrier, ...]
    barrier_evidence: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    actions: tuple[SignedAction, ...]
    referrals: tuple[SignedReferral, ...]
    previous: tuple[SignedOutcome, ...]
    next_appointment: NextAppointment | None
    left_out: tuple[LeftOut, ...] = ()
    coverage: Coverage
    notices: tuple[Notice, ...] = ()
    made_by: DraftedBy
    """Who made the draft that was reviewed."""
    changes: tuple[Change, ...] = ()
