"""What is known about a session before anything is heard: whose it is, what was agreed last time, and which words to expect.

Nothing of it leaves the store but in memory. Knows no engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.domain import CaseNote, PreviousAction, Session, Term, Transcript
from assistant.english import ordinary
from assistant.protocols import Brief, Store
from assistant.typed import COACH

READ_AGAIN = 8
"""Newest sessions of a client in which coaches' corrections are looked for: enough for what comes up now, and a few milliseconds each."""
LONGEST_LEARNED = 4
"""Words of a correction that may teach a term: a longer one is a sentence put otherwise."""
SIGNS = ".,;:!?\"'()[]“”‘’"


def brief_of(store: Store, session: Session) -> Brief:
    """What the store knows that an engine should: names to expect and what was agreed last time."""
    name = store.client(session.client).name if session.client else None
    note = store.latest_note_of(session.client, before=session.id) if session.client else None
    return Brief(
        id=session.id,
        kind=session.kind,
        session_date=session.date,
        date_confirmed=session.date_confirmed,
        client=name.split()[0] if name else None,
        coach=session.coach,
        previous_actions=open_actions(note),
        vocabulary=tuple(names((name, session.coach))),
    )


def brief_to_hear(store: Store, session: Session) -> Brief:
    """The same, with what coaches put right in earlier transcripts of the client: for whoever is about to listen."""
    brief = brief_of(store, session)
    before = store.transcripts_of(session.client, READ_AGAIN) if session.client else []
    return replace(brief, vocabulary=(*brief.vocabulary, *learned(before)))


def open_actions(note: CaseNote | None) -> tuple[PreviousAction, ...]:
    """The actions agreed in a note, as the next session will ask after them."""
    agreed = note.actions if note else ()
    return tuple(PreviousAction(id=f"p{n}", what=a.what, owner=a.owner, due=a.due) for n, a in enumerate(agreed, 1))


def names(people: Iterable[str | None]) -> Iterator[Term]:
    """Whole names, then their parts."""
    for person in people:
        parts = (person or "").split()
        for text in dict.fromkeys((" ".join(parts), *parts)):
            if len(text) > 1:
                yield Term(text=text, person=True)


def learned(transcripts: Iterable[Transcript]) -> tuple[Term, ...]:
    """What coaches wrote where something else had been heard: words that are no ordinary English, such as a name.

    What was heard goes with it where that is no English either: `Shivon` for `Siobhan`. Other corrections teach nothing: `Friday` for
    `Thursday` was right that once. Any of them may be somebody's name, and counts as one.
    """
    found: dict[str, dict[str, None]] = {}
    for each in (c for transcript in transcripts for s in transcript.segments for c in s.corrections if c.by == COACH):
        shown, heard = (text.strip(SIGNS) for text in (each.shown, each.heard))
        if heard and 0 < len(shown.split()) <= LONGEST_LEARNED and not ordinary(shown):
            teaches = not ordinary(heard) and len(heard.split()) <= LONGEST_LEARNED
            found.setdefault(shown, {}).update({heard: None} if teaches else {})
    return tuple(Term(text=shown, heard_as=tuple(heard), person=True) for shown, heard in found.items())
