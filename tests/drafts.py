"""What several tests of drafting need: a transcript from plain sentences, and the finished draft of a transcript."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from assistant.domain import Draft, PreviousAction, Segment, Speaker, Transcript
from assistant.drafting.extractive import ExtractiveDrafter

THURSDAY = dt.date(2026, 3, 12)


def dictation(
    *said: str,
    date: dt.date | None = THURSDAY,
    client: str | None = "Amina",
    previous: Sequence[PreviousAction] = (),
    confirmed: bool = True,
) -> Transcript:
    segments = tuple(Segment(id=n, start=None, end=None, speaker=None, text=text) for n, text in enumerate(said))
    return Transcript(
        id="t1",
        kind="dictation",
        session_date=date,
        date_confirmed=confirmed,
        client=client,
        coach="Helen",
        segments=segments,
        previous_actions=tuple(previous),
    )


def appointment(*said: tuple[Speaker, str], date: dt.date | None = THURSDAY, previous: Sequence[PreviousAction] = ()) -> Transcript:
    segments = tuple(Segment(id=n, start=None, end=None, speaker=who, text=text) for n, (who, text) in enumerate(said))
    return Transcript(
        id="t1", kind="appointment", session_date=date, client="Amina", coach="Helen", segments=segments, previous_actions=tuple(previous)
    )


def draft(transcript: Transcript) -> Draft:
    work = ExtractiveDrafter().draft(transcript)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value
