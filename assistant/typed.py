"""A coach's own words as a transcript: a note typed where nothing was recorded, and a line that was heard wrongly put right.

Pure: nothing is changed in place. Knows no store and no drafter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from assistant.domain import MAX_SEGMENT_WORDS, Correction, HeardBy, Segment, Transcript
from assistant.errors import NothingSaid, UsageProblem
from assistant.identity import new_id
from assistant.protocols import Brief
from assistant.sentences import cuts

ENGINE, COACH = "typed", "coach"
HALF = re.compile(r"[\ud800-\udfff]")
"""Half a character, which a terminal with another encoding can hand over."""


def transcript(text: str, brief: Brief) -> Transcript:
    """What was typed, one sentence a segment and without times. A line break ends a sentence.

    Raises NothingSaid when there is no letter and no digit in it.
    """
    lines = [" ".join(HALF.sub("�", line).split()) for line in text.splitlines()]
    said = [line[start:end] for line in lines if line for start, end in cuts(line)]
    if not any(c.isalnum() for sentence in said for c in sentence):
        raise NothingSaid("Nothing was written.", means="A note needs words.", do="Write what there is to say, if only that nobody came.")
    segments = tuple(Segment(id=n, start=None, end=None, speaker=None, text=sentence) for n, sentence in enumerate(said))
    return brief.transcript(segments, HeardBy(engine=ENGINE))


def corrected(transcript: Transcript, segment: int, text: str) -> Transcript:
    """A new transcript in which one segment reads as the coach typed it. Its id is new; numbers and times of the segments stay.

    Raises UsageProblem for an empty text, for one too long for a segment, and where there is no such segment.
    """
    text = " ".join(HALF.sub("�", text).split())
    if not text:
        raise UsageProblem("Nothing is written.", do="Type what was said, or go back.")
    if len(text.split()) > MAX_SEGMENT_WORDS:
        raise UsageProblem(
            f"A line of the transcript holds at most {MAX_SEGMENT_WORDS} words.", do="Shorten it, and add the rest to the note with n."
        )
    if segment not in {s.id for s in transcript.segments}:
        raise UsageProblem(f"The transcript has no line {segment}.", do="Open the session again.")
    return replace(transcript, id=new_id(), segments=tuple(_corrected(s, text) if s.id == segment else s for s in transcript.segments))


def _corrected(heard: Segment, text: str) -> Segment:
    """Certain now, so no longer unclear; the recogniser's times of single words and its confidence were about other words."""
    flags = (*(f for f in heard.flags if f not in ("unclear", "corrected")), "corrected")
    corrections = (*heard.corrections, *_differences(heard.text, text))
    return replace(heard, text=text, confidence=None, words=(), corrections=corrections, flags=flags)


def _differences(heard: str, shown: str) -> Iterator[Correction]:
    """Word by word. What was only added has nothing heard, what was only taken out has nothing shown."""
    old, new = heard.split(), shown.split()
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Correction(heard=" ".join(old[i1:i2]), shown=" ".join(new[j1:j2]), by=COACH)
