"""The straight line a recording walks: taken in, transcribed, drafted, each noun saved once when it is whole.

Generators over the protocols: a caller that stops iterating stops the work and loses nothing that was saved. Running a step again picks up
where the line was left. Knows no engine and no store, only their faces.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from assistant import approval, typed
from assistant.briefing import brief_of, brief_to_hear
from assistant.domain import (
    IMPORTED,
    MICROPHONE,
    Action,
    Draft,
    Imported,
    Kind,
    Recording,
    Referral,
    Review,
    Session,
    Speaker,
    Statement,
    Transcript,
    voices,
)
from assistant.errors import InputError, InputMissing, MissingPart, ModelError, Refused, UsageProblem
from assistant.identity import new_id
from assistant.protocols import Brief, Drafter, Progress, Store, Transcriber

BLOCK = 1 << 20
LOG = logging.getLogger("coachnote.pipeline")
"""Lengths, times and ids: never a word, a name or a file's name."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What the person says about a file when handing it in. None where the file itself may tell."""

    kind: Kind = "dictation"
    date: date | None = None
    client: str | None = None
    """A client's reference."""
    coach: str | None = field(default=None, repr=False)
    left: Speaker | None = None
    """The coach or the client, where two people were recorded on two channels: who is on the left one. The other one is on the right."""


def only_documents(path: Path) -> Imported | None:
    """Reads documents of our own, and no transcripts of other programs."""
    return Imported(transcript=_document(path)) if path.suffix.lower() == ".json" else None


@dataclass(frozen=True, kw_only=True)
class Engines:
    """Makers, so that a missing model is met only when it is needed."""

    probe: Callable[[Path], date | None]
    """The day on which a file was recorded by its own account. Raises InputError unless sound can be decoded from it."""
    transcriber: Callable[[], Transcriber]
    drafter: Callable[[], Drafter]
    reader: Callable[[Path], Imported | None] = only_documents
    """The transcript in a file; None where it is none, and so may be a recording. Raises InputError or NothingSaid."""


def process_file(store: Store, path: Path, intake: Intake, engines: Engines) -> Generator[Progress, None, str]:
    """Take a recording or a transcript in, and walk it to a draft. Returns the session's id.

    Raises InputError when nothing can be read (and keeps nothing), ModelError when no model here is of use (and keeps the recording).
    """
    session = yield from take_in(store, path, intake, engines)
    yield from finish_session(store, session, engines, intake.left)
    return session


def finish_session(store: Store, session_id: str, engines: Engines, left: Speaker | None = None) -> Generator[Progress, None, None]:
    """Whatever this session still lacks: transcript, then a draft of it as it reads now. `left`: who is on the left channel."""
    if store.transcript(session_id) is None:
        yield from transcribe_session(store, session_id, engines.transcriber, left)
    if not is_drafted(store.transcript(session_id), store.draft(session_id)):
        yield from draft_session(store, session_id, engines.drafter)


def take_in(store: Store, path: Path, intake: Intake, engines: Engines) -> Generator[Progress, None, str]:
    """Keep a file in the store. A file that is already there is not taken twice: its session is returned."""
    digest = _digest(path)
    known = store.seen(digest)
    if known is not None:
        _claim(store, known, intake.client)
    found = engines.reader(path)
    document = None if found is None else _as_told(found.transcript, intake)
    guess = engines.probe(path) if document is None else None
    session_id = known or _add_session(store, _session_for(intake, document, guess or file_date(path)), digest)
    if document is not None:
        _keep_document(store, session_id, document)
    elif _whole_recording(store, session_id) is None:
        yield from _keep_recording(store, session_id, path)
    return session_id


def transcribe_session(
    store: Store, session_id: str, transcriber: Callable[[], Transcriber], left: Speaker | None = None
) -> Generator[Progress, None, Transcript]:
    """Hear the session's recording and save the transcript. Raises ModelError or MissingPart with the recording kept."""
    if (recording := _whole_recording(store, session_id)) is None:
        raise UsageProblem(f"Session {session_id} has no recording to transcribe.", do="Record or import one first.")
    started, brief = time.monotonic(), brief_to_hear(store, store.session(session_id))
    try:
        engine = transcriber()
        with store.open_recording(recording.id) as audio:
            heard, seconds = yield from _measured(engine.transcribe(audio, brief))
    except (ModelError, MissingPart) as missing:
        what = f"The recording is kept as session {session_id}; its transcription waits."
        do = f"{missing.do} Then run `coachnote finish {session_id}`."
        raise type(missing)(what, means=f"{missing.what} {missing.means}".strip(), do=do) from missing
    store.save_transcript(session_id, transcript := voices.told_by_channel(heard, left))
    LOG.info("session %s: %d segments heard in %.1f s", session_id, len(transcript.segments), time.monotonic() - started)
    if recording.state == "complete" and recording.seconds is None:
        store.finish_recording(recording.id, seconds)
    return transcript


def _measured(steps: Generator[Progress, None, Transcript]) -> Generator[Progress, None, tuple[Transcript, float | None]]:
    """The transcript, and the length in seconds of the recording, which only whoever decoded it knows."""
    seconds = None
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value, seconds
        seconds = step.total if step.stage == "transcribe" else seconds
        yield step


def is_drafted(newest: Transcript | None, draft: Draft | None) -> bool:
    """Whether the draft was made of the newest transcript, and not before a coach corrected it."""
    return draft is not None and (newest is None or draft.transcript in (None, newest.id))


def draft_session(store: Store, session_id: str, drafter: Callable[[], Drafter]) -> Generator[Progress, None, Draft]:
    """Draft from the session's newest transcript and save the draft, leaving earlier drafts where they are.

    What was decided on the draft before is carried over where it still holds, in the same step.
    """
    transcript = store.transcript(session_id)
    if transcript is None:
        raise UsageProblem(f"Session {session_id} has no transcript yet.", do=f"Run `coachnote finish {session_id}`.")
    draft = yield from drafter().draft(transcript)
    store.save_draft(session_id, draft, _carried(store, session_id, draft, transcript))
    LOG.info(
        "session %s: %d sections, %d actions drafted in %.2f s", session_id, len(draft.note), len(draft.actions), draft.made_by.seconds
    )
    return draft


def _carried(store: Store, session_id: str, draft: Draft, transcript: Transcript) -> Review | None:
    before, review = store.draft(session_id), store.review(session_id)
    if before is None or review is None:
        return None
    heard = store.earlier_transcript(session_id, before.transcript or "")
    if heard is None or heard.previous_actions != transcript.previous_actions:  # the same numbers are other actions now
        review = replace(review, decisions=tuple(d for d in review.decisions if not d.path.startswith("previous/")))
    return approval.carry(before, review, draft, transcript).review


def correct_session(
    store: Store, session_id: str, corrected: Transcript, drafter: Callable[[], Drafter]
) -> Generator[Progress, None, Draft]:
    """Keep a corrected transcript beside what was heard, and draft it again. Stopped in between, `finish_session` goes on with it."""
    store.save_transcript(session_id, corrected)
    LOG.info("session %s: transcript corrected, %d segments", session_id, len(corrected.segments))
    return (yield from draft_session(store, session_id, drafter))


def correct_from_file(store: Store, session_id: str, path: Path, drafter: Callable[[], Drafter]) -> Generator[Progress, None, Draft]:
    """A transcript document that somebody corrected becomes the session's newest transcript, and is drafted. Raises InputError."""
    session = store.session(session_id)
    _digest(path)  # says what is wrong with a file that cannot be read
    corrected = replace(_known(_document(path), brief_of(store, session)), id=new_id())
    return (yield from correct_session(store, session_id, corrected, drafter))


def refile_session(
    store: Store, session_id: str, client: str, drafter: Callable[[], Drafter], *, by: str, why: str
) -> Generator[Progress, None, str]:
    """A signed note that was filed under the wrong client is made void, and begun again under `client`, unsigned: the new session's id.

    Nothing is changed until everything is ready. Raises Refused when the session is not signed, void already, or `client`'s.
    """
    old = store.session(session_id)
    if old.client == client:
        raise Refused(f"This session is filed under {client} already.", means="Nothing was changed.")
    new = replace(old, id=new_id(), client=client)
    transcript = _for_client(store, new, _said(store, old))
    draft = yield from drafter().draft(transcript)
    store.refile(session_id, new, transcript, draft, _carried(store, session_id, draft, transcript), by=by, why=why)
    LOG.info("session %s: void, and begun again as %s", session_id, new.id)
    return new.id


def reassign_session(store: Store, session_id: str, client: str, drafter: Callable[[], Drafter]) -> Generator[Progress, None, None]:
    """File a session that nobody has signed under another client, and draft it again. Refused once signed."""
    store.assign(session_id, client)
    heard = store.transcript(session_id)
    if heard is not None:
        known = replace(_for_client(store, store.session(session_id), heard), id=new_id())
        yield from correct_session(store, session_id, known, drafter)


def _said(store: Store, session: Session) -> Transcript:
    """What was said; where that is not kept any more, what was signed, as the coach's own words."""
    heard, notes = store.transcript(session.id), store.notes(session.id)
    if not notes:
        raise Refused("This session has no signed note.", means="Only a signed note is made void.")
    signed = (item for _, item in approval.items(notes[-1]) if isinstance(item, Statement | Action | Referral))
    return heard or typed.transcript("\n".join(map(approval.words, signed)), brief_of(store, session))


def _for_client(store: Store, session: Session, heard: Transcript) -> Transcript:
    """The same words, with the name and the open actions of the client of another session."""
    brief = brief_of(store, session)
    return replace(heard, id=session.id, client=brief.client, previous_actions=brief.previous_actions)


def write_session(store: Store, text: str, intake: Intake, drafter: Callable[[], Drafter]) -> Generator[Progress, None, str]:
    """A note with no recording: the coach's typed words are kept, then drafted. Returns the session's id."""
    session_id = keep_typed(store, text, intake)
    yield from draft_session(store, session_id, drafter)
    return session_id


def keep_typed(store: Store, text: str, intake: Intake) -> str:
    """A new session whose transcript is what the coach typed. Raises NothingSaid for an empty text, and keeps nothing."""
    session = new_session(intake)
    written = typed.transcript(text, brief_of(store, session))
    store.add_session(session)
    store.save_transcript(session.id, written)
    LOG.info("session %s: %d segments typed", session.id, len(written.segments))
    return session.id


def new_session(intake: Intake, *, confirmed: bool = True) -> Session:
    return Session(
        id=new_id(),
        kind=intake.kind,
        date=intake.date,
        date_confirmed=confirmed,
        client=intake.client,
        coach=intake.coach,
        created_at=datetime.now(UTC),
    )


def file_date(path: Path) -> date:
    """The day a file was last written: a guess at the session's date where it names no day itself, to be confirmed by a person."""
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputMissing(f"There is no file {path}.", do="Check its name and folder.") from None
    except IsADirectoryError:
        raise InputMissing(f"{path} is a folder.", do="Give one file, or use `coachnote batch run` for a folder.") from None
    except OSError as error:
        raise InputError(f"{path} could not be read ({error.strerror}).", do="Check that the file may be read, and try again.") from error
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty.", means="There is nothing in it to hear.", do="Copy it again from the device it came from.")
    return digest


def _document(path: Path) -> Transcript:
    from assistant import documents

    return documents.read_transcript(path.read_bytes())


def taken_in(store: Store, path: Path) -> str | None:
    """The session that this file became when it was handed in before. Raises InputError for a file that cannot be read."""
    return store.seen(_digest(path))


def tell_apart(store: Store, session_id: str, told: Transcript, drafter: Callable[[], Drafter]) -> Generator[Progress, None, None]:
    """A file handed in again, or a recording with voices, now that a person says who speaks: a new transcript with that, drafted again.

    What a coach has corrected in it stays. Raises Refused where its lines are no longer those of the file.
    """
    newest = store.transcript(session_id)
    if newest is None or [s.id for s in newest.segments] != [s.id for s in told.segments]:
        raise Refused(
            "The transcript of this session is not that of the file any more.", do="Correct it with `coachnote process --session`."
        )
    segments = tuple(replace(s, speaker=t.speaker) for s, t in zip(newest.segments, told.segments, strict=True))
    if segments != newest.segments:
        yield from correct_session(store, session_id, replace(newest, id=new_id(), segments=segments), drafter)


def _as_told(document: Transcript, intake: Intake) -> Transcript:
    """Another program's file does not know whether it was an appointment: it is one where several speak, or where a person says so."""
    imported = document.made_by is not None and document.made_by.engine == IMPORTED
    return replace(document, kind="appointment") if imported and intake.kind == "appointment" else document


def _claim(store: Store, session_id: str, client: str | None) -> None:
    """The same file handed in again: an unassigned session may be filed now, a filed one stays where it is."""
    filed = store.session(session_id).client
    if client is None or filed == client:
        return
    if filed is not None:
        raise Refused(
            f"This file is already filed as session {session_id} under {filed}.", do="Open that session, or hand in another file."
        )
    store.assign(session_id, client)


def _add_session(store: Store, session: Session, digest: str) -> str:
    """The source is remembered before it is copied, so that a copy cut short is made again under the same session."""
    if session.client is not None:
        store.client(session.client)
    store.add_session(session)
    store.remember(digest, session.id)
    return session.id


def _session_for(intake: Intake, document: Transcript | None, guess: date) -> Session:
    if document is not None:
        told = replace(intake, kind=document.kind, date=intake.date or document.session_date, coach=intake.coach or document.coach)
        return new_session(told, confirmed=intake.date is not None or document.date_confirmed)
    return new_session(replace(intake, date=intake.date or guess), confirmed=intake.date is not None)


def _keep_document(store: Store, session_id: str, document: Transcript) -> None:
    if store.transcript(session_id) is not None:
        return
    store.save_transcript(session_id, _known(document, brief_of(store, store.session(session_id))))


def _known(document: Transcript, brief: Brief) -> Transcript:
    """A transcript document with what the store knows of its session."""
    return replace(
        document,
        session_date=brief.session_date,
        date_confirmed=brief.date_confirmed,
        client=document.client or brief.client,
        coach=document.coach or brief.coach,
        previous_actions=document.previous_actions or brief.previous_actions,
    )


def _keep_recording(store: Store, session_id: str, path: Path) -> Generator[Progress, None, None]:
    recording, writer = store.start_recording(session_id, path.suffix.lower() or ".bin")
    size, done = path.stat().st_size, 0
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            writer.write(block)
            done += len(block)
            yield Progress(stage="keep", done=done, total=size)
    writer.close()
    store.finish_recording(recording.id, None)
    LOG.info("session %s: recording %s kept, %d bytes", session_id, recording.id, done)


def _whole_recording(store: Store, session_id: str) -> Recording | None:
    """The newest recording that was closed. One recovered from the microphone counts; half a copied file does not."""
    kept = [r for r in store.recordings(session_id) if r.state == "complete" or (r.state == "recovered" and r.media == MICROPHONE)]
    return kept[-1] if kept else None
