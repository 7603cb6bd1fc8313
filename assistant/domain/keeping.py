"""How long things are kept, what is due to be erased, what was erased, and all that is held about one person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.drafted import Draft
from assistant.domain.heard import Client, Recording, Session, Transcript
from assistant.domain.signed import CaseNote, Review
from assistant.domain.unfinished import Unfinished

Kept = Literal["recording", "transcript", "draft", "note"]
"""What has a clock of its own. A note's clock is that of its whole session."""
Erasable = Literal["client", "session", "recording", "transcript", "draft", "review", "note", "unfinished"]
Why = Literal["asked", "retention"]
"""A person asked for it, or its time was up."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long each thing is kept. An organisation's schedule may say otherwise."""

    recording_days_after_signing: int = 7
    recording_days_unsigned: int = 30
    """From the day of the session's making, when nobody signs."""
    draft_days: int = 30
    """From the newest draft or transcript of a session that nobody signs: all that was heard and drafted in it goes together."""
    transcript_days: int | None = None
    """From signing, for the transcript of a signed note and the drafts made of it; None: kept with the note, whose evidence it is."""
    note_years: int | None = None
    """From signing, for the whole session; None: until the organisation sets it."""


@dataclass(frozen=True, kw_only=True)
class Due:
    what: Kept
    object: str
    """Id of a recording; else the session's, whose transcripts, drafts or whole content is meant."""
    session: str
    client: str | None
    on: dt.datetime
    """UTC: from then on it is due."""
    signed: bool


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Soonest first."""

    due: tuple[Due, ...] = ()
    soon: tuple[Due, ...] = ()
    """Due within a week."""
    doubt: str | None = None
    """Why the calendar cannot be trusted by itself, as a sentence: then a person is asked before anything unsigned is erased."""

    @property
    def certain(self) -> tuple[Due, ...]:
        """What is erased without asking."""
        return tuple(each for each in self.due if each.signed or self.doubt is None)


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """An entry without content."""

    at: dt.datetime
    """UTC."""
    what: Erasable
    object: str
    why: Why


@dataclass(frozen=True, kw_only=True)
class Access:
    at: dt.datetime
    """UTC."""
    what: str
    """As the audit names it."""
    object: str
    who: str | None
    """The user's short name; None when they cannot open the store any more."""


@dataclass(frozen=True, kw_only=True)
class HeldSession:
    """Everything of one session, oldest first."""

    session: Session
    recordings: tuple[Recording, ...]
    transcripts: tuple[Transcript, ...] = field(repr=False)
    drafts: tuple[Draft, ...] = field(repr=False)
    reviews: tuple[Review, ...] = field(repr=False)
    notes: tuple[CaseNote, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Held:
    """Everything that a store holds about one client."""

    client: Client
    sessions: tuple[HeldSession, ...]
    accesses: tuple[Access, ...]
    """To the client's own sessions and notes."""
    openings: tuple[Access, ...]
    """Of the store as a whole, since the client's first session."""
    erased: tuple[Erasure, ...]
    unfinished: tuple[Unfinished, ...] = field(default=(), repr=False)
    """What was being typed when the app locked."""


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """Other people whom texts seem to mention. Found by their form, so some are places or firms, and some people are missing."""

    names: tuple[str, ...] = field(default=(), repr=False)
    openings: tuple[str, ...] = field(default=(), repr=False)
    """Capitalised words that only ever begin a sentence: perhaps names, perhaps not."""
    roles: tuple[str, ...] = field(default=(), repr=False)
    """People called by what they are to somebody, such as "his mum"."""
