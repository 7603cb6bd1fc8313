"""What a review needs of a session, read from the store in one go."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from assistant import approval, pipeline
from assistant.domain import CaseNote, Draft, Review, Transcript
from assistant.errors import NotWritable, UsageProblem
from assistant.protocols import Store


@dataclass(frozen=True, kw_only=True)
class Case:
    transcript: Transcript
    draft: Draft
    review: Review
    signed: CaseNote | None
    outdated: bool = False
    """The transcript was corrected after this draft was made."""


def read_case(store: Store, session: str) -> Case:
    """The newest draft with the transcript it was made of. Raises UsageProblem when there is no draft."""
    newest, draft = store.transcript(session), store.draft(session)
    if newest is None or draft is None:
        raise UsageProblem("There is no draft of this session yet.", do=f"Leave the app and run: coachnote finish {session}")
    outdated, notes = not pipeline.is_drafted(newest, draft), store.notes(session)
    heard = store.earlier_transcript(session, draft.transcript or "") if outdated else newest
    review = store.review(session) or Review(draft=approval.key(draft))
    return Case(transcript=heard or newest, draft=draft, review=review, signed=notes[-1] if notes else None, outdated=outdated)


def note_read(store: Store, session: str) -> None:
    """In the audit. A disk that is full keeps nobody from reading."""
    with contextlib.suppress(NotWritable):
        store.note_use("read", session)


def carried_over(before: Case, case: Case) -> str:
    """What became of the decisions when the transcript was drafted again."""
    again = approval.carry(before.draft, before.review, case.draft, case.transcript).again
    return f"Drafted again. Look again at what has changed: {again} of your decisions." if again else "Drafted again."
