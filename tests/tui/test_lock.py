"""Locking: when it happens, that nothing can be read at once, that nothing typed is lost, and that work is finished first."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from assistant import approval
from assistant.domain import Draft, Review, Transcript, Unfinished
from assistant.errors import NotWritable
from assistant.protocols import Clocks, Drafter, Progress
from assistant.tui.app import CoachnoteApp
from assistant.tui.case import read_case, still_fitting
from assistant.tui.forms import Words
from assistant.tui.lock import ASLEEP, LOST, Locked, due, sentence
from assistant.tui.note import NotePane
from tests.examples import SAID, SESSION, draft, transcript
from tests.fakes import PASSPHRASE, FakeStore, ScriptedDrafter, fake_services, filled_store
from tests.tui.driving import SMALL, draft_pane, go_to, press, rows, screen_name, settle, text_of, told, transcript_pane
from tests.tui.test_correcting import Failing
from tests.tui.test_signing import checked_store

AFTER = 300.0
LINES = "\n".join(text for *_, text in SAID)
HALF = "He would like to be shown the zebrafinch house"


@dataclass
class Time:
    """Two clocks that a test moves by hand."""

    awake: float = 1_000.0
    passed: float = 50_000.0

    def __call__(self) -> Clocks:
        return Clocks(awake=self.awake, passed=self.passed)

    def passes(self, seconds: float) -> None:
        self.awake += seconds
        self.passed += seconds

    def asleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Slow:
    """A drafter that waits to be let go."""

    go_on: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        yield Progress(stage="draft", done=0)
        self.begun.set()
        assert self.go_on.wait(20)
        return (yield from ScriptedDrafter(draft(draft="d-0009")).draft(transcript))


@asynccontextmanager
async def using(
    store: FakeStore, *, at: str | None = SESSION, clocks: Time | None = None, after: Locked | None = None, drafter: Drafter | None = None
) -> AsyncIterator[Pilot[Locked]]:
    services = fake_services(store, clocks=clocks or Time(), drafter=drafter)
    app = CoachnoteApp(services, session=at, store=store, after=after)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        yield pilot


async def until(happened: Callable[[], bool]) -> float:
    """Seconds that it took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < 30
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


async def ended(pilot: Pilot[Locked]) -> Locked:
    await until(lambda: pilot.app.return_value is not None)
    assert pilot.app.return_value is not None
    return pilot.app.return_value


def shown(pilot: Pilot[Any]) -> str:
    return pilot.app.export_screenshot().replace("&#160;", " ")


WORDS_OF_THE_NOTE = ("Sam", "Mill Road", "hygiene", "kitchen", HALF)


def nothing_can_be_read(pilot: Pilot[Any]) -> bool:
    return not any(word in shown(pilot) for word in WORDS_OF_THE_NOTE)


@pytest.mark.parametrize(
    ("idle", "slept", "why"),
    [(299.9, 0.0, None), (300.0, 0.0, "idle"), (1.0, ASLEEP, None), (1.0, ASLEEP + 0.1, "asleep"), (0.0, 30_000.0, "asleep")],
)
def test_when_it_is_time(idle: float, slept: float, why: str | None) -> None:
    before = Clocks(awake=100.0, passed=7_000.0)
    now = Clocks(awake=100.0 + idle, passed=7_000.0 + idle + slept)
    assert due(before, now, before.passed, AFTER) == why


async def test_it_locks_after_five_minutes_without_a_person() -> None:
    clocks = Time()
    async with using(filled_store(), clocks=clocks) as pilot:
        for _ in range(3):
            clocks.passes(AFTER - 1)
            await press(pilot, "j")
        clocks.passes(AFTER - 1)
        pilot.app.post_message(events.MouseMove(None, 10, 10, 1, 0, 0, False, False, False))
        await pilot.pause()
        clocks.passes(AFTER - 1)
        await asyncio.sleep(0.6)
        assert pilot.app.return_value is None
        assert not nothing_can_be_read(pilot)
        clocks.passes(2)
        assert await ended(pilot) == Locked(why="idle", session=SESSION, reviewing=True)


async def test_it_locks_after_sleep_and_lets_no_key_through_first() -> None:
    clocks, store = Time(), filled_store()
    async with using(store, clocks=clocks) as pilot:
        clocks.asleep(60)
        await pilot.press("a")
        assert (await ended(pilot)).why == "asleep"
    assert store.review(SESSION) is None


@pytest.mark.parametrize("keys", [(), ("e",), *(pytest.param((key,), marks=pytest.mark.slow) for key in ("n", "s", "question_mark"))])
async def test_it_locks_on_demand_from_every_screen(keys: tuple[str, ...]) -> None:
    async with using(filled_store()) as pilot:
        await press(pilot, *keys)
        await pilot.press("ctrl+l")
        assert await ended(pilot) == Locked(why="asked", session=SESSION, reviewing=True)


@pytest.mark.parametrize("keys", [(), pytest.param(("w",), marks=pytest.mark.slow), ("w", "enter")])
async def test_it_locks_on_demand_from_the_list(keys: tuple[str, ...]) -> None:
    async with using(filled_store(), at=None) as pilot:
        await press(pilot, *keys)
        await pilot.press("ctrl+l")
        assert await ended(pilot) == Locked(why="asked")


async def test_it_locks_in_a_terminal_that_is_too_small() -> None:
    async with using(filled_store()) as pilot:
        await pilot.resize_terminal(60, 18)
        await settle(pilot)
        await pilot.press("ctrl+l")
        assert (await ended(pilot)).session == SESSION


async def test_before_a_store_is_open_there_is_nothing_to_lock() -> None:
    clocks = Time()
    async with CoachnoteApp(fake_services(clocks=clocks)).run_test() as pilot:
        clocks.asleep(1_000)
        await press(pilot, "ctrl+l", "x")
        await asyncio.sleep(0.6)
        assert pilot.app.return_value is None
        pilot.app.screen.query_one(Input).value = PASSPHRASE
        await press(pilot, "enter")
        assert screen_name(pilot) == "LibraryScreen"
        clocks.passes(AFTER + 1)
        assert (await ended(pilot)).why == "idle"


async def test_nothing_can_be_read_within_a_second_and_running_work_is_finished_first() -> None:
    store, slow = filled_store(), Slow()
    async with using(store, drafter=slow) as pilot:
        await press(pilot, "tab")
        transcript_pane(pilot).highlighted = transcript_pane(pilot)._places[9][0]
        await press(pilot, "e")
        field = pilot.app.screen.focused
        assert isinstance(field, Words)
        field.text = "Half an hour by the number four bus."
        await pilot.press("enter")
        await until(slow.begun.is_set)
        assert "Mill Road" in shown(pilot)
        await pilot.press("ctrl+l")
        assert await until(lambda: nothing_can_be_read(pilot)) < 1.0
        await until(lambda: "still drafting" in shown(pilot))
        await pilot.press("a", "escape", "question_mark", "ctrl+l")
        await pilot.click(offset=(10, 10))
        pilot.app.post_message(events.Paste("zebrafinch"))
        await pilot.pause(0.3)
        assert screen_name(pilot) == "ReviewScreen"
        assert nothing_can_be_read(pilot)
        assert pilot.app.return_value is None
        slow.go_on.set()
        assert await ended(pilot) == Locked(why="asked", session=SESSION, reviewing=True)
    assert store.drafted[SESSION][-1].draft == "d-0009"
    assert store.review(SESSION) is None


async def test_a_page_that_work_brings_up_after_the_lock_stays_hidden() -> None:
    """A note is being signed at that moment: it is, and its page is opened where nobody sees it."""
    store, go_on, entered = filled_store(), threading.Event(), threading.Event()
    for path in approval.undecided(draft(), Review(draft="d-0001")):
        review = store.review(SESSION) or Review(draft="d-0001")
        store.save_review(SESSION, approval.decide(review, approval.Decision(path=path, verdict="accept")))
    save = store.save_note

    def slowly(note: Any) -> None:
        entered.set()
        assert go_on.wait(20)
        save(note)

    store.save_note = slowly  # type: ignore[method-assign]
    async with using(store) as pilot:
        await press(pilot, "s")
        await pilot.press("enter")
        await until(entered.is_set)
        await pilot.press("ctrl+l")
        await until(lambda: "still saving" in shown(pilot))
        go_on.set()
        await until(lambda: any(pane.option_count for pane in pilot.app.screen.query(NotePane)))
        await pilot.pause()
        assert nothing_can_be_read(pilot)
        assert await ended(pilot) == Locked(why="asked", session=SESSION)
    assert len(store.notes(SESSION)) == 1


async def test_ctrl_q_ends_a_locked_app_whose_work_goes_on() -> None:
    store, slow = filled_store(), Slow()
    async with using(store, at=None, drafter=slow) as pilot:
        await press(pilot, "w", "enter")
        pilot.app.screen.query_one(TextArea).text = "Nobody came."
        await pilot.press("ctrl+s")
        await until(slow.begun.is_set)
        await pilot.press("ctrl+l", "ctrl+q")
        slow.go_on.set()
        await pilot.pause()
        assert pilot.app.return_value is None
        assert pilot.app.return_code == 0


async def half_typed(pilot: Pilot[Any], *keys: str, **values: str) -> None:
    """Open a form with keys, fill some fields, and lock."""
    await press(pilot, *keys)
    for name, value in values.items():
        found = pilot.app.screen.query_one(f"#{name.replace('_', '-')}")
        assert isinstance(found, Input | TextArea | Select)
        setattr(found, "text" if isinstance(found, TextArea) else "value", value)
    await pilot.pause()
    await pilot.press("ctrl+l")
    await ended(pilot)


def values(pilot: Pilot[Any], *names: str) -> list[str]:
    found = [pilot.app.screen.query_one(f"#{name}") for name in names]
    return [field.text if isinstance(field, TextArea) else str(getattr(field, "value", None)) for field in found]


async def test_a_half_edited_action_is_put_back_and_can_be_finished() -> None:
    store = filled_store()
    async with using(store) as pilot:
        go_to(pilot, "actions/0")
        await half_typed(pilot, "e", what=HALF, owner="coach", due="soo")
        locked = await ended(pilot)
    assert store.review(SESSION) is None
    assert HALF not in repr(store.typed)
    async with using(store, at=None, after=locked) as pilot:
        assert screen_name(pilot) == "ActionForm"
        assert values(pilot, "what", "owner", "due") == [HALF, "coach", "soo"]
        assert "Put back" in told(pilot)
        await press(pilot, "!", "tab", "tab", "tab")
        pilot.app.screen.query_one("#due", Input).value = "20/3"
        await press(pilot, "ctrl+s")
        assert screen_name(pilot) == "ReviewScreen"
    decision = store.reviewed[SESSION][-1].decisions[-1]
    assert decision.action is not None
    assert (decision.path, decision.action.what, decision.action.due) == ("actions/0", f"{HALF}!", dt.date(2026, 3, 20))
    assert store.typed == {}


@pytest.mark.slow
async def test_what_was_put_back_can_be_thrown_away() -> None:
    store = filled_store()
    async with using(store) as pilot:
        await half_typed(pilot, "e", text=HALF)
        locked = await ended(pilot)
    async with using(store, after=locked) as pilot:
        await press(pilot, "escape")
        assert screen_name(pilot) == "ReviewScreen"
    assert store.typed == {}
    async with using(store) as pilot:
        assert screen_name(pilot) == "ReviewScreen"


@pytest.mark.slow
async def test_a_half_added_item_keeps_what_it_cites() -> None:
    store = filled_store()
    async with using(store) as pilot:
        go_to(pilot, "left_out/14")
        await half_typed(pilot, "n", "down", "enter", text=HALF)
    async with using(store) as pilot:
        assert values(pilot, "text") == [HALF]
        await press(pilot, "enter")
    decision = store.reviewed[SESSION][-1].decisions[-1]
    assert (decision.path, [e.segment for e in decision.item.evidence]) == ("note/attendance/+0", [14])  # type: ignore[union-attr]


@pytest.mark.slow
async def test_a_half_corrected_line_is_put_back() -> None:
    store = filled_store()
    async with using(store) as pilot:
        await press(pilot, "tab")
        transcript_pane(pilot).highlighted = transcript_pane(pilot)._places[9][0]
        await half_typed(pilot, "e", text=HALF)
    async with using(store) as pilot:
        assert screen_name(pilot) == "LineForm"
        await press(pilot, "enter")
    assert [t.segments[9].text for t in store.heard[SESSION]] == [SAID[9][2], HALF]


@pytest.mark.parametrize(("keys", "client"), [((), "C-0007"), pytest.param(("end",), None, marks=pytest.mark.slow)])
async def test_a_half_typed_note_is_put_back_in_the_list(keys: tuple[str, ...], client: str | None) -> None:
    store = filled_store()
    async with using(store, at=None) as pilot:
        await half_typed(pilot, "w", *keys, "enter", words=f"{LINES}\nI will", day="10/3/2026")
        assert list(store.typed) == [None]
        locked = await ended(pilot)
    async with using(store, at=None, after=locked) as pilot:
        assert screen_name(pilot) == "WriteDialog"
        assert values(pilot, "words", "day") == [f"{LINES}\nI will", "10/3/2026"]
        await press(pilot, *" ring", "ctrl+s")
        assert screen_name(pilot) == "ReviewScreen"
    kept = store.sessions()[0].session
    assert (kept.client, kept.date) == (client, dt.date(2026, 3, 10))
    assert [s.text for s in store.heard[kept.id][0].segments][-1] == "I will ring"
    assert store.typed == {}


async def test_a_new_version_goes_on_where_it_was() -> None:
    """The session is signed, and its draft was open for another version."""
    store = checked_store()
    async with using(store) as pilot:
        await press(pilot, "s", "enter", "v")
        assert screen_name(pilot) == "ReviewScreen"
        await half_typed(pilot, "e", text=HALF)
        locked = await ended(pilot)
    assert locked == Locked(why="asked", session=SESSION, reviewing=True)
    async with using(store, at=None, after=locked) as pilot:
        assert values(pilot, "text") == [HALF]
        await press(pilot, "enter", "escape")
        assert screen_name(pilot) == "LibraryScreen"


async def test_a_signed_note_that_was_open_opens_again() -> None:
    store = checked_store()
    async with using(store) as pilot:
        await press(pilot, "s", "enter")
        await pilot.press("ctrl+l")
        locked = await ended(pilot)
    assert locked == Locked(why="asked", session=SESSION)
    async with using(store, at=None, after=locked) as pilot:
        assert screen_name(pilot) == "NoteScreen"


async def test_the_list_opens_again_though_the_app_began_with_a_session() -> None:
    store = filled_store()
    async with using(store, after=Locked(why="idle")) as pilot:
        assert screen_name(pilot) == "LibraryScreen"


@dataclass
class Full(FakeStore):
    def save_unfinished(self, session_id: str | None, unfinished: Unfinished) -> None:
        raise NotWritable("There is no room left on the disk to save.")


async def test_what_cannot_be_saved_does_not_keep_it_from_locking_and_is_owned_up_to() -> None:
    filled = filled_store()
    store = Full(people=filled.people, filed=filled.filed, audio=filled.audio, heard=filled.heard, drafted=filled.drafted)
    async with using(store) as pilot:
        await press(pilot, "e")
        pilot.app.screen.query_one(Words).text = HALF
        await pilot.press("ctrl+l")
        assert await until(lambda: nothing_can_be_read(pilot)) < 1.0
        locked = await ended(pilot)
    assert locked == Locked(why="asked", session=SESSION, reviewing=True, lost=True)
    async with CoachnoteApp(fake_services(store), after=locked).run_test() as pilot:
        assert LOST in text_of(pilot, "#notice")


async def test_saving_is_tried_again_when_the_store_was_busy() -> None:
    store, failures = filled_store(), [NotWritable("busy"), NotWritable("busy")]
    save = store.save_unfinished

    def busy(session_id: str | None, unfinished: Unfinished) -> None:
        if failures:
            raise failures.pop()
        save(session_id, unfinished)

    store.save_unfinished = busy  # type: ignore[method-assign]
    async with using(store) as pilot:
        await half_typed(pilot, "e", text=HALF)
        assert not (await ended(pilot)).lost
    assert store.typed[SESSION].fields == {"text": HALF}


@pytest.mark.parametrize("drafter", [ScriptedDrafter(draft(draft="d-0002")), pytest.param(Failing(), marks=pytest.mark.slow)])
async def test_a_form_is_put_back_after_drafting_again_whether_that_works_or_not(drafter: Drafter) -> None:
    store = filled_store()
    store.save_unfinished(SESSION, Unfinished(form="edit", at="actions/0", fields={"what": HALF}))
    store.save_transcript(SESSION, replace(transcript(), id="t-0002"))
    async with using(store, drafter=drafter) as pilot:
        assert screen_name(pilot) == "ActionForm"
        assert values(pilot, "what") == [HALF]


GROUPS = ["actions", "note/attendance", "note/goals", "referrals"]


@pytest.mark.parametrize(
    ("job", "fits"),
    [
        (Unfinished(form="edit", at="actions/0"), Unfinished(form="edit", at="actions/0")),
        (Unfinished(form="edit", at="actions/7"), Unfinished(form="add", at="actions")),
        (Unfinished(form="edit", at="note/goals/9"), Unfinished(form="add", at="note/goals")),
        (Unfinished(form="edit", at="previous/p9"), None),
        (Unfinished(form="add", at="next_appointment"), Unfinished(form="edit", at="next_appointment")),
        (Unfinished(form="add", at="actions", segments=(3, 99)), Unfinished(form="add", at="actions", segments=(3,))),
        (Unfinished(form="correct", at="9"), Unfinished(form="correct", at="9")),
        (Unfinished(form="correct", at="99"), Unfinished(form="add", at="note/attendance")),
    ],
)
def test_words_whose_place_is_gone_are_offered_as_a_new_item(job: Unfinished, fits: Unfinished | None) -> None:
    case = read_case(filled_store(), SESSION)
    typed = replace(job, fields={"text": HALF})
    assert still_fitting(typed, case, GROUPS) == (None if fits is None else replace(fits, fields={"text": HALF}))


REASONS: list[tuple[Locked, float, str]] = [
    (Locked(why="idle"), 300.0, "Locked: no key was pressed for 5 minutes."),
    (Locked(why="idle"), 60.0, "Locked: no key was pressed for a minute."),
    (Locked(why="asleep"), 300.0, "Locked: the computer had been asleep."),
    (Locked(why="asked", lost=True), 300.0, f"Locked with Ctrl+L. {LOST}"),
]


@pytest.mark.parametrize(("locked", "after", "says"), REASONS)
def test_every_reason_has_a_sentence(locked: Locked, after: float, says: str) -> None:
    assert sentence(locked, after) == says


@pytest.mark.parametrize(
    ("locked", "after", "says"), [REASONS[3], *(pytest.param(*reason, marks=pytest.mark.slow) for reason in REASONS[:3])]
)
async def test_the_passphrase_is_asked_for_with_the_reason(locked: Locked, after: float, says: str) -> None:
    store = filled_store()
    services = replace(fake_services(store), lock_after=after)
    async with CoachnoteApp(services, after=replace(locked, session=SESSION, reviewing=True)).run_test(size=SMALL) as pilot:
        assert text_of(pilot, "#notice") == says
        pilot.app.screen.query_one(Input).value = PASSPHRASE
        await press(pilot, "enter")
        assert screen_name(pilot) == "ReviewScreen"
        assert rows(draft_pane(pilot))
