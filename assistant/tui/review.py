"""Review: the draft on one side, what was said on the other. Every decision is saved before it is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Footer, OptionList

from assistant import approval
from assistant.approval import Entry
from assistant.domain import (
    SECTIONS,
    Action,
    CaseNote,
    Decision,
    Draft,
    Evidence,
    Item,
    NextAppointment,
    PreviousOutcome,
    Referral,
    Review,
    SessionSummary,
    Statement,
    Transcript,
)
from assistant.errors import CoachnoteError, UsageProblem
from assistant.protocols import Store
from assistant.tui import forms, phrases
from assistant.tui.choice import Choice
from assistant.tui.help import HelpDialog
from assistant.tui.page import Heading, Page
from assistant.tui.panes import LEFT_OUT, DraftPane, TranscriptPane
from assistant.tui.phrases import Context
from assistant.tui.sign import SignDialog

FIELDS: dict[type, str] = {
    Statement: "statement",
    Action: "action",
    Referral: "referral",
    PreviousOutcome: "outcome",
    NextAppointment: "appointment",
}
"""Which value of a decision holds which kind of item."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a review needs, read from the store in one go."""

    transcript: Transcript
    draft: Draft
    review: Review
    signed: CaseNote | None


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
    class Decided(Message):
        decision: Decision

    @dataclass
    class Signed(Message):
        note: CaseNote

    def __init__(self, store: Store, summary: SessionSummary, *, coach: str | None) -> None:
        super().__init__()
        self._store = store
        self._summary = summary
        self._coach = coach
        self._case: Case | None = None

    def content(self) -> ComposeResult:
        yield Heading(phrases.session_title(self._summary))
        with Container(id="sides"):
            yield DraftPane(id="draft", markup=False)
            yield TranscriptPane(id="transcript", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.draft_pane.loading = True
        self._load()

    @work(thread=True, exclusive=True, group="load")
    def _load(self) -> None:
        session = self._summary.session.id
        try:
            transcript, draft = self._store.transcript(session), self._store.draft(session)
            if transcript is None or draft is None:
                raise UsageProblem("There is no draft of this session yet.", do=f"Leave the app and run: coachnote finish {session}")
            review = self._store.review(session) or Review(draft=approval.key(draft))
            notes = self._store.notes(session)
        except CoachnoteError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(Case(transcript=transcript, draft=draft, review=review, signed=notes[-1] if notes else None)))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.refuse(message.error)
        self.app.pop_screen()

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        self._case = message.case
        self.draft_pane.loading = False
        self.transcript_pane.fill(self._setting)
        self._show()
        self.draft_pane.focus()
        waiting = approval.undecided(self.case.draft, self.case.review)
        self.draft_pane.go_to(0)
        if waiting:
            self.draft_pane.go_to_path(waiting[0])

    @property
    def case(self) -> Case:
        if self._case is None:
            raise RuntimeError("asked before the session was read")
        return self._case

    @property
    def _setting(self) -> Context:
        return Context(transcript=self.case.transcript, year=self._near.year)

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
        ready = self._case is not None or action in ("leave", "help")
        return super().check_action(action, parameters) if ready else False

    def _whole(self, segment: int) -> Evidence:
        said = {s.id: s.text for s in self.case.transcript.segments}
        return Evidence(segment=segment, quote=said[segment])

    def _decide(self, path: str, verdict: Any, item: Item | None = None) -> bool:
        """Saved first, then shown; what cannot be saved is not shown as decided."""
        decision = Decision(path=path, verdict=verdict, **({FIELDS[type(item)]: item} if item else {}))  # type: ignore[arg-type]
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

    @work(exclusive=True, group="dialog")
    async def action_edit(self) -> None:
        entry = self._current
        if entry is None:
            return
        title = f"Edit · {phrases.heading(entry.path)}"
        if isinstance(entry.item, PreviousOutcome):
            title += f": {phrases.words(entry.item, self._setting)}"
        item = await self.app.push_screen_wait(forms.form_for(entry.item, title=title, near=self._near))
        if item is not None:
            self._decide(entry.path, "edit", item)

    @work(exclusive=True, group="dialog")
    async def action_add(self) -> None:
        evidence = self._evidence_at_cursor()
        group = await self.app.push_screen_wait(Choice("What do you want to add?", self._groups(), start=self._group_at_cursor()))
        if group is None:
            return
        title = f"Add · {dict(self._groups())[group]}"
        item = await self.app.push_screen_wait(forms.form_for(_blank(group, evidence, self._near), title=title, near=self._near))
        if item is not None:
            path = group if group == "next_appointment" else approval.new_path(self.case.review, group)
            if self._decide(path, "add", item):
                self.draft_pane.focus()
                self.draft_pane.go_to_path(path)

    def _evidence_at_cursor(self) -> tuple[Evidence, ...]:
        """Of what was left out, or of what was said, whichever the coach stands on; nothing when the cursor is on an item."""
        path, segment = self.draft_pane.path or "", self.transcript_pane.segment
        if self.focused is self.transcript_pane and segment is not None:
            return (self._whole(segment.id),)
        return (self._whole(int(path.removeprefix(LEFT_OUT))),) if path.startswith(LEFT_OUT) else ()

    def _groups(self) -> list[tuple[str, str]]:
        own = [s.section for s in self.case.draft.note if s.section not in SECTIONS]
        sections = [(f"note/{key}", phrases.section_title(key)) for key in (*SECTIONS, *own)]
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
        dialog = SignDialog(self.entries, self._sign, name=self._coach or session.coach or "", filed_under=filed_under, version=version)
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


def _blank(group: str, evidence: tuple[Evidence, ...], near: dt.date) -> Item:
    """An empty item of the kind that belongs in a group. Who said it is not known until somebody says so."""
    if group == "actions":
        return Action(what="", owner="client", evidence=evidence)
    if group == "referrals":
        return Referral(to="", status="to_make", evidence=evidence)
    if group == "next_appointment":
        return NextAppointment(date=near, time=None, evidence=evidence)
    return Statement(text="", said_by=None, evidence=evidence, supported=False)
