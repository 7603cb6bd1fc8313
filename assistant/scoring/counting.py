"""One draft against the labels of its case, as counts that can be added up over cases. Pure.

A citation counts only when it quotes the segment that it names, a statement only when it shares words with what it cites, and a
repeated statement once. Knows no rates: those are made of sums in `figures`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import (
    Action,
    Coverage,
    Draft,
    DraftedBy,
    LabelledAction,
    LabelledFact,
    LabelledReferral,
    Labels,
    NextAppointment,
    Referral,
    Statement,
    Transcript,
)
from assistant.scoring.likeness import about, bag, cited, f1, flat, match
from assistant.scoring.loose import loose_ends

SAME_ACTION = 0.35
"""Likeness, from 0 to 1, from which a drafted action is taken for a labelled one."""
SAME_REFERRAL = 0.4
PLACES: Mapping[str, frozenset[str]] = {"ruled_out": frozenset({"ruled_out", "goals"})}
"""Headings that a fact may stand under, where its own is not the only one."""

Counts = Counter[str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A session and what a good draft of it must hold."""

    name: str
    transcript: Transcript
    labels: Labels

    @property
    def said(self) -> dict[int, str]:
        return {s.id: s.text for s in self.transcript.segments}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A statement with the segments that it truly quotes."""

    section: str
    statement: Statement
    cites: set[int]
    near: bool = field(default=False)
    """Whether it shares words with what it cites."""


def nothing_drafted(case: Case) -> Draft:
    """What a case is scored with when no draft could be made, so that it lowers the score and does not vanish from it."""
    return Draft(
        id=case.transcript.id, note=(), barriers=(), actions=(), referrals=(), previous=(), next_appointment=None,
        coverage=Coverage(segments=len(case.transcript.segments), read=0, windows=0), made_by=DraftedBy(drafter="none", version="0"),
    )  # fmt: skip


def count(case: Case, draft: Draft) -> Counts:
    """How many were wanted, drafted and right, of each kind of item."""
    said, labels = case.said, case.labels
    told, repeated = _told(draft, said)
    counts = Counter(words=sum(len(text.split()) for text in said.values()), repeated=repeated)
    counts.update(_actions(labels, [a for a in draft.actions if not a.possible], said))
    counts.update(_facts(labels.facts, told))
    counts.update(_statements(case, told))
    counts.update(_barriers(set(labels.barriers), set(draft.barriers)))
    counts.update(_referrals(labels.referrals, draft.referrals, said))
    counts.update(_previous(labels, draft))
    counts.update(_appointment(labels, draft.next_appointment))
    return counts


def _actions(labels: Labels, drafted: Sequence[Action], said: Mapping[int, str]) -> Counts:
    """A date on an action that nobody agreed is a wrong date."""
    matched = match(labels.actions, drafted, lambda wanted, given: _same_action(wanted, given, said), SAME_ACTION)
    pairs, found = [(labels.actions[i], drafted[j]) for i, j in matched], {j for _, j in matched}
    invented = [given for j, given in enumerate(drafted) if j not in found]
    traps, dated = set(labels.not_actions), [given for given in invented if given.due is not None]
    return Counter(
        act_gold=len(labels.actions), act_draft=len(drafted), act_hit=len(pairs),
        owner_ok=sum(wanted.owner == given.owner for wanted, given in pairs),
        due_ok=sum(wanted.due == given.due for wanted, given in pairs),
        due_wrong=sum(given.due is not None and given.due != wanted.due for wanted, given in pairs) + len(dated),
        trap=sum(bool(cited(a.evidence, said) & traps) for a in invented), traps=len(traps),
    )  # fmt: skip


def _same_action(wanted: LabelledAction, given: Action, said: Mapping[int, str]) -> float:
    """Half the segments they share, half the words."""
    theirs, mine = set(wanted.evidence), cited(given.evidence, said)
    overlap = 2 * len(theirs & mine) / (len(theirs) + len(mine)) if theirs & mine else 0.0
    return 0.5 * overlap + 0.5 * f1(bag(wanted.what), bag(given.what))


def _told(draft: Draft, said: Mapping[int, str]) -> tuple[list[Told], int]:
    """Every statement once, and how many were repeats."""
    told: dict[str, Told] = {}
    statements = [(section.section, statement) for section in draft.note for statement in section.statements]
    for section, statement in statements:
        cites = cited(statement.evidence, said)
        each = Told(section=section, statement=statement, cites=cites, near=about(statement.text, cites, said))
        told.setdefault(flat(statement.text), each)
    return list(told.values()), len(statements) - len(told)


def _facts(wanted: Iterable[LabelledFact], told: Sequence[Told]) -> Counts:
    counts: Counts = Counter(fact_gold=0, fact_hit=0, fact_placed=0, crit_gold=0, crit_hit=0)
    for fact in wanted:
        sections = {each.section for each in told if each.near and each.cites & set(fact.evidence)}
        counts["fact_gold"] += 1
        counts["fact_hit"] += bool(sections)
        counts["fact_placed"] += bool(sections & PLACES.get(fact.section, {fact.section}))
        counts["crit_gold"] += fact.critical
        counts["crit_hit"] += fact.critical and bool(sections)
    return counts


def _statements(case: Case, told: Sequence[Told]) -> Counts:
    useful, grounded = _useful(case.labels), [_grounded(each, case) for each in told]
    everything = [{e.segment for e in each.statement.evidence} for each in told]
    supported = [each.statement.supported for each in told]
    return Counter(
        told=len(told),
        told_useful=sum(each.near and bool(each.cites & useful) for each in told),
        told_words=sum(len(each.statement.text.split()) for each in told),
        cites=sum(map(len, everything)),
        cites_useful=sum(len(each.cites & useful) for each in told),
        cited_ok=sum(bool(each.cites) and each.cites == cites for each, cites in zip(told, everything, strict=True)),
        grounded=sum(holds and bool(each.cites) for each, holds in zip(told, grounded, strict=True)),
        false_claim=sum(shown and not holds for shown, holds in zip(supported, grounded, strict=True)),
        flagged=sum(not shown for shown in supported),
    )


def _useful(labels: Labels) -> set[int]:
    """Segments that anything in the labels rests on."""
    rests = [item.evidence for items in (labels.facts, labels.actions, labels.referrals, labels.previous) for item in items]
    return set().union(*rests, labels.next_appointment.evidence if labels.next_appointment else ())


def _grounded(told: Told, case: Case) -> bool:
    """The first names of both people count as heard."""
    said = case.said
    names = [case.transcript.client or "", case.transcript.coach or ""]
    return not loose_ends(told.statement.text, [*(said[n] for n in told.cites), *names], _dates(case.labels))


def _dates(labels: Labels) -> list[dt.date]:
    dates = [action.due for action in labels.actions if action.due]
    return [*dates, labels.next_appointment.date] if labels.next_appointment else dates


def _barriers(wanted: set[str], given: set[str]) -> Counts:
    return Counter(bar_gold=len(wanted), bar_draft=len(given), bar_hit=len(wanted & given))


def _referrals(wanted: Sequence[LabelledReferral], given: Sequence[Referral], said: Mapping[int, str]) -> Counts:
    pairs = match(wanted, given, lambda w, g: _same_referral(w, g, said), SAME_REFERRAL)
    right = sum(wanted[i].status == given[j].status for i, j in pairs)
    return Counter(ref_gold=len(wanted), ref_draft=len(given), ref_hit=len(pairs), ref_status=right)


def _same_referral(wanted: LabelledReferral, given: Referral, said: Mapping[int, str]) -> float:
    return f1(bag(wanted.to), bag(given.to)) * 0.7 + 0.3 * bool(set(wanted.evidence) & cited(given.evidence, said))


def _previous(labels: Labels, draft: Draft) -> Counts:
    reported = {outcome.id: outcome.outcome for outcome in draft.previous}
    return Counter(prev_gold=len(labels.previous), prev_ok=sum(reported.get(p.id) == p.outcome for p in labels.previous))


def _appointment(labels: Labels, given: NextAppointment | None) -> Counts:
    """Right when both say the same day and time, or neither says any."""
    wanted = labels.next_appointment
    if wanted is None or given is None:
        return Counter(next_gold=1, next_ok=int(wanted is None and given is None))
    return Counter(next_gold=1, next_ok=int((wanted.date, wanted.time or None) == (given.date, given.time or None)))
