"""From the last decision to a signed note, and to the version after it."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Select

from assistant import approval
from assistant.domain import Decision, Review
from assistant.tui.library import SessionPane
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


@pytest.mark.slow
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


async def test_a_note_under_the_wrong_person_becomes_void_and_begins_again() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter", "w")
        assert screen_name(pilot) == "RefileDialog"
        dialog = pilot.app.screen
        await press(pilot, "ctrl+s")
        assert text_of(pilot, "#wrong") == "Choose whose session it is."
        await press(pilot, "enter", "down", "enter")
        assert dialog.query_one(Select).selection == "C-0007"
        await press(pilot, "ctrl+s")
        assert text_of(pilot, "#wrong").startswith("Type why")
        await press(pilot, "tab", *"mixed up", "enter")
        assert screen_name(pilot) == "ReviewScreen"
        assert "This one is C-0007's: look at it again, and sign it." in told(pilot)
        assert "Priya Nair C-0007" in text_of(pilot, "#where")
        await press(pilot, "escape")
        shown = rows(pilot.app.screen.query_one(SessionPane))
        assert [row for row in shown if row.endswith("void")] == [row for row in shown if "Okoro" in row] != []
    void = store.notes(SESSION)[-1].void
    assert void is not None
    assert (void.who, void.why) == (COACH, "mixed up")
    assert store.recordings(SESSION) == []


@pytest.mark.slow
async def test_a_void_note_says_who_and_why_and_nothing_follows_it() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter")
    store.void_note(SESSION, COACH, "mixed up")
    async with running(store) as pilot:
        await press(pilot, "enter")
        assert text_of(pilot, "#standing") == "void, version 2 of 2"
        shown = "\n".join(rows(pilot.app.screen.query_one(NotePane)))
        assert f", by {COACH}: mixed up" in shown
        assert "Nothing follows it." in shown
        await press(pilot, "v", "w")
        assert screen_name(pilot) == "NoteScreen"
        assert told(pilot).count("This note is void") == 2


@pytest.mark.slow
async def test_filing_again_can_be_left_and_needs_another_client() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter", "w", "escape")
        assert screen_name(pilot) == "NoteScreen"
        del store.people["C-0007"]
        await press(pilot, "w")
        assert screen_name(pilot) == "NoteScreen"
        assert "There is no other client yet." in told(pilot)
    assert len(store.notes(SESSION)) == 1


@pytest.mark.slow
async def test_filing_again_that_is_refused_says_why_and_changes_nothing() -> None:
    store = checked_store()
    async with reviewing(store) as pilot:
        await press(pilot, "s", "enter", "w", "enter", "down", "enter", "tab", *"why")
        store.void_note(SESSION, COACH, "in another window")
        await press(pilot, "enter")
        assert screen_name(pilot) == "NoteScreen"
        assert "This note is void." in told(pilot)
        assert text_of(pilot, "#standing") == "void, version 2 of 2"
    assert len(store.filed) == 3
