"""Words that sound alike have one key, words that do not have another."""

from __future__ import annotations

import pytest

from assistant.speech.sounds import alike, key


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("rest art", "Restart"), ("Gregs", "Greggs"), ("Okonquo", "Okonkwo"), ("Filip", "Philip"), ("Jon", "John"),
        ("wake field", "Wakefield"),
        ("hud as field", "Huddersfield"), ("Katherine", "Catherine"), ("center", "centre"), ("fitnote", "fit note"), ("Zaynab", "Zainab"),
        ("Morisons", "Morrisons"), ("Withenshaw", "Wythenshawe"), ("nite", "knight"), ("rite", "write"),
    ],
)  # fmt: skip
def test_alike(heard: str, meant: str) -> None:
    assert alike(key(heard.split()), key(meant.split()))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("function", "sanction"), ("essay", "ESA"), ("Erin", "Aaron"), ("Shaun", "Sean"), ("hallow gate", "Harrogate"), ("task", "Tesco"),
        ("the", "tea"), ("bat", "bit"), ("Amir", "Amina"),
    ],
)  # fmt: skip
def test_not_alike(heard: str, meant: str) -> None:
    assert not alike(key(heard.split()), key(meant.split()))


@pytest.mark.parametrize("text", ["", "42", "£", "李"])
def test_what_has_no_latin_letter_has_no_sound(text: str) -> None:
    assert key([text]) == ""


def test_accents_do_not_count() -> None:
    assert key(["Zoë"]) == key(["Zoe"])
