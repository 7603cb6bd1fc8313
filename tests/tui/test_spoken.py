"""In the app: what was said in another language, and what a machine put into English."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain import HeardBy, Notice
from tests.examples import SESSION, draft, transcript
from tests.fakes import FakeStore, filled_store
from tests.tui.driving import draft_pane, reviewing, rows, transcript_pane


def spoken_store() -> FakeStore:
    """Line 2 was translated from Polish, line 3 was heard in it."""
    store, heard = filled_store(), transcript()
    translated = replace(heard.segments[1], text="Her back hurts.", original="Bolą ją plecy.", flags=("unclear", "machine_translation"))
    polish = replace(heard.segments[2], text="Zadzwoni jutro.")
    made_by = HeardBy(engine="faster-whisper", settings={"other_languages": "pl 1-2"})
    store.save_transcript(SESSION, replace(heard, segments=(heard.segments[0], translated, polish, *heard.segments[3:]), made_by=made_by))
    unread = Notice(code="other_language", why="In Polish: 4 seconds of it (00:08 to 00:12). It is kept as it was said.")
    store.save_draft(SESSION, replace(draft(), notices=(unread, Notice(code="machine_translation", why="Translated from Polish."))))
    return store


async def test_the_language_of_a_line_and_the_words_heard_stand_beside_it() -> None:
    async with reviewing(spoken_store()) as pilot:
        shown = rows(transcript_pane(pilot))
    assert any("Her back hurts. [machine translation from Polish, unclear]\nheard: Bolą ją plecy." in row for row in shown)
    assert any(row.endswith("Zadzwoni jutro. [in Polish]") for row in shown)


async def test_what_was_not_drafted_from_stands_with_what_is_not_in_the_note() -> None:
    async with reviewing(spoken_store()) as pilot:
        shown = rows(draft_pane(pilot))
    told = next(n for n, row in enumerate(shown) if row.startswith("not read"))
    assert "In Polish: 4 seconds of it (00:08 to 00:12)." in shown[told]
    assert "Said, but not in the note" in shown[told - 1]
    assert any("Translated from Polish. (machine translation)" in row for row in shown[told:])
