"""Other people in a text: found by their form, so that a person can look."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.access import pack
from assistant.domain import PLAIN, Access, Client, Erasure, Held, HeldSession, Recording
from assistant.drafting.third_parties import mentions
from tests.examples import MADE_AT, draft, session, transcript


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("He rang Mrs McDonald about it.", {"Mrs McDonald"}),
        ("I met Éva O’Neill and Anne-Marie there.", {"Éva O’Neill", "Anne-Marie"}),
        ("We went to Mill Road with Sam.", {"Mill Road"}),
        ("That is Colm's van, so ask Colm.", {"Colm"}),
        ("He'll come on Monday in March with his CV.", set()),
        ("Sam Okoro and Ellis talked.", set()),
        ("", set()),
    ],
)
def test_names_inside_sentences(text: str, names: set[str]) -> None:
    assert set(mentions([text], ["Sam Okoro", "Ellis"]).names) == names


def test_a_capital_that_only_begins_a_sentence_is_a_maybe() -> None:
    found = mentions(["Colm said no.", "Passed the course.", "He passed. Bronagh rang, and then Bronagh came."], [])
    assert (found.openings, found.names) == (("Colm",), ("Bronagh",))


def test_people_called_by_their_part() -> None:
    assert mentions(["His mum is ill, and her social worker knows. The council wrote."], []).roles == ("her social worker", "his mum")


def held() -> Held:
    whole = HeldSession(
        session=session(),
        recordings=(
            Recording(id="r-1", session="s-0001", media="microphone", state="complete"),
            Recording(id="r-2", session="s-0001", media="../x", state="recovered"),
            Recording(id="r-3", session="s-0001", media=".m4a", state="erased"),
        ),
        transcripts=(transcript(),),
        drafts=(draft(),),
        reviews=(),
        notes=(),
    )
    return Held(
        client=Client(ref="C-0042", name="Sam Okoro"),
        sessions=(whole,),
        accesses=(
            Access(at=MADE_AT, what="read", object="s-0001", who="second"),
            Access(at=MADE_AT, what="read", object="s-0001", who=None),
        ),
        openings=(),
        erased=(Erasure(at=MADE_AT, what="recording", object="r-3", why="retention"),),
    )


def test_the_pack_says_where_each_name_stands_who_looked_and_what_was_erased() -> None:
    made = pack(held(), find=mentions, template=lambda _: PLAIN, by="admin", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    assert list(made.recordings) == ["session-01/recording-1.wav", "session-01/recording-2.bin"]
    names, lines = made.texts["names-to-check.txt"], made.texts["session-01/transcript-1.txt"].splitlines()
    at = next(n for n, line in enumerate(lines, 1) if "Citizens Advice" in line)
    assert f"Citizens Advice: session-01/transcript-1.txt line {at}; session-01/draft-1.txt line" in names
    assert "his mum:" in names and "Sam Okoro:" not in names and "A PERSON MUST READ IT" in names
    assert "second" in made.texts["who-opened-it.txt"] and "can open the store no longer" in made.texts["who-opened-it.txt"]
    assert "r-3  its time was up by the retention rule" in made.texts["erased.txt"]
    assert "a recording that was erased, r-3" in made.texts["index.txt"] and "Ellis Marsh" in made.texts["index.txt"]
    assert "Okoro" not in " ".join([*made.texts, *made.recordings]), "an archive shows the names of its files"
