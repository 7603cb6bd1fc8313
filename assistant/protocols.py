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
    BackedUp,
    CaseNote,
    Client,
    Draft,
    Due,
    Gap,
    HeardBy,
    Held,
    Item,
    Kind,
    Outlook,
    PreviousAction,
    Recording,
    Retention,
    Review,
    Role,
    SearchResult,
    Segment,
    Session,
    SessionSummary,
    Template,
    Term,
    Transcript,
    Unfinished,
    Use,
    User,
)

SAMPLE_RATE = 16_000
"""Hz, mono: what every engine hears and every recorder writes."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    stage: Literal[
        "fetch", "keep", "load", "decode", "find", "transcribe", "voices", "draft",
        "index", "database", "sound", "check", "entries", "plaintext", "salvage",
    ]  # fmt: skip
    done: float
    """Seconds of audio; bytes when fetching, keeping or searching files, segments when drafting, sessions when they are read to be
    searched, else a count.
    """
    total: float | None = None
    segment: Segment | None = None
    """The segment just heard, when there is one."""
    item: Item | None = None
    """The item just drafted, when there is one: it may still be joined with others or dropped."""
    notice: str | None = None
    """A sentence for the person, given once."""


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
    vocabulary: tuple[Term, ...] = field(default=(), repr=False)
    """Words to expect, the most likely first: names, and what a coach wrote in the place of something misheard."""

    def transcript(
        self, segments: tuple[Segment, ...], made_by: HeardBy, language: str | None = None, gaps: tuple[Gap, ...] = ()
    ) -> Transcript:
        """What was heard or typed, with what was known before."""
        known = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "vocabulary"}
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
        """Decrypted on the fly, seekable, never on disk. Raises Refused once it is erased, with the date and the reason."""

    def finish_recording(self, recording_id: str, seconds: float | None) -> None: ...

    def recover_recordings(self) -> list[Recording]:
        """Take in what was left while the store was locked, and close what a crash left open, keeping every whole chunk.

        Recordings still being written by a living process are left alone.
        """


class Letterbox(Protocol):
    """Takes recordings for a store that is locked. Whoever unlocks it next finds them: `recover_recordings`."""

    def start_recording(self, session: Session, media: str) -> tuple[Recording, AudioWriter]: ...

    def close(self) -> None: ...


class Notes(Protocol):
    """What was heard, drafted, decided and signed: append-only."""

    def save_transcript(self, session_id: str, transcript: Transcript) -> None: ...

    def transcript(self, session_id: str) -> Transcript | None:
        """The newest one: as it was heard, or as a coach has corrected it since."""

    def earlier_transcript(self, session_id: str, transcript_id: str) -> Transcript | None:
        """The newest one with this id of its own: what an earlier draft or note was made of."""

    def transcripts_of(self, client: str, limit: int) -> list[Transcript]:
        """The newest transcripts of the client's newest sessions, one a session."""

    def save_draft(self, session_id: str, draft: Draft, review: Review | None = None) -> None:
        """With the decisions carried over to it, if any: both are kept, or neither."""

    def draft(self, session_id: str) -> Draft | None: ...

    def save_review(self, session_id: str, review: Review) -> None: ...

    def review(self, session_id: str) -> Review | None:
        """The newest review of the newest draft."""

    def save_note(self, note: CaseNote) -> None:
        """Raises Refused when that version exists or does not follow the newest one."""

    def void_note(self, session_id: str, by: str, why: str) -> CaseNote:
        """A version that says who made the note void, and why; nothing can follow it. Refused when there is none, or it is void already."""

    def refile(
        self, session_id: str, new: Session, transcript: Transcript, draft: Draft, review: Review | None, *, by: str, why: str
    ) -> None:
        """Make the session's note void, and begin `new` with its recordings and with what is given: all of it, or nothing."""

    def notes(self, session_id: str) -> list[CaseNote]:
        """Oldest version first; empty while unsigned."""

    def latest_note_of(self, client: str, *, before: str | None = None) -> CaseNote | None:
        """The newest signed note of the client's other sessions that is not void: `before` names the session to leave out."""


class UnfinishedWork(Protocol):
    """What was being typed when the app locked: one form a session, and, under None, one typed note that is no session yet."""

    def save_unfinished(self, session_id: str | None, unfinished: Unfinished) -> None:
        """In place of what was kept there before."""

    def unfinished(self, session_id: str | None) -> Unfinished | None: ...

    def drop_unfinished(self, session_id: str | None) -> None:
        """Once the form is finished or left."""


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


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    n: int
    at: str
    """UTC, ISO 8601."""
    what: str
    object: str
    """An identifier or a reference."""
    who: str
    """Name of the user; where they were revoked since, the identifier of their way in."""
    seal: str = field(repr=False)
    """Hex. Depends on every entry before it."""


class Audit(Protocol):
    def note_use(self, what: Use, thing: str) -> None:
        """Note that a session was read or exported, or that there was a search."""

    def audit(self) -> list[AuditEntry]:
        """Oldest first."""

    def audit_faults(self) -> list[str]:
        """Sentences, empty where the chain holds. Raises Refused for a coach, who cannot verify it."""


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


class Safety(Protocol):
    def back_up(self, into: Path, keys_into: Path) -> Generator[Progress, None, BackedUp]:
        """A whole, checked copy; the keys go into a folder of their own. Raises Refused or NotWritable."""

    def verify(self) -> Generator[Progress, None, list[str]]:
        """What is wrong with the store, a sentence each: every page, entry, recording, key and file mode, and any plaintext."""


class Erasing(Protocol):
    """For good, from every copy that the store knows of. Refused under a legal hold, and to whom is no admin."""

    def erase_client(self, ref: str) -> None:
        """Everything held about them."""

    def erase_session(self, session_id: str) -> None:
        """A coach may erase one that she made herself and that nobody has signed."""

    def hold(self, ref: str) -> None:
        """A legal hold: every clock stops, and nothing of theirs may be erased."""

    def release(self, ref: str) -> None: ...

    def outlook(self, rules: Retention) -> Outlook:
        """What is due to be erased, and what comes due within a week."""

    def apply_retention(self, rules: Retention, *, sure: bool = False) -> tuple[Due, ...]:
        """Erase what is due. `sure`: a person has said so, for what nobody signed and for a date that is in doubt."""


class Subject(Protocol):
    """What is held about one person, for a request of theirs."""

    def held(self, ref: str) -> Held: ...

    def note_access_pack(self, ref: str) -> None:
        """Note in the audit that all of it was handed out."""


class Search(Protocol):
    """Over signed notes, drafts of what is unsigned, transcripts and the names of clients. What it needs is kept in memory only."""

    def read_for_search(self) -> Generator[Progress, None, None]:
        """Read what is new or has changed since, the newest first. May be stopped and gone on with; search works meanwhile."""

    def search(
        self, words: str, *, client: str | None = None, since: date | None = None, until: date | None = None, limit: int = 20
    ) -> SearchResult:
        """Sessions that hold all the words, the last one as a beginning; several in quotation marks are a phrase. Any text is safe.

        Finds what is saved, also by another process. Raises StoreError.
        """


class Store(Sessions, Recordings, Notes, UnfinishedWork, People, Ledger, Users, Audit, Erasing, Subject, Search, Safety, Protocol):
    """Everything at once, for the rooms that walk the whole line."""

    @property
    def role(self) -> Role: ...

    @property
    def box(self) -> str:
        """To which recordings are sealed while the store is locked."""

    def must_be_admin(self, to: str) -> None:
        """Raises Refused for a coach. `to`: what is refused, as in "revoke users"."""

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """Two clocks read at one moment, in seconds from any start: only differences mean something."""

    awake: float
    """Stands still while the computer sleeps."""
    passed: float
    """Goes on while it sleeps."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """What a front end is handed: openers and makers, each called only when needed. `wiring` fills it; tests fill it with fakes."""

    open_store: Callable[[str], Store]
    """Takes the passphrase. Raises WrongPassphrase, StoreMissing, StoreDamaged or StoreTooNew."""
    transcriber: Callable[[], Transcriber]
    """Raises ModelMissing when no model is on disk."""
    drafter: Callable[[str | None], Drafter]
    """Takes the name of a template, or None for the one in the settings. Raises UsageProblem when there is none of that name."""
    clocks: Callable[[], Clocks]
    lock_after: float = 300.0
    """Seconds without a key or a move of the mouse after which the app locks."""
    template: Callable[[str | None], Template] = lambda _: PLAIN
    """The headings for what was made with a template of that name."""
    open_remembered: Callable[[Callable[[str], None]], Store | None] = lambda _: None
    """Without asking, where a person wanted that; None when the passphrase is needed. What it takes is told why, when there is a why."""
    coach: str | None = field(default=None, repr=False)
    """How the coach signs, when the settings say so."""
    retention: Retention = field(default_factory=Retention)
