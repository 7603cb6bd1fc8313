"""A signed note as Markdown. Every sentence shows the time of the audio that supports it, or that a person added it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from assistant import typed
from assistant.domain import IMPORTED, PLAIN, CaseNote, Evidence, SignedAction, Template, Transcript

OWNERS = {"client": "Client", "coach": "Coach", "third_party": "Somebody else"}
STATUSES = {"made": "made", "to_make": "to be made", "declined": "declined", "completed": "completed", "waiting": "waiting"}
OUTCOMES = {"done": "done", "part_done": "partly done", "not_done": "not done", "changed": "changed", "not_mentioned": "not mentioned"}


def note_markdown(note: CaseNote, transcript: Transcript | None, template: Template = PLAIN) -> str:
    """The note with a head that says whose it is, who signed it and which version it is."""
    starts = {s.id: s.start for s in transcript.segments} if transcript else {}
    before = {p.id: p.what for p in transcript.previous_actions} if transcript else {}
    return "\n".join([*_head(note, transcript), *_sections(note, starts, template), *_plan(note, starts), *_rest(note, before)]) + "\n"


def _head(note: CaseNote, transcript: Transcript | None) -> Iterator[str]:
    yield f"# Case note {note.client}"
    yield ""
    yield f"- Session: {_day(transcript.session_date if transcript else None)}"
    yield f"- Signed by {_text(note.signed_by)} on {note.signed_at:%d %B %Y at %H:%M} UTC"
    yield f"- Version {note.version}" + (f", replaces version {note.supersedes}" if note.supersedes else "")
    if transcript and transcript.made_by and transcript.made_by.engine == typed.ENGINE:
        yield "- Written by the coach; there is no recording"
    if transcript and transcript.made_by and transcript.made_by.engine == IMPORTED:
        yield "- Made from a transcript that another program wrote; the recording is not here"
    if note.void:
        yield f"- **Void** since {note.void.at:%d %B %Y}"


def _sections(note: CaseNote, starts: dict[int, float | None], template: Template) -> Iterator[str]:
    for section in note.note:
        yield from ("", f"## {_text(template.title(section.section))}", "")
        for s in section.statements:
            yield f"- {_text(s.text)}{_source(s.evidence, starts)}"


def _plan(note: CaseNote, starts: dict[int, float | None]) -> Iterator[str]:
    if note.actions:
        yield from ("", "## Action plan", "", "| Who | What | By when | Heard at |", "|---|---|---|---|")
    for a in note.actions:
        yield f"| {_text(a.owner_name or OWNERS[a.owner])} | {_text(a.what)} | {_due(a)} | {_source(a.evidence, starts).strip(' ()')} |"


def _rest(note: CaseNote, before: dict[str, str]) -> Iterator[str]:
    if note.referrals:
        yield from ("", "## Referrals", "")
        yield from (f"- {_text(r.to)}: {STATUSES[r.status]}" for r in note.referrals)
    if note.previous:
        yield from ("", "## Agreed last time", "")
        yield from (f"- {_text(before.get(p.id, p.id))}: {OUTCOMES[p.outcome]}" for p in note.previous)
    if note.next_appointment:
        at = f" at {note.next_appointment.time}" if note.next_appointment.time else ""
        yield from ("", "## Next appointment", "", f"{_day(note.next_appointment.date)}{at}")


def _due(action: SignedAction) -> str:
    said = f"said: {_text(action.due_text)}" if action.due_text else ""
    if action.due:
        return _day(action.due) + (f" ({said})" if said else "")
    return said or "no date"


def _day(value: date | None) -> str:
    return f"{value:%A} {value.day} {value:%B} {value.year}" if value else "no date"


def _source(evidence: Iterable[Evidence], starts: dict[int, float | None]) -> str:
    marks = [f"{int(t // 60):02d}:{int(t % 60):02d}" for e in evidence if (t := starts.get(e.segment)) is not None]
    return f" ({', '.join(dict.fromkeys(marks))})" if marks else ""


def _text(text: str) -> str:
    """Escaped for Markdown and for a table cell, on one line, without control characters."""
    folded = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", folded)
