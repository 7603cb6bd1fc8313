"""Review: the draft on one side, what was said on the other. Every decision is saved before it is shown."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import OptionList
from textual.worker import get_current_worker

from assistant import approval, pipeline, typed
from assistant.approval import Entry
from assistant.domain import (
    SECTIONS,
    CaseNote,
    Decision,
    Evidence,
    Item,
    PreviousOutcome,
    Review,
    SessionSummary,
    Statement,
    Template,
    Transcript,
    Unfinished,
)
from assistant.errors import CoachnoteError
from assistant.protocols import Services, Store
from assistant.tui import forms, phrases
from assistant.tui.case import Case, carried_over, read_case, still_fitting
from assistant.tui.choice import Choice
from assistant.tui.help import HelpDialog
from assistant.tui.page import Dialog, Heading, Keys, Page
from assistant.tui.panes import LEFT_OUT, DraftPane, TranscriptPane
from assistant.tui.phrases import Context
from assistant.tui.sign import SignDialog


class ReviewScreen(Page):
    """Moving through the draft shows the evidence; one key decides. Posts `Signed` when the note is filed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept"),
        Binding("e", "edit", "Edit"),
        Binding("d", "drop", "Drop"),
        Binding("n", "add", "Add"),
        Binding("u", "undo", "Undo"),
        Binding("m", "next_check", "To check"),
        Binding("s", "sign", "Sign"),
        Binding("question_mark", "help", "Keys"),
        Binding("escape,q", "leave", "Back"),
    ]
    draft_pane = getters.query_one(DraftPane)
    transcript_pane = getters.query_one(TranscriptPane)
    head = getters.query_one(Heading)

    @dataclass
    class Loaded(Message):
        case: Case

    @dataclass
    class Failed(Message):
        error: CoachnoteError

    @dataclass
    class NotDrafted(Message):
        error: CoachnoteError

    @dataclass
    class Decided(Message):
        decision: Decision

    @dataclass
    class Signed(Message):
        note: CaseNote

    def __init__(self, store: Store, summary: SessionSummary, services: Services) -> None:
        super().__init__()
        self._services = services
        self._store = store
        self._summary = summary
        self._case: Case | None = None
        self._drafting = False

    def content(self) -> ComposeResult:
        yield Heading(phrases.session_title(self._summary))
        with Container(id="sides"):
            yield DraftPane(id="draft", markup=False)
            yield TranscriptPane(id="transcript", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        self.draft_pane.loading = True
        self._load()

    @work(thread=True, exclusive=True, group="load")
    def _load(self) -> None:
        session = self._summary.session.id
        try:
            self.post_message(self.Loaded(read_case(self._store, session)))
        except CoachnoteError as error:
            self.post_message(self.Failed(error))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.refuse(message.error)
        self.app.pop_screen()

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        before, self._case = self._case, message.case
        self._drafting = self.draft_pane.loading = False
        self.transcript_pane.fill(self._setting)
        self._show()
        self.draft_pane.focus()
        self.refresh_bindings()  # where it had the focus already, nothing else does
        waiting = approval.undecided(self.case.draft, self.case.review)
        self.draft_pane.go_to(0)
        if waiting:
            self.draft_pane.go_to_path(waiting[0])
        if message.case.outdated:
            self._draft_again(None)
            return
        if before is not None:
            self.tell(carried_over(before, message.case), seconds=12)
        self._go_on()

    @property
    def session(self) -> str:
        return self._summary.session.id

    @property
    def case(self) -> Case:
        if self._case is None:
            raise RuntimeError("asked before the session was read")
        return self._case

    @property
    def _setting(self) -> Context:
        return Context(transcript=self.case.transcript, year=self._near.year, template=self._template)

    @property
    def _template(self) -> Template:
        return self._services.template(self.case.draft.template)

    @property
    def _near(self) -> dt.date:
        """The day of the session: what typed dates are close to."""
        return self._summary.session.date or self.case.transcript.session_date or self._summary.session.created_at.date()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return approval.entries(self.case.draft, self.case.review)

    @property
    def _current(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.path == self.draft_pane.path), None)

    def _show(self) -> None:
        self.draft_pane.fill(self.case.draft, self.case.review, self._setting)
        waiting = len(approval.undecided(self.case.draft, self.case.review))
        version = f"version {self.case.signed.version + 1} · " if self.case.signed else ""
        self.head.tell(f"{version}{waiting} to check" if waiting else f"{version}ready to sign", urgent=bool(waiting))

    @on(OptionList.OptionHighlighted, "#draft")
    def _moved(self) -> None:
        """Ask the pane, not the message: several keys can be ahead of it."""
        path, current = self.draft_pane.path or "", self._current
        if current is not None:
            self.transcript_pane.cite(current.item.evidence)
        elif path.startswith(LEFT_OUT):
            self.transcript_pane.cite((self._whole(int(path.removeprefix(LEFT_OUT))),))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        ready = (self._case is not None and not self._drafting) or action in ("leave", "help")
        return super().check_action(action, parameters) if ready else False

    def _whole(self, segment: int) -> Evidence:
        said = {s.id: s.text for s in self.case.transcript.segments}
        return Evidence(segment=segment, quote=said[segment])

    def _decide(self, path: str, verdict: Any, item: Item | None = None) -> bool:
        """Saved first, then shown; what cannot be saved is not shown as decided."""
        decision = Decision(path=path, verdict=verdict, **({approval.FIELDS[type(item)]: item} if item else {}))  # type: ignore[arg-type]
        if not self._save(approval.decide(self.case.review, decision)):
            return False
        self.post_message(self.Decided(decision))
        return True

    def _save(self, review: Review) -> bool:
        try:
            self._store.save_review(self._summary.session.id, review)
        except CoachnoteError as error:
            self.refuse(error)
            return False
        self._case = replace(self.case, review=review)
        self._show()
        return True

    def action_accept(self) -> None:
        entry = self._current
        if entry is None:
            return
        if entry.state in ("edited", "added"):
            self.tell("Your own wording stands already.")
            self.draft_pane.action_cursor_down()
        elif self._accept(entry):
            self.draft_pane.action_cursor_down()

    def _accept(self, entry: Entry) -> bool:
        """What was dropped after it was edited or added comes back in those words."""
        own = entry.item != entry.drafted
        return self._decide(entry.path, "edit", entry.item) if own else self._decide(entry.path, "accept")

    def action_drop(self) -> None:
        entry = self._current
        if entry is not None and self._decide(entry.path, "drop"):
            self.draft_pane.action_cursor_down()

    def _draft_again(self, corrected: Transcript | None) -> None:
        """None: the store has a corrected transcript already that is newer than its draft. Nothing is decided meanwhile."""
        self._drafting = True
        self.head.tell("drafting again …", urgent=True)
        self._draft(corrected, self.case.draft.template)

    @work(thread=True, exclusive=True, group="draft")
    def _draft(self, corrected: Transcript | None, template: str | None) -> None:
        session, worker = self._summary.session.id, get_current_worker()
        try:
            drafter = partial(self._services.drafter, template)
            if corrected is None:
                steps = pipeline.draft_session(self._store, session, drafter)
            else:
                steps = pipeline.correct_session(self._store, session, corrected, drafter)
            with contextlib.closing(steps):
                for _ in steps:
                    if worker.is_cancelled:
                        return
            self.post_message(self.Loaded(read_case(self._store, session)))
        except CoachnoteError as error:
            self.post_message(self.NotDrafted(error))

    @on(NotDrafted)
    def _not_drafted(self, message: NotDrafted) -> None:
        """The draft before stands, with its transcript; the correction is kept and drafted when the session is opened again."""
        self._drafting = False
        self._show()
        self.refuse(message.error)
        self._go_on()

    @work(exclusive=True, group="dialog")
    async def action_edit(self) -> None:
        """In what was said, what was heard wrongly is put right in a new transcript, and drafted again."""
        if self.focused is not self.transcript_pane:
            if self._current is not None:
                await self._write(Unfinished(form="edit", at=self._current.path))
        elif self.transcript_pane.segment is None:
            self.tell("Nothing was made out here. Add what you remember with n.")
        else:
            await self._write(Unfinished(form="correct", at=str(self.transcript_pane.segment.id)))

    @work(exclusive=True, group="dialog")
    async def action_add(self) -> None:
        segments = self._segments_at_cursor()
        group = await self.app.push_screen_wait(Choice("What do you want to add?", self._groups(), start=self._group_at_cursor()))
        if group is not None:
            await self._write(Unfinished(form="add", at=group, segments=segments))

    @work(exclusive=True, group="dialog")
    async def _go_on(self) -> None:
        """With what was being typed when the app locked."""
        typed, self._case = self.case.unfinished, replace(self.case, unfinished=None)
        job = typed and still_fitting(typed, self.case, [key for key, _ in self._groups()])
        if job is not None:
            await self._write(job)

    async def _write(self, job: Unfinished) -> None:
        """Ask with a form, keep what it says, and let go of what a lock had kept of it."""
        form = self._form(job)
        form.job = job
        item = await self.app.push_screen_wait(form)
        if item is None or self._written(job, item):
            try:
                self._store.drop_unfinished(self.session)
            except CoachnoteError as error:
                self.refuse(error)

    def _form(self, job: Unfinished) -> Dialog[Item | None]:
        if job.form == "correct":
            said = self._whole(int(job.at))
            heard = Statement(text=said.quote, said_by=None, evidence=(said,), supported=True)
            return forms.LineForm(heard, title="Correct what was heard", near=self._near)
        if job.form == "add":
            item = forms.blank(job.at, tuple(self._whole(n) for n in job.segments), self._near)
            return forms.form_for(item, title=f"Add · {dict(self._groups())[job.at]}", near=self._near)
        item = next(entry.item for entry in self.entries if entry.path == job.at)
        title = f"Edit · {phrases.heading(job.at, self._template)}"
        if isinstance(item, PreviousOutcome):
            title += f": {phrases.words(item, self._setting)}"
        return forms.form_for(item, title=title, near=self._near)

    def _written(self, job: Unfinished, item: Item) -> bool:
        """Whether it is kept."""
        if job.form == "edit":
            return self._decide(job.at, "edit", item)
        if job.form == "correct":
            if isinstance(item, Statement) and item.text != phrases.clean(self._whole(int(job.at)).quote):
                self._draft_again(typed.corrected(self.case.transcript, int(job.at), item.text))
            return True
        path = job.at if job.at == "next_appointment" else approval.new_path(self.case.review, job.at)
        added = self._decide(path, "add", item)
        if added:
            self.draft_pane.focus()
            self.draft_pane.go_to_path(path)
        return added

    def _segments_at_cursor(self) -> tuple[int, ...]:
        """Of what was left out, or of what was said, whichever the coach stands on; none when the cursor is on an item."""
        path, segment = self.draft_pane.path or "", self.transcript_pane.segment
        if self.focused is self.transcript_pane and segment is not None:
            return (segment.id,)
        return (int(path.removeprefix(LEFT_OUT)),) if path.startswith(LEFT_OUT) else ()

    def _groups(self) -> list[tuple[str, str]]:
        template, used = self._template, [s.section for s in self.case.draft.note]
        keys = SECTIONS if set(template.sections) == set(SECTIONS) else template.sections
        sections = [(f"note/{key}", phrases.heading(f"note/{key}", template)) for key in dict.fromkeys((*keys, *used))]
        groups = [("actions", "Action"), *sections, ("referrals", "Referral")]
        appointed = any(entry.path == "next_appointment" for entry in self.entries)
        return groups if appointed else [*groups, ("next_appointment", "Next appointment")]

    def _group_at_cursor(self) -> str:
        group = (self.draft_pane.path or "").rpartition("/")[0]
        return group if group in dict(self._groups()) else "actions"

    def action_undo(self) -> None:
        if not self.case.review.decisions:
            self.tell("There is nothing to undo.")
            return
        path = self.case.review.decisions[-1].path
        if self._save(approval.undo(self.case.review)) and any(entry.path == path for entry in self.entries):
            self.draft_pane.go_to_path(path)

    def action_next_check(self) -> None:
        """The next one below the cursor, or the first of all."""
        waiting = approval.undecided(self.case.draft, self.case.review)
        if not waiting:
            self.tell("Nothing is left to check. Press s to sign.")
            return
        paths = [row.id or "" for row in self.draft_pane.options]
        below = [path for path in waiting if paths.index(path) > (self.draft_pane.highlighted or 0)]
        self.draft_pane.focus()
        self.draft_pane.go_to_path((below or list(waiting))[0])

    @work(exclusive=True, group="dialog")
    async def action_sign(self) -> None:
        session = self._summary.session
        filed_under = f"{phrases.clean(self._summary.client_name or '')} {session.client}".strip() if session.client else "nobody yet"
        version = self.case.signed.version + 1 if self.case.signed else 1
        name = self._services.coach or session.coach or ""
        dialog = SignDialog(self.entries, self._sign, name=name, filed_under=filed_under, version=version)
        note = await self.app.push_screen_wait(dialog)
        if note is not None:
            self.post_message(self.Signed(note))

    def _sign(self, name: str) -> CaseNote:
        session = self._summary.session
        note = approval.sign(
            self.case.draft,
            self.case.review,
            self.case.transcript,
            session=session,
            client=session.client,
            signed_by=name,
            signed_at=dt.datetime.now(dt.UTC),
            previous=self.case.signed,
        )
        self._store.save_note(note)
        return note

    def action_help(self) -> None:
        self.app.push_screen(HelpDialog("Review"))

    def action_leave(self) -> None:
        self.app.pop_screen()
