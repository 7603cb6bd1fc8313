"""A note with no recording: the coach types what there is to say. What was typed is kept before the dialog closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static, TextArea

from assistant.errors import CoachnoteError
from assistant.render import day
from assistant.tui.days import parse_day
from assistant.tui.page import Dialog

WRONG_DAY = "That date was not understood. Write it like 20 Mar 2026."


class WriteDialog(Dialog[str | None]):
    """`keep` saves text and day and returns the new session's id, or raises a CoachnoteError that is shown. Dismissed with the id."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back"), Binding("ctrl+s", "save", "Save", priority=True)]
    words = getters.query_one("#words", TextArea)
    day = getters.query_one("#day", Input)
    wrong = getters.query_one("#wrong", Static)

    @dataclass
    class Kept(Message):
        session: str

    @dataclass
    class Refusal(Message):
        error: CoachnoteError

    def __init__(self, keep: Callable[[str, dt.date], str], *, filed_under: str, today: dt.date) -> None:
        super().__init__()
        self._keep = keep
        self._filed_under = filed_under
        self._today = today
        self._warned = False

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Write a note", classes="title", markup=False)
            yield Static(f"Filed under {self._filed_under}. Your words are the evidence for what is drafted.", markup=False)
            yield TextArea(id="words", highlight_cursor_line=False)
            yield Label("Day of the session (such as 20 Mar)", markup=False)
            yield Input(day(self._today), id="day", compact=True)
            yield Static("", id="wrong", markup=False)
            yield Static("Ctrl+S saves and drafts · Tab next field · Esc goes back", classes="muted", markup=False)

    @on(Input.Submitted)
    def action_save(self) -> None:
        try:
            day = parse_day(self.day.value, self._today)
        except ValueError:
            day = None
        if day is None:
            self.wrong.update(WRONG_DAY)
            return
        self._save(self.words.text, day)

    @work(thread=True, exclusive=True, group="write")
    def _save(self, text: str, day: dt.date) -> None:
        try:
            self.post_message(self.Kept(self._keep(text, day)))
        except CoachnoteError as error:
            self.post_message(self.Refusal(error))

    @on(Kept)
    def _kept(self, message: Kept) -> None:
        self.dismiss(message.session)

    @on(Refusal)
    def _refused(self, message: Refusal) -> None:
        error = message.error
        self.wrong.update(" ".join(part for part in (str(error), error.means, error.do) if part))

    def action_leave(self) -> None:
        """What was typed is not thrown away by one key."""
        if self.words.text.strip() and not self._warned:
            self._warned = True
            self.wrong.update("This is not saved. Ctrl+S saves it; Esc once more throws it away.")
        else:
            self.dismiss(None)
