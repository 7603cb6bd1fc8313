"""Stores for tests: the cheapest key derivation that is accepted, the example session, and a search for what must not be found."""

from __future__ import annotations

import base64
import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from assistant import documents
from assistant.domain import CaseNote, Change, Review, Segment, SignedSection, SignedStatement
from assistant.store import keys, vault
from assistant.store.keys import Cost
from tests.examples import CLIENT, COACH, MADE_AT, SESSION, draft, session, transcript

PASSPHRASE = "kettle lantern otter quay"
COST = Cost(m=19 * 1024, t=2, p=1)
SOUND = bytes(range(256)) * 40
"""10,240 bytes: two whole chunks and a half."""


def make(folder: Path) -> str:
    return vault.create(folder, PASSPHRASE, cost=COST)


def opened(folder: Path) -> vault.SqliteStore:
    """Derives the key of each header once: copies of one store share theirs."""
    with mock.patch.object(keys, "stretch", _stretched):
        return vault.open_with_passphrase(folder, PASSPHRASE)


def unlocked(folder: Path, passphrase: str) -> keys.Unlocked:
    """The header in a folder alone."""
    with mock.patch.object(keys, "stretch", _stretched):
        return keys.unlock(folder, passphrase)


_stretched = functools.cache(keys.stretch)


def note(version: int = 1, **changes: object) -> CaseNote:
    """What a coach could have signed of the example draft."""
    made = draft()
    sections = tuple(
        SignedSection(
            section=s.section,
            statements=tuple(
                SignedStatement(text=t.text, said_by=t.said_by, evidence=t.evidence, supported=t.supported, check=t.check, origin="kept")
                for t in s.statements
            ),
        )
        for s in made.note
    )
    fields: dict[str, object] = {
        "session": SESSION,
        "transcript": "t-0001",
        "draft": "d-0001",
        "client": CLIENT.ref,
        "version": version,
        "supersedes": version - 1 or None,
        "signed_by": COACH,
        "signed_at": MADE_AT + dt.timedelta(minutes=version),
        "id": made.id,
        "coverage": made.coverage,
        "made_by": made.made_by,
        "note": sections,
        "barriers": made.barriers,
        "barrier_evidence": made.barrier_evidence,
        "actions": (),
        "referrals": (),
        "previous": (),
        "next_appointment": None,
        "left_out": made.left_out,
        "changes": (Change(path="actions/0", before="Ring the cafe on Mill Road", after=None),),
    }
    return CaseNote(**(fields | changes))  # type: ignore[arg-type]


def work_day(store: vault.SqliteStore) -> str:
    """Client, session, recording, transcript, draft, review and signed note. Returns the recording's id."""
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    recording, writer = store.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    writer.close()
    store.finish_recording(recording.id, 85.2)
    store.save_transcript(SESSION, transcript())
    store.save_draft(SESSION, draft())
    store.save_review(SESSION, Review(draft="d-0001"))
    store.save_note(note())
    store.remember("ab" * 32, SESSION)
    return recording.id


def many(store: vault.SqliteStore, said: Sequence[str]) -> None:
    """A session with a transcript for each text, a day apart, in one transaction: for what needs many and not how they came."""
    first = dt.date(2020, 1, 1)
    store._keys.ensure("session/many")
    with store._db.write() as db:
        for n, text in enumerate(said):
            made = {"kind": "dictation", "date": str(first + dt.timedelta(days=n)), "date_confirmed": 1, "created_at": MADE_AT.isoformat()}
            db["sessions"].insert({"id": f"m-{n:05}", "owner": "session/many", **made})
            segment = Segment(id=0, start=None, end=None, speaker=None, text=text)
            store._append(db, "transcripts", f"m-{n:05}", documents.transcript_json(transcript(segments=(segment,), gaps=())))


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def spellings(text: str) -> Iterator[bytes]:
    """How a text could lie in a file: plain, wide, as hexadecimal digits, as base64 at each of its three alignments."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(encoding)
        yield from (raw, raw.hex().encode(), raw.hex().upper().encode())
        for offset in range(3):
            body = base64.b64encode(bytes(offset) + raw)
            yield body[(4 if offset else 0) : -4]  # without the letters that its neighbours share
