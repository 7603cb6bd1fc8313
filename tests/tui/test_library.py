"""The list of sessions."""

from __future__ import annotations

from dataclasses import replace

from assistant.tui.library import SessionPane
from assistant.tui.rows import Rows
from tests.fakes import FakeStore, filled_store
from tests.tui.driving import press, rows, running, screen_name, settle, text_of, told


async def test_every_session_has_a_row_that_says_how_far_it_has_come() -> None:
    async with running() as pilot:
        shown = rows(pilot.app.screen.query_one(SessionPane))
        assert [row.split() for row in shown] == [
            ["Thu", "12", "Mar", "2026", "C-0042", "Sam", "Okoro", "dictation", "01:26", "7", "to", "check"],
            ["Wed", "11", "Mar", "2026", "?", "C-0007", "Priya", "Nair", "appointment", "25:03", "needs", "a", "model"],
            ["Tue", "10", "Mar", "2026", "no", "client", "dictation", "01:26", "7", "to", "check"],
        ]
        assert text_of(pilot, "#standing") == "2 to review"


async def test_enter_opens_a_draft_and_escape_comes_back_to_the_same_row() -> None:
    async with running() as pilot:
        await press(pilot, "j", "j", "enter")
        assert screen_name(pilot) == "ReviewScreen"
        await press(pilot, "escape")
        assert screen_name(pilot) == "LibraryScreen"
        assert pilot.app.screen.query_one(SessionPane).highlighted == 2


async def test_a_session_without_a_transcript_says_what_it_waits_for() -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter")
        assert screen_name(pilot) == "LibraryScreen"
        assert "coachnote models" in told(pilot)
        assert "coachnote finish s-0002" in told(pilot)


async def test_an_empty_store_says_how_to_begin() -> None:
    async with running(FakeStore()) as pilot:
        assert pilot.app.screen.query_one("#empty").display
        assert not pilot.app.screen.query_one(SessionPane).display
        assert "coachnote record --client" in text_of(pilot, "#empty")


async def test_an_unassigned_session_can_be_filed_under_a_client() -> None:
    store = filled_store()
    async with running(store) as pilot:
        await press(pilot, "down", "down", "c", "down", "enter")
        assert store.session("s-0003").client == "C-0042"
        assert "Sam Okoro" in rows(pilot.app.screen.query_one(SessionPane))[2]


async def test_a_filed_session_stays_where_it_is() -> None:
    store = filled_store()
    async with running(store) as pilot:
        await press(pilot, "c")
        assert screen_name(pilot) == "LibraryScreen"
        assert "filed under a client already" in told(pilot)


async def test_choosing_a_client_can_be_left() -> None:
    store = filled_store()
    async with running(store) as pilot:
        await press(pilot, "down", "down", "c")
        assert screen_name(pilot) == "Choice"
        await press(pilot, "escape")
        assert store.session("s-0003").client is None


async def test_filing_without_any_client_says_how_to_add_one() -> None:
    store = filled_store()
    store.people.clear()
    store.filed = {"s-0003": store.filed["s-0003"]}
    async with running(store) as pilot:
        await press(pilot, "c")
        assert "coachnote clients add" in told(pilot)


async def test_new_sessions_are_found_by_looking_again() -> None:
    store = filled_store()
    async with running(store) as pilot:
        store.add_session(replace(store.session("s-0002"), id="s-0009"))
        await press(pilot, "r")
        assert len(rows(pilot.app.screen.query_one(Rows))) == 4
        await press(pilot, "n")
        assert "coachnote process" in told(pilot)


async def test_a_session_that_does_not_exist_says_so() -> None:
    async with running(session="s-9999") as pilot:
        assert screen_name(pilot) == "LibraryScreen"
        assert "There is no session s-9999" in told(pilot)


async def test_quitting_is_one_key() -> None:
    async with running() as pilot:
        await pilot.press("q")
        await settle(pilot)
        assert pilot.app.return_code == 0


async def test_what_was_recorded_while_the_store_was_locked_is_told_and_listed() -> None:
    store = filled_store()
    store.start_recording("s-0002", "microphone")
    async with running(store) as pilot:
        assert "A recording was waiting, and taken in." in told(pilot)
        store.start_recording("s-0002", "microphone")
        store.start_recording("s-0003", "microphone")
        await press(pilot, "r")
        assert "2 recordings were waiting, and taken in." in told(pilot)
        assert told(pilot).count("waiting") == 2
