"""What a model may answer and what is made of an answer that breaks off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.drafting.llm import schema
from assistant.drafting.llm.schema import Choices, Deed, Fact

CHOICES = Choices(lines=(1, 2, 3, 9), sections=("risk", "barriers", "x_own"), previous=("p1",))
GOOD: dict[str, dict[str, Any]] = {
    "facts": {"cites": [1, 9], "section": "barriers", "text": "Back pain after an hour."},
    "risk": {"cites": [3]},
    "actions": {"cites": [2], "what": "Ring the college", "owner": "unclear", "due_words": None},
    "barriers": {"cites": [2], "barrier": "caring"},
    "referrals": {"cites": [2], "to": "Citizens Advice", "status": "made", "reason": "rent"},
    "previous": {"cites": [1], "id": "p1", "outcome": "part_done"},
}


@pytest.mark.parametrize("question", schema.KINDS)
def test_a_good_item_is_taken_and_each_key_is_needed(question: str) -> None:
    item = GOOD[question]
    assert isinstance(schema.checked(question, item, CHOICES), schema.KINDS[question])
    for key in item:
        assert schema.checked(question, {k: v for k, v in item.items() if k != key}, CHOICES) is None
    assert schema.checked(question, item | {"extra": 1}, CHOICES) is None


@pytest.mark.parametrize(
    ("question", "change"),
    [
        ("facts", {"cites": [4]}),
        ("facts", {"cites": []}),
        ("facts", {"cites": [1, 2, 3, 9, 1]}),
        ("facts", {"cites": ["1"]}),
        ("facts", {"section": "risk"}),
        ("facts", {"section": "invented"}),
        ("facts", {"text": ""}),
        ("facts", {"text": "x" * 401}),
        ("actions", {"owner": "God"}),
        ("actions", {"what": None}),
        ("barriers", {"barrier": "laziness"}),
        ("referrals", {"status": "perhaps"}),
        ("previous", {"id": "p2"}),
        ("previous", {"outcome": "not_mentioned"}),
    ],
)
def test_what_does_not_exist_is_refused(question: str, change: dict[str, Any]) -> None:
    assert schema.checked(question, GOOD[question] | change, CHOICES) is None


@pytest.mark.parametrize("item", [None, 3, "x", [], {"cites": 1}])
def test_what_is_no_item_is_refused(item: object) -> None:
    assert schema.checked("risk", item, CHOICES) is None


@pytest.mark.parametrize("question", schema.KINDS)
def test_the_form_asks_for_exactly_what_is_checked_and_cites_first(question: str) -> None:
    item = schema.form(question, CHOICES, 5)["properties"]["items"]["items"]
    assert list(item["properties"]) == item["required"] == list(GOOD[question])
    assert item["properties"]["cites"]["items"]["enum"] == [1, 2, 3, 9]
    assert item["additionalProperties"] is False


def test_the_relaxed_form_keeps_keys_and_enums_and_drops_lengths() -> None:
    form = schema.form("facts", CHOICES, 5)
    text = json.dumps(schema.relaxed(form))
    assert not [word for word in schema.LOOSENED if word in text]
    item = schema.relaxed(form)["properties"]["items"]["items"]
    assert item["required"] == ["cites", "section", "text"]
    assert item["properties"]["section"]["enum"] == ["barriers", "x_own"]
    assert "maxLength" in json.dumps(form)  # the strict one is left as it was


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
ITEM = st.fixed_dictionaries({"cites": st.lists(st.integers(0, 400), max_size=4), "text": TEXT, "due_words": st.none() | TEXT})


@settings(deadline=None)
@given(items=st.lists(ITEM, max_size=6), data=st.data(), spaced=st.booleans(), ascii_only=st.booleans())
def test_every_cut_keeps_every_finished_item_and_never_half_of_one(
    items: list[Any], data: st.DataObject, spaced: bool, ascii_only: bool
) -> None:
    answer = json.dumps({"items": items}, indent=1 if spaced else None, ensure_ascii=ascii_only)
    cut = data.draw(st.integers(0, len(answer)))
    kept = schema.whole_items(answer[:cut])
    assert kept == items[: len(kept)]
    if cut == len(answer):
        assert kept == items


def test_one_long_answer_cut_everywhere() -> None:
    items = [GOOD["facts"] | {"text": f'He said "no" {n} {{times}} [sic], \\ and left'} for n in range(6)]
    answer = json.dumps({"items": items}, separators=(",", ":"))
    counts = [len(schema.whole_items(answer[:cut])) for cut in range(len(answer) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] == 6
    assert counts[len(answer) // 2] == 2  # two finished, the third half written


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("", 0),
        ("<think>\nhm\n</think>\n\n" + '{"items":[{"a":1}]}', 1),
        ('```json\n{ "items": [ {"a": 1}, {"a": 2} ] }\n```', 2),
        ('{"other":[{"a":1}]}', 0),
        ("no braces at all", 0),
        ('{"items":{"a":1}}', 0),
        ('{"items":[{"a":1}, oops', 1),
        ("[1,2]", 0),
    ],
)
def test_what_stands_round_an_answer_does_not_matter(answer: str, count: int) -> None:
    assert len(schema.whole_items(answer)) == count


def test_no_value_shows_what_was_said() -> None:
    from assistant.drafting.llm.talk import Question, Reading, Text

    secret = "Sam sleeps in the van"
    values = [
        Text(question="facts", text=secret),
        Reading(system="", transcript=secret, questions=(Question(name="facts", text=secret, form={}, budget=1),)),
    ]
    assert not [v for v in values if secret in repr(v) or secret in str(v)]
    assert isinstance(schema.checked("actions", GOOD["actions"], CHOICES), Deed)
    assert isinstance(schema.checked("facts", GOOD["facts"], CHOICES), Fact)
