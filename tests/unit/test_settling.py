"""When they meet next, settled in talk and in a dictation. The session is on Thursday 12 March 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.domain import Kind, Segment, Speaker, Transcript
from assistant.drafting import appointment, units
from assistant.drafting.tagger import LABELS, Tags

SESSION = dt.date(2026, 3, 12)
WHO: dict[str, Speaker] = {"C": "coach", "P": "client"}


def found(*lines: str, likely: float | None = 0.9) -> tuple[str, str | None] | None:
    """Lines begin with `C:` or `P:` in talk; `?` before them marks those that the tagger takes for something else."""
    segments, tags = [], {}
    for n, line in enumerate(lines):
        words = line.removeprefix("?")
        speaker = WHO.get(words[0]) if words[1:2] == ":" else None
        segments.append(Segment(id=n, text=words[2:].strip() if speaker else words, start=float(n), end=n + 1.0, speaker=speaker))
        tags[n] = Tags({label: (likely or 0.0) if label == "next" and not line.startswith("?") else 0.0 for label in LABELS})
    kind: Kind = "appointment" if segments[0].speaker else "dictation"
    said = units.clauses(Transcript(id="t", kind=kind, session_date=SESSION, client="Sam", coach="Jo", segments=tuple(segments)))
    settled = appointment.find(said, SESSION, tags if likely is not None else None)
    return (settled.date.isoformat(), settled.time) if settled else None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Next time is Tuesday the 24th, half past ten."], ("2026-03-24", "10:30")),
        (["He's tae come back Friday week, the 20th, 10 o'clock. No, hold on, 11, I've the dentist."], ("2026-03-20", "11:00")),
        (["That's him in again, Thursday fortnight, the 26th, about 4."], ("2026-03-26", "16:00")),
        (["Was to have been back on the 26th. That clashes, so Friday the 27th instead, 10:50."], ("2026-03-27", "10:50")),
        (["phone call tuesday the 24th ten a clock"], ("2026-03-24", "10:00")),
        (["On the 27th, afternoon, no exact time."], ("2026-03-27", None)),
        (["She started at ten today.", "Same time next Thursday."], ("2026-03-19", "10:00")),
        (["?He came in ten to 2 for 2 o'clock.", "Same time next Thursday."], ("2026-03-19", "14:00")),
        (["I'm on the ferry the 24th. So I'll ring him the 25th, 2 o'clock."], ("2026-03-25", "14:00")),
    ],
)
def test_a_dictation_says_it_once(lines: list[str], expected: tuple[str, str | None]) -> None:
    assert found(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["C: Two weeks? The 26th?", "P: Yeah.", "C: Half ten?", "P: Half ten's fine."], ("2026-03-26", "10:30")),
        (
            ["C: Same day next week? The Thursday?", "P: That's my sister's birthday.", "C: Then the Friday. At two?", "P: Okay."],
            ("2026-03-20", "14:00"),
        ),
        (["C: Four weeks, the 9th of April.", "P: I'm away.", "C: The 16th, then? Three o'clock?", "P: Lovely."], ("2026-04-16", "15:00")),
        (["C: Wednesday the 25th. What time?", "P: Not two.", "C: Not two. Four o'clock."], ("2026-03-25", "16:00")),
        (
            ["C: I'll ring the bank tomorrow at 12, and I'll see you here on Monday, 11 o'clock?", "P: Monday, yeah."],
            ("2026-03-16", "11:00"),
        ),
    ],
)
def test_in_talk_the_day_moves_until_both_agree(lines: list[str], expected: tuple[str, str | None]) -> None:
    assert found(*lines) == expected


def test_the_end_of_a_talk_is_where_they_settle() -> None:
    chat = ["?C: And the dog?", "?P: Grand, thanks."] * 10
    assert found(*chat, "C: So. Friday the 20th. Could you do 11?", "P: Could we say half 1?", "C: Half 1.", likely=0.15) == (
        "2026-03-20",
        "13:30",
    )


def test_an_earlier_plan_gives_way_in_the_same_breath() -> None:
    assert found("C: So we said Thursday the 19th, but shall we have the 26th instead?", "P: Fine.", "C: Make it 1:45.") == (
        "2026-03-26",
        "13:45",
    )


def test_somebody_elses_day_is_left_alone() -> None:
    assert found("?The interview is on Monday at ten.", "We meet on Tuesday the 24th at 2.") == ("2026-03-24", "14:00")
    assert found("?The interview is on Monday at ten.") is None


def test_nothing_in_the_diary_is_nothing() -> None:
    assert found("There's nothing in the diary yet, she'll see how Tuesday goes.", likely=0.5) is None


def test_words_alone_will_do_without_a_tagger() -> None:
    assert found("Next appointment is Tuesday the 24th at 2.", likely=None) == ("2026-03-24", "14:00")


def test_without_a_session_date_there_is_no_next_date() -> None:
    said = units.clauses(
        Transcript(
            id="t",
            kind="dictation",
            session_date=None,
            client=None,
            coach=None,
            segments=(Segment(id=0, text="Next time is Tuesday at 2.", start=0.0, end=1.0, speaker=None),),
        )
    )
    assert appointment.find(said, None, {0: Tags(dict.fromkeys(LABELS, 0.9))}) is None
