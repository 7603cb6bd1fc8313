"""What is typed into a search, and the words that are cut out round what was found."""

from __future__ import annotations

import pytest

from assistant.store.query import LONGEST, Snippet, Term, expression, fold, held, indexed, read, snippet


def marked(found: Snippet) -> list[str]:
    return [found.text[a:b] for a, b in found.marks]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("rent", [Term(("rent",), begins=True)]),
        ("travel card", [Term(("travel",)), Term(("card",), begins=True)]),
        ('"travel card" rent', [Term(("travel", "card")), Term(("rent",), begins=True)]),
        ("“travel card”", [Term(("travel", "card"))]),
        ('"travel ca', [Term(("travel", "ca"))]),
        ('"travel car', [Term(("travel", "car"), begins=True)]),
        ("he'd", [Term(("he", "d"))]),
        ("He’d asked", [Term(("he", "d")), Term(("asked",), begins=True)]),
        ("to", [Term(("to",))]),
        ("RENT  rent rent", [Term(("rent",)), Term(("rent",), begins=True)]),
        ("Zoë", [Term(("zoe",), begins=True)]),
        ("£240", [Term(("240",), begins=True)]),
        ('bus OR NOT (note:x) AND "', [Term(("bus",)), Term(("or",)), Term(("not",)), Term(("note", "x")), Term(("and",))]),
        ("... -- \" ' \x00 _", []),
    ],
)
def test_words_and_phrases(typed: str, terms: list[Term]) -> None:
    assert list(read(typed)) == terms


def test_nothing_typed_can_be_an_operator() -> None:
    assert expression(read('a* OR "b" NEAR(c)')) == '"a" "or" "b" "near c"'
    assert expression(read("^note: kitch")) == '"note" "kitch"*'


def test_case_accents_and_forms_do_not_matter() -> None:
    assert fold("Zoë ÅNGSTRÖM ﬁve STRAßE") == "zoe angstrom five strasse"
    assert indexed(["It’s £240", "Zoë"]) == "it s 240 zoe"


def test_the_line_that_holds_most_is_shown_and_the_words_marked() -> None:
    found = snippet(read("rent counc"), ["The rent is late.", "Behind with the Rent; the council has not been told.", "Council."])
    assert found.text.startswith("Behind")
    assert marked(found) == ["Rent", "council"]


def test_a_long_line_is_cut_round_the_words() -> None:
    found = snippet(read("needle"), ["hay " * 100 + "a needle here " + "straw " * 100])
    assert found.text.startswith("… hay") and found.text.endswith("straw …")
    assert marked(found) == ["needle"]
    assert len(found.text) <= LONGEST + 4


def test_letters_that_fold_into_none_or_several_are_marked_as_they_are_written() -> None:
    line = "Cafe\u0301 ﬁve STRAßE, then the needle"
    assert marked(snippet(read("needle"), [line])) == ["needle"]
    assert marked(snippet(read("strasse"), [line])) == ["STRAßE"]
    assert marked(snippet(read("café"), [line])) == ["Cafe\u0301"[: len("Cafe")]]


def test_a_phrase_over_two_lines_shows_the_line_where_one_of_its_words_stands() -> None:
    lines = ["He came on time", "and brought his CV"]
    terms = read('"time and"')
    assert held(terms, fold("\n".join(lines))) == 1
    assert marked(snippet(terms, lines)) == ["time"]


def test_a_snippet_is_safe_to_print() -> None:
    found = snippet(read("rent"), ["\x1b[31m rent\x07 of\r\n the‮ flat\x00"])
    assert found.text == "[31m rent of the flat"
    assert found.text.isprintable()


def test_marks_do_not_overlap() -> None:
    assert marked(snippet(read('rent "the rent" ren'), ["Behind with the rent."])) == ["the rent"]
    assert snippet(read("absent"), ["nothing here"]) == Snippet("")
