"""Everything held about one person as files that a person can read: the answer to a subject access request, before it is redacted.

Turns nouns into names and texts. Knows neither the store nor the archive. File names say nothing of anybody: an archive shows them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from assistant import documents
from assistant.domain import MICROPHONE, Access, Held, HeldSession, Mentions, Template
from assistant.render import day, draft_markdown, printable, transcript_lines
from assistant.share.markdown import note_markdown

Templates = Callable[[str | None], Template]
FindMentions = Callable[[list[str], list[str]], Mentions]
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
LOOK_FIRST = """BEFORE THIS IS RELEASED, A PERSON MUST READ IT. It holds what others said and did, and what they said of others. The file
names-to-check.txt lists other people whom the texts seem to mention, and where. It was made by a program that knows capital letters and a
few words: it also lists places and firms, and it misses people. Each text stands twice, as .txt and whole as .json: redact both.
The recordings were not searched for names: listen to them."""
SEARCHED = """What was searched: the store of this program, in full: the list of clients, sessions, recordings, transcripts, drafts with the
decisions made on them, signed notes in all versions, the audit, and the list of what was erased.
What was not searched: sessions that are filed under nobody or under somebody else, even if they mention this person; files that were
exported before; backups; paper; and every other system."""


@dataclass(frozen=True)
class Pack:
    texts: dict[str, str] = field(repr=False)
    """By file name, in the order in which they are read."""
    recordings: dict[str, str]
    """Ids of recordings, by file name."""


def pack(held: Held, *, find: FindMentions, template: Templates, by: str, at: dt.datetime, with_void: bool = False) -> Pack:
    """`by`: the short name of whoever asked. A session whose newest note is void is about somebody else, and left out."""
    sessions = [s for s in held.sessions if with_void or not _void(s)]
    texts: dict[str, str] = {}
    recordings: dict[str, str] = {}
    for number, session in enumerate(sessions, 1):
        folder = f"session-{number:02d}"
        texts |= {f"{folder}/{name}": text for name, text in _texts(session, template)}
        recordings |= {f"{folder}/{name}": thing for name, thing in _recordings(session)}
    texts |= {f"unfinished-{n}.json": documents.pretty(documents.unfinished_json(each)) for n, each in enumerate(held.unfinished, 1)}
    mentions = find([text for each in (*sessions, *held.unfinished) for text in _said(each)], [held.client.name, *_staff(sessions)])
    front = {
        "index.txt": _index(held, sessions, [*texts, *recordings], by, at),
        "names-to-check.txt": _names(mentions, texts),
        "who-opened-it.txt": _accesses(held),
        "erased.txt": _erased(held),
    }
    return Pack(texts=front | texts, recordings=recordings)


def _void(session: HeldSession) -> bool:
    return bool(session.notes) and session.notes[-1].void is not None


def _texts(session: HeldSession, template: Templates) -> Iterator[tuple[str, str]]:
    heard = {t.id: t for t in session.transcripts}
    newest = session.transcripts[-1] if session.transcripts else None
    for note in session.notes:
        text = note_markdown(note, heard.get(note.transcript, newest), template(note.template))
        yield f"note-version-{note.version}.txt", (FILED_IN_ERROR if note.void else "") + text
        yield f"note-version-{note.version}.json", documents.pretty(documents.note_json(note))
    for n, transcript in enumerate(session.transcripts, 1):
        yield f"transcript-{n}.txt", "\n".join(transcript_lines(transcript)) + "\n"
        yield f"transcript-{n}.json", documents.pretty(documents.transcript_json(transcript))
    for n, draft in enumerate(session.drafts, 1):
        source = heard.get(draft.transcript or "")
        if source is not None:
            yield f"draft-{n}.txt", draft_markdown(draft, source, template(draft.template))
        yield f"draft-{n}.json", documents.pretty(documents.draft_json(draft))
    for n, review in enumerate(session.reviews, 1):
        yield f"decisions-{n}.json", documents.pretty(documents.review_json(review))


FILED_IN_ERROR = "FILED IN ERROR. This note was made void: it was filed under the wrong person.\n\n"


def _recordings(session: HeldSession) -> Iterator[tuple[str, str]]:
    """As they were made or taken in."""
    for n, recording in enumerate(session.recordings, 1):
        if recording.state in ("complete", "recovered"):
            media = recording.media
            suffix = ".wav" if media == MICROPHONE else media if SUFFIX.fullmatch(media) else ".bin"
            yield f"recording-{n}{suffix}", recording.id


def _said(thing: object) -> Iterator[str]:
    """Every text that was said or typed: the fields that the domain keeps out of `repr`."""
    if isinstance(thing, tuple):
        for each in thing:
            yield from _said(each)
    elif isinstance(thing, Mapping):
        yield from (value for value in thing.values() if isinstance(value, str))
    elif is_dataclass(thing):
        for each in fields(thing):
            value = getattr(thing, each.name)
            if not isinstance(value, str):
                yield from () if isinstance(value, Mapping) and each.repr else _said(value)
            elif not each.repr:
                yield value


def _staff(sessions: Iterable[HeldSession]) -> list[str]:
    """Who did the work and signed; the person's own first name is among them."""
    names = {s.session.coach for s in sessions} | {n.signed_by for s in sessions for n in s.notes}
    names |= {name for s in sessions for t in s.transcripts for name in (t.client, t.coach)}
    return [name for name in names if name]


def _names(mentions: Mentions, texts: dict[str, str]) -> str:
    groups = (
        ("Names", mentions.names),
        ("People called by their part", mentions.roles),
        ("Words that begin a sentence and may be names", mentions.openings),
    )
    out = ["OTHER PEOPLE WHOM THE TEXTS SEEM TO MENTION", "", LOOK_FIRST]
    for title, names in groups:
        out += ["", f"{title}: {len(names)}", *(f"  {printable(name)}: {_places(name, texts)}" for name in names)]
    return "\n".join(out) + "\n"


def _places(name: str, texts: dict[str, str]) -> str:
    """File and lines, in the readable form of each text and in the decisions."""
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    places = []
    for file, text in texts.items():
        if file.endswith(".txt") or "decisions" in file or "unfinished" in file:
            lines = [str(n) for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
            places += [f"{file} line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"] if lines else []
    return "; ".join(places) or "in a .json file only"


def _accesses(held: Held) -> str:
    out = ["WHO OPENED IT AND WHEN (UTC)", "", "Of this person's own sessions and notes:", *map(_access, held.accesses)]
    out += ["", "Times when the store was opened, which holds others too, since this person's first session:", *map(_access, held.openings)]
    return "\n".join(out) + "\n"


def _access(access: Access) -> str:
    return f"  {_time(access.at)}  {access.what:<12} {access.who or 'somebody who can open the store no longer':<20} {access.object}"


def _erased(held: Held) -> str:
    why = {"asked": "somebody asked for it", "retention": "its time was up by the retention rule"}
    lines = [f"  {_time(e.at)}  {e.what:<11} {e.object}  {why[e.why]}" for e in held.erased]
    return "\n".join(["WHAT WAS ERASED, WHEN (UTC) AND WHY", "", *(lines or ["  Nothing."])]) + "\n"


def _index(held: Held, sessions: list[HeldSession], files: list[str], by: str, at: dt.datetime) -> str:
    out = [f"EVERYTHING HELD ABOUT {printable(held.client.name)} ({held.client.ref})", "", f"Made on {_time(at)} UTC by {by}."]
    if held.client.hold:
        out.append(f"Under a legal hold since {_time(held.client.hold)} UTC.")
    out += ["", LOOK_FIRST, "", SEARCHED, "", "What is here:"]
    for number, session in enumerate(sessions, 1):
        about = session.session
        coach = f", coach {printable(about.coach)}" if about.coach else ""
        out += ["", f"session-{number:02d}  {about.kind.capitalize()} of {day(about.date)}, session {about.id}{coach}"]
        out += [f"  {name}" for name in files if name.startswith(f"session-{number:02d}/")]
        out += [f"  (a recording that was erased, {r.id})" for r in session.recordings if r.state == "erased"]
        out += [f"  (a recording that is not finished, {r.id})" for r in session.recordings if r.state == "recording"]
    missing = [s.session.id for s in held.sessions if s not in sessions]
    if missing:
        out += [
            "",
            "Left out, because it was filed under this person in error and is about somebody else:",
            *(f"  session {n}" for n in missing),
        ]
    out += ["", *(f"{name}  what was being typed when the app locked" for name in files if name.startswith("unfinished"))]
    out += ["", "who-opened-it.txt  who opened it and when", "erased.txt         what was erased and why"]
    return "\n".join(out) + "\n"


def _time(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
