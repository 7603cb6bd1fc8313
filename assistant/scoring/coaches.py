"""How much coaches change: what became of drafted items in signed notes, as counts and rates. Shows no word of any note. Pure.

What was kept, edited or added is read from each item's `origin`; what was dropped is only in the note's `changes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.domain import SECTION_TITLES, SECTIONS, CaseNote, Change

GROUPS = ("actions", "referrals", "previous", "next_appointment")
TITLES: Mapping[str, str] = {
    **SECTION_TITLES,
    "statements": "All statements",
    "actions": "Actions",
    "referrals": "Referrals",
    "previous": "Outcomes of earlier actions",
    "next_appointment": "Next appointment",
}
Fate = Literal["kept", "edited", "dropped", "added"]


@dataclass(frozen=True, kw_only=True)
class Fates:
    """What became of the items of one section or group."""

    kept: int = 0
    edited: int = 0
    dropped: int = 0
    added: int = 0

    @property
    def drafted(self) -> int:
        return self.kept + self.edited + self.dropped

    @property
    def signed(self) -> int:
        return self.kept + self.edited + self.added

    def rates(self) -> dict[str, float | None]:
        """Kept, edited and dropped as shares of what was drafted, added as a share of what was signed; None of nothing."""
        shares = {"kept": self.kept, "edited": self.edited, "dropped": self.dropped}
        of_drafted = {name: n / self.drafted if self.drafted else None for name, n in shares.items()}
        return of_drafted | {"added": self.added / self.signed if self.signed else None}


def standing(versions: Sequence[CaseNote]) -> CaseNote | None:
    """The newest version of a session's note, which holds all changes since its draft; None when unsigned or void."""
    return versions[-1] if versions and versions[-1].void is None else None


def fates(notes: Iterable[CaseNote]) -> dict[str, Fates]:
    """By section, in the order of SECTIONS with a template's own after them, then `statements` for their sum, then GROUPS."""
    found: Counter[tuple[str, Fate]] = Counter(each for note in notes for each in _fates(note))
    groups = {group for group, _ in found}
    own = sorted(groups - {*SECTIONS, *GROUPS})
    sections = [s for s in (*SECTIONS, *own) if s in groups]
    by_group = {group: _of(found, [group]) for group in (*sections, *(g for g in GROUPS if g in groups))}
    together = {"statements": _of(found, sections)} if sections else {}
    return {g: by_group[g] for g in sections} | together | {g: by_group[g] for g in GROUPS if g in by_group}


def _of(found: Counter[tuple[str, Fate]], groups: Iterable[str]) -> Fates:
    whole = Fates()
    for group in groups:
        whole = replace(
            whole,
            kept=whole.kept + found[group, "kept"],
            edited=whole.edited + found[group, "edited"],
            dropped=whole.dropped + found[group, "dropped"],
            added=whole.added + found[group, "added"],
        )
    return whole


def _fates(note: CaseNote) -> Iterator[tuple[str, Fate]]:
    yield from ((section.section, s.origin) for section in note.note for s in section.statements)
    yield from (("actions", action.origin) for action in note.actions)
    yield from (("referrals", referral.origin) for referral in note.referrals)
    yield from (("previous", outcome.origin) for outcome in note.previous)
    yield from ((group, "dropped") for change in note.changes if (group := _dropped_from(change)))
    yield from _appointment(note)


def _dropped_from(change: Change) -> str | None:
    """The section or group of an item that was dropped as a whole; None for any other change, such as one field made empty."""
    if change.after is not None:
        return None
    group, *rest = change.path.split("/")
    if group == "note":
        return rest[0] if len(rest) == 2 else None
    if group == "previous":  # its id may hold anything, and its one field cannot be made empty
        return group
    return group if group in ("actions", "referrals") and len(rest) == 1 else None


def _appointment(note: CaseNote) -> Iterator[tuple[str, Fate]]:
    """It carries no origin: its changes tell, or their absence."""
    changed = [change for change in note.changes if change.path.split("/")[0] == "next_appointment"]
    whole = next((change for change in changed if change.path == "next_appointment"), None)
    if whole:
        yield "next_appointment", "added" if whole.before is None else "dropped"
    elif note.next_appointment:
        yield "next_appointment", "edited" if changed else "kept"


def lines(notes: int, by_group: Mapping[str, Fates]) -> Iterator[str]:
    """A table for people."""
    yield f"{notes} signed note{'' if notes == 1 else 's'}, the newest version of each session"
    yield f"{'':<28}{'drafted':>9}{'kept':>15}{'edited':>15}{'dropped':>15}{'added':>15}"
    for group, of in by_group.items():
        rates, counts = of.rates(), {"kept": of.kept, "edited": of.edited, "dropped": of.dropped, "added": of.added}
        cells = "".join(f"{f'{n}  {_percent(rates[name])}':>15}" for name, n in counts.items())
        yield f"{TITLES.get(group, group):<28}{of.drafted:>9}{cells}"
    yield "Kept, edited and dropped as shares of what was drafted; added as a share of what was signed."


def _percent(rate: float | None) -> str:
    return "    -" if rate is None else f"{100 * rate:3.0f} %"


def document(notes: int, by_group: Mapping[str, Fates]) -> dict[str, Any]:
    """The same for programs."""
    return {"notes": notes, "groups": {group: _counts(of) | {"rates": of.rates()} for group, of in by_group.items()}}


def _counts(of: Fates) -> dict[str, Any]:
    return {"drafted": of.drafted, "signed": of.signed, "kept": of.kept, "edited": of.edited, "dropped": of.dropped, "added": of.added}
