"""The list of sessions, newest first, with how far each has come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, OptionList, Static

from assistant import approval, pipeline
from assistant.domain import Client, Outlook, Review, SessionSummary, Stage
from assistant.errors import CoachnoteError
from assistant.protocols import Services, Store
from assistant.render import day, keeping
from assistant.tui import phrases
from assistant.tui.choice import Choice
from assistant.tui.help import HelpDialog
from assistant.tui.page import Heading, Page
from assistant.tui.phrases import clean
from assistant.tui.rows import Row, Rows
from assistant.tui.write import WriteDialog

COLUMNS = (("Date", 18), ("Client", 10), ("Name", 15), ("Kind", 12), ("Length", 7))
"""Titles and widths in cells; the stage takes what is left."""
STAGES: dict[Stage, str] = {"recorded": "needs a model", "transcribed": "not drafted", "drafted": "to review", "signed": "signed"}
NOTHING_YET = """There is nothing here yet.

Sessions are made with these commands, in another window or after leaving this one (q):

coachnote clients add                    add a person you support
coachnote record --client C-0001         dictate a note
coachnote process FILE --client C-0001   take in a recording
coachnote write --client C-0001          type a note where nothing was recorded
coachnote batch run FOLDER               take in a whole folder

Then press r to look again."""
LEAVE, SIGNED, ALL = "leave", "signed", "all"
NOBODY = ".nobody"
"""No reference begins with a dot."""
HOW_TO_ADD = "New sessions come from coachnote record or coachnote process FILE, in another window; then press r. w types a note."


class SessionPane(Rows):
    """One session a row."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Open")]


class LibraryScreen(Page):
    """Posts `Opened` when a session is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "assign", "Client"),
        Binding("n", "how_to_add", "New"),
        Binding("w", "write", "Write"),
        Binding("r", "look_again", "Look again"),
        Binding("x", "erase_due", "Erase what is due"),
        Binding("question_mark", "help", "Keys"),
        Binding("escape,q", "app.quit", "Quit"),
    ]
    rows = getters.query_one(SessionPane)
    head = getters.query_one(Heading)

    @dataclass
    class Listed(Message):
        sessions: list[SessionSummary]

    @dataclass
    class Counted(Message):
        """How many items of each drafted session must still be checked."""

        to_check: dict[str, int]

    @dataclass
    class Looked(Message):
        """At the clocks of retention."""

        outlook: Outlook

    @dataclass
    class Failed(Message):
        error: CoachnoteError

    @dataclass
    class Opened(Message):
        summary: SessionSummary

    @dataclass
    class Drafted(Message):
        session: str

    def __init__(self, store: Store, services: Services) -> None:
        super().__init__()
        self._services = services
        self._store = store
        self._sessions: dict[str, SessionSummary] = {}
        self._to_check: dict[str, int] = {}
        self._outlook = Outlook()

    def content(self) -> ComposeResult:
        yield Heading("coachnote")
        yield Static(_columns(*(name for name, _ in COLUMNS), "Stage"), id="columns", markup=False)
        yield SessionPane(id="sessions", markup=False)
        yield Static(NOTHING_YET, id="empty", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._look_at_clocks()

    def on_screen_resume(self) -> None:
        self.action_look_again()

    @work(thread=True, exclusive=True, group="list")
    def action_look_again(self) -> None:
        """The list first, then the counts, which need every draft to be read."""
        try:
            sessions = self._store.sessions()
            self.post_message(self.Listed(sessions))
            drafted = [s.session.id for s in sessions if s.stage == "drafted"]
            self.post_message(self.Counted({session: self._undecided(session) for session in drafted}))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    def _undecided(self, session: str) -> int:
        draft = self._store.draft(session)
        if draft is None:
            return 0
        return len(approval.undecided(draft, self._store.review(session) or Review(draft=approval.key(draft))))

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._sessions = {summary.session.id: summary for summary in message.sessions}
        self._show()
        self.set_class(not message.sessions, "-empty")
        if message.sessions:
            self.rows.focus()

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        self._to_check = message.to_check
        self._show()

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.refuse(message.error)

    def _show(self) -> None:
        self.rows.show([Row(_line(s, self._to_check.get(name)), name=name) for name, s in self._sessions.items()])
        waiting = sum(s.stage == "drafted" for s in self._sessions.values())
        self.head.tell(f"{waiting} to review" if waiting else "", urgent=True)

    @property
    def _current(self) -> SessionSummary | None:
        row = self.rows.highlighted_option
        return self._sessions.get(row.id or "") if row else None

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        summary = self._current
        if summary is None:
            return
        finish = f"coachnote finish {summary.session.id}"
        if summary.stage in ("drafted", "signed"):
            self.post_message(self.Opened(summary))
        elif summary.stage == "transcribed":
            self.tell(f"Not drafted yet. Run: {finish}")
        else:
            self.tell(f"Not transcribed yet: coachnote models says how to add a speech model. Then run: {finish}")

    @work(exclusive=True, group="dialog")
    async def action_assign(self) -> None:
        summary = self._current
        if summary is None:
            return
        if summary.session.client:
            self.tell("This session is filed under a client already.")
            return
        try:
            chosen = await self._ask(self._store.clients())
            if chosen is not None:
                self._store.assign(summary.session.id, chosen)
                self.action_look_again()
        except CoachnoteError as error:
            self.refuse(error)

    async def _ask(self, clients: list[Client], *others: tuple[str, str]) -> str | None:
        """`others` are further choices."""
        if not clients and not others:
            self.tell("There are no clients yet. Add one with: coachnote clients add")
            return None
        choices = [*((c.ref, f"{c.ref}  {clean(c.name)}") for c in clients), *others]
        return await self.app.push_screen_wait(Choice("Whose session is this?", choices))

    @work(exclusive=True, group="dialog")
    async def action_write(self) -> None:
        """A note with no recording: nobody came, or nobody wished to be recorded."""
        try:
            chosen = await self._ask(self._store.clients(), (NOBODY, "Nobody yet"))
        except CoachnoteError as error:
            self.refuse(error)
            return
        if chosen is None:
            return
        client = None if chosen == NOBODY else chosen

        def keep(text: str, day: dt.date) -> str:
            return pipeline.keep_typed(self._store, text, pipeline.Intake(date=day, client=client, coach=self._services.coach))

        session = await self.app.push_screen_wait(WriteDialog(keep, filed_under=client or "nobody yet", today=dt.date.today()))
        if session is not None:
            self._draft(session)

    @work(thread=True, group="draft")
    def _draft(self, session: str) -> None:
        try:
            for _ in pipeline.draft_session(self._store, session, lambda: self._services.drafter(None)):
                pass
            self.post_message(self.Drafted(session))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Drafted)
    def _drafted(self, message: Drafted) -> None:
        self.post_message(self.Opened(next(s for s in self._store.sessions() if s.session.id == message.session)))

    @work(thread=True, exclusive=True, group="clocks")
    def _look_at_clocks(self) -> None:
        try:
            self.post_message(self.Looked(self._store.outlook(self._services.retention)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

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
            self.post_message(self.Failed(error))
        self.app.call_from_thread(self.action_look_again)

    def action_how_to_add(self) -> None:
        self.tell(HOW_TO_ADD)

    def action_help(self) -> None:
        self.app.push_screen(HelpDialog("Sessions"))


def _ways(outlook: Outlook) -> list[tuple[str, str]]:
    signed = (
        [(SIGNED, f"Erase only what belongs to signed notes ({len(outlook.certain)})")]
        if 0 < len(outlook.certain) < len(outlook.due)
        else []
    )
    return [(LEAVE, "Leave it for now"), *signed, (ALL, f"Erase all of it ({len(outlook.due)})")]


def _columns(*cells: str) -> str:
    """Cells cut or padded to their columns, the last one as it is."""
    fitted = (Content(cell).truncate(width - 1, ellipsis=True, pad=True).plain for cell, (_, width) in zip(cells, COLUMNS, strict=False))
    return " ".join((*fitted, cells[-1]))


def _line(summary: SessionSummary, to_check: int | None) -> Content:
    session = summary.session
    date = day(session.date) + ("" if session.date_confirmed else " ?")
    cells = (date, session.client or "no client", clean(summary.client_name or ""), session.kind, phrases.length(summary.seconds))
    style = {"drafted": "$warning", "signed": "$success"}.get(summary.stage, "$text-muted")
    return Content.assemble(_columns(*cells, ""), (_stage(summary, to_check), style))


def _stage(summary: SessionSummary, to_check: int | None) -> str:
    if summary.stage == "signed":
        return f"signed, v{summary.version}"
    if summary.stage == "drafted" and to_check is not None:
        return f"{to_check} to check" if to_check else "ready to sign"
    return STAGES[summary.stage]
