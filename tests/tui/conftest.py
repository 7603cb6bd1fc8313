"""Nothing in these tests depends on the clock of the machine or on a blinking cursor, and none waits longer than the app has work."""

from __future__ import annotations

import asyncio
import math
import time

import pytest
from textual.constants import MAX_FPS
from textual.widgets import Input, TextArea

FRAME = 1.5 / MAX_FPS
"""Seconds: a screen that has something to draw draws it before this has passed."""


async def idle(_: float = 0.0) -> None:
    """Until nothing is left to run and nothing waits for the next frame.

    Textual's own tells that from the processor time of the process: it sleeps at least 20 ms at each of three places for every key, never
    waits longer than a second, and on a busy machine takes an app that was not let run for one that has nothing to do.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + 30
    while loop.time() < end:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            continue
        rings = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=math.inf)  # type: ignore[attr-defined]
        if rings > loop.time() + FRAME:
            return
        await asyncio.sleep(max(0.0, rings - loop.time()))


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.app.wait_for_idle", idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", idle)
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(TextArea, "cursor_blink", False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if hasattr(time, "tzset"):
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
