"""What every screen shares: the smallest terminal it can be shown in, what hides it when the app locks, and how a refusal is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Footer, Static

from assistant.domain import Unfinished
from assistant.errors import CoachnoteError
from assistant.tui.fields import fill_fields, read_fields

SMALLEST = (80, 24)
"""Columns and lines."""
SIDE_BY_SIDE = 112
"""Columns from which draft and transcript fit beside one another."""
TOO_SMALL = """This terminal is too small for coachnote.

Make the window larger, or its letters smaller: 80 columns and 24 lines are enough.

Ctrl+Q leaves; everything you decided is saved."""
LOCKED = "coachnote is locked."
PUT_BACK = "Put back as it stood when coachnote locked."
ALWAYS = frozenset({"quit", "help_quit"})

if TYPE_CHECKING:
    Base = Screen[Any]
else:
    Base = object


class Fitting(Base):
    """Shows a plain message instead of its page while the terminal is too small, and takes no keys then."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (SIDE_BY_SIDE, "-wide")]  # noqa: RUF012 - Textual declares no ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SMALLEST[1], "-tall")]  # noqa: RUF012 - Textual declares no ClassVar

    _before: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Static(LOCKED, id="locked", markup=False)
        yield Static(TOO_SMALL, id="too-small", markup=False)
        with Vertical(classes="page"):
            yield from self.content()

    def content(self) -> ComposeResult:
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        """What is hidden loses the focus, and is given it back when there is room again."""
        if event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]:
            self._before = self.focused or self._before
        elif self._before is not None:
            self.call_after_refresh(self.set_focus, self._before)
            self._before = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        too_small = self.has_class("-tiny") or self.has_class("-short")
        return action in ALWAYS if too_small else super().check_action(action, parameters)

    def refuse(self, error: CoachnoteError) -> None:
        """Say what happened, what it means and what to do. Errors hold nothing personal."""
        text = " ".join(part for part in (str(error), error.means, error.do) if part)
        self.notify(text, severity="error", timeout=12, markup=False)

    def tell(self, text: str, *, seconds: float = 4) -> None:
        self.notify(text, timeout=seconds, markup=False)


class Heading(Horizontal):
    """The line at the top: where one is on the left, how it stands on the right."""

    def __init__(self, where: str, standing: str = "") -> None:
        super().__init__(Static(where, id="where", markup=False), Static(standing, id="standing", markup=False))

    def tell(self, standing: str, *, urgent: bool = False) -> None:
        line = self.query_one("#standing", Static)
        line.update(standing)
        line.set_class(urgent, "urgent")


class Keys(Footer):
    """The line at the bottom: what may be pressed. Changes that come one after another are shown once.

    Textual's own is built anew for each change of focus, of the page on top and of what may be done: nine times while a session opens,
    which is a quarter of the work of opening it.
    """

    _due = False

    def bindings_changed(self, screen: Screen[Any]) -> None:
        if not self._due:
            self._due = self.is_attached and screen is self.screen and self.app.app_focus
            super().bindings_changed(screen)

    async def recompose(self) -> None:
        self._due = False
        await super().recompose()


class Page(Fitting, Screen[None]):
    """A whole screen."""


class Dialog(Fitting, ModalScreen[ScreenResultType]):
    """A question over the page beneath."""

    job: Unfinished | None = None
    """What is being typed here, for the app to keep when it locks, and to put back. None where nothing is."""

    def on_mount(self) -> None:
        if self.job is not None and self.job.fields:
            fill_fields(self, self.job.fields)
            self.tell(PUT_BACK)

    def unfinished(self) -> Unfinished | None:
        """As it stands now."""
        return None if self.job is None else replace(self.job, fields=read_fields(self))
