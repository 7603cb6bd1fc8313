"""Barriers: lists and tags weighed over the whole talk, each with the clauses that show it."""

from __future__ import annotations

from assistant.drafting import barriers, units
from assistant.drafting.tagger import LABELS, Tags
from tests.drafts import dictation

TALK = (
    "He was on time.",
    "His back goes after an hour.",
    "He's still on his mate's sofa.",
    "We did the CV.",
    "How's the anxiety been?",
)


def tagged(**likely: float) -> dict[int, Tags]:
    """Every segment alike: nothing is likely but what is given for a segment, as `label__segment`."""
    found = {n: dict.fromkeys(LABELS, 0.001) for n in range(len(TALK))}
    for name, p in likely.items():
        label, _, segment = name.partition("__")
        found[int(segment)][f"barrier:{label}"] = p
    return {n: Tags(of) for n, of in found.items()}


def shown(tags: dict[int, Tags]) -> dict[str, tuple[int, ...]]:
    return dict(barriers.find(units.clauses(dictation(*TALK)), tags))


def test_a_listed_word_alone_is_no_barrier_but_with_a_tag_it_is() -> None:
    assert "housing" not in shown(tagged())
    assert shown(tagged(housing__2=0.5))["housing"] == (2,)


def test_a_tag_alone_shows_a_barrier_and_cites_its_clause() -> None:
    assert shown(tagged(skills_qualifications__3=0.95))["skills_qualifications"] == (3,)


def test_a_question_is_never_cited() -> None:
    assert 4 not in shown(tagged(health_mental__4=0.9, health_mental__1=0.6)).get("health_mental", ())


def test_more_lines_make_a_barrier_likelier() -> None:
    said, tags = units.clauses(dictation(*TALK)), tagged(health_physical__1=0.2)
    once, often = (barriers.chance("health_physical", at, said, tags) for at in ((1,), (1, 2, 3)))
    assert often > once


def test_two_phrases_say_more_than_one_said_twice() -> None:
    alike, unlike = (
        barriers.chance("money_debt", (0, 1), units.clauses(dictation(f"He has {a}.", f"And {b}.", *TALK[2:])), tagged())
        for a, b in (("arrears", "more arrears"), ("arrears", "a doorstep lender"))
    )
    assert unlike > alike
