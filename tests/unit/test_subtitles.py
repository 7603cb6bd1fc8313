"""Transcripts as text and as subtitles."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Gap, Segment, Speaker, Transcript
from assistant.errors import UsageProblem
from assistant.render.subtitles import FORMATS, as_srt, as_text, as_vtt, short_time


def transcript(*segments: Segment, gaps: tuple[Gap, ...] = (), coach: str | None = None) -> Transcript:
    return Transcript(id="t", kind="dictation", session_date=dt.date(2026, 3, 12), client=None, coach=coach, segments=segments, gaps=gaps)


def said(start: float | None, end: float | None, text: str, speaker: Speaker | None = None, *, unclear: bool = False) -> Segment:
    return Segment(id=0, start=start, end=end, speaker=speaker, text=text, flags=("unclear",) if unclear else ())


EXAMPLE = transcript(
    said(0, 4.2, "He rang & asked <why>.", "coach"),
    said(9, 9, "I did --> go.", "client"),
    said(3700.5, 3704.25, "All right.", unclear=True),
    gaps=(Gap(start=134, end=139.5, why="unclear"), Gap(start=4000, end=4020, why="silence")),
    coach="Helen",
)


def test_text() -> None:
    assert as_text(EXAMPLE) == (
        "[00:00] Helen: He rang & asked <why>.\n"
        "[00:09] Client: I did --> go.\n"
        "[02:14] [unclear 02:14-02:19]\n"
        "[1:01:40] (unclear) All right.\n"
        "[1:06:40] [silence 1:06:40-1:07:00]\n"
    )


def test_webvtt() -> None:
    assert as_vtt(EXAMPLE) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:04.200\n<v Helen>He rang &amp; asked &lt;why&gt;.</v>\n\n"
        "00:00:09.000 --> 00:00:09.100\n<v Client>I did --&gt; go.</v>\n\n"
        "00:02:14.000 --> 00:02:19.500\n[unclear 02:14-02:19]\n\n"
        "01:01:40.500 --> 01:01:44.250\nAll right.\n\n"
        "01:06:40.000 --> 01:07:00.000\n[silence 1:06:40-1:07:00]\n"
    )


def test_subrip() -> None:
    assert as_srt(EXAMPLE).startswith(
        "1\n00:00:00,000 --> 00:00:04,200\nHelen: He rang & asked <why>.\n\n2\n00:00:09,000 --> 00:00:09,100\nClient: I did → go.\n\n3\n"
    )


def test_a_typed_transcript_can_be_text_but_no_subtitles() -> None:
    typed = transcript(said(None, None, "First."), said(None, None, "Second."))
    assert as_text(typed) == "First.\nSecond.\n"
    for form in (as_vtt, as_srt):
        with pytest.raises(UsageProblem):
            form(typed)


def test_an_hour_and_more() -> None:
    assert [short_time(seconds) for seconds in (0, 59.9, 60, 3599, 3600, 90_061)] == [
        "00:00",
        "00:59",
        "01:00",
        "59:59",
        "1:00:00",
        "25:01:01",
    ]


@given(st.lists(st.tuples(st.floats(0, 400_000), st.floats(0, 60), st.text()), max_size=5))
def test_every_format_ends_its_last_line_and_no_text_can_break_the_structure(parts: list[tuple[float, float, str]]) -> None:
    whole = transcript(*(said(start, start + length, text) for start, length, text in parts))
    for name, form in FORMATS.items():
        written = form(whole)
        assert not parts or written.endswith("\n")
        if name != "txt":
            arrows = [line for line in written.split("\n") if "-->" in line]
            assert len(arrows) == len(parts)
            assert all(re.fullmatch(r"\d{2,}:\d\d:\d\d[.,]\d{3} --> \d{2,}:\d\d:\d\d[.,]\d{3}", line) for line in arrows)
