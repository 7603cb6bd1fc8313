"""Stand-ins for what is slow or needs hardware.

`FakeStore` keeps the whole `protocols.Store` in memory, rules included, and `filled_store()` puts the example session in it.
`ScriptedTranscriber` and `ScriptedDrafter` give back what they were handed.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from assistant.domain import (
    CaseNote,
    Client,
    Draft,
    Due,
    Found,
    Held,
    Outlook,
    Recording,
    Retention,
    Review,
    Role,
    SearchResult,
    Session,
    SessionSummary,
    Stage,
    Transcript,
    Unfinished,
    Use,
    Void,
)
from assistant.errors import Refused, UsageProblem, WrongPassphrase
from assistant.protocols import Brief, Clocks, Drafter, Progress, Services, Transcriber
from tests.examples import CLIENT, COACH, MADE_AT, draft, session, transcript

PASSPHRASE = "correct horse battery staple"


class MemoryWriter:
    """An `AudioWriter` whose bytes stay in memory."""

    def __init__(self) -> None:
        self.data = io.BytesIO()
        self.closed = False

    def write(self, data: bytes) -> object:
        return self.data.write(data)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeStore:
    """`protocols.Store` in memory: append-only, and as strict as the real one about notes and assignments."""

    people: dict[str, Client] = field(default_factory=dict)
    filed: dict[str, Session] = field(default_factory=dict)
    audio: dict[str, tuple[Recording, MemoryWriter]] = field(default_factory=dict)
    heard: dict[str, list[Transcript]] = field(default_factory=dict)
    drafted: dict[str, list[Draft]] = field(default_factory=dict)
    reviewed: dict[str, list[Review]] = field(default_factory=dict)
    signed: dict[str, list[CaseNote]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    uses: list[tuple[Use, str]] = field(default_factory=list)
    clocks: Outlook = field(default_factory=Outlook)
    """What `outlook` says, until retention is applied."""
    applied: list[bool] = field(default_factory=list)
    """For each time that retention was applied, whether a person was sure."""
    role: Role = "admin"
    typed: dict[str | None, Unfinished] = field(default_factory=dict)
    box: str = "00" * 32
    closed: bool = False

    def must_be_admin(self, to: str) -> None:
        if self.role != "admin":
            raise Refused(f"Only an admin may {to}.")

    def note_use(self, what: Use, thing: str) -> None:
        self.uses.append((what, thing))

    def add_session(self, session: Session) -> None:
        self.filed[session.id] = session

    def session(self, session_id: str) -> Session:
        if session_id not in self.filed:
            raise UsageProblem(f"There is no session {session_id}.", do="List them with: coachnote list")
        return self.filed[session_id]

    def sessions(self) -> list[SessionSummary]:
        return [self._summary(s) for s in sorted(self.filed.values(), key=lambda s: (s.created_at, s.id), reverse=True)]

    def assign(self, session_id: str, client: str) -> None:
        if self.signed.get(session_id):
            raise Refused("A signed session stays with its client.", do="Void the note first.")
        self.client(client)
        self.filed[session_id] = replace(self.session(session_id), client=client)

    def start_recording(self, session_id: str, media: str) -> tuple[Recording, MemoryWriter]:
        recording = Recording(id=f"r-{len(self.audio) + 1:04}", session=session_id, media=media, state="recording")
        self.audio[recording.id] = (recording, MemoryWriter())
        return self.audio[recording.id]

    def recordings(self, session_id: str) -> list[Recording]:
        return [recording for recording, _ in self.audio.values() if recording.session == session_id]

    def open_recording(self, recording_id: str) -> BinaryIO:
        return io.BytesIO(self.audio[recording_id][1].data.getvalue())

    def finish_recording(self, recording_id: str, seconds: float | None) -> None:
        recording, writer = self.audio[recording_id]
        self.audio[recording_id] = (replace(recording, state="complete", seconds=seconds), writer)

    def recover_recordings(self) -> list[Recording]:
        lost = [r for r, writer in self.audio.values() if r.state == "recording" and not writer.closed]
        for recording in lost:
            self.audio[recording.id] = (replace(recording, state="recovered"), self.audio[recording.id][1])
        return [self.audio[r.id][0] for r in lost]

    def save_transcript(self, session_id: str, transcript: Transcript) -> None:
        self.heard.setdefault(session_id, []).append(transcript)

    def transcript(self, session_id: str) -> Transcript | None:
        return self.heard[session_id][-1] if session_id in self.heard else None

    def earlier_transcript(self, session_id: str, transcript_id: str) -> Transcript | None:
        return next((t for t in reversed(self.heard.get(session_id, [])) if t.id == transcript_id), None)

    def transcripts_of(self, client: str, limit: int) -> list[Transcript]:
        of = sorted(
            (s for s in self.filed.values() if s.client == client and s.id in self.heard), key=lambda s: (str(s.date), s.created_at)
        )
        return [self.heard[s.id][-1] for s in reversed(of)][:limit]

    def save_draft(self, session_id: str, draft: Draft, review: Review | None = None) -> None:
        self.drafted.setdefault(session_id, []).append(draft)
        if review is not None:
            self.reviewed.setdefault(session_id, []).append(review)

    def draft(self, session_id: str) -> Draft | None:
        return self.drafted[session_id][-1] if session_id in self.drafted else None

    def save_review(self, session_id: str, review: Review) -> None:
        self.reviewed.setdefault(session_id, []).append(review)

    def review(self, session_id: str) -> Review | None:
        draft = self.draft(session_id)
        mine = [r for r in self.reviewed.get(session_id, []) if draft and r.draft == (draft.draft or draft.id)]
        return mine[-1] if mine else None

    def save_note(self, note: CaseNote) -> None:
        versions = self.signed.setdefault(note.session, [])
        if versions and versions[-1].void:
            raise Refused("This note is void.", means="Nothing follows it.")
        if note.version != len(versions) + 1 or note.supersedes != (len(versions) or None):
            raise Refused("That version of the note exists, or does not follow the newest one.", do="Open the session again.")
        versions.append(note)

    def void_note(self, session_id: str, by: str, why: str) -> CaseNote:
        if not by.strip() or not why.strip():
            raise UsageProblem("A note is made void with a name and a reason.")
        newest = next(reversed(self.signed.get(session_id, [])), None)
        if newest is None:
            raise Refused("This session has no signed note.")
        void = Void(who=by, at=dt.datetime.now(dt.UTC), why=why)
        note = replace(newest, version=newest.version + 1, supersedes=newest.version, void=void)
        self.save_note(note)
        return note

    def refile(
        self, session_id: str, new: Session, transcript: Transcript, draft: Draft, review: Review | None, *, by: str, why: str
    ) -> None:
        self.client(new.client or "")
        self.void_note(session_id, by, why)
        self.add_session(new)
        moved = {name: (replace(r, session=new.id), w) for name, (r, w) in self.audio.items() if r.session == session_id}
        self.audio.update(moved)
        self.digests.update({digest: new.id for digest, session in self.digests.items() if session == session_id})
        self.save_transcript(new.id, transcript)
        self.save_draft(new.id, draft, review)

    def notes(self, session_id: str) -> list[CaseNote]:
        return list(self.signed.get(session_id, []))

    def save_unfinished(self, session_id: str | None, unfinished: Unfinished) -> None:
        self.typed[session_id] = unfinished

    def unfinished(self, session_id: str | None) -> Unfinished | None:
        return self.typed.get(session_id)

    def drop_unfinished(self, session_id: str | None) -> None:
        self.typed.pop(session_id, None)

    def latest_note_of(self, client: str, *, before: str | None = None) -> CaseNote | None:
        theirs = [v[-1] for s, v in self.signed.items() if v and v[-1].client == client and s != before and not v[-1].void]
        return max(theirs, key=lambda note: note.signed_at, default=None)

    def add_client(self, name: str, ref: str | None = None) -> Client:
        ref = ref or next(free for n in range(1, 10_000) if (free := f"C-{n:04}") not in self.people)
        if ref in self.people:
            raise Refused(f"The reference {ref} is taken.", do="Choose another.")
        self.people[ref] = Client(ref=ref, name=name)
        return self.people[ref]

    def clients(self) -> list[Client]:
        return sorted(self.people.values(), key=lambda c: c.ref)

    def client(self, ref: str) -> Client:
        if ref not in self.people:
            raise UsageProblem(f"There is no client {ref}.", do="List them with: coachnote clients list")
        return self.people[ref]

    def erase_client(self, ref: str) -> None:
        self.must_be_admin("erase a client")
        if self.client(ref).hold:
            raise Refused(f"{ref} is under a legal hold.")
        for session_id in [s.id for s in self.filed.values() if s.client == ref]:
            self._drop(session_id)
        del self.people[ref]

    def erase_session(self, session_id: str) -> None:
        if self.signed.get(self.session(session_id).id):
            self.must_be_admin("erase what was signed")
        self._drop(session_id)

    def _drop(self, session_id: str) -> None:
        for kept in (self.filed, self.heard, self.drafted, self.reviewed, self.signed):
            kept.pop(session_id, None)  # type: ignore[attr-defined]
        self.audio = {name: pair for name, pair in self.audio.items() if pair[0].session != session_id}

    def hold(self, ref: str) -> None:
        self.people[ref] = replace(self.client(ref), hold=MADE_AT)

    def release(self, ref: str) -> None:
        self.people[ref] = replace(self.client(ref), hold=None)

    def outlook(self, rules: Retention) -> Outlook:
        return self.clocks

    def apply_retention(self, rules: Retention, *, sure: bool = False) -> tuple[Due, ...]:
        self.applied.append(sure)
        erased = self.clocks.due if sure else self.clocks.certain
        self.clocks = replace(self.clocks, due=tuple(due for due in self.clocks.due if due not in erased))
        return erased

    def held(self, ref: str) -> Held:
        return Held(client=self.client(ref), sessions=(), accesses=(), openings=(), erased=())

    def note_access_pack(self, ref: str) -> None:
        pass

    def read_for_search(self) -> Generator[Progress, None, None]:
        yield from ()

    def search(
        self, words: str, *, client: str | None = None, since: dt.date | None = None, until: dt.date | None = None, limit: int = 20
    ) -> SearchResult:
        """Where every word stands somewhere in the transcript, newest first; the line with the first of them."""
        asked, found = words.casefold().split(), []
        for summary in self.sessions():
            said = [segment.text for t in self.heard.get(summary.session.id, [])[-1:] for segment in t.segments]
            if asked and all(word in "\n".join(said).casefold() for word in asked):
                line = next(line for line in said if asked[0] in line.casefold())
                at = line.casefold().index(asked[0])
                where = {"session": summary.session.id, "day": summary.session.date, "client": summary.session.client}
                found.append(Found(**where, where="transcript", snippet=line, marks=((at, at + len(asked[0])),)))
        return SearchResult(found=tuple(found[:limit]))

    def seen(self, digest: str) -> str | None:
        return self.digests.get(digest)

    def remember(self, digest: str, session_id: str) -> None:
        self.digests[digest] = session_id

    def close(self) -> None:
        self.closed = True

    def _summary(self, session: Session) -> SessionSummary:
        versions = self.signed.get(session.id, [])
        stage: Stage = (
            "signed" if versions else "drafted" if session.id in self.drafted else "transcribed" if session.id in self.heard else "recorded"
        )
        lengths = [r.seconds for r in self.recordings(session.id) if r.seconds is not None]
        return SessionSummary(
            session=session,
            stage=stage,
            client_name=self.people[session.client].name if session.client else None,
            seconds=sum(lengths) if lengths else None,
            version=versions[-1].version if versions else None,
            void=bool(versions and versions[-1].void),
        )


@dataclass
class FakeLetterbox:
    """Puts every recording into a `FakeStore` at once, locked or not."""

    store: FakeStore
    closed: bool = False

    def start_recording(self, session: Session, media: str) -> tuple[Recording, MemoryWriter]:
        self.store.add_session(session)
        return self.store.start_recording(session.id, media)

    def close(self) -> None:
        self.closed = True


def filled_store() -> FakeStore:
    """One drafted session of Sam's, one that waits for a model, and one that nobody is assigned to yet."""
    store = FakeStore(people={CLIENT.ref: CLIENT, "C-0007": Client(ref="C-0007", name="Priya Nair")})
    _drafted_session(store, session())
    _drafted_session(store, session(id="s-0003", client=None, created_at=MADE_AT - dt.timedelta(days=2), date=dt.date(2026, 3, 10)))
    waiting = session(
        id="s-0002",
        kind="appointment",
        client="C-0007",
        created_at=MADE_AT - dt.timedelta(days=1),
        date=dt.date(2026, 3, 11),
        date_confirmed=False,
    )
    store.add_session(waiting)
    recording, _ = store.start_recording(waiting.id, ".m4a")
    store.finish_recording(recording.id, 1503.0)
    return store


def _drafted_session(store: FakeStore, new: Session) -> None:
    store.add_session(new)
    recording, _ = store.start_recording(new.id, ".wav")
    store.finish_recording(recording.id, 86.0)
    store.save_transcript(new.id, transcript())
    store.save_draft(new.id, draft())


@dataclass
class ScriptedTranscriber:
    """Hears the same transcript in every recording, one `Progress` a segment; each brief it was given is in `briefs`."""

    hears: Transcript = field(default_factory=transcript)
    briefs: list[Brief] = field(default_factory=list)

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        self.briefs.append(brief)
        total = self.hears.segments[-1].end
        for segment in self.hears.segments:
            yield Progress(stage="transcribe", done=segment.end or 0.0, total=total, segment=segment)
        return replace(self.hears, id=brief.id, kind=brief.kind, previous_actions=brief.previous_actions)


@dataclass
class ScriptedDrafter:
    """Gives the same draft for every transcript."""

    drafts: Draft = field(default_factory=draft)

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        yield Progress(stage="draft", done=len(transcript.segments), total=len(transcript.segments))
        return replace(self.drafts, id=transcript.id, transcript=transcript.id)


def fake_services(
    store: FakeStore | None = None,
    *,
    passphrase: str = PASSPHRASE,
    transcriber: Transcriber | None = None,
    drafter: Drafter | None = None,
    coach: str | None = COACH,
    clocks: Callable[[], Clocks] = lambda: Clocks(awake=0.0, passed=0.0),
) -> Services:
    """Services that open `store` (by default `filled_store()`) with `passphrase` and refuse every other one. Time stands still."""
    kept = filled_store() if store is None else store

    def open_store(given: str) -> FakeStore:
        if given != passphrase:
            raise WrongPassphrase("That passphrase does not open the store.", do="Try again.")
        return kept

    return Services(
        open_store=open_store,
        transcriber=lambda: transcriber or ScriptedTranscriber(),
        drafter=lambda _: drafter or ScriptedDrafter(),
        coach=coach,
        clocks=clocks,
    )
