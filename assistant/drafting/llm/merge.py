"""One draft from the findings of all windows and the offline drafter's second opinion.

Said twice counts once, the later wording stands, citations add up. What only the rules found is kept where forgetting is worse than saying
too much: risk word for word, barriers, outcomes, and actions marked as possible. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_args

from assistant import documents
from assistant.domain import (
    MAX_EVIDENCE,
    SECTIONS,
    Action,
    Barrier,
    Draft,
    Evidence,
    NoteSection,
    PreviousOutcome,
    Referral,
    Statement,
)
from assistant.drafting import left_out
from assistant.drafting.lexicon import content
from assistant.drafting.llm.rules import SAME_DEED, Rules, alike

SAME = 0.6
"""Share of the shorter one's content stems from which two items are one."""

Cited = TypeVar("Cited", Statement, Action, Referral)


@dataclass
class Findings:
    """What the model found so far, window by window, every item already checked."""

    facts: list[tuple[str, Statement]] = field(default_factory=list)
    risk: list[Statement] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    barriers: list[tuple[Barrier, tuple[int, ...]]] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    outcomes: list[PreviousOutcome] = field(default_factory=list)


def whole(rules: Rules, found: Findings, unread: frozenset[int]) -> Draft:
    """The offline drafter's draft with the model's findings in place of its own. `unread`: segments that the model did not read."""
    shown = _barriers(rules.second, found)
    draft = replace(
        rules.second,
        note=_note(rules.second, found, unread),
        barriers=tuple(b for b in get_args(Barrier) if b in shown),
        barrier_evidence={b: shown[b] for b in get_args(Barrier) if b in shown},
        actions=_actions(rules, found, unread),
        referrals=_referrals(rules.second, found, unread),
        previous=_outcomes(rules.second, found),
    )
    cited = {e.segment for _, e in documents.all_evidence(draft)} | {n for at in draft.barrier_evidence.values() for n in at}
    return replace(draft, left_out=tuple(left_out.scan(rules.transcript.segments, frozenset(cited), rules.today)))


def _note(second: Draft, found: Findings, unread: frozenset[int]) -> tuple[NoteSection, ...]:
    sections: dict[str, list[Statement]] = {"risk": _risk(second, found)}
    facts = _distinct(found.facts)
    facts += [(s.section, st) for s in second.note if s.section != "risk" for st in s.statements if _within(st, unread)]
    for section, statement in sorted(facts, key=lambda f: first(f[1])):
        sections.setdefault(section, []).append(statement)
    return tuple(NoteSection(section=s, statements=tuple(sections[s])) for s in SECTIONS if sections.get(s))


def _distinct(facts: Sequence[tuple[str, Statement]]) -> list[tuple[str, Statement]]:
    kept: list[tuple[str, Statement]] = []
    for section, statement in facts:
        twin = next((n for n, (_, known) in enumerate(kept) if _one_fact(known, statement)), None)
        if twin is None:
            kept.append((section, statement))
        else:
            kept[twin] = (kept[twin][0], _richer(kept[twin][1], statement))
    return kept


def _one_fact(a: Statement, b: Statement) -> bool:
    return alike(a.text, b.text) >= (SAME if _segments(a) & _segments(b) else 1)


def _richer(a: Statement, b: Statement) -> Statement:
    """The wording that is supported, then the one that says more, with the citations of both."""
    best = max((a, b), key=lambda s: (s.supported, len(content(s.text))))
    return replace(best, evidence=_together(best, b if best is a else a))


def _risk(second: Draft, found: Findings) -> list[Statement]:
    """The rules' and then whatever else the model points at: nothing that speaks of harm is lost between the two."""
    kept = [s for section in second.note if section.section == "risk" for s in section.statements]
    for statement in found.risk:
        told = {e.segment for s in kept for e in s.evidence}
        if not _segments(statement) <= told:
            kept.append(statement)
    return sorted(_each_once(kept), key=first)


def _each_once(statements: Iterable[Statement]) -> Iterator[Statement]:
    seen: set[str] = set()
    for statement in statements:
        if statement.text not in seen:
            seen.add(statement.text)
            yield statement


def _actions(rules: Rules, found: Findings, unread: frozenset[int]) -> tuple[Action, ...]:
    kept: list[Action] = []
    for action in found.actions:
        twin = next((n for n, known in enumerate(kept) if _one_action(known, action)), None)
        if twin is None:
            kept.append(action)
        else:
            kept[twin] = _later(kept[twin], action)
    for ruled in rules.second.actions:
        if not any(_one_action(ruled, known, SAME_DEED) for known in kept):
            kept.append(replace(ruled, possible=not _within(ruled, unread)))
    return tuple(sorted(kept, key=first))


def _one_action(a: Action, b: Action, near: float = SAME) -> bool:
    shared = bool(_segments(a) & _segments(b))
    return alike(a.what, b.what) >= (near if shared else 1) and (shared or a.owner == b.owner)


def _later(known: Action, action: Action) -> Action:
    """What was said later stands; a date is not lost to a repetition without one."""
    dated = action if action.due or action.due_text else known
    checks = tuple(dict.fromkeys((*known.check, *action.check)))
    return replace(action, due=dated.due, due_text=dated.due_text, evidence=_together(action, known), check=checks)


def _barriers(second: Draft, found: Findings) -> Mapping[Barrier, tuple[int, ...]]:
    shown: dict[Barrier, tuple[int, ...]] = {b: tuple(second.barrier_evidence.get(b, ())) for b in second.barriers}
    for barrier, segments in found.barriers:
        shown[barrier] = tuple(dict.fromkeys((*segments, *shown.get(barrier, ()))))[:MAX_EVIDENCE]
    return {b: tuple(sorted(at)) for b, at in shown.items()}


def _referrals(second: Draft, found: Findings, unread: frozenset[int]) -> tuple[Referral, ...]:
    kept: list[Referral] = []
    for referral in [*found.referrals, *(r for r in second.referrals if _within(r, unread))]:
        twin = next((n for n, known in enumerate(kept) if alike(known.to, referral.to) == 1), None)
        if twin is None:
            kept.append(referral)
        else:
            kept[twin] = replace(referral, reason=referral.reason or kept[twin].reason, evidence=_together(referral, kept[twin]))
    return tuple(sorted(kept, key=first))


def _outcomes(second: Draft, found: Findings) -> tuple[PreviousOutcome, ...]:
    """The last the model reported, else what the rules found; `not_mentioned` only where both are silent."""
    reported = {outcome.id: outcome for outcome in found.outcomes}
    return tuple(reported.get(ruled.id, ruled) for ruled in second.previous)


def _together(a: Cited, b: Cited) -> tuple[Evidence, ...]:
    """The first one's citations, then what room is left for the other's; one a segment, in order."""
    by_segment = {e.segment: e for e in [*a.evidence, *b.evidence][::-1]}
    chosen = list(dict.fromkeys(e.segment for e in (*a.evidence, *b.evidence)))[:MAX_EVIDENCE]
    return tuple(by_segment[n] for n in sorted(chosen))


def _segments(item: Any) -> set[int]:
    return {e.segment for e in item.evidence}


def _within(item: Any, segments: frozenset[int]) -> bool:
    return bool(item.evidence) and _segments(item) <= segments


def first(item: Any) -> int:
    return min((e.segment for e in item.evidence), default=0)
