"""The passphrase."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from textual.widgets import Input

from assistant.errors import StoreMissing
from assistant.protocols import Store
from assistant.tui.app import CoachnoteApp
from tests.fakes import PASSPHRASE, FakeStore, fake_services, filled_store
from tests.tui.driving import press, screen_name, settle, text_of


async def test_a_wrong_passphrase_says_so_and_may_be_tried_again() -> None:
    async with CoachnoteApp(fake_services()).run_test() as pilot:
        await press(pilot, *"wrong", "enter")
        assert text_of(pilot, "#unlock-state") == "That passphrase does not open the store. Try again."
        field = pilot.app.screen.query_one(Input)
        assert (field.value, field.has_focus) == ("", True)
        field.value = PASSPHRASE
        await press(pilot, "enter")
        assert screen_name(pilot) == "LibraryScreen"


async def test_what_is_typed_cannot_be_read_on_screen() -> None:
    async with CoachnoteApp(fake_services()).run_test() as pilot:
        await press(pilot, *"secret")
        assert "secret" not in pilot.app.export_screenshot()


async def test_an_empty_passphrase_is_not_tried() -> None:
    tried: list[str] = []

    def open_store(passphrase: str) -> Store:
        tried.append(passphrase)
        return FakeStore()

    async with CoachnoteApp(replace(fake_services(), open_store=open_store)).run_test() as pilot:
        await press(pilot, "enter")
        assert (tried, screen_name(pilot)) == ([], "UnlockScreen")


async def test_the_screen_says_that_it_is_opening_and_stays_alive_meanwhile() -> None:
    may_go_on = threading.Event()
    store = filled_store()

    def open_store(passphrase: str) -> Store:
        assert may_go_on.wait(10)
        return store

    async with CoachnoteApp(replace(fake_services(), open_store=open_store)).run_test() as pilot:
        await pilot.press(*"abc", "enter")
        await pilot.pause()
        assert text_of(pilot, "#unlock-state").startswith("Opening the store")
        assert pilot.app.screen.query_one(Input).disabled
        may_go_on.set()
        await settle(pilot)
        assert screen_name(pilot) == "LibraryScreen"


async def test_other_troubles_say_what_to_do() -> None:
    def open_store(passphrase: str) -> Store:
        raise StoreMissing("There is no store yet.", do="Make one with: coachnote init")

    async with CoachnoteApp(replace(fake_services(), open_store=open_store)).run_test() as pilot:
        await press(pilot, *"abc", "enter")
        assert text_of(pilot, "#unlock-state") == "There is no store yet. Make one with: coachnote init"


async def test_a_store_that_the_keyring_opens_asks_nobody() -> None:
    store = filled_store()
    async with CoachnoteApp(replace(fake_services(), open_remembered=lambda _: store)).run_test() as pilot:
        await settle(pilot)
        assert screen_name(pilot) == "LibraryScreen"
    assert store.closed


async def test_a_keyring_that_fails_says_why_and_the_passphrase_is_asked_for() -> None:
    def open_remembered(tell: Callable[[str], None]) -> None:
        tell("The keyring is locked.")

    async with CoachnoteApp(replace(fake_services(), open_remembered=open_remembered)).run_test() as pilot:
        await settle(pilot)
        assert text_of(pilot, "#unlock-state") == "The keyring is locked. Type your passphrase and press Enter."
        await press(pilot, *PASSPHRASE, "enter")
        assert screen_name(pilot) == "LibraryScreen"


async def test_a_store_that_the_app_opened_is_closed_at_the_end() -> None:
    store = filled_store()
    async with CoachnoteApp(fake_services(store, passphrase="abc")).run_test() as pilot:
        await press(pilot, *"abc", "enter")
        assert not store.closed
    assert store.closed


async def test_a_store_that_was_handed_over_is_left_open() -> None:
    store = filled_store()
    async with CoachnoteApp(fake_services(store), store=store).run_test() as pilot:
        await settle(pilot)
        assert screen_name(pilot) == "LibraryScreen"
    assert not store.closed
