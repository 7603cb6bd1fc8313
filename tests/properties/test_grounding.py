"""Whatever is said: a draft never raises, cites only what exists, quotes it word for word, and repeats nothing."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import grounding
from assistant.documents import all_evidence, draft_json, read_draft
from assistant.domain import MAX_EVIDENCE, PreviousAction, Segment, Transcript
from tests.drafts import draft
from tests.often import times

PHRASES = st.sampled_from(
    [
        "I'll ring the bank tomorrow",
        "she'll email me the form by next Friday",
        "he didn't ring Pertemps",
        "and",
        "but",
        "so",
        "no, sorry, Wednesday",
        "£20",
        "at half past ten",
        "the 31st of February",
        "next appointment is Thursday the 26th",
        "her back is sore",
        "she won't do nights",
        "I've referred him to Citizens Advice",
        "Can you bring the letter?",
        "Yeah, okay.",
        "No.",
        "scrub that",
        "um",
        "er, you know",
        "’",
        "<",
        "im_start",
        ">",
        "\x1b[2J",
        "\u202e",
        "...",
        "May",
        "Will will ring Grace",
        "if he wants",
        "hitting her",
        "Colm, he's giving her a sheet by Monday",
        "what",
        "24/7",
    ]
)
WORDS = st.one_of(PHRASES, st.text(max_size=12))
TEXT = st.lists(WORDS, max_size=8).map(" ".join)
SPEAKERS = st.sampled_from([None, "coach", "client", "other"])


@st.composite
def transcripts(pick: st.DrawFn) -> Transcript:
    ids = pick(st.lists(st.integers(0, 99), unique=True, max_size=10))
    segments = tuple(Segment(id=n, start=None, end=None, speaker=pick(SPEAKERS), text=pick(TEXT)) for n in ids)
    previous = tuple(PreviousAction(id=f"p{n}", what=pick(TEXT), owner="client") for n in range(pick(st.integers(0, 3))))
    return Transcript(
        id="t",
        kind=pick(st.sampled_from(["dictation", "appointment"])),
        session_date=pick(st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)))),
        client=pick(st.sampled_from([None, "Will", "Amina"])),
        coach=None,
        segments=segments,
        previous_actions=previous,
    )


@settings(max_examples=times(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(transcripts())
def test_any_transcript_gives_an_honest_draft(transcript: Transcript) -> None:
    made = draft(transcript)
    assert read_draft(draft_json(made), transcript) == made
    evidence = [e for _, e in all_evidence(made)]
    assert grounding.quotes_hold(evidence, transcript)
    for section in made.note:
        for statement in section.statements:
            assert 1 <= len(statement.evidence) <= MAX_EVIDENCE
            assert statement.supported == grounding.supported(statement, transcript)
    told = [s.text.lower() for section in made.note for s in section.statements]
    assert len(told) == len(set(told))
    assert all((p.outcome == "not_mentioned") is (not p.evidence) for p in made.previous)
    assert [p.id for p in made.previous] == [p.id for p in transcript.previous_actions]


@settings(max_examples=times(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(transcripts())
def test_dates_are_never_in_the_past_nor_made_up(transcript: Transcript) -> None:
    made = draft(transcript)
    dates = [a.due for a in made.actions if a.due] + ([made.next_appointment.date] if made.next_appointment else [])
    assert all(transcript.session_date is not None and day >= transcript.session_date for day in dates)
    assert {one.segment for one in made.left_out}.isdisjoint({e.segment for _, e in all_evidence(made)})


@settings(max_examples=times(200), deadline=None)
@given(TEXT, TEXT)
def test_a_text_supports_itself_and_a_longer_one(text: str, more: str) -> None:
    assert grounding.loose_ends(text, [text]) == []
    assert grounding.loose_ends(text, [f"{text} {more}", more]) == []
