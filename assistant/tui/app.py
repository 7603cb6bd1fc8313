"""The app: which screen follows which. It is handed `Services` and never meets an engine or a store's own class."""

from __future__ import annotations

import traceback
from pathlib import Path

from textual import on
from textual.theme import Theme

from assistant.domain import SessionSummary
from assistant.errors import CoachnoteError, NotWritable
from assistant.protocols import Services, Store
from assistant.tui.library import LibraryScreen
from assistant.tui.lock import Locked, Locking, sentence
from assistant.tui.note import NoteScreen
from assistant.tui.page import Page
from assistant.tui.review import ReviewScreen
from assistant.tui.unlock import UnlockScreen

CALM = Theme(
    name="coachnote",
    dark=True,
    primary="#8fb3d9",
    secondary="#a3b5c9",
    accent="#8cc7c1",
    warning="#e3b76b",
    error="#e08d86",
    success="#93c08f",
    foreground="#d9dee5",
    background="#14181d",
    surface="#1a1f26",
    panel="#222932",
    variables={"evidence": "#4a3f22", "evidence-text": "#f6dfae", "text-muted": "#8b96a5", "footer-key-foreground": "#e3b76b"},
)


class CoachnoteApp(Locking):
    """`session` opens that session at once, `after` whatever was open when the app before this one locked.

    A `store` that is already open is used as it is and left open.
    """

    CSS_PATH = "app.tcss"
    TITLE = "coachnote"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, services: Services, *, session: str | None = None, store: Store | None = None, after: Locked | None = None) -> None:
        super().__init__(services)
        self._after = after
        self._session = after.session if after else session
        self._given = store
        self._opened: Store | None = None

    def on_mount(self) -> None:
        self.register_theme(CALM)
        self.theme = CALM.name
        if self._given is not None:
            self._enter(self._given)
        else:
            notice = sentence(self._after, self._services.lock_after) if self._after else ""
            # After locking a person is asked, whatever a keyring knows: it would let in whoever sits there.
            remembered = self._services.open_remembered if self._after is None else lambda _: None
            self.push_screen(UnlockScreen(self._services.open_store, remembered, notice))

    def on_unmount(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _fatal_error(self) -> None:
        """Textual would print the values of local variables here, words of a note among them."""
        error = self._exception
        cause = getattr(error, "error", error)  # a worker wraps what went wrong in it
        place = traceback.extract_tb(cause.__traceback__)[-1] if cause and cause.__traceback__ else None
        where = f" ({type(cause).__name__} in {Path(place.filename).name}, line {place.lineno})" if place else ""
        self.panic(f"coachnote has stopped because of a mistake in its own code{where}.\nEvery decision made so far is saved.")

    @property
    def open_store(self) -> Store | None:
        return self._given or self._opened

    def place(self) -> tuple[str | None, bool]:
        open_now = [screen for screen in self.screen_stack if isinstance(screen, ReviewScreen | NoteScreen)]
        return (open_now[-1].session, isinstance(open_now[-1], ReviewScreen)) if open_now else (None, False)

    @property
    def store(self) -> Store:
        store = self.open_store
        if store is None:
            raise RuntimeError("asked before the store was open")
        return store

    @on(UnlockScreen.Unlocked)
    def _unlocked(self, message: UnlockScreen.Unlocked) -> None:
        self._opened = message.store
        self.pop_screen()
        self._enter(message.store)

    def _enter(self, store: Store) -> None:
        self.push_screen(LibraryScreen(store, self._services))
        if self._session is None:
            return
        try:
            store.session(self._session)
            summary = next(s for s in store.sessions() if s.session.id == self._session)
            if self._after is not None and self._after.reviewing:
                self.push_screen(self._review(summary))
            else:
                self._open(summary)
        except CoachnoteError as error:
            self.notify(f"{error} {error.do}".strip(), severity="error", markup=False)

    @on(LibraryScreen.Opened)
    def _chosen(self, message: LibraryScreen.Opened) -> None:
        if isinstance(self.screen, LibraryScreen):  # Enter may have been pressed twice
            self._open(message.summary)

    def _open(self, summary: SessionSummary) -> None:
        try:
            self.store.note_use("read", summary.session.id)
        except NotWritable as error:  # a full disk must not keep a coach from reading
            self.notify(f"{error} {error.do}", severity="warning", markup=False)
        self.push_screen(NoteScreen(self.store, summary, self._services) if summary.stage == "signed" else self._review(summary))

    def _review(self, summary: SessionSummary) -> Page:
        return ReviewScreen(self.store, summary, self._services)

    @on(NoteScreen.NewVersion)
    def _new_version(self, message: NoteScreen.NewVersion) -> None:
        self.switch_screen(self._review(message.summary))

    @on(NoteScreen.Refiled)
    def _refiled(self, message: NoteScreen.Refiled) -> None:
        summary = next(s for s in self.store.sessions() if s.session.id == message.session)
        self.switch_screen(self._review(summary))
        self.notify(
            f"The other note is void. This one is {summary.session.client}'s: look at it again, and sign it.", markup=False, timeout=8
        )

    @on(ReviewScreen.Signed)
    def _signed(self, message: ReviewScreen.Signed) -> None:
        summary = next(s for s in self.store.sessions() if s.session.id == message.note.session)
        self.switch_screen(NoteScreen(self.store, summary, self._services))
        self.notify(f"Signed as version {message.note.version}.", markup=False)
