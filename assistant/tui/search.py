"""The search above the list of sessions: a field, and beside it how much was found."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from assistant.domain import Found, SearchResult

MOST = 100
"""Sessions that are shown: whoever finds more adds a word."""
INDENT = "    "


class SearchBar(Horizontal):
    """Hidden until it is opened. What is typed comes as `Input.Changed`."""

    field = getters.query_one(Input)
    count = getters.query_one("#found", Static)

    def compose(self) -> ComposeResult:
        yield Input(placeholder='Words that were said or written, or a name; "…" for a phrase', compact=True)
        yield Static("", id="found", markup=False)

    def tell(self, result: SearchResult | None, read: float) -> None:
        """`read`: how much of the store has been read so far, from 0 to 1."""
        self.count.update("" if result is None else _told(result, read))


def _told(result: SearchResult, read: float) -> str:
    count = len(result.found)
    found = f"the best {MOST}" if count == MOST else f"{count} found" if count else "nothing found"
    so_far = "" if result.complete else f", {read:.0%} read"
    return found + so_far + (f", {result.damaged} damaged" if result.damaged else "")


def below(found: Found) -> Content:
    """What stands under a session's row: where it was found, and the words round it. Empty where only the name was found."""
    if not found.snippet:
        return Content("")
    text = Content(found.snippet)
    for start, end in found.marks:
        text = text.stylize("bold $evidence-text", start, end)
    return Content("\n").append(Content.assemble((f"{INDENT}{found.where}: ", "$text-muted"), text))
