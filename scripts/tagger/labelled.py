"""Labelled cases in their short written form: one line a segment, its labels after ` | `. README.md beside this file describes it.

Knows the form and how it becomes a labelled case as `tests/eval/FORMAT.md` describes. Does not know how drafts are made or scored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from assistant.domain import Barrier

SECTIONS = ("attendance", "progress", "goals", "ruled_out", "skills", "barriers", "support", "risk")
OWNERS = ("client", "coach", "third_party")
STATES = ("made", "to_make", "declined", "completed", "waiting")
OUTCOMES = ("done", "part_done", "not_done", "changed")
BARRIERS = get_args(Barrier)
SPEAKERS = {"C:": "coach", "P:": "client", "O:": "other"}
KINDS = ("dictation", "appointment", "phrases")
WORDS_A_SECOND = 2.6


@dataclass(frozen=True)
class Line:
    """One segment: who speaks (None in a dictation), what is said, its labels as (mark, rest)."""

    speaker: str | None
    text: str
    labels: tuple[tuple[str, str], ...]

    def rests(self, letter: str) -> Iterator[tuple[str, str]]:
        """The labels whose mark is `letter` with or without a number."""
        return ((mark, rest) for mark, rest in self.labels if mark[0] == letter)


@dataclass(frozen=True)
class Case:
    """A labelled conversation or dictation. `voice` is the file's name: cases of one voice are never split."""

    id: str
    voice: str
    head: dict[str, str]
    previous: tuple[dict[str, Any], ...]
    lines: tuple[Line, ...] = field(repr=False)

    @property
    def kind(self) -> str:
        """dictation, appointment or phrases (unconnected sentences)."""
        return self.head["kind"]


def read(path: Path) -> Iterator[Case]:
    """The cases of one file. Raises ValueError with the file's name and line number where the form is broken."""
    block: list[tuple[int, str]] = []
    for number, line in [*enumerate(path.read_text(encoding="utf-8").splitlines(), 1), (0, "===")]:
        if line.strip() != "===":
            block.append((number, line.rstrip()))
        elif any(text.strip() for _, text in block):
            yield _case(path, block)
            block = []


def read_all(folder: Path) -> list[Case]:
    """Every case of a folder of files."""
    return [case for path in sorted(folder.glob("*.txt")) for case in read(path)]


def _case(path: Path, block: list[tuple[int, str]]) -> Case:
    head: dict[str, str] = {}
    previous: list[dict[str, Any]] = []
    lines: list[Line] = []
    body = False
    for number, text in block:
        try:
            if not text.strip() or text.startswith("#"):
                continue
            if text.strip() == "---":
                body = True
            elif body:
                lines.append(_line(text))
            elif text[0] == "p" and text[1:2].isdigit():
                previous.append(_previous(text))
            else:
                key, _, value = text.partition(" ")
                head[key] = value.strip()
        except (ValueError, IndexError) as broken:
            raise ValueError(f"{path.name}:{number}: {broken}") from None
    case = Case(head["case"], path.stem, head, tuple(previous), tuple(lines))
    _check(path, case)
    return case


def _previous(text: str) -> dict[str, Any]:
    mark, owner, due, what = text.split(maxsplit=3)
    if owner not in OWNERS:
        raise ValueError(f"unknown owner {owner}")
    return {"id": mark, "what": what, "owner": owner, "due": None if due == "-" else dt.date.fromisoformat(due).isoformat()}


def _line(text: str) -> Line:
    said, *marks = [part.strip() for part in text.split(" | ")]
    speaker = SPEAKERS.get(said[:2])
    labels = tuple((mark, rest.strip()) for mark, _, rest in (part.partition(" ") for part in marks if part))
    for mark, rest in labels:
        _known(mark, rest)
    return Line(speaker, said[2:].strip() if speaker else said, labels)


def _known(mark: str, rest: str) -> None:
    """Raise ValueError unless the label can be read."""
    words = rest.split()
    if mark[0] not in "FABRPNT" or (mark[0] in "FARP") != mark[1:].isdigit() or (mark[0] in "BNT" and len(mark) > 1):
        raise ValueError(f"unknown label {mark}")
    allowed: dict[str, tuple[str, ...]] = {"F": SECTIONS, "A": OWNERS, "R": STATES, "P": OUTCOMES}
    if mark[0] in allowed and words and words[0].rstrip("!") not in allowed[mark[0]]:
        raise ValueError(f"{mark}: {words[0]} is none of {', '.join(allowed[mark[0]])}")
    if mark[0] == "A" and words:
        if len(words) < 3:
            raise ValueError(f"{mark}: owner, date or -, what")
        _date(words[1])
    if mark[0] == "R" and len(words) == 1:
        raise ValueError(f"{mark}: to whom?")
    if mark[0] == "N" and words:
        dt.date.fromisoformat(words[0])
    if mark[0] == "B" and (not words or not set(words) <= set(BARRIERS)):
        raise ValueError(f"unknown barrier in {rest}")


def _date(text: str) -> str | None:
    return None if text == "-" else dt.date.fromisoformat(text).isoformat()


def _check(path: Path, case: Case) -> None:
    """Raise ValueError where the case contradicts itself."""
    where = f"{path.name}: {case.id}"
    if case.kind not in KINDS:
        raise ValueError(f"{where}: unknown kind {case.kind}")
    if (case.kind == "appointment") != all(line.speaker for line in case.lines) and case.kind != "phrases":
        raise ValueError(f"{where}: every line of an appointment has a speaker, and no line of a dictation")
    for letter in "FAR":
        told = [(mark, rest) for line in case.lines for mark, rest in line.rests(letter)]
        for mark in {mark for mark, _ in told}:
            if sum(bool(rest) for other, rest in told if other == mark) != 1:
                raise ValueError(f"{where}: {mark} is described on exactly one line")
    marks = {mark for line in case.lines for mark, _ in line.rests("P")}
    if not {mark.lower() for mark in marks} <= {each["id"] for each in case.previous} and case.kind != "phrases":
        raise ValueError(f"{where}: an outcome of an unknown earlier action")


def _evidence(case: Case, mark: str) -> list[int]:
    return [at for at, line in enumerate(case.lines) if any(other == mark for other, _ in line.labels)]


def _told(case: Case, letter: str) -> Iterator[tuple[str, list[str], list[int]]]:
    """Each item of a letter once: its mark, the words that describe it, the segments that support it."""
    for line in case.lines:
        for mark, rest in line.rests(letter):
            if rest:
                yield mark, rest.split(), _evidence(case, mark)


def gold(case: Case) -> dict[str, Any]:
    """The labels as the scorer wants them."""
    facts = [
        {
            "section": words[0].rstrip("!"),
            "text": " ".join(case.lines[at].text for at in seen),
            "evidence": seen,
            "critical": words[0][-1] == "!",
        }
        for _, words, seen in _told(case, "F")
    ]
    actions = [
        {"what": " ".join(words[2:]), "owner": words[0], "owner_name": None, "due": _date(words[1]), "due_text": None, "evidence": seen}
        for _, words, seen in _told(case, "A")
    ]
    referrals = [{"to": " ".join(words[1:]), "status": words[0], "evidence": seen} for _, words, seen in _told(case, "R")]
    outcomes = {mark.lower(): (words[0], seen) for mark, words, seen in _told(case, "P")}
    previous = [
        {"id": p["id"], "outcome": outcomes.get(p["id"], ("not_mentioned", []))[0], "evidence": outcomes.get(p["id"], ("", []))[1]}
        for p in case.previous
    ]
    barriers = sorted({word for line in case.lines for _, rest in line.rests("B") for word in rest.split()})
    traps = [at for at, line in enumerate(case.lines) if any(line.rests("T"))]
    return {
        "actions": actions,
        "facts": facts,
        "barriers": barriers,
        "referrals": referrals,
        "previous": previous,
        "next_appointment": _next(case),
        "not_actions": traps,
    }


def _next(case: Case) -> dict[str, Any] | None:
    found = [(words, seen) for _, words, seen in _told(case, "N")]
    if not found:
        return None
    words, seen = found[-1]
    return {"date": words[0], "time": words[1] if len(words) > 1 else None, "evidence": seen}


def document(case: Case) -> dict[str, Any]:
    """The labelled case as a `coachnote.transcript/1` document with `style` and `gold`."""
    clock, segments = 0.0, []
    for at, line in enumerate(case.lines):
        end = round(clock + max(len(line.text.split()), 1) / WORDS_A_SECOND, 1)
        segments.append({"id": at, "start": round(clock, 1), "end": end, "speaker": line.speaker, "text": line.text})
        clock = end + 0.3
    return {
        "schema": "coachnote.transcript/1",
        "id": case.id,
        "kind": case.kind,
        "session_date": case.head["date"],
        "client": case.head.get("client"),
        "coach": case.head.get("coach"),
        "style": case.head.get("style", case.voice),
        "segments": segments,
        "previous_actions": list(case.previous),
        "gold": gold(case),
    }
