"""The keys, on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.tui.page import Dialog

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("?", "this page"),
            ("Esc, q", "back; in the list of sessions, quit"),
            ("Ctrl+L", "lock: the passphrase is asked for again; what is half typed is kept"),
            ("Ctrl+Q", "quit; everything decided is saved"),
        ),
    ),
    (
        "Sessions",
        (
            ("↑ ↓, k j", "move"),
            ("Enter", "open"),
            ("c", "file a session under a client"),
            ("n", "how to add a session"),
            ("w", "write a note where nothing was recorded"),
            ("r", "look again"),
            ("/", "search what was said and written, and names; Esc shows every session again"),
            ("x", "erase what is due, when something is"),
        ),
    ),
    (
        "Review",
        (
            ("↑ ↓, k j", "move; what was said for an item stands out beside it"),
            ("m", "next item that must be checked"),
            ("Tab", "from the draft to what was said, and back"),
            ("a", "accept: the item stays as it reads"),
            ("e", "edit it; in what was said, correct the line and draft again"),
            ("d", "drop it: it will not be in the note"),
            ("n", "add an item, citing what was said at the cursor"),
            ("u", "undo the newest decision"),
            ("s", "sign"),
        ),
    ),
    (
        "Signed note",
        (("v", "start a new version from the same draft"), ("w", "wrong person: make it void, and begin it again under the right client")),
    ),
)


class HelpDialog(Dialog[None]):
    """The keys of the screen it was asked for on come first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", "Back"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(self, first: str) -> None:
        super().__init__()
        self._groups = sorted(KEYS, key=lambda group: group[0] != first)

    def content(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Keys", classes="title", markup=False)
            for title, keys in self._groups:
                lines = [Content.assemble((f"{key:<11}", "bold"), what) for key, what in keys]
                yield Static(Content("\n").join([Content.styled(title, "bold $primary"), *lines]), classes="keys", markup=False)
            yield Static("Esc goes back", classes="muted", markup=False)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
