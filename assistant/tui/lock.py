"""Locking: when the app does it, what hides the screen at once, and how it ends so that a process without a key can take its place.

Knows no screen by name. What is being typed is asked of whatever dialog is open; who replaces the process is whoever ran the app.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import Static
from textual.worker import Worker

from assistant.domain import Unfinished
from assistant.errors import CoachnoteError
from assistant.protocols import Clocks, Services, Store
from assistant.tui.page import LOCKED, Dialog

Why = Literal["idle", "asleep", "asked"]

LOOK = 0.5
"""Seconds between two looks at the clocks: how long after waking up a screen can still be read."""
ASLEEP = 2.0
"""Seconds by which the clocks must part to mean sleep. They are read one after the other, on a machine that may be busy."""
QUIET, LOOKS = 0.1, 3
"""Seconds between two looks at what is still running, and how many in a row must find nothing: one piece of work can start another."""
TRIES, PAUSE = 5, 0.4
"""How often saving what was typed is tried, and the seconds between: a busy store or a full disk may pass."""
WAITING = frozenset({"dialog", "lock", "read", "search"})
"""Groups of workers that wait for a person or for the others, or that only fill what is in memory."""

STILL = """coachnote is locked, and still {what}.

When that is done, it asks for your passphrase.
Ctrl+Q stops the work and ends coachnote; what was saved is kept."""
REASONS: dict[Why, str] = {
    "idle": "Locked: no key was pressed for {minutes}.",
    "asleep": "Locked: the computer had been asleep.",
    "asked": "Locked with Ctrl+L.",
}
LOST = "What stood in the open form could not be saved and is lost. Check that there is room on the disk."


@dataclass(frozen=True, kw_only=True)
class Locked:
    """How the app ended, and where it goes on once it is unlocked: identifiers only."""

    why: Why
    session: str | None = None
    reviewing: bool = False
    """Its draft was open, not its signed note."""
    lost: bool = False
    """What was being typed could not be saved."""


def due(before: Clocks, now: Clocks, touched: float, after: float) -> Why | None:
    """Why it is time to lock, if it is. `touched` is when a person last did something, by the clock that goes on in sleep."""
    if (now.passed - before.passed) - (now.awake - before.awake) > ASLEEP:
        return "asleep"
    return "idle" if now.passed - touched >= after else None


def sentence(locked: Locked, after: float) -> str:
    """Why it was locked, for the screen that asks for the passphrase. `after` in seconds."""
    minutes = round(after / 60)
    why = REASONS[locked.why].format(minutes="a minute" if minutes == 1 else f"{minutes} minutes")
    return f"{why} {LOST}" if locked.lost else why


class Locking(App[Locked]):
    """An app that ends with `Locked` after a while without a person, after sleep, and on Ctrl+L, but not before a store is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+l", "lock", "Lock", show=False, priority=True)]

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._seen = services.clocks()
        self._touched = self._seen.passed
        self._locking: Why | None = None

    @property
    def open_store(self) -> Store | None:
        raise NotImplementedError

    def place(self) -> tuple[str | None, bool]:
        """The session that is open, and whether its draft is."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._look)

    async def on_event(self, event: events.Event) -> None:
        """Whoever does something first is not let in after sleep: the clocks are looked at before the event is."""
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            self._look()
            if self._locking and not (isinstance(event, events.Key) and event.key == "ctrl+q"):
                return
            self._touched = self._seen.passed
        await super().on_event(event)

    def _look(self) -> None:
        if not self.is_headless and not os.isatty(sys.__stdin__.fileno() if sys.__stdin__ else -1):
            self.exit()  # the window was closed without a signal: nobody can see this any more, and keys must not stay behind
            return
        before, self._seen = self._seen, self._services.clocks()
        why = due(before, self._seen, self._touched, self._services.lock_after)
        if why is not None:
            self._lock(why)

    def action_lock(self) -> None:
        self._lock("asked")

    def _lock(self, why: Why) -> None:
        if self.open_store is None or self._locking is not None:
            return
        self._locking = why
        self.clear_notifications()
        self._hide(LOCKED)
        self._leave(why, self.open_store)

    def _hide(self, text: str) -> None:
        """Every screen hides its page, also one that work still running brings up."""
        self.add_class("-locked")
        for screen in self.screen_stack:
            for line in screen.query("#locked").results(Static):
                line.update(text)

    @work(exclusive=True, group="lock")
    async def _leave(self, why: Why, store: Store) -> None:
        typed, (session, _) = self._typed(), self.place()
        kept = typed is None or await asyncio.to_thread(_save, store, session, typed)
        quiet = 0
        while quiet < LOOKS:
            running = self._at_work()
            quiet = 0 if running or self._on_the_move() else quiet + 1
            if running:
                self._hide(STILL.format(what="drafting" if any(w.group == "draft" for w in running) else "saving"))
            await asyncio.sleep(QUIET)
        session, reviewing = self.place()
        self.exit(Locked(why=why, session=session, reviewing=reviewing, lost=not kept))

    def _typed(self) -> Unfinished | None:
        return self.screen.unfinished() if isinstance(self.screen, Dialog) else None

    def _on_the_move(self) -> bool:
        """Whether a screen is still coming up, or has something to hear from work that has ended."""
        return any(screen.message_queue_size or not screen.is_mounted for screen in self.screen_stack) or bool(self.message_queue_size)

    def _at_work(self) -> list[Worker[object]]:
        return [worker for worker in self.workers if worker.group not in WAITING and not worker.is_finished]


def _save(store: Store, session: str | None, typed: Unfinished) -> bool:
    """Whether it could be. Where it cannot, the app is locked all the same."""
    for n in range(TRIES):
        try:
            store.save_unfinished(session, typed)
            return True
        except CoachnoteError:
            time.sleep(PAUSE if n + 1 < TRIES else 0)
    return False
