"""What a review needs of a session, read from the store in one go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from assistant import approval, pipeline
from assistant.domain import CaseNote, Draft, Review, Transcript, Unfinished
from assistant.errors import UsageProblem
from assistant.protocols import Store


@dataclass(frozen=True, kw_only=True)
class Case:
    transcript: Transcript
    draft: Draft
    review: Review
    signed: CaseNote | None
    outdated: bool = False
    """The transcript was corrected after this draft was made."""
    unfinished: Unfinished | None = None
    """What was being typed when the app locked."""


def read_case(store: Store, session: str) -> Case:
    """The newest draft with the transcript it was made of. Raises UsageProblem when there is no draft."""
    newest, draft = store.transcript(session), store.draft(session)
    if newest is None or draft is None:
        raise UsageProblem("There is no draft of this session yet.", do=f"Leave the app and run: coachnote finish {session}")
    outdated, notes = not pipeline.is_drafted(newest, draft), store.notes(session)
    heard = store.earlier_transcript(session, draft.transcript or "") if outdated else newest
    review = store.review(session) or Review(draft=approval.key(draft))
    signed, typed = notes[-1] if notes else None, store.unfinished(session)
    return Case(transcript=heard or newest, draft=draft, review=review, signed=signed, outdated=outdated, unfinished=typed)


def carried_over(before: Case, case: Case) -> str:
    """What became of the decisions when the transcript was drafted again."""
    again = approval.carry(before.draft, before.review, case.draft, case.transcript).again
    return f"Drafted again. Look again at what has changed: {again} of your decisions." if again else "Drafted again."


def still_fitting(job: Unfinished, case: Case, groups: Collection[str]) -> Unfinished | None:
    """Where it belongs now. Another window may have drafted meanwhile: words whose item or line is gone are offered as a new item.

    None when nothing was typed that could be offered. `groups` are those that an item can be added to.
    """
    lines = {segment.id for segment in case.transcript.segments}
    paths = {entry.path for entry in approval.entries(case.draft, case.review)}
    if job.form == "correct" and int(job.at) not in lines:
        return replace(job, form="add", at=next(group for group in groups if group.startswith("note/")))
    if job.form == "edit" and job.at not in paths:
        group = job.at.rpartition("/")[0] or job.at
        return replace(job, form="add", at=group) if group in groups else None
    if job.form == "add" and job.at not in groups:
        return replace(job, form="edit") if job.at in paths else None
    return replace(job, segments=tuple(n for n in job.segments if n in lines))
