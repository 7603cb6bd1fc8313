"""British ways to promise without `I'll`: read as a possible promise, and believed only where the tagger speaks for it."""

from __future__ import annotations

import pytest

from assistant.drafting.commitments import promises, weak_promises

FORMS = [
    ("That's me on to the college Monday.", "me", "get"),
    ("I'll be on to them first thing in the morning.", "I", "be"),
    ("I'll be outside the workshop at quarter to 10.", "I", "be"),
    ("He's down for the Friday.", "He", "go"),
    ("Put me down for the Friday.", "me", "go"),
    ("I owe him a call.", "I", "owe"),
    ("He has until Friday to bring the payslips.", "He", "bring"),
    ("He swore blind he'd have it in by Monday.", "he", "have"),
    ("What we've said is she comes in here Saturday mornings.", "she", "come"),
    ("The plan is for him to ring on Monday.", "he", "ring"),
    ("It's in my diary to chase it on the 12th.", "I", "chase"),
    ("I've still to send it, Friday.", "I", "send"),
    ("A'll phone them the morra.", "I", "phone"),
    ("Will ring the surgery Monday.", "I", "ring"),
    ("Am ringing the surgery Monday.", "I", "ring"),
    ("I'm gannin down there mesel', Thursday dinner time.", "I", "go"),
    ("She starts Monday.", "She", "start"),
]
NONE = ["She starts early.", "He's down in the dumps.", "I might be on to them.", "She'll never be there.", "Will is on time."]


@pytest.mark.parametrize(("said", "subject", "verb"), FORMS)
def test_a_form_gives_who_and_what(said: str, subject: str, verb: str) -> None:
    assert not list(promises(said))
    found = next(weak_promises(said))
    assert (found.subject, found.verb) == (subject, verb)
    assert found.rest in said


@pytest.mark.parametrize("said", NONE)
def test_what_only_looks_like_one_gives_nothing(said: str) -> None:
    assert not [p for p in weak_promises(said, frozenset({"will"})) if p.verb in ("go", "be", "start")]


def test_a_bare_going_looks_for_its_event_before_it() -> None:
    assert next(weak_promises("He's on for that.")).going
    assert not next(weak_promises("He's on for the open evening.")).going
