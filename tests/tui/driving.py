"""Driving the app from tests: start it, press keys, wait for what they set off, read what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from assistant.protocols import Services
from assistant.tui.app import CoachnoteApp
from assistant.tui.panes import DraftPane, TranscriptPane
from assistant.tui.rows import Margined
from tests.examples import SESSION
from tests.fakes import FakeStore, fake_services, filled_store

SMALL = (80, 24)
"""What every screen must fit, and the fastest to draw."""


async def settle(pilot: Pilot[Any]) -> None:
    """Until no work is left but what waits for the person."""
    await pilot.pause()
    while working := [worker for worker in pilot.app.workers if worker.group != "dialog"]:  # an empty list would mean all of them
        await pilot.app.workers.wait_for_complete(working)
        await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


@asynccontextmanager
async def running(
    store: FakeStore | None = None, *, session: str | None = None, size: tuple[int, int] = SMALL, services: Services | None = None
) -> AsyncIterator[Pilot[None]]:
    """The app with a store that is open already."""
    kept = store if store is not None else filled_store()
    app = CoachnoteApp(services or fake_services(kept), session=session, store=kept)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


@asynccontextmanager
async def reviewing(store: FakeStore | None = None, *, session: str = SESSION, size: tuple[int, int] = SMALL) -> AsyncIterator[Pilot[None]]:
    """The app with the example session open."""
    async with running(store, session=session, size=size) as pilot:
        yield pilot


def rows(pane: OptionList) -> list[str]:
    """Every row as the words it shows, the left column first."""
    prompts = [option.prompt for option in pane.options]
    return [f"{p.margin.plain} {p.text.plain}".strip() if isinstance(p, Margined) else str(p) for p in prompts]


def draft_pane(pilot: Pilot[Any]) -> DraftPane:
    return pilot.app.screen.query_one(DraftPane)


def transcript_pane(pilot: Pilot[Any]) -> TranscriptPane:
    return pilot.app.screen.query_one(TranscriptPane)


def text_of(pilot: Pilot[Any], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).content)


def told(pilot: Pilot[Any]) -> str:
    """Every message that has popped up so far."""
    return "\n".join(notification.message for notification in pilot.app._notifications)


def screen_name(pilot: Pilot[Any]) -> str:
    return type(pilot.app.screen).__name__


def go_to(pilot: Pilot[Any], path: str) -> None:
    draft_pane(pilot).go_to_path(path)
