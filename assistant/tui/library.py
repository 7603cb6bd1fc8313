"""The list of sessions, newest first, with how far each has come; and what a search finds of them, the best first."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from assistant import approval, pipeline
from assistant.domain import Client, Review, SearchResult, SessionSummary, Stage, Unfinished
from assistant.errors import CoachnoteError
from assistant.protocols import Services, Store
from assistant.render import day
from assistant.tui import phrases
from assistant.tui.choice import Choice
from assistant.tui.due import DuePage
from assistant.tui.help import HelpDialog
from assistant.tui.page import Heading, Keys
from assistant.tui.phrases import clean
from assistant.tui.rows import Row, Rows
from assistant.tui.search import MOST, SearchBar, below
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
NOBODY = ".nobody"
"""No reference begins with a dot."""
HOW_TO_ADD = "New sessions come from coachnote record or coachnote process FILE, in another window; then press r. w types a note."


class SessionPane(Rows):
    """One session a row."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Open")]


class LibraryScreen(DuePage):
    """Posts `Opened` when a session is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "assign", "Client"),
        Binding("n", "how_to_add", "New"),
        Binding("w", "write", "Write"),
        Binding("r", "look_again", "Look again"),
        Binding("slash", "search", "Search"),
        Binding("down", "to_list", show=False),
        Binding("question_mark", "help", "Keys"),
        Binding("escape,q", "show_all", "Show all"),
        Binding("escape,q", "quit", "Quit"),
    ]
    AUTO_FOCUS = "SessionPane"
    rows = getters.query_one(SessionPane)
    head = getters.query_one(Heading)
    bar = getters.query_one(SearchBar)

    @dataclass
    class Listed(Message):
        sessions: list[SessionSummary]

    @dataclass
    class TakenIn(Message):
        """So many recordings were made while the store was locked, or broke off."""

        recordings: int

    @dataclass
    class Counted(Message):
        """How many items of each drafted session must still be checked."""

        to_check: dict[str, int]

    @dataclass
    class Read(Message):
        """How much of the store can be searched, from 0 to 1."""

        share: float

    @dataclass
    class Found(Message):
        asked: str
        result: SearchResult

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
        super().__init__(store, services)
        self._sessions: dict[str, SessionSummary] = {}
        self._to_check: dict[str, int] = {}
        self._asked = ""
        self._result: SearchResult | None = None
        self._share = 0.0
        self._resumed = False

    def content(self) -> ComposeResult:
        yield Heading("coachnote")
        yield SearchBar(id="search")
        yield Static(_columns(*(name for name, _ in COLUMNS), "Stage"), id="columns", markup=False)
        yield SessionPane(id="sessions", markup=False)
        yield Static(NOTHING_YET, id="empty", markup=False)
        yield Keys()

    def on_screen_resume(self) -> None:
        self.action_look_again()
        if self.is_current and not self._resumed:
            self._resumed = True
            self._go_on()

    @work(thread=True, exclusive=True, group="list")
    def action_look_again(self) -> None:
        """First what was recorded meanwhile, then the list, then the counts, which need every draft to be read."""
        self._find_recordings()
        try:
            sessions = self._store.sessions()
            self.post_message(self.Listed(sessions))
            drafted = [s.session.id for s in sessions if s.stage == "drafted"]
            self.post_message(self.Counted({session: self._undecided(session) for session in drafted}))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    def _find_recordings(self) -> None:
        try:
            found = len(self._store.recover_recordings())
            if found:
                self.post_message(self.TakenIn(found))
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
        if message.sessions and not self.bar.field.has_focus:
            self.rows.focus()
        self._search()

    @on(TakenIn)
    def _taken_in(self, message: TakenIn) -> None:
        what = "A recording was" if message.recordings == 1 else f"{message.recordings} recordings were"
        self.tell(f"{what} waiting, and taken in. To go on, run: coachnote finish", seconds=12)

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        self._to_check = message.to_check
        self._show()
        self._read_ahead()

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.refuse(message.error)

    def _show(self) -> None:
        self.rows.show(self._found_rows(self._result) if self._result else [self._row(name) for name in self._sessions])
        self.bar.tell(self._result, self._share)
        waiting = sum(s.stage == "drafted" for s in self._sessions.values())
        self.head.tell(f"{waiting} to review" if waiting else "", urgent=True)

    def _row(self, name: str, *more: Content) -> Row:
        return Row(Content.assemble(_line(self._sessions[name], self._to_check.get(name)), *more), name=name)

    def _found_rows(self, result: SearchResult) -> list[Row]:
        return [self._row(found.session, below(found)) for found in result.found if found.session in self._sessions]

    @work(thread=True, exclusive=True, group="read")
    def _read_ahead(self) -> None:
        """So that the first search has everything. Begins when the list is there, and ends at once when the app is left."""
        worker = get_current_worker()
        try:
            for step in self._store.read_for_search():
                if worker.is_cancelled:
                    return
                self.post_message(self.Read(step.done / (step.total or step.done)))
            self.post_message(self.Read(1.0))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Read)
    def _read(self, message: Read) -> None:
        self._share = message.share
        self.bar.tell(self._result, self._share)
        if message.share == 1.0 and self._result is not None and not self._result.complete:
            self._search()

    def action_search(self) -> None:
        self.add_class("-searching")
        self.refresh_bindings()
        self.bar.field.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._asked = event.value.strip()
        self._search()

    def _search(self) -> None:
        """For what stands in the field, if anything does."""
        if self._asked:
            self._find(self._asked)
        elif self._result is not None:
            self._result = None
            self._show()

    @work(thread=True, group="search")
    def _find(self, asked: str) -> None:
        try:
            self.post_message(self.Found(asked, self._store.search(asked, limit=MOST)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Found)
    def _found(self, message: Found) -> None:
        """Dropped when something else has been typed meanwhile."""
        if message.asked != self._asked:
            return
        self._result = message.result
        self._show()
        if any(found.session not in self._sessions for found in message.result.found):  # added since the list was read
            self.action_look_again()

    @on(Input.Submitted)
    def action_to_list(self) -> None:
        self.rows.focus()

    def action_show_all(self) -> None:
        self.bar.field.clear()
        self.remove_class("-searching")
        self.refresh_bindings()
        self.rows.focus()

    def action_quit(self) -> None:
        self.app.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Out of a search first, and only then out of the app."""
        allowed = super().check_action(action, parameters)
        if allowed and action in ("show_all", "quit"):
            return self.has_class("-searching") == (action == "show_all")
        return allowed

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
        if chosen is not None:
            await self._write(Unfinished(form="write", at="" if chosen == NOBODY else chosen))

    @work(exclusive=True, group="dialog")
    async def _go_on(self) -> None:
        """With the note that was being typed when the app locked."""
        try:
            job = self._store.unfinished(None)
        except CoachnoteError as error:
            self.refuse(error)
            return
        if job is not None:
            await self._write(job)

    async def _write(self, job: Unfinished) -> None:
        client = job.at or None

        def keep(text: str, day: dt.date) -> str:
            return pipeline.keep_typed(self._store, text, pipeline.Intake(date=day, client=client, coach=self._services.coach))

        dialog = WriteDialog(keep, filed_under=client or "nobody yet", today=dt.date.today())
        dialog.job = job
        session = await self.app.push_screen_wait(dialog)
        try:
            self._store.drop_unfinished(None)
        except CoachnoteError as error:
            self.refuse(error)
        if session is not None:
            self._draft(session)

    @work(thread=True, group="draft")
    def _draft(self, session: str) -> None:
        worker = get_current_worker()
        try:
            with contextlib.closing(pipeline.draft_session(self._store, session, lambda: self._services.drafter(None))) as steps:
                for _ in steps:
                    if worker.is_cancelled:
                        return
            self.post_message(self.Drafted(session))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Drafted)
    def _drafted(self, message: Drafted) -> None:
        self.post_message(self.Opened(next(s for s in self._store.sessions() if s.session.id == message.session)))

    def action_how_to_add(self) -> None:
        self.tell(HOW_TO_ADD)

    def action_help(self) -> None:
        self.app.push_screen(HelpDialog("Sessions"))


def _columns(*cells: str) -> str:
    """Cells cut or padded to their columns, the last one as it is."""
    fitted = (Content(cell).truncate(width - 1, ellipsis=True, pad=True).plain for cell, (_, width) in zip(cells, COLUMNS, strict=False))
    return " ".join((*fitted, cells[-1]))


def _line(summary: SessionSummary, to_check: int | None) -> Content:
    session = summary.session
    date = day(session.date) + ("" if session.date_confirmed else " ?")
    cells = (date, session.client or "no client", clean(summary.client_name or ""), session.kind, phrases.length(summary.seconds))
    style = {"drafted": "$warning", "signed": "$success"}.get("void" if summary.void else summary.stage, "$text-muted")
    return Content.assemble(_columns(*cells, ""), (_stage(summary, to_check), style))


def _stage(summary: SessionSummary, to_check: int | None) -> str:
    if summary.void:
        return "void"
    if summary.stage == "signed":
        return f"signed, v{summary.version}"
    if summary.stage == "drafted" and to_check is not None:
        return f"{to_check} to check" if to_check else "ready to sign"
    return STAGES[summary.stage]
