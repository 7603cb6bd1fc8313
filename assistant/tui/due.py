"""What is due to be erased, on the page that lists the sessions: said once, and erased on a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from assistant.domain import Outlook
from assistant.errors import CoachnoteError
from assistant.protocols import Services, Store
from assistant.render import keeping
from assistant.tui.choice import Choice
from assistant.tui.page import Page

LEAVE, SIGNED, ALL = "leave", "signed", "all"


class DuePage(Page):
    """Looks at the clocks when it is first shown. The key is there only while something is due."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "erase_due", "Erase what is due")]

    @dataclass
    class Looked(Message):
        outlook: Outlook

    @dataclass
    class NotErased(Message):
        error: CoachnoteError

    def __init__(self, store: Store, services: Services) -> None:
        super().__init__()
        self._store = store
        self._services = services
        self._outlook = Outlook()

    def on_mount(self) -> None:
        self._look_at_clocks()

    def action_look_again(self) -> object:
        """Read the list anew, after something was erased."""
        raise NotImplementedError

    @work(thread=True, exclusive=True, group="clocks")
    def _look_at_clocks(self) -> None:
        try:
            self.post_message(self.Looked(self._store.outlook(self._services.retention)))
        except CoachnoteError as error:
            self.post_message(self.NotErased(error))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        self._outlook = message.outlook
        self.refresh_bindings()
        told = keeping.sentence(message.outlook)
        if told:
            self.tell(f"{told} x erases what is due." if message.outlook.due else told, seconds=12)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        ready = action != "erase_due" or bool(self._outlook.due)
        return super().check_action(action, parameters) if ready else False

    @work(exclusive=True, group="dialog")
    async def action_erase_due(self) -> None:
        """Nothing unsigned goes unasked where the date is in doubt."""
        outlook = self._outlook
        title = f"{keeping.counted(outlook.due)} due to be erased, for good."
        if outlook.doubt:
            title = f"{outlook.doubt} {title}"
        chosen = await self.app.push_screen_wait(Choice(title, _ways(outlook), start=LEAVE))
        if chosen in (ALL, SIGNED):
            self._erase_due(sure=chosen == ALL and outlook.doubt is not None)

    @work(thread=True, group="erase")
    def _erase_due(self, *, sure: bool) -> None:
        try:
            self._store.apply_retention(self._services.retention, sure=sure)
            self.post_message(self.Looked(self._store.outlook(self._services.retention)))
        except CoachnoteError as error:
            self.post_message(self.NotErased(error))
        self.app.call_from_thread(self.action_look_again)

    @on(NotErased)
    def _not_erased(self, message: NotErased) -> None:
        self.refuse(message.error)


def _ways(outlook: Outlook) -> list[tuple[str, str]]:
    signed = (
        [(SIGNED, f"Erase only what belongs to signed notes ({len(outlook.certain)})")]
        if 0 < len(outlook.certain) < len(outlook.due)
        else []
    )
    return [(LEAVE, "Leave it for now"), *signed, (ALL, f"Erase all of it ({len(outlook.due)})")]
