"""An unreviewed draft as text for people: every sentence with the time that supports it. Made for reading and never for filing.

Knows nothing of stores or screens. Dates are printed the British way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from assistant.domain import (
    PLAIN,
    Action,
    Draft,
    Evidence,
    Gap,
    Item,
    NextAppointment,
    PreviousOutcome,
    Referral,
    Segment,
    Statement,
    Template,
    Transcript,
    voices,
)
from assistant.languages import OTHER_LANGUAGE, in_brackets

BANNER = "UNREVIEWED DRAFT"
OWNERS = {"client": "client", "coach": "coach", "third_party": "somebody else"}
STATUSES = {"made": "made", "to_make": "to be made", "declined": "declined", "completed": "completed", "waiting": "waiting"}
OUTCOMES = {"done": "done", "part_done": "partly done", "not_done": "not done", "changed": "changed", "not_mentioned": "not mentioned"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def clock(seconds: float) -> str:
    """Minutes and seconds of a recording: 134.2 is `02:14`."""
    return f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"


def day(value: date | None, year: int | None = None) -> str:
    """`Fri 20 Mar`, with the year unless it is `year`; or `no date`."""
    if value is None:
        return "no date"
    return f"{value:%a} {value.day} {value:%b}" + ("" if value.year == year else f" {value.year}")


def printable(text: str) -> str:
    """Without the control characters that could act on a terminal."""
    return CONTROL.sub("", text)


def times(evidence: Iterable[Evidence], transcript: Transcript | None) -> str:
    """Where each piece of evidence starts: `[00:12, 00:31]`; segment numbers where a transcript has no times."""
    starts = {s.id: s.start for s in transcript.segments} if transcript else {}
    marks = [clock(start) if (start := starts.get(e.segment)) is not None else f"#{e.segment}" for e in evidence]
    return f"[{', '.join(dict.fromkeys(marks))}]" if marks else ""


def due(action: Action, year: int | None = None) -> str:
    """`Fri 20 Mar (said: next Friday)`, `said: after Easter`, or `no date`; the year where it is not `year`."""
    said = f"said: {' '.join(printable(action.due_text).split())}" if action.due_text else ""
    if action.due is None:
        return said or day(None)
    return day(action.due, year) + (f" ({said})" if said else "")


def owner(action: Action) -> str:
    return action.owner_name or OWNERS[action.owner]


def describe(item: Item, year: int | None = None) -> str:
    """One item of a note as one line, without its evidence; dates of `year` without the year."""
    if isinstance(item, Statement):
        return item.text
    if isinstance(item, Action):
        return f"{item.what} ({owner(item)}, {due(item, year)})"
    if isinstance(item, Referral):
        return f"{item.to}: {STATUSES[item.status]}" + (f" ({item.reason})" if item.reason else "")
    if isinstance(item, PreviousOutcome):
        return OUTCOMES[item.outcome]
    return day(item.date, year) + (f" at {item.time}" if item.time else "")


def flags(item: Statement | Action | Referral | NextAppointment) -> str:
    return f" (check: {', '.join(item.check)})" if item.check else ""


def transcript_lines(transcript: Transcript) -> Iterator[str]:
    """The transcript with times, gaps shown where they are; lines in another language and translated ones say so."""
    told = in_brackets(transcript)
    marks: list[Segment | Gap] = sorted([*transcript.segments, *transcript.gaps], key=lambda m: m.start or 0.0)
    for mark in marks:
        at = f"{clock(mark.start)}  " if mark.start is not None else ""
        if isinstance(mark, Gap):
            yield f"{at}[{mark.why.replace('_', ' ')} until {clock(mark.end)}]"
        else:
            heard = f" (heard: {printable(mark.original)})" if mark.original else ""
            note = f"[{told[mark.id]}] " if mark.id in told else ""
            who = voices.name(transcript, mark)
            yield f"{at}{who + ': ' if who else ''}{note}{printable(mark.text)}{heard}"


def draft_lines(draft: Draft, transcript: Transcript, template: Template = PLAIN) -> Iterator[tuple[str, str]]:
    """(heading, line) pairs in reading order; a heading repeats for each of its lines. Dates of the session's year stand without it."""
    year = transcript.session_date.year if transcript.session_date else None
    for section in draft.note:
        for s in section.statements:
            yield template.title(section.section), f"{printable(s.text)} {times(s.evidence, transcript)}{flags(s)}"
    for a in draft.actions:
        yield "Actions", f"{owner(a)}: {printable(a.what)}, {due(a, year)} {times(a.evidence, transcript)}{flags(a)}"
    for r in draft.referrals:
        yield "Referrals", f"{printable(describe(r))} {times(r.evidence, transcript)}{flags(r)}"
    before = {p.id: p for p in transcript.previous_actions}
    for p in draft.previous:
        yield (
            "Agreed last time",
            f"{printable(before[p.id].what) if p.id in before else p.id}: {OUTCOMES[p.outcome]} {times(p.evidence, transcript)}".rstrip(),
        )
    if draft.next_appointment:
        yield (
            "Next appointment",
            f"{describe(draft.next_appointment, year)} {times(draft.next_appointment.evidence, transcript)}{flags(draft.next_appointment)}",
        )
    yield from _left_out(draft, transcript)


def _left_out(draft: Draft, transcript: Transcript) -> Iterator[tuple[str, str]]:
    for notice in draft.notices:
        if notice.code == OTHER_LANGUAGE:
            yield "Said, and not in the note", printable(notice.why)
    said = {s.id: s for s in transcript.segments}
    for left in draft.left_out:
        segment = said[left.segment]
        at = f"{clock(segment.start)}  " if segment.start is not None else ""
        yield "Said, and not in the note", f"{at}{printable(segment.text)} ({', '.join(left.why)})"


def draft_markdown(draft: Draft, transcript: Transcript, template: Template = PLAIN) -> str:
    """The draft as Markdown, headed so that nobody takes it for a signed note."""
    out = [f"# {BANNER}", "", "Machine text that nobody has checked. Do not file it.", ""]
    heading = None
    for title, line in draft_lines(draft, transcript, template):
        if title != heading:
            out += ["", f"## {markdown(title)}", ""] if heading else [f"## {markdown(title)}", ""]
            heading = title
        out.append(f"- {markdown(line)}")
    return "\n".join(out) + "\n"


def markdown(text: str) -> str:
    """Text that Markdown shows as it is: its special characters escaped, line breaks folded."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))
