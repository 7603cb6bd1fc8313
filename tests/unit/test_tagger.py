"""The tagger's features and weights, and the written form of the sentences it learns from."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.drafting.features import SIZE, features
from assistant.drafting.tagger import LABELS, tag, weights
from assistant.errors import ModelMissing
from tests.drafts import appointment, dictation

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from tagger import labelled  # noqa: E402


def test_the_same_words_give_the_same_rows() -> None:
    said = dictation("Amina came in ten minutes late.", "I'll ring the college on Monday.")
    assert features(said) == features(said)
    assert all(0 <= row < SIZE for rows in features(said) for row in rows)


def test_names_of_the_two_people_do_not_matter() -> None:
    said = dictation("Amina came in ten minutes late.")
    other = replace(dictation("Blessing came in ten minutes late."), client="Blessing")
    assert features(said) == features(other)


def test_who_speaks_matters() -> None:
    assert features(appointment(("coach", "I'll ring them tomorrow."))) != features(appointment(("client", "I'll ring them tomorrow.")))


def test_every_label_has_a_probability() -> None:
    tags = tag(dictation("He was late again.", "His back is bad."))
    assert set(tags) == {0, 1}
    assert all(set(each.of) == set(LABELS) and all(0 <= p <= 1 for p in each.of.values()) for each in tags.values())


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("He came in bang on time, by himself.", "section:attendance"),
        ("She won't do care work again, not for any money.", "section:ruled_out"),
        ("He'd love to get into gardening, outdoors, four days a week.", "section:goals"),
        ("Next appointment is Thursday the 26th of March at 10:30.", "next"),
        ("I gave her a twenty pound voucher for the bus.", "section:support"),
    ],
)
def test_plain_sentences_are_told_apart(said: str, label: str) -> None:
    tags = tag(dictation("Notes for Amina.", said, "That's about it."))
    group = label.split(":")[0]
    assert tags[1][label] == max(p for name, p in tags[1].of.items() if name.split(":")[0] == group)
    assert tags[1][label] > tags[2][label]


def test_a_promise_is_an_action_and_chatter_is_none() -> None:
    tags = tag(dictation("Notes for Amina.", "I'll email the college about the start date by Friday.", "That's about it."))
    promised, chatter = (sum(tags[at][f"action:{owner}"] for owner in ("client", "coach", "third_party")) for at in (1, 2))
    assert promised > 0.5 > chatter


def test_tags_are_not_shown_in_a_repr() -> None:
    assert repr(tag(dictation("He was late."))[0]) == "Tags()"


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", "other"])
def test_missing_or_damaged_weights_are_named_plainly(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "weights.npz"
    if content == "other":
        np.savez(path, table=np.zeros((3, 3), dtype=np.float16))
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(ModelMissing, match=r"weights\.npz"):
        weights(path)


CASE = """case x01
kind dictation
date 2026-03-12
client Amir
coach Helen
p1 client 2026-03-05 Update the CV
p2 coach - Ring the college
---
He's got the CV done, | P1 done | F1 progress
and he's skint. | F2 barriers! | B money_debt
I've to phone the college on Monday. | A1 coach 2026-03-16 Phone the college
I put him in for Citizens Advice and nothing back. | R1 waiting Citizens Advice | F2
He might try the bakery. | T
Back in on the 26th at half ten. | N 2026-03-26 10:30
"""


def test_a_labelled_case_becomes_gold(tmp_path: Path) -> None:
    path = tmp_path / "voice.txt"
    path.write_text(CASE, encoding="utf-8")
    (case,) = labelled.read(path)
    gold = labelled.gold(case)
    assert gold["actions"] == [
        {"what": "Phone the college", "owner": "coach", "owner_name": None, "due": "2026-03-16", "due_text": None, "evidence": [2]}
    ]
    assert [(f["section"], f["critical"], f["evidence"]) for f in gold["facts"]] == [("progress", False, [0]), ("barriers", True, [1, 3])]
    assert gold["barriers"] == ["money_debt"]
    assert gold["referrals"] == [{"to": "Citizens Advice", "status": "waiting", "evidence": [3]}]
    assert [(p["id"], p["outcome"]) for p in gold["previous"]] == [("p1", "done"), ("p2", "not_mentioned")]
    assert gold["next_appointment"] == {"date": "2026-03-26", "time": "10:30", "evidence": [5]}
    assert gold["not_actions"] == [4]


@pytest.mark.parametrize(
    "wrong",
    [
        "He's late. | F1 lateness",
        "I'll ring. | A1 me - Ring",
        "Skint. | B poverty",
        "Ring. | A1 coach 2026-02-30 Ring",
        "More. | F7",
        "So. | P9 done",
    ],
)
def test_a_broken_label_is_named_with_its_file(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "voice.txt"
    path.write_text(CASE + wrong + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"voice\.txt"):
        list(labelled.read(path))


def test_every_labelled_file_can_be_read() -> None:
    cases = labelled.read_all(SCRIPTS / "tagger" / "cases")
    assert sum(len(case.lines) for case in cases) > 10_000
    assert len({case.id for case in cases}) == len(cases)
