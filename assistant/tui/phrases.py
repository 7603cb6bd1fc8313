"""How items, states and dates read on screen. Pure: text in, styled text out.

Everything that was said or typed goes through `clean` and is never parsed as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.content import Content

from assistant import typed
from assistant.approval import State, checks
from assistant.domain import (
    IMPORTED,
    PLAIN,
    Action,
    Evidence,
    Item,
    PreviousOutcome,
    Referral,
    SessionSummary,
    Statement,
    Template,
    Transcript,
)
from assistant.render import OUTCOMES, OWNERS, STATUSES, clock, day, due, printable

STATES: Mapping[State, tuple[str, str]] = {
    "check": ("to check", "bold $warning"),
    "open": ("as drafted", "$text-muted"),
    "kept": ("kept", "$success"),
    "edited": ("edited", "$accent"),
    "dropped": ("dropped", "$error"),
    "added": ("added", "$accent"),
}
SAID_BY = {"client": "said by client", "coach": "noted by coach", "agreed": "agreed"}
NOT_IN_NOTE = "Said, but not in the note"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a line needs besides the item itself."""

    transcript: Transcript
    year: int | None
    """Dates of this year are shown without it."""
    template: Template = PLAIN
    """Whose headings are shown."""


def clean(text: str) -> str:
    """On one line, and without the characters that could act on a terminal."""
    return " ".join(printable(text).split())


def length(seconds: float | None) -> str:
    """Minutes and seconds: `25:03`."""
    return "" if seconds is None else clock(seconds)


def heading(path: str, template: Template) -> str:
    """The heading that an item stands under."""
    group, *rest = path.split("/")
    named = {"actions": "Actions", "referrals": "Referrals", "previous": "Agreed last time", "next_appointment": "Next appointment"}
    return clean(template.title(rest[0])) if group == "note" else named[group]


def words(item: Item, context: Context) -> str:
    """The item itself, without who and when."""
    if isinstance(item, Statement):
        return clean(item.text)
    if isinstance(item, Action):
        return clean(item.what)
    if isinstance(item, Referral):
        return clean(item.to)
    if isinstance(item, PreviousOutcome):
        agreed = {p.id: p.what for p in context.transcript.previous_actions}
        return clean(agreed.get(item.id, f"Action {item.id}"))
    return day(item.date, context.year) + (f" at {clean(item.time)}" if item.time else "")


def details(item: Item, context: Context) -> list[str]:
    """Who, by when, how it stands: what follows the words on the second line."""
    if isinstance(item, Statement):
        unsupported = ["not borne out by the recording"] if item.evidence and not item.supported else []
        return [*([SAID_BY[item.said_by]] if item.said_by else []), *unsupported]
    if isinstance(item, Action):
        possible = ["possibly an action"] if item.possible else []
        return [clean(item.owner_name) if item.owner_name else OWNERS[item.owner], due(item, context.year), *possible]
    if isinstance(item, Referral):
        return [STATUSES[item.status], *([clean(item.reason)] if item.reason else [])]
    return [OUTCOMES[item.outcome]] if isinstance(item, PreviousOutcome) else []


def times(evidence: Iterable[Evidence], transcript: Transcript) -> str:
    """Where the evidence starts: `00:29, 01:10`; a typed transcript has line numbers instead."""
    starts = {s.id: s.start for s in transcript.segments}
    marks = (clock(at) if (at := starts.get(e.segment)) is not None else f"line {e.segment + 1}" for e in evidence)
    return ", ".join(dict.fromkeys(marks))


def item_text(item: Item, state: State, context: Context) -> Content:
    """Words on top, particulars beneath."""
    top = (words(item, context), "strike $text-muted" if state == "dropped" else "")
    parts = [*details(item, context), times(item.evidence, context.transcript) or "nothing cited"]
    reasons = f"{'check' if state == 'check' else 'checked'}: {', '.join(checks(item))}" if checks(item) else ""
    mark = [(f"{reasons} · ", "$warning" if state == "check" else "$text-muted")] if reasons else []
    return Content.assemble(top, "\n", *mark, (" · ".join(parts), "$text-muted"))


def state_text(state: State) -> Content:
    name, style = STATES[state]
    return Content.styled(name, style)


def heard_by(transcript: Transcript) -> str | None:
    """What made the words of a transcript, where that is known."""
    made_by = transcript.made_by
    if made_by is None:
        return None
    if made_by.engine == typed.ENGINE:
        return "typed; there is no recording"
    if made_by.engine == IMPORTED:
        return "imported; the recording is not here"
    return f"heard by {clean(made_by.engine)}" + (f", model {clean(made_by.model)}" if made_by.model else "")


def barrier(name: str) -> str:
    return name.replace("_", " ")


def session_title(summary: SessionSummary) -> str:
    """Who and when, for the line at the top of a screen."""
    session = summary.session
    who = f"{clean(summary.client_name or '')} {session.client}".strip() if session.client else "No client yet"
    guessed = "" if session.date_confirmed else " (date guessed from the file)"
    return " · ".join(p for p in (who, f"{session.kind.capitalize()} of {day(session.date)}{guessed}", length(summary.seconds)) if p)
