"""Search in the list of sessions, over a real store where it matters."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from assistant.domain import Segment
from assistant.protocols import Progress
from assistant.store import search
from assistant.store.vault import SqliteStore
from assistant.tui.app import CoachnoteApp
from assistant.tui.library import SessionPane
from assistant.tui.search import SearchBar
from tests.examples import CLIENT, SESSION, draft, session, transcript
from tests.fakes import PASSPHRASE, FakeStore, fake_services, filled_store
from tests.store.made import make, many, opened
from tests.tui.driving import press, rows, running, screen_name, settle, text_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Sam's drafted session, and one of nobody's in which a kettle is broken."""
    make(tmp_path / "store")
    made = opened(tmp_path / "store")
    made.add_client(CLIENT.name, CLIENT.ref)
    made.add_session(session())
    made.save_transcript(SESSION, transcript())
    made.save_draft(SESSION, draft())
    add(made, "s-0002", "The kettle is broken.")
    yield made
    made.close()


def add(store: SqliteStore, name: str, said: str) -> None:
    store.add_session(session(id=name, client=None))
    store.save_transcript(name, transcript(segments=(Segment(id=0, start=None, end=None, speaker=None, text=said),), gaps=()))


def shown(pilot: Pilot[Any]) -> list[str]:
    return rows(pilot.app.screen.query_one(SessionPane))


def counted(pilot: Pilot[Any]) -> str:
    return text_of(pilot, "#found")


async def test_what_is_typed_filters_the_list_and_escape_brings_it_back(store: SqliteStore) -> None:
    async with running(store) as pilot:  # type: ignore[arg-type]
        assert (len(shown(pilot)), pilot.app.screen.query_one(SearchBar).display) == (2, False)
        await press(pilot, "slash", *"kettle")
        assert pilot.app.screen.query_one(SearchBar).display
        assert [row.split("\n")[1].strip() for row in shown(pilot)] == ["transcript: The kettle is broken."]
        assert counted(pilot) == "1 found"
        await press(pilot, *"zz")
        assert (shown(pilot), counted(pilot)) == ([], "nothing found")
        await press(pilot, "escape")
        assert len(shown(pilot)) == 2 and not pilot.app.screen.query_one(SearchBar).display
        assert pilot.app.screen.query_one(SessionPane).has_focus
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.return_code == 0


async def test_a_name_is_found_and_its_session_opened_from_the_keyboard(store: SqliteStore) -> None:
    async with running(store) as pilot:  # type: ignore[arg-type]
        await press(pilot, "slash", *"okoro")
        assert len(shown(pilot)) == 1 and "\n" not in shown(pilot)[0]
        await press(pilot, "enter", "enter")
        assert screen_name(pilot) == "ReviewScreen"
        await press(pilot, "escape")
        assert (screen_name(pilot), len(shown(pilot)), counted(pilot)) == ("LibraryScreen", 1, "1 found")
        await press(pilot, "slash", *" rent")
        assert "draft: He is about £240 behind with the rent" in shown(pilot)[0]
        await press(pilot, "down")
        assert pilot.app.screen.query_one(SessionPane).has_focus
        await press(pilot, "q")
        assert len(shown(pilot)) == 2, "q goes back to the whole list, as Escape does"


@pytest.mark.slow
async def test_any_key_may_be_typed(store: SqliteStore) -> None:
    async with running(store) as pilot:  # type: ignore[arg-type]
        await press(pilot, "slash", *'q"c*(/', "space", *"w?r")
        assert screen_name(pilot) == "LibraryScreen"
        assert pilot.app.screen.query_one(Input).value == 'q"c*(/ w?r'
        assert counted(pilot) == "nothing found"


async def test_what_another_program_saves_is_found_and_listed(store: SqliteStore) -> None:
    async with running(store) as pilot:  # type: ignore[arg-type]
        await press(pilot, "slash", *"lantern")
        assert counted(pilot) == "nothing found"
        there = opened(store._folder)
        add(there, "s-0003", "A lantern in the kitchen.")
        there.close()
        await press(pilot, "space")
        assert counted(pilot) == "1 found" and "A lantern in the kitchen." in shown(pilot)[0]
        await press(pilot, "escape")
        assert len(shown(pilot)) == 3


class Held(FakeStore):
    """Its second half is read only when it may."""

    def __init__(self, store: FakeStore) -> None:
        super().__init__(**vars(store))
        self.may_go_on = threading.Event()

    def read_for_search(self) -> Generator[Progress, None, None]:
        yield Progress(stage="index", done=1, total=2)
        assert self.may_go_on.wait(10)
        yield Progress(stage="index", done=2, total=2)


async def test_the_list_is_there_before_anything_is_read_for_a_search() -> None:
    store = Held(filled_store())
    app = CoachnoteApp(fake_services(store), store=store)
    async with app.run_test() as pilot:
        for _ in range(100):
            await pilot.pause(0.01)
            if len(shown(pilot)) == 3:
                break
        assert len(shown(pilot)) == 3 and not store.may_go_on.is_set()
        store.may_go_on.set()
        await settle(pilot)


async def test_it_says_how_much_is_read_and_searches_again_when_all_is(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "AT_ONCE", 20)
    many(store, ["The kettle whistles."] * 70)
    may_go_on, read = threading.Event(), store.read_for_search

    def slowly() -> Generator[Progress, None, None]:
        for step in read():
            yield step
            assert may_go_on.wait(10)

    monkeypatch.setattr(store, "read_for_search", slowly)
    async with CoachnoteApp(fake_services(), store=store).run_test() as pilot:
        await pilot.pause(0.3)
        await pilot.press("slash")
        pilot.app.screen.query_one(Input).value = "kettle"
        for _ in range(100):
            await pilot.pause(0.02)
            if "found" in counted(pilot):
                break
        assert "found, " in counted(pilot) and counted(pilot).endswith("% read")
        may_go_on.set()
        await settle(pilot)
        assert counted(pilot) == "71 found"
        assert len(shown(pilot)) == 71


async def test_leaving_while_the_store_is_read_ends_at_once(tmp_path: Path) -> None:
    make(tmp_path / "store")
    made = opened(tmp_path / "store")

    def endless() -> Generator[Progress, None, None]:
        while True:
            yield Progress(stage="index", done=1, total=2)
            made._db.changes()
            time.sleep(0.005)  # as a store that is read: its lock is free for a part of the time

    made.read_for_search = endless  # type: ignore[method-assign]
    app = CoachnoteApp(fake_services(made))  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        pilot.app.screen.query_one(Input).value = PASSPHRASE
        await pilot.press("enter")
        for _ in range(100):
            await pilot.pause(0.02)
            if screen_name(pilot) == "LibraryScreen":
                break
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0
    made.close()
