"""What was recorded and what was heard: clients, sessions, recordings, transcripts. Times are seconds from the start of a recording."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.words import GapReason, Kind, Owner, Role, SegmentFlag, Speaker, Stage


@dataclass(frozen=True, kw_only=True)
class Client:
    ref: str
    """Short and pseudonymous, `C-0042`: the only form that reaches command lines, logs and file names."""
    name: str = field(repr=False)
    hold: dt.datetime | None = None
    """Since when (UTC) a legal hold keeps everything of theirs from being erased."""


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who can open the store."""

    name: str
    """Short, and not encrypted: it tells people apart who open one store."""
    role: Role
    you: bool = False
    """Whether the store was opened by them."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One dictation or appointment. Its stage is derived from what exists for it, never stored."""

    id: str
    kind: Kind
    date: dt.date | None
    date_confirmed: bool = True
    """False when the date was guessed from the file."""
    client: str | None = None
    """A client's reference, or None while unassigned."""
    coach: str | None = field(default=None, repr=False)
    created_at: dt.datetime
    """UTC."""


@dataclass(frozen=True, kw_only=True)
class SessionSummary:
    """A row of the list of sessions."""

    session: Session
    stage: Stage
    client_name: str | None = field(default=None, repr=False)
    seconds: float | None = None
    """Length of the recording; None for a typed or imported transcript."""
    version: int | None = None
    """Version of the newest signed note."""
    void: bool = False
    """Whether that note was made void: filed under the wrong client."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    id: str
    session: str
    media: str
    """The suffix of the file it came from, such as `.m4a`, or MICROPHONE."""
    state: Literal["recording", "complete", "recovered", "erased"]
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Word:
    start: float
    end: float
    text: str = field(repr=False)
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word or phrase to expect: a person, an employer, a place, a scheme."""

    text: str = field(repr=False)
    """As it is to be written."""
    heard_as: tuple[str, ...] = field(default=(), repr=False)
    """What a recogniser makes of it. Words in brackets must stand beside it, and stay: `pipe [assessment]`."""
    person: bool = False
    """Whether it is somebody's name: another name that sounds like it may be somebody else's."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    heard: str = field(repr=False)
    shown: str = field(repr=False)
    by: str


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One sentence or one breath, at most MAX_SEGMENT_WORDS words."""

    id: int
    start: float | None
    """Seconds; None in a typed transcript."""
    end: float | None
    speaker: Speaker | None
    text: str = field(repr=False)
    confidence: float | None = None
    """exp(mean log-probability of its tokens), 0 to 1."""
    words: tuple[Word, ...] = ()
    """With their own times: those that were heard with doubt, or all of them where that was asked for."""
    original: str | None = field(default=None, repr=False)
    corrections: tuple[Correction, ...] = ()
    flags: tuple[SegmentFlag, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch of the recording that no segment covers, and why."""

    start: float
    end: float
    why: GapReason


@dataclass(frozen=True, kw_only=True)
class PreviousAction:
    id: str
    what: str = field(repr=False)
    owner: Owner
    due: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class HeardBy:
    """The engine, its model and the settings that change what it hears."""

    engine: str
    """`typed` for a coach's own words."""
    model: str | None = None
    settings: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Transcript:
    id: str
    kind: Kind
    session_date: dt.date | None
    date_confirmed: bool = True
    client: str | None = field(repr=False)
    """First name as the coach says it, so that it can be told from other names; None when unknown."""
    coach: str | None = field(repr=False)
    language: str | None = None
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...] = ()
    previous_actions: tuple[PreviousAction, ...] = ()
    made_by: HeardBy | None = None
