"""What holds for every draft and every way of deciding on it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import approval, documents
from assistant.domain import (
    SECTIONS,
    Action,
    CaseNote,
    Decision,
    Draft,
    Item,
    NextAppointment,
    NoteSection,
    PreviousOutcome,
    Referral,
    Review,
    Statement,
)
from assistant.errors import Refused
from tests.examples import CLIENT, COACH, SAID, draft, evidence, session, transcript
from tests.often import times

FIELDS = {Statement: "statement", Action: "action", Referral: "referral", PreviousOutcome: "outcome", NextAppointment: "appointment"}

some = settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Time is the machine's matter here, and not the subject."""

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
cited = st.lists(st.integers(0, len(SAID) - 1).map(evidence), min_size=1, max_size=3, unique_by=lambda e: e.segment).map(tuple)
reasons = st.lists(st.sampled_from(["number", "date", "money", "health"]), max_size=2, unique=True).map(tuple)
dates = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
said_by = st.sampled_from(["client", "coach", None])
statements = st.builds(Statement, text=words, said_by=said_by, evidence=cited, supported=st.booleans(), check=reasons)
actions = st.builds(
    Action, what=words, owner=st.sampled_from(["client", "coach", "third_party"]), due=st.none() | dates, evidence=cited, check=reasons
)
referrals = st.builds(Referral, to=words, status=st.sampled_from(["made", "to_make", "waiting"]), reason=st.none() | words, evidence=cited)
appointments = st.builds(NextAppointment, date=dates, time=st.just("10:30"), evidence=cited, check=reasons)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    sections = draw(st.lists(st.sampled_from([*SECTIONS, "x_travel"]), max_size=4, unique=True))
    texts = draw(st.lists(statements, min_size=len(sections), max_size=8, unique_by=lambda s: s.text)) if sections else []
    return draft(
        note=tuple(NoteSection(section=s, statements=tuple(texts[n :: len(sections)])) for n, s in enumerate(sections)),
        actions=tuple(draw(st.lists(actions, max_size=3))),
        referrals=tuple(draw(st.lists(referrals, max_size=2))),
        next_appointment=draw(st.none() | appointments),
        barriers=("health_physical",),
        barrier_evidence={"health_physical": tuple(draw(st.lists(st.integers(0, 15), min_size=1, max_size=3, unique=True)))},
    )


def decision(path: str, verdict: Any, item: Item | None = None) -> Decision:
    return Decision(path=path, verdict=verdict, **({FIELDS[type(item)]: item} if item else {}))  # type: ignore[arg-type]


@st.composite
def reviews(draw: st.DrawFn, of: Draft) -> Review:
    """Some items undecided, the others decided once or twice, and a few added."""
    made = []
    new = {Statement: statements, Action: actions, Referral: referrals, NextAppointment: appointments}
    for path, item in approval.items(of):
        for verdict in draw(st.lists(st.sampled_from(["accept", "edit", "drop"]), max_size=2)):
            kind = new.get(type(item), st.just(item))
            made.append(decision(path, verdict, draw(kind) if verdict == "edit" else None))
    for n, added in enumerate(draw(st.lists(statements, max_size=2))):
        made.append(decision(f"note/goals/+{n}", "add", replace(added, evidence=(), check=())))
    return Review(draft=approval.key(of), decisions=tuple(made))


def completed(of: Draft, review: Review) -> Review:
    accepted = tuple(decision(path, "accept") for path in approval.undecided(of, review))
    return replace(review, decisions=(*review.decisions, *accepted))


def sign(of: Draft, review: Review) -> CaseNote:
    signed_at = dt.datetime(2026, 3, 12, 16, tzinfo=dt.UTC)
    return approval.sign(of, review, transcript(), session=session(), client=CLIENT.ref, signed_by=COACH, signed_at=signed_at)


def plain(item: Item) -> tuple[Any, ...]:
    """What an item says, without what signing adds."""
    kind = next(k for k in FIELDS if isinstance(item, k))
    left_out = {"supported", "check", "origin"}
    return tuple(getattr(item, name) for name in kind.__dataclass_fields__ if name not in left_out)


def said(note: CaseNote) -> list[tuple[Any, ...]]:
    found: list[Item] = [s for section in note.note for s in section.statements]
    found += [*note.actions, *note.referrals, *note.previous, *([note.next_appointment] if note.next_appointment else [])]
    return [plain(item) for item in found]


@some
@given(drafts())
def test_accepting_everything_gives_the_same_words(of: Draft) -> None:
    note = sign(of, completed(of, Review(draft=approval.key(of), decisions=())))
    assert said(note) == [plain(item) for _, item in approval.items(of)]
    assert note.changes == ()


@some
@given(drafts().flatmap(lambda of: st.tuples(st.just(of), reviews(of))))
def test_the_note_holds_what_stands_and_nothing_else(case: tuple[Draft, Review]) -> None:
    of, review = case
    done = completed(of, review)
    newest = {d.path: d for d in done.decisions}
    wanted = []
    for path, item in approval.items(of):
        last = newest.get(path)
        if last is None or last.verdict != "drop":
            wanted.append(plain(last.item if last and last.verdict == "edit" and last.item else item))
    wanted += [plain(d.item) for d in newest.values() if d.verdict == "add" and d.item]
    assert sorted(map(repr_of, said(sign(of, done)))) == sorted(map(repr_of, wanted))


def repr_of(values: tuple[Any, ...]) -> str:
    """Evidence hides its words from `repr`, which is no matter here: they never change."""
    return repr(values)


@some
@given(drafts().flatmap(lambda of: st.tuples(st.just(of), reviews(of), st.randoms(use_true_random=False))))
def test_the_order_of_paths_does_not_matter(case: tuple[Draft, Review, random.Random]) -> None:
    of, review, chance = case
    by_path: dict[str, list[Decision]] = {}
    for made in completed(of, review).decisions:
        by_path.setdefault(made.path, []).append(made)
    shuffled: list[Decision] = []
    while by_path:
        path = chance.choice(sorted(by_path))
        shuffled.append(by_path[path].pop(0))
        if not by_path[path]:
            del by_path[path]
    assert sign(of, replace(review, decisions=tuple(shuffled))) == sign(of, completed(of, review))


@some
@given(drafts().flatmap(lambda of: st.tuples(st.just(of), reviews(of))))
def test_nothing_is_signed_while_a_check_is_undecided(case: tuple[Draft, Review]) -> None:
    of, review = case
    decided = {d.path for d in review.decisions}
    waiting = [path for path, item in approval.items(of) if approval.must_check(item) and path not in decided]
    assert list(approval.undecided(of, review)) == waiting
    try:
        sign(of, review)
    except Refused:
        assert waiting
    else:
        assert not waiting


@some
@given(drafts().flatmap(lambda of: st.tuples(st.just(of), reviews(of))))
def test_a_note_survives_its_document(case: tuple[Draft, Review]) -> None:
    of, review = case
    note = sign(of, completed(of, review))
    assert documents.read_note(documents.note_json(note)) == note


@some
@given(drafts().flatmap(lambda of: st.tuples(st.just(of), reviews(of))))
def test_no_barrier_is_named_without_something_that_shows_it(case: tuple[Draft, Review]) -> None:
    of, review = case
    note = sign(of, completed(of, review))
    assert set(note.barriers) == set(note.barrier_evidence)
    assert all(note.barrier_evidence.values())
    for barrier, segments in note.barrier_evidence.items():
        assert set(segments) <= set(of.barrier_evidence[barrier])
