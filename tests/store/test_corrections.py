"""What comes of a correction, in the real store: transcripts and drafts are appended, decisions go with their draft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import typed
from assistant.domain import Decision, Review
from assistant.protocols import Brief
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, draft, session, transcript


@pytest.fixture(autouse=True)
def _at_work(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())


def test_a_corrected_transcript_leaves_the_one_before_where_it_is(store: SqliteStore) -> None:
    right = typed.corrected(transcript(), 4, "He doesn't want lates, he was very clear on that.")
    store.save_transcript(SESSION, transcript())
    store.save_transcript(SESSION, right)
    assert store.transcript(SESSION) == store.earlier_transcript(SESSION, right.id) == right
    assert store.earlier_transcript(SESSION, transcript().id) == transcript()
    assert store.earlier_transcript(SESSION, "t-none") is None


def test_a_draft_and_the_decisions_carried_over_to_it_are_kept_together_or_not_at_all(store: SqliteStore) -> None:
    store.save_draft(SESSION, draft())
    store.save_review(SESSION, Review(draft="d-0001"))
    carried = Review(draft="d-0002", decisions=(Decision(path="actions/0", verdict="accept"),))
    store.save_draft(SESSION, draft(draft="d-0002"), carried)
    assert store.review(SESSION) == carried
    more = replace(carried, decisions=(*carried.decisions, Decision(path="actions/1", verdict="drop")))
    store.save_review(SESSION, more)
    assert store.review(SESSION) == more
    with pytest.raises(UnicodeEncodeError):
        store.save_draft(SESSION, draft(draft="d-0003"), Review(draft="d-0003", decisions=(Decision(path="\ud800", verdict="accept"),)))
    assert store.draft(SESSION).draft == "d-0002"  # type: ignore[union-attr]


def test_a_typed_transcript_comes_back_without_times(store: SqliteStore) -> None:
    written = typed.transcript("Nobody came. I'll write to him.", Brief(id="t-9"))
    store.save_transcript(SESSION, written)
    assert store.transcript(SESSION) == written


def test_the_newest_transcripts_of_a_client_are_those_of_their_newest_sessions(store: SqliteStore) -> None:
    other = store.add_client("Sam")
    for name, day, client in (
        ("s-old", 1, CLIENT.ref),
        ("s-new", 30, CLIENT.ref),
        ("s-other", 29, other.ref),
        ("s-unheard", 28, CLIENT.ref),
    ):
        store.add_session(session(id=name, client=client, date=session().date.replace(day=day)))
    store.save_transcript(SESSION, transcript(id="middle"))
    for name in ("s-old", "s-new", "s-other"):
        store.save_transcript(name, transcript(id=f"{name}, as it was heard"))
    store.save_transcript("s-new", transcript(id="s-new, corrected"))
    assert [each.id for each in store.transcripts_of(CLIENT.ref, 2)] == ["s-new, corrected", "middle"]
    assert [each.id for each in store.transcripts_of(CLIENT.ref, 9)] == ["s-new, corrected", "middle", "s-old, as it was heard"]
    assert store.transcripts_of("C-9999", 9) == []
