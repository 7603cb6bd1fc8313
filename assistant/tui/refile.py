"""What has to be said when a note was filed under the wrong person: whose it is, why, and who says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Select, Static

from assistant.domain import Client
from assistant.tui.page import Dialog
from assistant.tui.phrases import clean

WHAT_HAPPENS = (
    "This note becomes void, with your name and the reason; what was signed stays. The session begins again under the right client, "
    "with its recording: look at it once more, and sign it there."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    client: str
    """Reference of the right one."""
    why: str = field(repr=False)
    name: str = field(repr=False)


class RefileDialog(Dialog[Asked | None]):
    """Dismissed with what was filled in."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back"), Binding("ctrl+s", "save", "Save", priority=True)]
    client = getters.query_one("#client", Select)
    why = getters.query_one("#why", Input)
    who = getters.query_one("#name", Input)
    wrong = getters.query_one("#wrong", Static)

    def __init__(self, clients: list[Client], *, name: str) -> None:
        super().__init__()
        self._choices = [(f"{client.ref}  {clean(client.name)}", client.ref) for client in clients]
        self._suggested = name

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Filed under the wrong person", classes="title", markup=False)
            yield Static(WHAT_HAPPENS, markup=False)
            yield Label("Whose session is it?", markup=False)
            yield Select(self._choices, prompt="Choose the right client", id="client", compact=True)
            yield Label("Why was it filed wrongly?", markup=False)
            yield Input(placeholder="such as: two clients with one first name", id="why", compact=True)
            yield Label("Your name", markup=False)
            yield Input(self._suggested, placeholder="Your name", id="name", compact=True)
            yield Static("", id="wrong", markup=False)
            yield Static("Ctrl+S makes it void · Tab next field · Esc goes back", classes="muted", markup=False)

    @on(Input.Submitted)
    def action_save(self) -> None:
        client, why, name = self.client.selection, clean(self.why.value), clean(self.who.value)
        if client is None:
            self.wrong.update("Choose whose session it is.")
        elif not why:
            self.wrong.update("Type why: whoever reads the note later has to understand it.")
        elif not name:
            self.wrong.update("A note is made void with a name. Type your name.")
        else:
            self.dismiss(Asked(client=str(client), why=why, name=name))

    def action_leave(self) -> None:
        self.dismiss(None)
