"""From the last decision to a signed note, and to the version after it."""

from __future__ import annotations

from textual.widgets import Input

from assistant import approval
from assistant.domain import Decision, Review
from assistant.tui.panes import NotePane
from tests.examples import COACH, SESSION, draft
from tests.fakes import FakeStore, filled_store
from tests.tui.driving import go_to, press, reviewing, rows, running, screen_name, text_of, told, transcript_pane


def checked_store() -> FakeStore:
    """Everything that must be looked at has been accepted, in both sessions."""
    store = filled_store()
    decisions = tuple(Decision(path=path, verdict="accept") for path in approval.undecided(draft(), Review(draft="d-0001")))
    for session in (SESSION, "s-0003"):
        store.save_review(session, Review(draft="d-0001", decisions=decisions))
    return store


async def test_signing_is_refused_with_the_reason_until_everything_is_checked() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter")
        assert screen_name(pilot) == "SignDialog"
        assert text_of(pilot, "#wrong").startswith("7 items still have to be checked.")
        assert "7 still to check" in text_of(pilot, "#counts")
        await press(pilot, "escape")
        assert store.notes(SESSION) == []


async def test_a_reviewed_note_is_signed_filed_and_shown() -> None:
    store = filled_store()
    async with reviewing(store) as pilot:
        await press(pilot, *"amamamamamama")
        assert text_of(pilot, "#standing") == "ready to sign"
        go_to(pilot, "actions/1")
        await press(pilot, "d", "s")
        assert pilot.app.screen.query_one(Input).value == COACH
        await press(pilot, "enter")
        assert screen_name(pilot) == "NoteScreen"
        assert text_of(pilot, "#standing") == "signed, version 1"
        shown = "\n".join(rows(pilot.app.screen.query_one(NotePane)))
        assert "kept Ring the cafe on Mill Road" in shown
        assert "actions/1: Ask about the travel card → nothing" in shown
    note = store.notes(SESSION)[-1]
    assert (note.client, note.signed_by, note.version) == ("C-0042", COACH, 1)
    assert [a.what for a in note.actions] == ["Ring the cafe on Mill Road"]


async def test_a_note_needs_a_name() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s")
        pilot.app.screen.query_one(Input).value = ""
        await press(pilot, "enter")
        assert text_of(pilot, "#wrong") == "A note is signed with a name. Type your name."
        assert store.notes(SESSION) == []


async def test_an_unassigned_session_can_be_reviewed_and_signing_says_what_is_missing() -> None:
    store = checked_store()
    async with reviewing(store, session="s-0003") as pilot:
        await press(pilot, "s", "enter")
        assert text_of(pilot, "#wrong").startswith("This session has no client yet.")
        assert store.notes("s-0003") == []
        await press(pilot, "escape", "escape", "down", "down", "c", "down", "enter", "enter", "s", "enter")
        assert store.notes("s-0003")[-1].client == "C-0042"


async def test_a_signed_note_is_only_read() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter", "escape")
    reviews = len(store.reviewed[SESSION])
    async with running(store) as pilot:
        await press(pilot, "enter")
        assert screen_name(pilot) == "NoteScreen"
        await press(pilot, "a", "d", "e", "n", "u", "s")
        assert screen_name(pilot) == "NoteScreen"
        await press(pilot, "j", "j", "j")
        assert transcript_pane(pilot).cited == (4, 5)
    assert (len(store.reviewed[SESSION]), len(store.notes(SESSION))) == (reviews, 1)


async def test_a_new_version_starts_from_what_was_decided_and_follows_the_old_one() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter")
        first = store.notes(SESSION)[0]
        await press(pilot, "v")
        assert screen_name(pilot) == "ReviewScreen"
        assert text_of(pilot, "#standing") == "version 2 · ready to sign"
        go_to(pilot, "actions/1")
        await press(pilot, "d", "s", "enter")
        assert text_of(pilot, "#standing") == "signed, version 2 of 2"
        assert "Signed as version 2." in told(pilot)
    assert store.notes(SESSION)[0] == first
    assert (store.notes(SESSION)[1].version, store.notes(SESSION)[1].supersedes) == (2, 1)
    assert len(store.notes(SESSION)[1].actions) == 1


async def test_two_windows_cannot_sign_the_same_version() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        async with reviewing(store) as other:
            await press(other, "s", "enter")
        await press(pilot, "s", "enter")
        assert text_of(pilot, "#wrong").startswith("That version of the note exists")
    assert len(store.notes(SESSION)) == 1
