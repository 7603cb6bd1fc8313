"""Labelled segments as the tagger learns them: feature rows, target labels, and which labels are known.

Knows cases in both written forms. Does not know how the weights are found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import documents
from assistant.drafting.features import features
from assistant.drafting.tagger import LABELS

from .labelled import Case, document, read_all


@dataclass(frozen=True)
class Example:
    """One segment. `rows`: its features. `labels`: those that hold. `unknown`: those of which nothing is known."""

    voice: str
    rows: tuple[int, ...]
    labels: frozenset[str]
    unknown: frozenset[str]


BARRIERS = frozenset(label for label in LABELS if label.startswith("barrier:"))


def examples(cases: Path, documents_folder: Path | None = None) -> Iterator[Example]:
    """Every labelled segment of the short written form, and of a folder of labelled documents where one is given."""
    for case in read_all(cases):
        yield from of_case(case)
    for path in sorted(documents_folder.glob("*.json")) if documents_folder else ():
        yield from of_document("documents", json.loads(path.read_text(encoding="utf-8")), None)


def of_case(case: Case) -> Iterator[Example]:
    """The segments of one case; each line of `phrases` stands alone."""
    shown = [{word for _, rest in line.rests("B") for word in rest.split()} for line in case.lines]
    whole = document(case)
    if case.kind != "phrases":
        yield from of_document(case.voice, whole, shown)
        return
    for at, segment in enumerate(whole["segments"]):
        kind = "appointment" if segment["speaker"] else "dictation"
        alone = whole | {"segments": [segment], "kind": kind, "gold": _only(whole["gold"], segment["id"])}
        yield from of_document(case.voice, alone, [shown[at]])


def _only(gold: dict[str, Any], segment: int) -> dict[str, Any]:
    """The part of the labels that speaks of one segment."""
    lists = ("actions", "facts", "referrals", "previous")
    kept: dict[str, Any] = {name: [each for each in gold[name] if segment in each["evidence"]] for name in lists}
    following = gold["next_appointment"]
    return kept | {
        "not_actions": gold["not_actions"],
        "next_appointment": following if following and segment in following["evidence"] else None,
    }


def of_document(voice: str, whole: dict[str, Any], shown: list[set[str]] | None) -> Iterator[Example]:
    """The segments of a labelled document; `shown` has the barriers of each, None where only those of the whole are known."""
    transcript = documents.read_transcript(json.dumps(whole).encode())
    told = labels(whole["gold"])
    for at, (segment, rows) in enumerate(zip(transcript.segments, features(transcript), strict=True)):
        held = told.get(segment.id, set()) | ({f"barrier:{name}" for name in shown[at]} if shown else set())
        yield Example(voice, tuple(rows), frozenset(held), frozenset() if shown else BARRIERS)


def labels(gold: dict[str, Any]) -> dict[int, set[str]]:
    """Labels of each segment that has any."""
    found: dict[int, set[str]] = {}

    def add(evidence: Iterable[int], *names: str) -> None:
        for segment in evidence:
            found.setdefault(segment, set()).update(names)

    for fact in gold["facts"]:
        add(fact["evidence"], f"section:{fact['section']}", "useful", *(["critical"] if fact["critical"] else []))
    for action in gold["actions"]:
        add(action["evidence"], f"action:{action['owner']}", "useful")
    for referral in gold["referrals"]:
        add(referral["evidence"], f"referral:{referral['status']}", "useful")
    for outcome in gold["previous"]:
        add(outcome["evidence"], f"previous:{outcome['outcome']}", "useful")
    add(gold["not_actions"], "trap")
    if gold["next_appointment"]:
        add(gold["next_appointment"]["evidence"], "next", "useful")
    return found
