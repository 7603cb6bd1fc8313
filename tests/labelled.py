"""Labelled cases for tests: where they lie, the scorer that stands beside them, and drafts made of labels, whole or damaged."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.documents import draft_json
from assistant.domain import (
    Action,
    Coverage,
    Draft,
    DraftedBy,
    Evidence,
    NextAppointment,
    NoteSection,
    PreviousOutcome,
    Referral,
    Statement,
)
from assistant.scoring.counting import Case
from assistant.scoring.folder import read_case

EVAL = Path(__file__).parent / "eval"
PATHS = sorted((EVAL / "dev").glob("*.json"))


@functools.cache
def scorer() -> ModuleType:
    """`tests/eval/score.py`, the scorer that is the measure."""
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def cases() -> tuple[Case, ...]:
    return tuple(read_case(path) for path in PATHS)


def counted_by(script: ModuleType, case: Case, draft: Draft | None) -> dict[str, int]:
    """What the scorer counts for this draft, or for none."""
    raw = json.loads((EVAL / "dev" / f"{case.name}.json").read_text(encoding="utf-8"))
    given: dict[str, Any] = dict(script.EMPTY) if draft is None else {**script.EMPTY, **json.loads(draft_json(draft))}
    counts: dict[str, int] = script.score_case(raw, given)
    return counts


def faultless(case: Case) -> Draft:
    """A draft that says what the labels say, quoting whole segments."""
    labels, said = case.labels, case.said

    def quoted(segments: Sequence[int]) -> tuple[Evidence, ...]:
        return tuple(Evidence(segment=n, quote=said[n]) for n in segments)

    facts = [
        NoteSection(
            section=fact.section,
            statements=(Statement(text=fact.text, said_by=None, evidence=quoted(fact.evidence), supported=True),),
        )
        for fact in labels.facts
    ]
    return Draft(
        id=case.name,
        note=tuple(facts),
        barriers=labels.barriers,
        actions=tuple(Action(what=a.what, owner=a.owner, due=a.due, evidence=quoted(a.evidence)) for a in labels.actions),
        referrals=tuple(Referral(to=r.to, status=r.status, evidence=quoted(r.evidence)) for r in labels.referrals),
        previous=tuple(PreviousOutcome(id=p.id, outcome=p.outcome, evidence=quoted(p.evidence)) for p in labels.previous),
        next_appointment=(at := labels.next_appointment) and NextAppointment(date=at.date, time=at.time, evidence=quoted(at.evidence)),
        coverage=Coverage(segments=len(said), read=len(said), windows=1),
        made_by=DraftedBy(drafter="labels", version="1"),
    )


def damaged(case: Case, rng: random.Random) -> Draft:
    """A draft with faults of every kind: false quotes, missing segments, too many, repeats, wrong values, inventions."""
    whole = faultless(case)
    note = tuple(replace(section, statements=_spoilt_statements(section.statements, case, rng)) for section in whole.note)
    actions = tuple(_spoilt_action(a, case, rng) for a in whole.actions if rng.random() < 0.8)
    traps = tuple(_action_on(n, case, rng) for n in case.labels.not_actions if rng.random() < 0.5)
    return replace(
        whole,
        note=note,
        barriers=tuple(b for b in (*whole.barriers, "housing", "digital") if rng.random() < 0.7),
        actions=(*actions, *traps, *actions[:1]),
        referrals=tuple(replace(r, status=rng.choice(("made", "waiting")), to=rng.choice((r.to, "somebody"))) for r in whole.referrals),
        previous=tuple(replace(p, outcome=rng.choice((p.outcome, "not_done"))) for p in whole.previous if rng.random() < 0.8),
        next_appointment=_spoilt_appointment(whole.next_appointment, rng),
    )


def _spoilt_statements(statements: Sequence[Statement], case: Case, rng: random.Random) -> tuple[Statement, ...]:
    faults: Sequence[Callable[[Statement], Statement]] = (
        lambda s: s,
        lambda s: replace(s, text=f"{s.text} She owes £4,317 to Wolverhampton by half past eleven on the 29th."),
        lambda s: replace(s, text="Something else altogether.", supported=False),
        lambda s: replace(s, text=""),
        lambda s: replace(s, evidence=_spoilt_evidence(s.evidence, case, rng)),
        lambda s: replace(s, evidence=()),
    )
    spoilt = [rng.choice(faults)(s) for s in statements]
    return tuple(spoilt + spoilt[:1] if rng.random() < 0.3 else spoilt)


def _spoilt_evidence(evidence: Sequence[Evidence], case: Case, rng: random.Random) -> tuple[Evidence, ...]:
    everywhere = tuple(Evidence(segment=n, quote=text) for n, text in list(case.said.items())[:5])
    return rng.choice((
        tuple(Evidence(segment=e.segment + 1, quote=e.quote) for e in evidence),
        tuple(Evidence(segment=9_999, quote=e.quote) for e in evidence),
        tuple(Evidence(segment=e.segment, quote="…") for e in evidence),
        tuple(Evidence(segment=e.segment, quote=e.quote.upper().replace(",", " ")) for e in evidence),
        everywhere,
        (*evidence, *everywhere[:1]),
    ))  # fmt: skip


def _spoilt_action(action: Action, case: Case, rng: random.Random) -> Action:
    return replace(
        action,
        what=rng.choice((action.what, f"Think about {action.what}", "Do it")),
        owner=rng.choice((action.owner, "third_party")),
        due=rng.choice((action.due, None, dt.date(2026, 12, 24))),
        possible=rng.random() < 0.1,
        evidence=rng.choice((action.evidence, _spoilt_evidence(action.evidence, case, rng))),
    )


def _action_on(segment: int, case: Case, rng: random.Random) -> Action:
    quote = Evidence(segment=segment, quote=case.said[segment])
    return Action(what=case.said[segment], owner="coach", due=rng.choice((None, dt.date(2026, 1, 2))), evidence=(quote,))


def _spoilt_appointment(appointment: NextAppointment | None, rng: random.Random) -> NextAppointment | None:
    if appointment is None:
        return NextAppointment(date=dt.date(2026, 5, 1), time=None, evidence=())
    return rng.choice((appointment, None, replace(appointment, time="23:59"), replace(appointment, date=dt.date(2026, 5, 1))))


def coin(heads: bool) -> Counter[str]:
    """Counts of a case with nothing in it but a next appointment, right or wrong."""
    return Counter(next_gold=1, next_ok=int(heads))
