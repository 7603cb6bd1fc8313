"""What people read: British dates, times of evidence, nothing that could act on a terminal or on Markdown."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant import render
from assistant.domain import Action, Evidence
from tests.examples import draft, transcript


def test_a_draft_on_paper_begins_with_its_warning() -> None:
    assert render.draft_markdown(draft(), transcript()).startswith("# UNREVIEWED DRAFT\n")


def test_every_statement_shows_when_it_was_said() -> None:
    for title, line in render.draft_lines(draft(), transcript()):
        if title not in {"Agreed last time", "Said, and not in the note"}:
            assert re.search(r"\[\d\d:\d\d", line)


def test_a_due_date_shows_the_words_that_gave_it() -> None:
    action = Action(
        what="Ring", owner="client", due=dt.date(2026, 3, 20), due_text="next Friday", evidence=(Evidence(segment=0, quote="a"),)
    )
    assert render.due(action, 2026) == "Fri 20 Mar (said: next Friday)"
    assert render.due(action, 2025) == render.due(action) == "Fri 20 Mar 2026 (said: next Friday)"
    assert render.due(replace(action, due=None, due_text="after\nEaster")) == "said: after Easter"
    assert render.due(replace(action, due=None, due_text=None)) == "no date"


def test_gaps_stand_where_they_were_in_the_transcript() -> None:
    lines = list(render.transcript_lines(transcript()))
    assert sum("until" in line and "[" in line for line in lines) == len(transcript().gaps)


@given(st.text())
def test_nothing_printed_can_act_on_a_terminal(text: str) -> None:
    shown = render.printable(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


@given(st.text(alphabet="*_[]<>#|`\\a\n "))
def test_markdown_shows_text_as_it_is(text: str) -> None:
    escaped = render.markdown(text)
    assert re.sub(r"\\(.)", r"\1", escaped) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_<>#|`\[\]]", escaped)
