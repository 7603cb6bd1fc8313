"""The last question of a review: sign it? Refused with the reason until it may be signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from assistant.approval import Entry, State
from assistant.domain import CaseNote
from assistant.errors import CoachnoteError
from assistant.tui.page import Dialog

COUNTED: tuple[tuple[State, str], ...] = (
    ("check", "still to check"),
    ("open", "kept as drafted, without a decision"),
    ("kept", "kept"),
    ("edited", "edited"),
    ("added", "added"),
    ("dropped", "dropped, not in the note"),
)


class SignDialog(Dialog[CaseNote | None]):
    """`sign` makes and saves the note for a name, or raises a CoachnoteError that is shown. Dismissed with the note."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]
    who = getters.query_one("#name", Input)
    wrong = getters.query_one("#wrong", Static)

    @dataclass
    class Signed(Message):
        note: CaseNote

    @dataclass
    class Refusal(Message):
        error: CoachnoteError

    def __init__(self, entries: tuple[Entry, ...], sign: Callable[[str], CaseNote], *, name: str, filed_under: str, version: int) -> None:
        super().__init__()
        self._counts = Counter(entry.state for entry in entries)
        self._sign = sign
        self._suggested = name
        self._filed_under = filed_under
        self._version = version

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"Sign version {self._version} of this note", classes="title", markup=False)
            yield Static(f"Filed under {self._filed_under}.", markup=False)
            lines = (f"{self._counts[state]} {name}" for state, name in COUNTED if self._counts[state])
            yield Static("\n".join(lines), id="counts", markup=False)
            yield Static("A signed note is never changed, only followed by a new version.", classes="muted", markup=False)
            yield Label("Your name")
            yield Input(self._suggested, placeholder="Your name", id="name", compact=True)
            yield Static("", id="wrong", markup=False)
            yield Static("Enter signs · Esc goes back", classes="muted", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.who.disabled = True
        self._work(event.value)

    @work(thread=True, exclusive=True, group="sign")
    def _work(self, name: str) -> None:
        try:
            self.post_message(self.Signed(self._sign(name)))
        except CoachnoteError as error:
            self.post_message(self.Refusal(error))

    @on(Signed)
    def _signed(self, message: Signed) -> None:
        self.dismiss(message.note)

    @on(Refusal)
    def _refused(self, message: Refusal) -> None:
        error = message.error
        self.who.disabled = False
        self.who.focus()
        self.wrong.update(" ".join(part for part in (str(error), error.means, error.do) if part))

    def action_leave(self) -> None:
        self.dismiss(None)
