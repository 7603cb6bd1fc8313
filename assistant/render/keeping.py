"""What is due to be erased, as sentences and lines. References and ids only, never a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assistant.domain import Due, Outlook
from assistant.render import day

NAMES = {
    "recording": ("recording", "recordings"),
    "draft": ("unsigned draft", "unsigned drafts"),
    "transcript": ("transcript of a signed note", "transcripts of signed notes"),
    "note": ("signed session", "signed sessions"),
}


def sentence(outlook: Outlook) -> str | None:
    """For whoever opens the store; None when there is nothing to say.

    A recording that goes a week after its note was signed is announced in the list only: it would be said every day.
    """
    unsigned = [due for due in outlook.soon if not due.signed]
    now = f"{counted(outlook.due)} due to be erased." if outlook.due else ""
    soon = f"{counted(unsigned)} due within a week, unless signed." if unsigned else ""
    return " ".join(part for part in (now, soon) if part) or None


def counted(dues: Iterable[Due]) -> str:
    """`2 recordings and 1 unsigned draft are`."""
    counts = Counter(due.what for due in dues)
    parts = [f"{n} {NAMES[what][n > 1]}" for what, n in counts.items()]
    return " and ".join(parts) + (" is" if sum(counts.values()) == 1 else " are")


def line(due: Due) -> str:
    """The day, what it is, whose, and its ids."""
    thing = "" if due.object == due.session else f"  {due.object}"
    standing = "signed" if due.signed else "unsigned"
    return f"{day(due.on.date()):<16} {due.what:<10} {standing:<8} {due.client or 'unassigned':<11} session {due.session}{thing}"
