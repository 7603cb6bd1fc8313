"""The signed note, to be read only. A new version starts from the same draft and the decisions made on it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import OptionList

from assistant import approval, pipeline
from assistant.domain import CaseNote, Session, SessionSummary, Transcript
from assistant.errors import CoachnoteError, UsageProblem
from assistant.protocols import Progress, Services, Store
from assistant.tui import phrases
from assistant.tui.help import HelpDialog
from assistant.tui.page import Heading, Keys, Page
from assistant.tui.panes import NotePane, TranscriptPane
from assistant.tui.phrases import Context
from assistant.tui.refile import Asked, RefileDialog

VOID = "This note is void: nothing follows it."


class NoteScreen(Page):
    """Moving through the note shows what was said for it.

    Posts `NewVersion` when the coach wants to correct what was signed, `Refiled` when it begins again under another client.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "new_version", "New version"),
        Binding("w", "wrong_person", "Wrong person"),
        Binding("question_mark", "help", "Keys"),
        Binding("escape,q", "leave", "Back"),
    ]
    head = getters.query_one(Heading)
    note_pane = getters.query_one(NotePane)
    transcript_pane = getters.query_one(TranscriptPane)

    @dataclass
    class Loaded(Message):
        notes: list[CaseNote]
        transcript: Transcript

    @dataclass
    class Failed(Message):
        error: CoachnoteError

    @dataclass
    class Refusal(Message):
        """What was asked for was not done."""

        error: CoachnoteError

    @dataclass
    class Refiled(Message):
        session: str
        """The new one."""

    @dataclass
    class NewVersion(Message):
        summary: SessionSummary

    def __init__(self, store: Store, summary: SessionSummary, services: Services) -> None:
        super().__init__()
        self._services = services
        self._store = store
        self._summary = summary
        self._note: CaseNote | None = None

    @property
    def session(self) -> str:
        return self._summary.session.id

    def content(self) -> ComposeResult:
        yield Heading(phrases.session_title(self._summary))
        with Container(id="sides"):
            yield NotePane(id="note", markup=False)
            yield TranscriptPane(id="transcript", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        self._load()

    @work(thread=True, exclusive=True, group="load")
    def _load(self) -> None:
        session = self._summary.session.id
        try:
            notes, transcript = self._store.notes(session), self._store.transcript(session)
            if not notes:
                raise UsageProblem("There is no signed note of this session.", do="Review its draft first.")
            heard = self._store.earlier_transcript(session, notes[-1].transcript)
            self.post_message(self.Loaded(notes, heard or transcript or _erased(notes[-1], self._summary.session)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.refuse(message.error)
        self.app.pop_screen()

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        note = self._note = message.notes[-1]
        standing = "void" if note.void else "signed"
        self.head.tell(
            f"{standing}, version {note.version}" + (f" of {len(message.notes)}" if len(message.notes) > 1 else ""), urgent=bool(note.void)
        )
        date = self._summary.session.date
        context = Context(transcript=message.transcript, year=date.year if date else None, template=self._services.template(note.template))
        self.transcript_pane.fill(context)
        self.note_pane.fill(note, context)
        self.note_pane.focus()

    @on(OptionList.OptionHighlighted, "#note")
    def _moved(self) -> None:
        items = dict(approval.items(self._note)) if self._note else {}
        if self.note_pane.path in items:
            self.transcript_pane.cite(items[self.note_pane.path].evidence)

    def action_new_version(self) -> None:
        if self._note is not None and self._note.void:
            self.tell(VOID)
            return
        self.post_message(self.NewVersion(self._summary))

    @work(exclusive=True, group="dialog")
    async def action_wrong_person(self) -> None:
        note = self._note
        if note is None or note.void:
            self.tell(VOID)
            return
        try:
            others = [client for client in self._store.clients() if client.ref != note.client]
        except CoachnoteError as error:
            self.refuse(error)
            return
        if not others:
            self.tell("There is no other client yet. Add one with: coachnote clients add")
            return
        asked = await self.app.push_screen_wait(RefileDialog(others, name=self._services.coach or note.signed_by))
        if asked is not None:
            self.head.tell("beginning it again …")
            self._refile(asked, note.template)

    @work(thread=True, exclusive=True, group="refile")
    def _refile(self, asked: Asked, template: str | None) -> None:
        try:
            work = pipeline.refile_session(
                self._store,
                self._summary.session.id,
                asked.client,
                lambda: self._services.drafter(template),
                by=asked.name,
                why=asked.why,
            )
            self.post_message(self.Refiled(_result(work)))
        except CoachnoteError as error:
            self.post_message(self.Refusal(error))

    @on(Refusal)
    def _refused(self, message: Refusal) -> None:
        self.refuse(message.error)
        self._load()

    def action_help(self) -> None:
        self.app.push_screen(HelpDialog("Signed note"))

    def action_leave(self) -> None:
        self.app.pop_screen()


def _result(work: Generator[Progress, None, str]) -> str:
    """Of long work, run to its end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return str(end.value)


def _erased(note: CaseNote, session: Session) -> Transcript:
    """What stands in the place of a transcript whose time was up: the note is read without it, and quotes what it cites."""
    return Transcript(id=note.transcript, kind=session.kind, session_date=session.date, client=None, coach=None, segments=())
