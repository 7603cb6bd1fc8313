"""The first screen: the passphrase, unless a keyring knows. It is passed on once and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from assistant.errors import CoachnoteError
from assistant.protocols import Store
from assistant.tui.page import Keys, Page

ASK = "Type your passphrase and press Enter."
OPENING = "Opening the store … this takes a second or two, on purpose."


class UnlockScreen(Page):
    """Asks until the passphrase fits. Deriving the key is slow, so that happens in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.quit", "Quit")]
    passphrase = getters.query_one("#passphrase", Input)
    state = getters.query_one("#unlock-state", Static)

    @dataclass
    class Unlocked(Message):
        store: Store

    @dataclass
    class Failed(Message):
        error: CoachnoteError

    @dataclass
    class Remembered(Message):
        store: Store

    @dataclass
    class NotRemembered(Message):
        why: str

    def __init__(
        self, open_store: Callable[[str], Store], open_remembered: Callable[[Callable[[str], None]], Store | None], notice: str = ""
    ) -> None:
        """`notice` says why the passphrase is asked for once more."""
        super().__init__()
        self._notice = notice
        self._open_store = open_store
        self._open_remembered = open_remembered
        self._asked = False
        """Whether the store is being opened, by whatever."""

    def content(self) -> ComposeResult:
        with Middle(), Center(), Vertical(id="unlock"):
            yield Static("coachnote", classes="title", markup=False)
            yield Static("Everything here is encrypted and stays on this computer.", classes="muted", markup=False)
            if self._notice:
                yield Static(self._notice, id="notice", markup=False)
            yield Input(password=True, placeholder="Passphrase", id="passphrase")
            yield Static(ASK, id="unlock-state", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        self._look()

    @work(thread=True, group="keyring")
    def _look(self) -> None:
        """Into the keyring, for three seconds at most; whoever types meanwhile is not kept from it."""
        why: list[str] = []
        try:
            store = self._open_remembered(why.append)
            self.post_message(self.Remembered(store) if store else self.NotRemembered(" ".join(why)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Remembered)
    def _remembered(self, message: Remembered) -> None:
        if self._asked:
            message.store.close()  # a person was faster
            return
        self._asked = True
        self.post_message(self.Unlocked(message.store))

    @on(NotRemembered)
    def _not_remembered(self, message: NotRemembered) -> None:
        if message.why and not self._asked:
            self._say(f"{message.why} {ASK}", wrong=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if not event.value:
            self._say(ASK, wrong=False)
            return
        if self._asked:
            return
        self._asked = True
        self.passphrase.disabled = True
        self._say(OPENING, wrong=False)
        self._unlock(event.value)
        self.passphrase.clear()

    @work(thread=True, exclusive=True, group="unlock")
    def _unlock(self, passphrase: str) -> None:
        try:
            self.post_message(self.Unlocked(self._open_store(passphrase)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self._asked = False
        self.passphrase.disabled = False
        self.passphrase.focus()
        self._say(" ".join(part for part in (str(message.error), message.error.means, message.error.do) if part), wrong=True)

    def _say(self, text: str, *, wrong: bool) -> None:
        self.state.update(text)
        self.state.set_class(wrong, "wrong")
