"""A coach's decisions on a draft, and the note that comes of them. Pure: knows no store and no screen.

A draft stays as it is. A review is the list of what was decided, the newest decision on a path winning. `sign` is the only maker of a
`CaseNote`, and it refuses until every item that carries a reason to check has been looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from assistant import grounding
from assistant.domain import (
    SECTIONS,
    Action,
    CaseNote,
    Change,
    Check,
    Decision,
    Draft,
    Evidence,
    Item,
    NextAppointment,
    Origin,
    PreviousOutcome,
    Referral,
    Review,
    Session,
    SignedAction,
    SignedOutcome,
    SignedReferral,
    SignedSection,
    SignedStatement,
    Statement,
    Transcript,
)
from assistant.errors import Refused

State = Literal["check", "open", "kept", "edited", "dropped", "added"]
"""`check` and `open` are undecided, with and without a reason to look."""

WORDS: Mapping[type, str] = {Statement: "text", Action: "what", Referral: "to", PreviousOutcome: "outcome", NextAppointment: "date"}
"""The field that stands for a whole item where one is added or dropped."""
FIELDS: Mapping[type, str] = {
    Statement: "statement",
    Action: "action",
    Referral: "referral",
    PreviousOutcome: "outcome",
    NextAppointment: "appointment",
}
"""Which value of a decision holds which kind of item."""
GROUPS = ("note", "actions", "referrals", "previous", "next_appointment")
NOT_COMPARED = frozenset({"evidence", "check", "supported", "id"})
"""Fields that are no coach's words: what was cited, and what code worked out."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item as it stands after the decisions so far."""

    path: str
    item: Item
    """Its newest wording, also when it was dropped."""
    drafted: Item | None
    """None where the coach added it."""
    state: State


def key(draft: Draft) -> str:
    """The identity that reviews of this draft carry."""
    return draft.draft or draft.id


def items(of: Draft | CaseNote) -> tuple[tuple[str, Item], ...]:
    """Every item of a draft or of a note with its path, in the order it is read."""
    found: list[tuple[str, Item]] = [(f"note/{s.section}/{n}", item) for s in of.note for n, item in enumerate(s.statements)]
    found += [(f"actions/{n}", item) for n, item in enumerate(of.actions)]
    found += [(f"referrals/{n}", item) for n, item in enumerate(of.referrals)]
    found += [(f"previous/{item.id}", item) for item in of.previous]
    found += [("next_appointment", of.next_appointment)] if of.next_appointment else []
    return tuple(found)


def checks(item: Item) -> tuple[Check, ...]:
    """Why a person must look at this item before signing; empty when nothing asks for it."""
    return () if isinstance(item, PreviousOutcome) else item.check


def must_check(item: Item) -> bool:
    return bool(checks(item))


def decide(review: Review, decision: Decision) -> Review:
    """The review with one more decision; the newest on a path wins."""
    return replace(review, decisions=(*review.decisions, decision))


def undo(review: Review) -> Review:
    """The review without its newest decision."""
    return replace(review, decisions=review.decisions[:-1])


def new_path(review: Review, group: str) -> str:
    """A free path for an item that the coach adds to `actions`, `referrals` or `note/SECTION`."""
    taken = {d.path for d in review.decisions if d.path.startswith(f"{group}/+")}
    return f"{group}/+{len(taken)}"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """Decisions taken over from an earlier draft of the same session."""

    review: Review
    again: int
    """How many items that were decided on have changed since, and must be decided on again."""


def carry(before: Draft, review: Review, draft: Draft, transcript: Transcript) -> Carried:
    """The decisions on `before` that still hold for `draft`, which was made of `transcript`.

    An item that is the same keeps its decisions, and what the coach added stands, its quotes brought up to date. Of an item that
    has changed only the coach's own wording is kept, struck out: one key brings it back, and nothing old stands unread.
    """
    same, drafted = _same_items(before, draft), dict(items(draft))
    changed = [e for e in entries(before, review) if e.drafted is not None and e.state not in ("check", "open") and e.path not in same]
    gone = {path for path, _ in items(before)} - set(same)
    texts = {s.id: s.text for s in transcript.segments}
    kept = Review(draft=key(draft))
    for made in review.decisions:
        if made.path in same:
            kept = decide(kept, replace(made, path=same[made.path]))
        elif made.path not in gone:
            kept = decide(kept, _brought_up_to_date(made, drafted, texts))
    for entry in changed:
        for struck in _struck(entry, kept, drafted, texts):
            kept = decide(kept, struck)
    return Carried(review=kept, again=len(changed))


def _same_items(before: Draft, draft: Draft) -> dict[str, str]:
    """Path before to path now, for items that are equal to the last word of their evidence."""
    left, same = list(items(draft)), {}
    for path, item in items(before):
        twin = next((found for found in left if found[1] == item and found[0].split("/")[0] == path.split("/")[0]), None)
        if twin is not None:
            left.remove(twin)
            same[path] = twin[0]
    return same


def _brought_up_to_date(made: Decision, drafted: Mapping[str, Item], texts: Mapping[int, str]) -> Decision:
    """What the coach added, quoting what the transcript says now; an edit where the draft has such an item itself now."""
    values = {f.name: getattr(made, f.name) for f in fields(made)}
    quoted = {name: _quoted(value, texts) for name, value in values.items() if isinstance(value, tuple(WORDS))}
    verdict = "edit" if made.verdict == "add" and made.path in drafted else made.verdict
    return replace(made, verdict=verdict, **quoted)


def _struck(entry: Entry, review: Review, drafted: Mapping[str, Item], texts: Mapping[int, str]) -> tuple[Decision, ...]:
    """The coach's own wording of an item that has changed, as an addition that was dropped again. A mere choice is to be made anew."""
    path = entry.path if entry.path == "next_appointment" else new_path(review, entry.path.rpartition("/")[0])
    if entry.item == entry.drafted or isinstance(entry.item, PreviousOutcome) or path in drafted:
        return ()
    item = _quoted(entry.item, texts)
    return Decision(path=path, verdict="add", **{FIELDS[type(item)]: item}), Decision(path=path, verdict="drop")


def _quoted(item: Any, texts: Mapping[int, str]) -> Any:
    """The item with every quote as the transcript has it now; a quote whose words have changed becomes the whole segment."""
    said = [e for e in item.evidence if e.segment in texts]
    return replace(item, evidence=tuple(e if e.quote in texts[e.segment] else replace(e, quote=texts[e.segment]) for e in said))


def undecided(draft: Draft, review: Review) -> tuple[str, ...]:
    """Paths of the items that must be looked at and have not been."""
    return tuple(entry.path for entry in entries(draft, review) if entry.state == "check")


def entries(draft: Draft, review: Review) -> tuple[Entry, ...]:
    """Every item, drafted or added, with its state, in the order it is read. Raises Refused for the review of another draft."""
    if review.draft != key(draft):
        raise Refused("These decisions were made on another draft.", means="They fit other sentences.", do="Open the session again.")
    newest = {d.path: d for d in review.decisions}
    wording = {d.path: d.item for d in review.decisions if d.item is not None}
    drafted = [_entry(path, item, newest.get(path), wording.get(path)) for path, item in items(draft)]
    known = {entry.path for entry in drafted}
    added = [
        Entry(path=path, item=item, drafted=None, state="dropped" if newest[path].verdict == "drop" else "added")
        for path, item in wording.items()
        if path not in known and _belongs(path, item)
    ]
    order = [s.section for s in draft.note]
    return tuple(sorted([*drafted, *added], key=lambda entry: _place(entry, order)))


def merge(draft: Draft, review: Review) -> tuple[Entry, ...]:
    """The content as it stands after review: everything but what was dropped."""
    return tuple(entry for entry in entries(draft, review) if entry.state != "dropped")


def signed_entries(note: CaseNote) -> tuple[Entry, ...]:
    """A signed note's items, in the order they are read, with their origin as state."""
    return tuple(Entry(path=path, item=item, drafted=None, state=getattr(item, "origin", "kept")) for path, item in items(note))


def sign(
    draft: Draft,
    review: Review,
    transcript: Transcript,
    *,
    session: Session,
    client: str | None,
    signed_by: str,
    signed_at: dt.datetime,
    previous: CaseNote | None = None,
) -> CaseNote:
    """The signed note. `previous` is the newest signed version, `signed_at` an aware time.

    Raises Refused while an item with a reason to check is undecided, without a client, and without a name to sign with.
    """
    _refuse_unready(draft, review, client, signed_by)
    whole = entries(draft, review)
    standing = [entry for entry in whole if entry.state != "dropped"]
    tags = _barrier_evidence(draft, whole)
    cited = {evidence.segment for entry in standing for evidence in entry.item.evidence}
    return CaseNote(
        id=draft.id,
        coverage=draft.coverage,
        notices=draft.notices,
        made_by=draft.made_by,
        session=session.id,
        transcript=draft.transcript or transcript.id,
        draft=key(draft),
        client=client or "",
        version=previous.version + 1 if previous else 1,
        supersedes=previous.version if previous else None,
        signed_by=signed_by.strip(),
        signed_at=signed_at.astimezone(dt.UTC),
        template=draft.template,
        note=_sections(standing, transcript),
        barriers=tuple(b for b in draft.barriers if b in tags or b not in draft.barrier_evidence),
        barrier_evidence=tags,
        actions=tuple(SignedAction(**_values(e.item), origin=_origin(e)) for e in standing if isinstance(e.item, Action)),
        referrals=tuple(SignedReferral(**_values(e.item), origin=_origin(e)) for e in standing if isinstance(e.item, Referral)),
        previous=tuple(SignedOutcome(**_values(e.item), origin=_origin(e)) for e in standing if isinstance(e.item, PreviousOutcome)),
        next_appointment=next((e.item for e in standing if isinstance(e.item, NextAppointment)), None),
        left_out=tuple(left for left in draft.left_out if left.segment not in cited),
        changes=(*_changes(whole), *_lost_barriers(draft, tags)),
    )


def _refuse_unready(draft: Draft, review: Review, client: str | None, signed_by: str) -> None:
    waiting = len(undecided(draft, review))
    if waiting:
        what = "One item still has to be checked." if waiting == 1 else f"{waiting} items still have to be checked."
        raise Refused(what, means="They hold dates, money, health or the like.", do="Accept, edit or drop each of them.")
    if not client:
        raise Refused("This session has no client yet.", means="A note is filed under a person.", do="Assign it in the list of sessions.")
    if not signed_by.strip():
        raise Refused("A note is signed with a name.", do="Type your name.")


def _entry(path: str, drafted: Item, newest: Decision | None, wording: Item | None) -> Entry:
    edited = newest.item if newest and newest.verdict == "edit" and isinstance(newest.item, type(drafted)) else None
    if newest is None or (newest.verdict == "edit" and edited is None):
        return Entry(path=path, item=drafted, drafted=drafted, state="check" if must_check(drafted) else "open")
    if newest.verdict == "drop":
        return Entry(path=path, item=wording if isinstance(wording, type(drafted)) else drafted, drafted=drafted, state="dropped")
    return Entry(path=path, item=edited or drafted, drafted=drafted, state="edited" if edited not in (None, drafted) else "kept")


def _belongs(path: str, item: Item) -> bool:
    """Whether an added item is of the kind that its path promises."""
    kinds: Mapping[str, type] = {"note": Statement, "actions": Action, "referrals": Referral, "next_appointment": NextAppointment}
    group = path.split("/")[0]
    return group in kinds and isinstance(item, kinds[group])


def _place(entry: Entry, drafted_sections: list[str]) -> tuple[int, tuple[int, int], int, int]:
    """Note by section, actions, referrals, last time's actions, next appointment; what was added follows what was drafted."""
    group, *rest = entry.path.split("/")
    section = _section_place(rest[0], drafted_sections) if group == "note" else (0, 0)
    position = int(rest[-1]) if rest and group != "previous" else 0
    return GROUPS.index(group), section, int(entry.drafted is None), position


def _section_place(section: str, drafted: list[str]) -> tuple[int, int]:
    """A template's order where it has one; one that only the coach opened follows its neighbour in SECTIONS."""
    rank = SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)
    if section in drafted:
        return drafted.index(section), -1
    before = [n for n, s in enumerate(drafted) if s in SECTIONS and SECTIONS.index(s) < rank]
    return (before[-1] if before else -1), rank


def _origin(entry: Entry) -> Origin:
    return "added" if entry.state == "added" else "edited" if entry.state == "edited" else "kept"


def _values(item: Item) -> dict[str, Any]:
    return {f.name: getattr(item, f.name) for f in fields(item)}


def _sections(standing: list[Entry], transcript: Transcript) -> tuple[SignedSection, ...]:
    found: dict[str, list[SignedStatement]] = {}
    for entry in standing:
        if isinstance(entry.item, Statement):
            found.setdefault(entry.path.split("/")[1], []).append(_signed_statement(entry, entry.item, transcript))
    return tuple(SignedSection(section=section, statements=tuple(statements)) for section, statements in found.items())


def _signed_statement(entry: Entry, statement: Statement, transcript: Transcript) -> SignedStatement:
    """New words are held against their evidence again. Without any evidence they are the coach's own, which `origin` says."""
    supported = statement.supported if entry.state == "kept" or entry.item == entry.drafted else _supported(entry, statement, transcript)
    reasons = tuple(check for check in statement.check if check != "unsupported")
    unsupported = () if supported or entry.state == "added" else ("unsupported",)
    values = _values(statement) | {"supported": supported, "check": (*reasons, *unsupported)}
    return SignedStatement(**values, origin=_origin(entry))


def _supported(entry: Entry, statement: Statement, transcript: Transcript) -> bool:
    """What the draft said and had evidence for, dates worked out from spoken ones included, the new wording may say too."""
    heard = grounding.cited_texts(statement.evidence, transcript)
    if isinstance(entry.drafted, Statement) and entry.drafted.supported:
        heard.append(entry.drafted.text)
    return bool(heard) and not grounding.loose_ends(statement.text, heard, grounding.known_names(transcript))


def _barrier_evidence(draft: Draft, whole: tuple[Entry, ...]) -> dict[str, tuple[int, ...]]:
    """A barrier is named for as long as a segment that shows it stands: one whose every statement was dropped shows nothing more."""
    drafted = {e.segment for entry in whole for e in _cited(entry.drafted)}
    standing = {e.segment for entry in whole if entry.state != "dropped" for e in _cited(entry.item)}
    withdrawn = drafted - standing
    left = {barrier: tuple(s for s in segments if s not in withdrawn) for barrier, segments in draft.barrier_evidence.items()}
    return {barrier: segments for barrier, segments in left.items() if segments}


def _cited(item: Item | None) -> tuple[Evidence, ...]:
    return item.evidence if isinstance(item, Statement) else ()


def _lost_barriers(draft: Draft, tags: Mapping[str, tuple[int, ...]]) -> Iterator[Change]:
    for barrier in draft.barriers:
        if barrier in draft.barrier_evidence and barrier not in tags:
            yield Change(path=f"barriers/{barrier}", before=barrier, after=None)


def _changes(whole: tuple[Entry, ...]) -> Iterator[Change]:
    """From draft to note, field by field; an item that came or went as a whole is one change."""
    for entry in whole:
        if entry.state == "added":
            yield Change(path=entry.path, before=None, after=words(entry.item))
        elif entry.drafted is not None and entry.state == "dropped":
            yield Change(path=entry.path, before=words(entry.drafted), after=None)
        elif entry.drafted is not None and entry.state == "edited":
            yield from _field_changes(entry.path, entry.drafted, entry.item)


def _field_changes(path: str, drafted: Item, item: Item) -> Iterator[Change]:
    for f in fields(drafted):
        before, after = getattr(drafted, f.name), getattr(item, f.name)
        if f.name not in NOT_COMPARED and before != after:
            yield Change(path=f"{path}/{f.name}", before=_printed(before), after=_printed(after))


def words(item: Item) -> str:
    """What an item says, without who and when."""
    return str(getattr(item, next(name for kind, name in WORDS.items() if isinstance(item, kind))))


def _printed(value: Any) -> str | None:
    return None if value is None else str(value)
