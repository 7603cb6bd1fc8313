"""Which words an engine is told to expect, out of what the store knows."""

from __future__ import annotations

from dataclasses import replace

from assistant import briefing, typed
from assistant.domain import Correction, Segment, Term
from assistant.protocols import Brief
from tests.examples import CLIENT, SESSION, session, transcript
from tests.fakes import filled_store


def corrected(*pairs: tuple[str, str], by: str = "coach") -> Segment:
    corrections = tuple(Correction(heard=heard, shown=shown, by=by) for heard, shown in pairs)
    return Segment(id=0, start=0, end=1, speaker=None, text="x", corrections=corrections)


def test_names_are_expected_whole_and_in_parts() -> None:
    assert [(t.text, t.person) for t in briefing.names(("Amir  Okonkwo", None, "Helen", ""))] == [
        ("Amir Okonkwo", True), ("Amir", True), ("Okonkwo", True), ("Helen", True),
    ]  # fmt: skip


def test_what_a_coach_put_right_is_expected_where_it_is_no_ordinary_word() -> None:
    heard = transcript(
        segments=(
            corrected(("shivon", "Siobhan,"), ("Thursday", "Friday"), ("", "Okonkwo"), ("rest art", "Withenshawe")),
            corrected(("chevron", "Siobhan"), ("she of on", "Siobhan"), ("Shivonne", "Siobhan"), ("x", "one two three four Qwxyz")),
            corrected(("gregs", "Greggs"), by="vocabulary"),
        )
    )
    assert briefing.learned([heard]) == (
        Term(text="Siobhan", heard_as=("shivon", "Shivonne"), person=True),
        Term(text="Withenshawe", person=True),
    )


def test_a_brief_to_hear_holds_names_and_what_was_learned() -> None:
    store = filled_store()
    line = store.heard[SESSION][-1].segments[0]
    store.save_transcript(SESSION, typed.corrected(store.heard[SESSION][-1], line.id, f"{line.text} Wythenshawe"))
    last = store.heard[SESSION][-1]
    put_right = replace(last.segments[0], corrections=(Correction(heard="Withenshaw", shown="Wythenshawe", by="coach"),))
    store.save_transcript(SESSION, replace(last, segments=(put_right, *last.segments[1:])))
    brief = briefing.brief_to_hear(store, session())
    assert [term.text for term in brief.vocabulary][: len(CLIENT.name.split())] == list(dict.fromkeys([CLIENT.name, *CLIENT.name.split()]))[
        : len(CLIENT.name.split())
    ]
    assert brief.vocabulary[-1] == Term(text="Wythenshawe", heard_as=("Withenshaw",), person=True)
    assert briefing.brief_to_hear(store, replace(session(), client=None)).vocabulary == tuple(briefing.names([session().coach]))


def test_no_word_of_it_shows() -> None:
    brief = Brief(id="t", vocabulary=(Term(text="Siobhan", heard_as=("shivon",)),))
    assert "Siobhan" not in repr(brief) and "shivon" not in repr(brief.vocabulary)
