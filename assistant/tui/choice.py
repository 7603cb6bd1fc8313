"""A short list to choose one thing from."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from assistant.tui.page import Dialog
from assistant.tui.rows import Row, Rows


class Choice(Dialog[str | None]):
    """Dismissed with the key of what was chosen, or None. `choices` are (key, text) pairs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back"), Binding("q", "leave", show=False)]
    rows = getters.query_one(Rows)

    def __init__(self, title: str, choices: list[tuple[str, str]], *, start: str | None = None) -> None:
        super().__init__()
        self._question = title
        self._choices = choices
        self._start = start

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="title", markup=False)
            yield Rows(*(Row(Content(text), name=key) for key, text in self._choices), markup=False)
            yield Static("Enter chooses · Esc goes back", classes="muted", markup=False)

    def on_mount(self) -> None:
        if self._start in dict(self._choices):
            self.rows.highlighted = self.rows.get_option_index(str(self._start))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        self.dismiss(None)
