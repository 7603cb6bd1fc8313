"""Reviewing a draft: what one sees, what one key decides, and what is saved."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select
from textual.worker import WorkerFailed

from assistant import approval
from assistant.domain import HeardBy, Review, Statement, Transcript
from assistant.errors import NotWritable
from assistant.tui.app import CoachnoteApp
from assistant.tui.forms import Words
from tests.examples import SAID, SESSION, draft, evidence, transcript
from tests.fakes import FakeStore, fake_services, filled_store
from tests.tui.driving import draft_pane, go_to, press, reviewing, rows, screen_name, settle, text_of, told, transcript_pane


def saved(store: FakeStore) -> Review:
    review = store.review(SESSION)
    assert review is not None
    return review


async def type_over(pilot: Pilot[Any], text: str) -> None:
    field = pilot.app.screen.focused
    assert isinstance(field, Words | Input)
    if isinstance(field, Words):
        field.text = text
    else:
        field.value = text
    await settle(pilot)


async def test_every_item_stands_under_its_heading_with_its_state() -> None:
    async with reviewing() as pilot:
        shown = "\n".join(rows(draft_pane(pilot)))
        for heading in ("Attendance", "Ruled out", "Barriers", "Actions", "Referrals", "Agreed last time", "Next appointment"):
            assert heading in shown
        assert "to check Ring the cafe on Mill Road\ncheck: date · Sam · Fri 20 Mar (said: next Friday) · 00:56" in shown
        assert "as drafted Citizens Advice\nmade · rent arrears · 00:51" in shown
        assert "as drafted Send the list of local kitchens\nnot mentioned · nothing cited" in shown
        assert "to check Thu 26 Mar at 10:30" in shown
        assert "left out He asked if the course money covers kitchen shoes" in shown
        assert "16 of 16 pieces of the transcript were read." in shown
        assert "4.8 seconds could not be made out" in shown


async def test_voices_that_nobody_has_named_yet_are_told_apart_in_what_was_said() -> None:
    store = filled_store()
    heard = store.heard[SESSION][-1]
    unnamed = (replace(segment, speaker="coach" if segment.id == 2 else None) for segment in heard.segments)
    made_by = HeardBy(engine="faster-whisper", settings={"voices": "LRL-"})
    store.heard[SESSION].append(replace(heard, segments=tuple(unnamed), made_by=made_by))
    async with reviewing(store) as pilot:
        said = rows(transcript_pane(pilot))
        assert [re.findall(r"Voice [LR]: |Coach: ", row) for row in said[:4]] == [["Voice L: "], ["Voice R: "], ["Coach: "], []]


async def test_the_first_item_to_check_is_under_the_cursor() -> None:
    async with reviewing() as pilot:
        assert draft_pane(pilot).path == "note/progress/0"
        assert text_of(pilot, "#standing") == "7 to check"


async def test_moving_shows_what_was_said_for_an_item() -> None:
    async with reviewing() as pilot:
        await press(pilot, "j", "j")
        assert draft_pane(pilot).path == "note/ruled_out/0"
        assert transcript_pane(pilot).cited == (4, 5)
        assert [row for row in rows(transcript_pane(pilot)) if row.startswith("▶")] == [f"▶ 00:21 {SAID[4][2]}", f"▶ 00:25 {SAID[5][2]}"]
        await press(pilot, "j")
        assert transcript_pane(pilot).cited == (6,)


async def test_only_the_quoted_words_stand_out() -> None:
    async with reviewing() as pilot:
        go_to(pilot, "note/barriers/0")
        await settle(pilot)
        prompt = transcript_pane(pilot).options[6].prompt
        span = prompt.text.spans[-1]  # type: ignore[union-attr]
        assert prompt.text.plain[span.start : span.end] == "his back goes after about an hour on his feet"  # type: ignore[union-attr]


async def test_the_evidence_is_scrolled_into_sight() -> None:
    long = transcript()
    said = tuple(replace(s, id=n, start=n * 5.0, end=n * 5.0 + 4) for n, s in enumerate(long.segments * 20))
    late = Statement(text="He does not want nights.", said_by="client", evidence=(replace(evidence(4), segment=244),), supported=True)
    store = filled_store()
    store.save_transcript(SESSION, replace(long, segments=said, gaps=()))
    store.save_draft(SESSION, draft(draft="d-0002", note=(replace(draft().note[3], statements=(late,)),)))
    async with reviewing(store) as pilot:
        go_to(pilot, "note/ruled_out/0")
        await settle(pilot)
        pane = transcript_pane(pilot)
        at = pane._index_to_line[244]
        assert pane.scroll_offset.y <= at < pane.scroll_offset.y + pane.size.height


async def test_accept_is_saved_at_once_and_moves_on() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "a")
        assert [(d.path, d.verdict) for d in saved(store).decisions] == [("note/progress/0", "accept")]
        assert draft_pane(pilot).path == "note/goals/0"
        assert text_of(pilot, "#standing") == "6 to check"
        assert any(row.startswith("kept He has done the food hygiene course") for row in rows(draft_pane(pilot)))


async def test_drop_strikes_an_item_out_and_accept_brings_it_back() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "d")
        assert any(row.startswith("dropped He has done") for row in rows(draft_pane(pilot)))
        await press(pilot, "k", "a")
        assert [d.verdict for d in saved(store).decisions] == ["drop", "accept"]


async def test_undo_takes_the_newest_decision_back_and_goes_there() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "a", "d", "u")
        assert [d.path for d in saved(store).decisions] == ["note/progress/0"]
        assert draft_pane(pilot).path == "note/goals/0"
        await press(pilot, "u", "u")
        assert saved(store).decisions == ()
        assert "nothing to undo" in told(pilot)


async def test_editing_a_statement() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "e")
        await type_over(pilot, "He passed food hygiene level 2 with 92 per cent.")
        await press(pilot, "enter")
        assert [(d.path, d.verdict) for d in saved(store).decisions] == [("note/progress/0", "edit")]
        assert any(row.startswith("edited He passed food hygiene level 2") for row in rows(draft_pane(pilot)))


@pytest.mark.slow
async def test_an_edit_can_be_left() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "e", "x", "escape")
        assert screen_name(pilot) == "ReviewScreen"
        assert store.review(SESSION) is None


async def test_an_emptied_text_is_not_taken() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "e")
        await type_over(pilot, "  ")
        await press(pilot, "enter")
        assert "Nothing is written yet" in text_of(pilot, "#wrong")
        assert store.review(SESSION) is None


async def test_editing_who_does_an_action_and_by_when() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        go_to(pilot, "actions/0")
        await press(pilot, "e", "tab")
        pilot.app.screen.query_one(Select).value = "coach"
        await press(pilot, "tab", "tab")
        await type_over(pilot, "someday")
        assert text_of(pilot, "#day-read") == "not a date yet"
        await press(pilot, "enter")
        assert "That date was not understood" in text_of(pilot, "#wrong")
        await type_over(pilot, "27/3")
        assert text_of(pilot, "#day-read") == "Fri 27 Mar 2026"
        await press(pilot, "enter")
        action = saved(store).decisions[-1].action
        assert action is not None
        assert (action.owner, action.owner_name, action.due, action.due_text) == ("coach", None, dt.date(2026, 3, 27), "next Friday")


@pytest.mark.slow
async def test_editing_a_referral_an_outcome_and_the_appointment() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        for path, selector, value in (
            ("referrals/0", "#status", "waiting"),
            ("previous/p3", "#outcome", "done"),
            ("next_appointment", "#time", "11.00"),
        ):
            go_to(pilot, path)
            await press(pilot, "e")
            pilot.app.screen.query_one(selector, Select if path != "next_appointment" else Input).value = value
            await press(pilot, "ctrl+s")
        referral, outcome, appointment = (d.item for d in saved(store).decisions)
        assert (referral.status, outcome.outcome, appointment.time) == ("waiting", "done", "11:00")  # type: ignore[union-attr]


@pytest.mark.slow
async def test_adding_an_action() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        go_to(pilot, "actions/1")
        await press(pilot, "n", "enter")
        await type_over(pilot, "Send the bus timetable")
        await press(pilot, "enter")
        decision = saved(store).decisions[-1]
        assert (decision.path, decision.verdict, decision.action.evidence) == ("actions/+0", "add", ())  # type: ignore[union-attr]
        assert draft_pane(pilot).path == "actions/+0"
        assert any(row.startswith("added Send the bus timetable") for row in rows(draft_pane(pilot)))


async def test_what_was_left_out_can_be_added_with_its_evidence() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        go_to(pilot, "left_out/14")
        await settle(pilot)
        assert transcript_pane(pilot).cited == (14,)
        await press(pilot, "n", "down", "enter")
        await type_over(pilot, "Asked whether the course money covers kitchen shoes (£45).")
        await press(pilot, "enter")
        decision = saved(store).decisions[-1]
        assert (decision.path, decision.statement.evidence) == ("note/attendance/+0", (evidence(14),))  # type: ignore[union-attr]


@pytest.mark.slow
async def test_what_was_said_can_be_added_from_the_other_side() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "tab")
        transcript_pane(pilot).highlighted = 0
        await press(pilot, "n", "enter")
        await type_over(pilot, "Seen at the Harbour Street office.")
        await press(pilot, "enter")
        assert saved(store).decisions[-1].item.evidence == (evidence(0),)  # type: ignore[union-attr]


@pytest.mark.slow
async def test_the_next_item_to_check_is_one_key_away_and_comes_round_again() -> None:
    async with reviewing() as pilot:
        seen = []
        for _ in range(8):
            seen.append(draft_pane(pilot).path)
            await press(pilot, "m")
        assert tuple(seen[:7]) == approval.undecided(draft(), Review(draft="d-0001"))
        assert seen[7] == seen[0]


async def test_decisions_are_there_when_the_session_is_opened_again() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "a", "d")
    async with reviewing(store) as pilot:
        states = [row.split()[0] for row in rows(draft_pane(pilot)) if row.startswith(("kept", "dropped"))]
        assert states == ["kept", "dropped"]


@dataclass
class FullDisk(FakeStore):
    def save_review(self, session_id: str, review: Review) -> None:
        raise NotWritable("The disk is full.", means="This decision is not saved.", do="Free some space and try again.")


async def test_what_cannot_be_saved_is_not_shown_as_decided() -> None:
    filled = filled_store()
    store = FullDisk(people=filled.people, filed=filled.filed, audio=filled.audio, heard=filled.heard, drafted=filled.drafted)
    async with reviewing(store) as pilot:
        await press(pilot, "a")
        assert "The disk is full. This decision is not saved. Free some space" in told(pilot)
        assert not any(row.startswith("kept") for row in rows(draft_pane(pilot)))
        assert draft_pane(pilot).path == "note/progress/0"


async def test_text_is_shown_as_it_is_and_never_obeyed() -> None:
    nasty = "He said [bold]this[/bold] \x1b[31mred\x1b[0m [/] and \u202eback\u202c."
    store = filled_store()
    store.save_transcript(SESSION, replace(transcript(), segments=(replace(transcript().segments[0], text=nasty),)))
    statement = Statement(text=nasty, said_by=None, evidence=(replace(evidence(0), quote=nasty),), supported=True)
    section = replace(draft().note[0], statements=(statement,))
    bare = draft(draft="d-0002", note=(section,), actions=(), referrals=(), previous=(), left_out=(), next_appointment=None)
    store.save_draft(SESSION, bare)
    async with reviewing(store) as pilot:
        plain = "He said [bold]this[/bold] [31mred[0m [/] and back."
        assert any(plain in row for row in rows(draft_pane(pilot)))
        assert any(plain in row for row in rows(transcript_pane(pilot)))
        await press(pilot, "e", "escape")
        assert screen_name(pilot) == "ReviewScreen"


async def test_no_word_of_a_note_reaches_the_title_or_a_message() -> None:
    async with reviewing() as pilot:
        await press(pilot, "a", "d", "u", "s", "enter", "escape", "m")
        assert pilot.app.title == "coachnote"
        assert "Sam" not in told(pilot)
        assert "hygiene" not in told(pilot)


@pytest.mark.slow
async def test_the_keys_are_on_a_page_of_their_own() -> None:
    async with reviewing() as pilot:
        await press(pilot, "question_mark")
        assert screen_name(pilot) == "HelpDialog"
        assert "accept: the item stays as it reads" in pilot.app.export_screenshot().replace("&#160;", " ")
        await press(pilot, "escape")
        assert screen_name(pilot) == "ReviewScreen"


@pytest.mark.slow
async def test_no_line_is_cut_off_at_any_width() -> None:
    for size in ((124, 38), (80, 24)):
        async with reviewing(size=size) as pilot:
            for pane in (draft_pane(pilot), transcript_pane(pilot)):
                inside = pane.scrollable_content_region.width
                needed = [row.prompt.get_height(pane.styles, inside) for row in pane.options]  # type: ignore[union-attr]
                assert [pane._heights[n] for n in range(pane.option_count)] == needed


async def test_a_small_terminal_says_what_to_do_and_takes_no_decision() -> None:
    store = filled_store()
    async with reviewing(store, size=(79, 24)) as pilot:
        assert pilot.app.screen.query_one("#too-small").display
        assert not draft_pane(pilot).is_on_screen
        await press(pilot, "a", "d")
        assert store.review(SESSION) is None
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert not pilot.app.screen.query_one("#too-small").display
        await press(pilot, "a", "j")
        assert len(saved(store).decisions) == 1
        assert draft_pane(pilot).path == "note/ruled_out/0"


async def test_a_terminal_that_shrinks_under_a_dialog_loses_nothing_that_was_typed() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "e", "X")
        await pilot.resize_terminal(60, 20)
        await settle(pilot)
        assert pilot.app.screen.query_one("#too-small").display
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        await press(pilot, "Y", "enter")
        assert saved(store).decisions[-1].statement.text.endswith("per cent.XY")  # type: ignore[union-attr]


@dataclass
class Broken(FakeStore):
    def transcript(self, session_id: str) -> Transcript | None:
        raise KeyError("a word that nobody may see")


async def test_a_mistake_of_our_own_shows_no_word_of_a_note() -> None:
    filled = filled_store()
    app = CoachnoteApp(fake_services(), session=SESSION, store=Broken(people=filled.people, filed=filled.filed, drafted=filled.drafted))
    printed = io.StringIO()
    app.error_console.file = printed
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await pilot.pause(1)
    app._print_error_renderables()
    assert "(KeyError in test_review.py" in " ".join(printed.getvalue().split())
    assert "nobody may see" not in printed.getvalue()
    assert app.return_code == 1
