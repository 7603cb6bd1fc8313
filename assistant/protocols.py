"""The seams: what the pipeline and the screens ask of engines and of the store, one to three methods each.

Long work is a generator that yields `Progress` and returns its noun: whoever stops iterating stops the work, and nothing half done is
returned. Knows no engine, no file format and no table.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from assistant.domain import (
    PLAIN,
    CaseNote,
    Client,
    Draft,
    Gap,
    HeardBy,
    Item,
    Kind,
    PreviousAction,
    Recording,
    Review,
    Role,
    Segment,
    Session,
    SessionSummary,
    Template,
    Transcript,
    Use,
    User,
)

SAMPLE_RATE = 16_000
"""Hz, mono: what every engine hears and every recorder writes."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    stage: Literal["keep", "load", "decode", "transcribe", "draft"]
    done: float
    """Seconds of audio; bytes when keeping a file, segments when drafting."""
    total: float | None = None
    segment: Segment | None = None
    """The segment just heard, when there is one."""
    item: Item | None = None
    """The item just drafted, when there is one: it may still be joined with others or dropped."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What is known about a session before anything is heard."""

    id: str
    kind: Kind = "dictation"
    session_date: date | None = None
    date_confirmed: bool = True
    client: str | None = field(default=None, repr=False)
    coach: str | None = field(default=None, repr=False)
    previous_actions: tuple[PreviousAction, ...] = ()

    def transcript(
        self, segments: tuple[Segment, ...], made_by: HeardBy, language: str | None = None, gaps: tuple[Gap, ...] = ()
    ) -> Transcript:
        """What was heard or typed, with what was known before."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return Transcript(**known, segments=segments, made_by=made_by, language=language, gaps=gaps)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A tenth of a second of the microphone, for the meter."""

    at: float
    """Seconds recorded so far."""
    rms: float
    """dBFS, -120 for digital silence."""
    peak: float
    """dBFS."""
    warning: Literal["silent", "dead", "clipping", "dropout"] | None = None


class Transcriber(Protocol):
    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        """Hear a recording. Raises NotAudio, NothingSaid or ModelError."""


class Drafter(Protocol):
    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        """Draft a note from a transcript, every statement with its evidence."""


class AudioWriter(Protocol):
    """An encrypted file that is whole after every call of `write`, whatever happens next."""

    def write(self, data: bytes) -> object: ...

    def close(self) -> None:
        """Mark the recording complete. Without it, it can be recovered up to the last whole chunk."""


class Recorder(Protocol):
    def record(self, sink: AudioWriter, seconds: float | None) -> Generator[Level, str | None, float]:
        """Record 16 kHz mono s16le WAV bytes into `sink` until `seconds` have passed or the generator is sent "stop".

        "pause" and "resume" may be sent too. Returns the seconds recorded. Raises MissingPart without PortAudio or a microphone.
        """


class Sessions(Protocol):
    def add_session(self, session: Session) -> None: ...

    def session(self, session_id: str) -> Session:
        """Raises UsageProblem when there is none."""

    def sessions(self) -> list[SessionSummary]:
        """Newest first."""

    def assign(self, session_id: str, client: str) -> None:
        """File an unassigned session under a client. Refused once signed."""


class Recordings(Protocol):
    def start_recording(self, session_id: str, media: str) -> tuple[Recording, AudioWriter]: ...

    def recordings(self, session_id: str) -> list[Recording]: ...

    def open_recording(self, recording_id: str) -> BinaryIO:
        """Decrypted on the fly, seekable, never on disk."""

    def finish_recording(self, recording_id: str, seconds: float | None) -> None: ...

    def recover_recordings(self) -> list[Recording]:
        """Close what a crash left open, keeping every whole chunk. Recordings still being written by a living process are left alone."""


class Notes(Protocol):
    """What was heard, drafted, decided and signed: append-only."""

    def save_transcript(self, session_id: str, transcript: Transcript) -> None: ...

    def transcript(self, session_id: str) -> Transcript | None:
        """The newest one: as it was heard, or as a coach has corrected it since."""

    def earlier_transcript(self, session_id: str, transcript_id: str) -> Transcript | None:
        """The newest one with this id of its own: what an earlier draft or note was made of."""

    def save_draft(self, session_id: str, draft: Draft, review: Review | None = None) -> None:
        """With the decisions carried over to it, if any: both are kept, or neither."""

    def draft(self, session_id: str) -> Draft | None: ...

    def save_review(self, session_id: str, review: Review) -> None: ...

    def review(self, session_id: str) -> Review | None:
        """The newest review of the newest draft."""

    def save_note(self, note: CaseNote) -> None:
        """Raises Refused when that version exists or does not follow the newest one."""

    def notes(self, session_id: str) -> list[CaseNote]:
        """Oldest version first; empty while unsigned."""

    def latest_note_of(self, client: str, *, before: str | None = None) -> CaseNote | None:
        """The newest signed note of the client's other sessions: `before` names the session to leave out."""


class People(Protocol):
    def add_client(self, name: str, ref: str | None = None) -> Client:
        """Raises Refused when the reference is taken. Without one, the next free `C-0001` is given."""

    def clients(self) -> list[Client]: ...

    def client(self, ref: str) -> Client:
        """Raises UsageProblem when there is none."""


class Ledger(Protocol):
    """Which source files have been taken in, so that a batch can be run again."""

    def seen(self, digest: str) -> str | None:
        """The session that a source with this SHA-256 became, or None."""

    def remember(self, digest: str, session_id: str) -> None: ...


class Users(Protocol):
    """Who can open the store. All but `users` need it alone: Refused while another program has it open, and to whom is no admin."""

    def users(self) -> list[User]: ...

    def add_user(self, name: str, passphrase: str, role: Role) -> None: ...

    def revoke_user(self, name: str) -> None:
        """Also changes the master key: a way in that is only taken out has been seen already."""

    def change_passphrase(self, passphrase: str, name: str | None = None) -> None:
        """Of oneself, or of somebody else as an admin."""

    def new_recovery_code(self) -> str:
        """The old one opens nothing any more."""

    def remember_me(self) -> None:
        """Let the keyring of this computer open the store for oneself. Raises MissingPart, or CoachnoteError when it keeps nothing."""

    def forget_me(self) -> bool:
        """Ask for the passphrase again; False when nothing was remembered."""


class Store(Sessions, Recordings, Notes, People, Ledger, Users, Protocol):
    """Everything at once, for the rooms that walk the whole line."""

    @property
    def role(self) -> Role: ...

    def must_be_admin(self, to: str) -> None:
        """Raises Refused for a coach. `to`: what is refused, as in "revoke users"."""

    def note_use(self, what: Use, thing: str) -> None:
        """Note in the audit that a session was read or exported, or that there was a search."""

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """What a front end is handed: openers and makers, each called only when needed. `wiring` fills it; tests fill it with fakes."""

    open_store: Callable[[str], Store]
    """Takes the passphrase. Raises WrongPassphrase, StoreMissing, StoreDamaged or StoreTooNew."""
    transcriber: Callable[[], Transcriber]
    """Raises ModelMissing when no model is on disk."""
    drafter: Callable[[str | None], Drafter]
    """Takes the name of a template, or None for the one in the settings. Raises UsageProblem when there is none of that name."""
    template: Callable[[str | None], Template] = lambda _: PLAIN
    """The headings for what was made with a template of that name."""
    open_remembered: Callable[[Callable[[str], None]], Store | None] = lambda _: None
    """Without asking, where a person wanted that; None when the passphrase is needed. What it takes is told why, when there is a why."""
    coach: str | None = field(default=None, repr=False)
    """How the coach signs, when the settings say so."""
