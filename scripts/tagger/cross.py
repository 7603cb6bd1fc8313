"""Tags for every labelled case from a tagger that never saw its voice, and ways to make a transcript worse.

Knows folds and transcripts as documents. Does not know how drafts are scored.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import documents
from assistant.drafting.features import features
from assistant.drafting.tagger import LABELS, Tags

from .examples import Example, of_case, of_document
from .fit import fit
from .labelled import document, read_all

Document = dict[str, Any]
FOLDS = 4
SLIP_SHARE = 0.06
"""Words misheard, of those that have a likely mishearing: about what a small model does to clear speech."""
SLIPS = {
    "right": "write",
    "there": "their",
    "their": "there",
    "two": "to",
    "to": "too",
    "for": "four",
    "he's": "his",
    "his": "he's",
    "week": "weak",
    "weeks": "week",
    "cv": "see v",
    "uc": "you see",
    "restart": "rest art",
    "rent": "went",
    "debt": "dead",
    "court": "caught",
    "form": "farm",
    "forms": "forums",
    "nursery": "nurses",
    "pip": "pep",
    "bus": "us",
    "walk": "work",
    "work": "walk",
    "list": "least",
    "hours": "ours",
    "aye": "I",
    "wee": "we",
    "interview": "into view",
    "shift": "ship",
    "monday": "one day",
    "can't": "can",
    "didn't": "did it",
}


def folds(cases: Path, own: Path) -> Iterator[tuple[str, Document, NDArray[np.float32]]]:
    """Every whole case with its voice and a table fitted without that voice; the documents in `own` are one voice."""
    every = [(case.voice, document(case) if case.kind != "phrases" else None, list(of_case(case))) for case in read_all(cases)]
    for path in sorted(own.glob("*.json")):
        whole = json.loads(path.read_text(encoding="utf-8"))
        every.append((own.name, whole, list(of_document(own.name, whole, None))))
    voices = sorted({voice for voice, _, _ in every})
    random.Random(3).shuffle(voices)
    for number in range(FOLDS):
        held = set(voices[number::FOLDS])
        table = fit(_learnt(every, held))
        yield from ((voice, whole, table) for voice, whole, _ in every if voice in held and whole)


def _learnt(every: Sequence[tuple[str, Document | None, list[Example]]], held: set[str]) -> list[Example]:
    return [example for voice, _, examples in every if voice not in held for example in examples]


def tags(whole: Document, table: NDArray[np.float32]) -> Mapping[int, Tags]:
    """What a tagger with this table says of a document."""
    transcript = documents.read_transcript(json.dumps(whole).encode())
    likely = [1 / (1 + np.exp(-table[rows].sum(axis=0))) for rows in features(transcript)]
    return {s.id: Tags(dict(zip(LABELS, row.tolist(), strict=True))) for s, row in zip(transcript.segments, likely, strict=True)}


def without_speakers(whole: Document) -> Document:
    """Nobody knows who spoke."""
    return _each(whole, lambda text: text, speaker=False)


def run_together(whole: Document) -> Document:
    """Lower case, no signs, as recognisers without punctuation print it."""
    return _each(whole, lambda text: re.sub(r"[.,;:?!](?=\s|$)", "", text).lower())


def misheard(whole: Document) -> Document:
    """Some words replaced by what sounds like them."""
    rng = random.Random(str(whole["id"]))

    def slip(word: re.Match[str]) -> str:
        return SLIPS.get(word[0].lower(), word[0]) if rng.random() < SLIP_SHARE else word[0]

    return _each(whole, lambda text: re.sub(r"[A-Za-z']+", slip, text))


def _each(whole: Document, change: Callable[[str], str], speaker: bool = True) -> Document:
    changed = [{**s, "text": change(s["text"]), "speaker": s["speaker"] if speaker else None} for s in whole["segments"]]
    return {**whole, "segments": changed}


def cut_in_two(whole: Document) -> Document:
    """Every segment of six words or more in two, its labels on both halves."""
    segments, halves = [], dict[int, list[int]]()
    for s in whole["segments"]:
        words = s["text"].split()
        middle, at = (s["start"] + s["end"]) / 2, len(words) // 2
        parts = [(words, s["start"], s["end"])] if len(words) < 6 else [(words[:at], s["start"], middle), (words[at:], middle, s["end"])]
        halves[s["id"]] = list(range(len(segments), len(segments) + len(parts)))
        segments += [{**s, "id": len(segments) + n, "text": " ".join(w), "start": a, "end": b} for n, (w, a, b) in enumerate(parts)]
    gold = copy.deepcopy(whole["gold"])
    for item in [*gold["actions"], *gold["facts"], *gold["referrals"], *gold["previous"], *filter(None, [gold["next_appointment"]])]:
        item["evidence"] = [half for number in item["evidence"] for half in halves[number]]
    gold["not_actions"] = [half for number in gold["not_actions"] for half in halves[number]]
    return {**whole, "segments": segments, "gold": gold}
