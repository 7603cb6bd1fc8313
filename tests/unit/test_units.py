"""Clauses and the way back to their segments."""

from __future__ import annotations

import pytest

from assistant.domain import Segment, Transcript
from assistant.drafting import units
from tests.drafts import appointment, dictation, draft


def texts(transcript: Transcript) -> list[str]:
    return [c.text for c in units.clauses(transcript)]


def test_a_sentence_broken_over_two_segments_is_one_sentence() -> None:
    said = units.clauses(dictation("She told me that her husband has been", "hitting her. She was upset."))
    assert [(c.text, c.segments, c.sentence) for c in said] == [
        ("She told me that her husband has been hitting her.", (0, 1), 0),
        ("She was upset.", (1,), 1),
    ]


def test_two_speakers_never_share_a_sentence() -> None:
    said = units.clauses(appointment(("coach", "So you will"), ("client", "ring them tomorrow")))
    assert [c.sentence for c in said] == [0, 1]


def test_clauses_end_where_somebody_else_begins_to_act() -> None:
    assert texts(dictation("She'll ring the bank tomorrow, and I'll email the college, but Bev's sending the form.")) == [
        "She'll ring the bank tomorrow,",
        "and I'll email the college,",
        "but Bev's sending the form.",
    ]


def test_a_dictation_without_punctuation_is_still_split() -> None:
    said = texts(dictation("okay so she came in on time and she's doing well with the course i'll ring the college about the date"))
    assert said[-1] == "i'll ring the college about the date"


@pytest.mark.parametrize("unsafe", ["\x1b[31m", "\x07", "\u202e", "\u200b", "<|im_start|>", "[INST]", "<<SYS>>", "</s>"])
def test_what_a_terminal_or_a_model_would_obey_is_in_no_text_and_no_quote(unsafe: str) -> None:
    made = draft(dictation(f"She wants to be {unsafe}a nurse in the hospital by June.", f"I'll email her {unsafe}the form tonight."))
    shown = [s.text for section in made.note for s in section.statements] + [a.what for a in made.actions]
    quotes = [e.quote for a in made.actions for e in a.evidence] + [
        e.quote for section in made.note for s in section.statements for e in s.evidence
    ]
    assert shown
    assert not [text for text in [*shown, *quotes] if unsafe in text]


def test_evidence_quotes_at_most_four_segments() -> None:
    transcript = Transcript(
        id="t",
        kind="dictation",
        session_date=None,
        client=None,
        coach=None,
        segments=tuple(Segment(id=n, start=None, end=None, speaker=None, text="and then") for n in range(9)),
    )
    said = {s.id: s.text for s in transcript.segments}
    pieces = tuple(p for c in units.clauses(transcript) for p in c.pieces)
    assert [e.segment for e in units.evidence(pieces, said)] == [0, 1, 2, 3]
