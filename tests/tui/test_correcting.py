"""In the app: a line put right and drafted again, and a note typed where nothing was recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from assistant import pipeline, typed
from assistant.domain import SECTIONS, Correction, Draft, Template, Transcript
from assistant.errors import ModelMissing, NotWritable
from assistant.protocols import Drafter, Progress, Services
from assistant.tui.forms import Words
from assistant.tui.note import NotePane
from tests.examples import SESSION, transcript
from tests.fakes import FakeStore, ScriptedDrafter, fake_services, filled_store
from tests.tui.driving import draft_pane, press, rows, running, screen_name, settle, text_of, told, transcript_pane
from tests.tui.test_signing import checked_store
from tests.unit.test_drafting_again import RIGHT, Numbered, reviewed_store

OUR_TITLES = Template(id="ours", sections=(*SECTIONS, "x_team"), titles={"progress": "Steps taken"})


class Failing:
    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        yield Progress(stage="draft", done=0)
        raise ModelMissing("There is no model.", do="Add one.")


def services(store: FakeStore, drafter: Drafter | None = None) -> Services:
    return fake_services(store, drafter=drafter or Numbered())


async def correct(pilot: Pilot[Any], segment: int, text: str) -> None:
    """With the keys: to what was said, to the line, e, the right words, Enter."""
    await press(pilot, "tab")
    pane = transcript_pane(pilot)
    pane.highlighted = pane._places[segment][0]
    await press(pilot, "e")
    field = pilot.app.screen.focused
    assert isinstance(field, Words)
    field.text = text
    await press(pilot, "enter")


async def test_a_line_is_corrected_and_drafted_again_with_the_decisions_made_so_far() -> None:
    store = reviewed_store()
    async with running(store, session=SESSION, services=services(store)) as pilot:
        await correct(pilot, 9, RIGHT)
        assert screen_name(pilot) == "ReviewScreen"
        assert any(RIGHT in row and "[corrected]" in row for row in rows(transcript_pane(pilot)))
        states = [row.split()[0] for row in rows(draft_pane(pilot)) if row.startswith(("kept", "dropped"))]
        assert states == ["kept", "dropped"]
        assert "Drafted again." in told(pilot) and "pounds" not in told(pilot)
        await press(pilot, "a")
    kept = store.heard[SESSION]
    assert [t.segments[9].text for t in kept] == [transcript().segments[9].text, RIGHT]
    review = store.review(SESSION)
    assert review is not None and (review.draft, len(review.decisions)) == ("d-0002", 3)


async def test_a_decision_on_what_has_changed_is_asked_for_again() -> None:
    store = reviewed_store()
    async with running(store, session=SESSION, services=services(store)) as pilot:
        await correct(pilot, 2, "Since last time he's done the food hygiene course and passed with 82 per cent.")
        assert "Look again at what has changed: 1 of your decisions." in told(pilot)
        assert draft_pane(pilot).path == "note/progress/0"
        assert any(row.startswith("to check He has done the food hygiene course") for row in rows(draft_pane(pilot)))


@pytest.mark.slow
async def test_a_line_left_as_it_was_is_not_drafted_again() -> None:
    store = filled_store()
    async with running(store, session=SESSION, services=services(store)) as pilot:
        await correct(pilot, 9, transcript().segments[9].text)
        await press(pilot, "e", "x", "escape")
    assert len(store.heard[SESSION]) == len(store.drafted[SESSION]) == 1


async def test_a_line_too_long_is_said_so_and_nothing_typed_is_lost() -> None:
    store = filled_store()
    async with running(store, session=SESSION, services=services(store)) as pilot:
        await correct(pilot, 9, "word " * 31)
        assert "at most 30 words" in text_of(pilot, "#wrong")
        assert isinstance(pilot.app.screen.focused, Words)
    assert len(store.heard[SESSION]) == 1


@pytest.mark.slow
async def test_a_gap_cannot_be_corrected() -> None:
    async with running(session=SESSION) as pilot:
        await press(pilot, "tab")
        transcript_pane(pilot).highlighted = next(n for n, row in enumerate(rows(transcript_pane(pilot))) if "unclear until" in row)
        await press(pilot, "e")
        assert screen_name(pilot) == "ReviewScreen"
        assert "Nothing was made out here" in told(pilot)


async def test_where_drafting_fails_the_draft_before_stands_and_the_correction_is_drafted_next_time() -> None:
    store = reviewed_store()
    async with running(store, session=SESSION, services=services(store, Failing())) as pilot:
        await correct(pilot, 9, RIGHT)
        assert "There is no model." in told(pilot)
        assert not any(RIGHT in row for row in rows(transcript_pane(pilot)))
        await press(pilot, "tab", "m", "a")
        assert len(store.reviewed[SESSION][-1].decisions) == 3
    assert len(store.heard[SESSION]) == 2
    async with running(store, session=SESSION, services=services(store)) as pilot:
        assert any(RIGHT in row for row in rows(transcript_pane(pilot)))
        assert len([row for row in rows(draft_pane(pilot)) if row.startswith(("kept", "dropped"))]) == 3
    assert pipeline.is_drafted(store.transcript(SESSION), store.draft(SESSION))


async def test_a_signed_note_shows_the_transcript_that_it_was_signed_on() -> None:
    store = checked_store()
    async with running(store, session=SESSION, services=services(store)) as pilot:
        await press(pilot, "s", "enter")
        assert screen_name(pilot) == "NoteScreen"
    store.save_transcript(SESSION, typed.corrected(transcript(), 9, RIGHT))
    async with running(store, session=SESSION, services=services(store)) as pilot:
        assert screen_name(pilot) == "NoteScreen"
        assert not any(RIGHT in row for row in rows(transcript_pane(pilot)))
        await press(pilot, "v")
        assert any(RIGHT in row for row in rows(transcript_pane(pilot)))


@pytest.mark.slow
async def test_the_headings_are_those_of_the_template() -> None:
    store = filled_store()
    ours = replace(services(store, ScriptedDrafter()), template=lambda _: OUR_TITLES)
    async with running(store, session=SESSION, services=ours) as pilot:
        assert "Steps taken" in "\n".join(rows(draft_pane(pilot)))
        await press(pilot, "n")
        assert "Team" in pilot.app.export_screenshot()
        await press(pilot, "escape", *"amamamamamama", "s", "enter")
        assert "Steps taken" in "\n".join(rows(pilot.app.screen.query_one(NotePane)))


async def write(pilot: Pilot[Any], text: str, *keys: str) -> None:
    """From the list: w, whose session, the words, Ctrl+S."""
    await press(pilot, "w", *keys, "enter")
    pilot.app.screen.query_one(TextArea).text = text
    await press(pilot, "ctrl+s")


async def test_a_note_is_typed_drafted_and_opened() -> None:
    store = filled_store()
    async with running(store, services=services(store)) as pilot:
        await write(pilot, "\n".join(s.text for s in transcript().segments), "down")
        assert screen_name(pilot) == "ReviewScreen"
        assert transcript_pane(pilot).border_subtitle == "typed; there is no recording"
        shown = rows(transcript_pane(pilot))
        assert shown[0].split(maxsplit=1)[0] in ("1", "▶")
        assert any("line 3" in row for row in rows(draft_pane(pilot)))
        await press(pilot, *"amamamamamama", "s", "enter")
        assert screen_name(pilot) == "NoteScreen"
    session = store.sessions()[0].session
    assert (session.client, session.date, session.date_confirmed) == ("C-0042", dt.date.today(), True)
    assert store.sessions()[0].stage == "signed"


@pytest.mark.slow
async def test_a_typed_note_may_wait_for_its_client_and_have_another_day() -> None:
    store = filled_store()
    async with running(store, services=services(store)) as pilot:
        await press(pilot, "w", "end", "enter")
        assert "nobody yet" in pilot.app.export_screenshot().replace("&#160;", " ")
        pilot.app.screen.query_one(TextArea).text = "\n".join(s.text for s in transcript().segments)
        pilot.app.screen.query_one("#day", Input).value = "soon"
        await press(pilot, "ctrl+s")
        assert "That date was not understood" in text_of(pilot, "#wrong")
        pilot.app.screen.query_one("#day", Input).value = "10/3/2026"
        await press(pilot, "ctrl+s")
        assert screen_name(pilot) == "ReviewScreen"
    session = store.sessions()[0].session
    assert (session.client, session.date) == (None, dt.date(2026, 3, 10))


async def test_nothing_typed_is_not_saved_and_what_was_typed_is_not_thrown_away_by_one_key() -> None:
    store = filled_store()
    async with running(store, services=services(store)) as pilot:
        await write(pilot, "  ")
        assert "Nothing was written." in text_of(pilot, "#wrong")
        pilot.app.screen.query_one(TextArea).text = "Nobody came."
        await press(pilot, "escape")
        assert screen_name(pilot) == "WriteDialog" and "Esc once more" in text_of(pilot, "#wrong")
        await press(pilot, "escape")
        assert screen_name(pilot) == "LibraryScreen"
    assert len(store.sessions()) == 3


async def test_what_cannot_be_saved_stays_in_the_dialog() -> None:
    store = filled_store()

    def full(session_id: str, transcript: Transcript) -> None:
        raise NotWritable("The disk is full.", do="Free some space and try again.")

    store.save_transcript = full  # type: ignore[method-assign]
    async with running(store, services=services(store)) as pilot:
        await write(pilot, "Nobody came.")
        assert "The disk is full." in text_of(pilot, "#wrong")
        assert pilot.app.screen.query_one(TextArea).text == "Nobody came."


async def test_a_typed_note_whose_draft_fails_is_in_the_list() -> None:
    store = filled_store()
    async with running(store, services=services(store, Failing())) as pilot:
        await write(pilot, "Nobody came.")
        await settle(pilot)
        assert "There is no model." in told(pilot)
        assert store.sessions()[0].stage == "transcribed"


async def test_what_was_heard_stands_beside_a_word_that_the_list_put_right() -> None:
    store = filled_store()
    heard = transcript().segments[9]
    told_of = Correction(heard="rest\x1b art", shown=heard.text.split()[0], by="vocabulary")
    lines = tuple(replace(s, corrections=(told_of,)) if s.id == heard.id else s for s in transcript().segments)
    store.heard[SESSION] = [transcript(segments=lines)]
    async with running(store, session=SESSION, services=services(store)) as pilot:
        (shown,) = [row for row in rows(transcript_pane(pilot)) if "heard:" in row]
        assert heard.text in shown and shown.endswith("[heard: rest art]")
        await correct(pilot, 9, RIGHT)
        (shown,) = [row for row in rows(transcript_pane(pilot)) if RIGHT in row]
        assert ("heard:" in shown) is (told_of.shown in RIGHT)
