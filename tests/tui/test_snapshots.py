"""How the screens look. After a wanted change: pytest tests/tui/test_snapshots.py --snapshot-update, and look at the pictures."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Generator
from typing import Any

from textual.pilot import Pilot

from assistant import approval
from assistant.domain import Decision, Draft, Review, Transcript
from assistant.protocols import Progress
from assistant.tui.app import CoachnoteApp
from assistant.tui.lock import Locked
from tests.examples import CLIENT, COACH, SESSION, draft, session, transcript
from tests.fakes import FakeStore, fake_services, filled_store
from tests.tui.driving import go_to, press, settle

Compare = Callable[..., bool]


def app(store: FakeStore | None = None, *, at: str | None = None) -> CoachnoteApp:
    kept = store if store is not None else filled_store()
    return CoachnoteApp(fake_services(kept), session=at, store=kept)


def after(*keys: str, path: str | None = None) -> Callable[[Pilot[Any]], Any]:
    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if path:
            go_to(pilot, path)
        await press(pilot, *keys)

    return run_before


def signed_store() -> FakeStore:
    store = filled_store()
    decisions = [Decision(path=path, verdict="accept") for path in approval.undecided(draft(), Review(draft="d-0001"))]
    review = Review(draft="d-0001", decisions=(*decisions, Decision(path="actions/1", verdict="drop")))
    store.save_review(SESSION, review)
    at = dt.datetime(2026, 3, 12, 16, 0, tzinfo=dt.UTC)
    store.save_note(approval.sign(draft(), review, transcript(), session=session(), client=CLIENT.ref, signed_by=COACH, signed_at=at))
    return store


def test_unlock(snap_compare: Compare) -> None:
    assert snap_compare(CoachnoteApp(fake_services()), terminal_size=(80, 24), run_before=after(*"abc", "enter"))


def test_unlock_after_locking(snap_compare: Compare) -> None:
    locked = Locked(why="asleep", session=SESSION, reviewing=True)
    assert snap_compare(CoachnoteApp(fake_services(), after=locked), terminal_size=(80, 24), run_before=after())


class Endless:
    """Drafts until it is stopped."""

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        while True:
            time.sleep(0.02)
            yield Progress(stage="draft", done=0)


def test_locked_while_drafting(snap_compare: Compare) -> None:
    async def lock(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "w", "enter", *"Nobody")
        await pilot.press("ctrl+s")
        while not any(worker.group == "draft" for worker in pilot.app.workers):
            await pilot.pause(0.02)
        await pilot.press("ctrl+l")
        await pilot.pause(0.5)

    store = filled_store()
    locking = CoachnoteApp(fake_services(store, drafter=Endless()), store=store)
    assert snap_compare(locking, terminal_size=(80, 24), run_before=lock)


def test_the_list_of_sessions(snap_compare: Compare) -> None:
    assert snap_compare(app(signed_store()), terminal_size=(80, 24), run_before=after("down"))


def test_searching(snap_compare: Compare) -> None:
    assert snap_compare(app(signed_store()), terminal_size=(80, 24), run_before=after("slash", *"kitchen"))


def test_an_empty_store(snap_compare: Compare) -> None:
    assert snap_compare(app(FakeStore()), terminal_size=(80, 24), run_before=after())


def test_review_side_by_side(snap_compare: Compare) -> None:
    assert snap_compare(app(at=SESSION), terminal_size=(130, 40), run_before=after("a", "a", "d", path="note/goals/0"))


def test_review_in_a_small_window(snap_compare: Compare) -> None:
    assert snap_compare(app(at=SESSION), terminal_size=(80, 24), run_before=after(path="actions/0"))


def test_editing_an_action(snap_compare: Compare) -> None:
    assert snap_compare(app(at=SESSION), terminal_size=(100, 32), run_before=after("e", path="actions/0"))


def test_signing_is_refused(snap_compare: Compare) -> None:
    assert snap_compare(app(at=SESSION), terminal_size=(100, 32), run_before=after("s", "enter"))


def test_a_signed_note(snap_compare: Compare) -> None:
    assert snap_compare(app(signed_store(), at=SESSION), terminal_size=(130, 40), run_before=after("j"))


def test_too_small(snap_compare: Compare) -> None:
    assert snap_compare(app(at=SESSION), terminal_size=(60, 18), run_before=after())


def test_a_note_under_the_wrong_person(snap_compare: Compare) -> None:
    assert snap_compare(app(signed_store(), at=SESSION), terminal_size=(80, 24), run_before=after("w"))
