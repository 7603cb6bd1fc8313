"""Walk the jobs of a plan one after the other, telling what happens. One bad file never stops the rest.

What has been done is read from the store alone, by the SHA-256 of each file's bytes, so a second run takes up only what is missing.
Knows no screen.
"""

from __future__ import annotations

import errno
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from functools import cache

from assistant.batch.plan import Job
from assistant.errors import CoachnoteError, ModelError, NotWritable, StoreError
from assistant.pipeline import Engines, process_file
from assistant.protocols import Progress, Store

NO_ROOM = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EROFS})


@dataclass(frozen=True, kw_only=True)
class JobStarted:
    job: Job


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    job: Job
    step: Progress


@dataclass(frozen=True, kw_only=True)
class JobDone:
    """Drafted, ready for review."""

    job: Job
    session: str


@dataclass(frozen=True, kw_only=True)
class JobSkipped:
    """Its bytes are in the store already, with transcript and draft."""

    job: Job
    session: str


@dataclass(frozen=True, kw_only=True)
class JobWaiting:
    """The recording is kept; its transcription waits for a model."""

    job: Job
    reason: ModelError


@dataclass(frozen=True, kw_only=True)
class JobFailed:
    job: Job
    why: str
    """A sentence without content."""
    advice: str = ""
    """What it means and what to do."""


Ended = JobDone | JobSkipped | JobWaiting | JobFailed
Event = JobStarted | JobProgress | Ended


def run_jobs(store: Store, jobs: Iterable[Job], engines: Engines) -> Generator[Event, None, None]:
    """One JobStarted and one of Ended a job. Raises NotWritable or StoreError: one that fails would fail every other file too."""
    engines = replace(engines, transcriber=cache(engines.transcriber), drafter=cache(engines.drafter))  # loaded once for all files
    drafted = {row.session.id for row in store.sessions() if row.stage in ("drafted", "signed")}
    for job in jobs:
        yield JobStarted(job=job)
        ended = yield from _run_job(store, job, engines, drafted)
        if isinstance(ended, JobDone):
            drafted.add(ended.session)
        yield ended


def _run_job(store: Store, job: Job, engines: Engines, drafted: set[str]) -> Generator[Event, None, Ended]:
    if job.problem is not None:
        return JobFailed(job=job, why=job.problem)
    try:
        session = yield from _walk(store, job, engines)
    except ModelError as missing:
        return JobWaiting(job=job, reason=missing)
    except (NotWritable, StoreError):
        raise
    except CoachnoteError as error:
        return JobFailed(job=job, why=error.what, advice=f"{error.means} {error.do}".strip())
    except Exception as error:  # noqa: BLE001 - a fault met in one file must not keep the others waiting
        _must_have_room(error)
        return JobFailed(job=job, why=f"Something went wrong inside coachnote ({type(error).__name__}).", advice="Please report it.")
    return JobSkipped(job=job, session=session) if session in drafted else JobDone(job=job, session=session)


def _must_have_room(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        raise NotWritable("The disk is full or may not be written to.", do="Free some space, then run the same command again.") from error


def _walk(store: Store, job: Job, engines: Engines) -> Generator[Event, None, str]:
    steps = process_file(store, job.path, job.intake, engines)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return str(end.value)
        yield JobProgress(job=job, step=step)
