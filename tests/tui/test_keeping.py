"""What is due to be erased is told on the first screen, and erased only on a person's word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from assistant.domain import Due, Outlook
from assistant.errors import Refused
from tests.fakes import FakeStore, filled_store
from tests.store.made import note
from tests.tui.driving import press, running, screen_name, told

DAY = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
DRAFT = Due(what="draft", object="s-0003", session="s-0003", client=None, on=DAY, signed=False)
RECORDING = Due(what="recording", object="r-0001", session="s-0001", client="C-0042", on=DAY, signed=True)


def due(*dues: Due, doubt: str | None = None) -> FakeStore:
    return replace(filled_store(), clocks=Outlook(due=dues, doubt=doubt))


async def test_nothing_is_said_when_nothing_is_due() -> None:
    async with running(replace(filled_store(), clocks=Outlook(soon=(RECORDING,)))) as pilot:
        assert "due" not in told(pilot)
        await press(pilot, "x")
        assert screen_name(pilot) == "LibraryScreen"


async def test_what_comes_due_unsigned_is_announced() -> None:
    async with running(replace(filled_store(), clocks=Outlook(soon=(DRAFT,)))) as pilot:
        assert "1 unsigned draft is due within a week, unless signed." in told(pilot)


async def test_one_key_and_a_yes_erase_what_is_due() -> None:
    store = due(DRAFT, RECORDING)
    async with running(store) as pilot:
        assert "1 unsigned draft and 1 recording are due to be erased." in told(pilot)
        await press(pilot, "x", "enter")
        assert store.applied == [], "the first choice leaves all as it is"
        await press(pilot, "x", "down", "enter")
        assert (store.applied, store.clocks.due) == ([False], ())
        await press(pilot, "x")
        assert screen_name(pilot) == "LibraryScreen"


async def test_after_a_long_absence_the_signed_can_go_alone() -> None:
    store = due(DRAFT, RECORDING, doubt="Nobody opened the store for 40 days.")
    async with running(store) as pilot:
        await press(pilot, "x", "down", "enter")
        assert (store.applied, store.clocks.due) == ([False], (DRAFT,))
        await press(pilot, "x", "down", "enter")
        assert (store.applied, store.clocks.due) == ([False, True], ())


async def test_a_refusal_is_told() -> None:
    class Refusing(FakeStore):
        def apply_retention(self, rules: object, *, sure: bool = False) -> tuple[Due, ...]:
            raise Refused("Not now.")

    store = Refusing(clocks=Outlook(due=(DRAFT,)))
    async with running(store) as pilot:
        await press(pilot, "x", "down", "enter")
        assert "Not now." in told(pilot)


async def test_a_signed_note_whose_transcript_was_erased_can_still_be_read() -> None:
    store = filled_store()
    store.save_note(note())
    store.heard.clear()
    async with running(store, session="s-0001") as pilot:
        assert screen_name(pilot) == "NoteScreen"
        await press(pilot, "down", "down")
        assert ("read", "s-0001") in store.uses
