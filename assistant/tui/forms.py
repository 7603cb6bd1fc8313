"""Dialogs in which one item is written or corrected. Each is dismissed with the item as it now reads, or with None."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static, TextArea

from assistant.domain import MAX_SEGMENT_WORDS, Action, Evidence, Item, NextAppointment, PreviousOutcome, Referral, Statement
from assistant.render import OUTCOMES, OWNERS, STATUSES, day
from assistant.tui.days import parse_day, parse_time
from assistant.tui.page import Dialog
from assistant.tui.phrases import clean

AnyItem = TypeVar("AnyItem", Statement, Action, Referral, PreviousOutcome, NextAppointment)
EMPTY = "Nothing is written yet. To leave the item out of the note, go back and drop it."
DATE_HELP = "such as 20 Mar, 20/3/2026 or empty"


class Mistake(Exception):
    """What is wrong with the form, as a sentence."""


class Words(TextArea):
    """A text that wraps and that Enter finishes. The cursor starts at its end."""

    class Finished(Message):
        """Enter was pressed."""

    def on_mount(self) -> None:
        self.cursor_location = self.document.end

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Finished())
        else:
            await super()._on_key(event)


class Form(Dialog[Item | None], Generic[AnyItem]):
    """Title, fields, and a line that says what is wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back"), Binding("ctrl+s", "save", "Save", priority=True)]
    wrong = getters.query_one("#wrong", Static)
    item: AnyItem

    def __init__(self, item: AnyItem, *, title: str, near: dt.date) -> None:
        """`near` is the day that dates without a year are closest to."""
        super().__init__()
        self.item = item
        self.near = near
        self._heading = title

    def content(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            if self.item.evidence:
                heard = " … ".join(clean(piece.quote) for piece in self.item.evidence)
                yield Static(f"Heard: {heard}", classes="muted heard", markup=False)
            yield from self.fields()
            yield Static("", id="wrong", markup=False)
            yield Static("Enter saves · Tab next field · Esc leaves it as it was", classes="muted", markup=False)

    def fields(self) -> ComposeResult:
        raise NotImplementedError

    def value(self) -> AnyItem:
        """The item as the fields have it. Raises Mistake."""
        raise NotImplementedError

    @on(Input.Submitted)
    @on(Words.Finished)
    def action_save(self) -> None:
        try:
            self.dismiss(self.value())
        except Mistake as mistake:
            self.wrong.update(str(mistake))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _words(self, name: str) -> str:
        widget: Widget = self.query_one(f"#{name}")
        text = widget.text if isinstance(widget, TextArea) else widget.value if isinstance(widget, Input) else ""
        return clean(text)

    def _needed(self, name: str) -> str:
        text = self._words(name)
        if not text:
            raise Mistake(EMPTY)
        return text

    def _picked(self, name: str) -> Any:
        """One of the keys that the field was made with."""
        return self.query_one(f"#{name}", Select).value

    def _day(self, name: str) -> dt.date | None:
        try:
            return parse_day(self._words(name), self.near)
        except ValueError:
            raise Mistake("That date was not understood. Write it like 20 Mar 2026, or leave it empty.") from None


def _pick(name: str, options: list[tuple[str, str]], value: str) -> Select[str]:
    return Select(options, value=value, allow_blank=False, id=name, compact=True)


class StatementForm(Form[Statement]):
    def fields(self) -> ComposeResult:
        yield Words(self.item.text, id="text", highlight_cursor_line=False)

    def value(self) -> Statement:
        return replace(self.item, text=self._needed("text"))


class LineForm(StatementForm):
    """A line of the transcript as it should read."""

    def value(self) -> Statement:
        line = super().value()
        if len(line.text.split()) > MAX_SEGMENT_WORDS:
            raise Mistake(f"A line holds at most {MAX_SEGMENT_WORDS} words. Add what is more to the note with n.")
        return line


class ActionForm(Form[Action]):
    """What, who, by when. The words that gave the date stay with it, whatever date the coach chooses."""

    day_read = getters.query_one("#day-read", Static)

    def fields(self) -> ComposeResult:
        yield Words(self.item.what, id="what", highlight_cursor_line=False)
        yield Label("Who does it")
        yield _pick("owner", [(name.capitalize(), key) for key, name in OWNERS.items()], self.item.owner)
        yield Label("Their name, where it helps")
        yield Input(self.item.owner_name or "", id="owner-name", compact=True)
        yield Label(f"By when ({DATE_HELP})" + (f" · said: {clean(self.item.due_text)}" if self.item.due_text else ""), markup=False)
        yield Input(_written(self.item.due), id="due", compact=True)
        yield Static("", id="day-read", classes="muted", markup=False)

    @on(Input.Changed, "#due")
    def _read_day(self) -> None:
        try:
            self.day_read.update(day(self._day("due")))
        except Mistake:
            self.day_read.update("not a date yet")

    def value(self) -> Action:
        owner = self._picked("owner")
        name = self._words("owner-name") or None
        if owner != self.item.owner and name == self.item.owner_name:
            name = None  # the name belonged to whoever had it before
        return replace(self.item, what=self._needed("what"), owner=owner, owner_name=name, due=self._day("due"))


class ReferralForm(Form[Referral]):
    def fields(self) -> ComposeResult:
        yield Label("Referred to")
        yield Input(self.item.to, id="to", compact=True)
        yield Label("How it stands")
        yield _pick("status", [(name.capitalize(), key) for key, name in STATUSES.items()], self.item.status)
        yield Label("Why")
        yield Input(self.item.reason or "", id="reason", compact=True)

    def value(self) -> Referral:
        return replace(self.item, to=self._needed("to"), status=self._picked("status"), reason=self._words("reason") or None)


class OutcomeForm(Form[PreviousOutcome]):
    def fields(self) -> ComposeResult:
        yield Label("What became of it")
        yield _pick("outcome", [(name.capitalize(), key) for key, name in OUTCOMES.items()], self.item.outcome)

    def value(self) -> PreviousOutcome:
        """What was not mentioned has nothing to cite."""
        outcome = self._picked("outcome")
        return replace(self.item, outcome=outcome, evidence=() if outcome == "not_mentioned" else self.item.evidence)


class AppointmentForm(Form[NextAppointment]):
    def fields(self) -> ComposeResult:
        yield Label(f"Date ({DATE_HELP.removesuffix(' or empty')})", markup=False)
        yield Input(_written(self.item.date), id="date", compact=True)
        yield Label("Time (such as 10:30, or empty)")
        yield Input(self.item.time or "", id="time", compact=True)

    def value(self) -> NextAppointment:
        day = self._day("date")
        if day is None:
            raise Mistake("An appointment needs a date.")
        try:
            return replace(self.item, date=day, time=parse_time(self._words("time")))
        except ValueError:
            raise Mistake("That time was not understood. Write it like 10:30, or leave it empty.") from None


def form_for(item: Item, *, title: str, near: dt.date) -> Dialog[Item | None]:
    """The dialog that edits this kind of item."""
    if isinstance(item, Statement):
        return StatementForm(item, title=title, near=near)
    if isinstance(item, Action):
        return ActionForm(item, title=title, near=near)
    if isinstance(item, Referral):
        return ReferralForm(item, title=title, near=near)
    if isinstance(item, PreviousOutcome):
        return OutcomeForm(item, title=title, near=near)
    return AppointmentForm(item, title=title, near=near)


def blank(group: str, evidence: tuple[Evidence, ...], near: dt.date) -> Item:
    """An empty item of the kind that belongs in a group. Who said it is not known until somebody says so."""
    if group == "actions":
        return Action(what="", owner="client", evidence=evidence)
    if group == "referrals":
        return Referral(to="", status="to_make", evidence=evidence)
    if group == "next_appointment":
        return NextAppointment(date=near, time=None, evidence=evidence)
    return Statement(text="", said_by=None, evidence=evidence, supported=False)


def _written(day: dt.date | None) -> str:
    return f"{day.day} {day:%b} {day.year}" if day else ""
