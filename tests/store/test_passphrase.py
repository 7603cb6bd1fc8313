"""The passphrase that is offered, and the floor for one that is typed."""

from __future__ import annotations

import math
import re

import pytest

from assistant.store import passphrase, passphrase_problem, suggest_passphrase


def test_four_words_carry_forty_four_bits() -> None:
    words = passphrase.words()
    assert len(words) == len(set(words)) >= 2048
    assert passphrase.WORDS * math.log2(len(words)) >= 44
    assert all(re.fullmatch("[a-z]{3,11}", word) for word in words)


def test_a_suggestion_differs_every_time_and_passes_its_own_check() -> None:
    suggested = [suggest_passphrase() for _ in range(300)]
    assert len(set(suggested)) == 300
    assert all(len(text.split(" ")) == passphrase.WORDS and set(text.split(" ")) <= set(passphrase.words()) for text in suggested)
    assert not [text for text in suggested if passphrase_problem(text)]


def test_what_its_own_check_refuses_is_never_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["edge", "edge", "roof", "bow", "kettle", "lantern", "otter", "quay"])
    monkeypatch.setattr(passphrase.secrets, "choice", lambda _: next(drawn))
    assert suggest_passphrase() == "kettle lantern otter quay"


@pytest.mark.parametrize(
    "weak",
    ["", "short", "aaaaaaaaaaaaaaaa", "abababababababab", "abcabcabcabcabc", "password12345", "P@ssw0rd12345!", "qwertyuiop123",
     "1234567890123", "abcdefghijklmnop", "coachnote2026!", "letmeinletmein", "0987654321098", "asdfghjklzxcvbnm"],
)  # fmt: skip
def test_what_is_guessed_first_is_refused_without_being_quoted(weak: str) -> None:
    problem = passphrase_problem(weak)
    assert problem is not None
    assert not weak or weak not in problem


@pytest.mark.parametrize("strong", ["kettle lantern otter quay", "My aunt's kayak leaks again", "Żółta łódź na jeziorze", "v7#Kq2!mZx9&Lp"])
def test_others_are_accepted(strong: str) -> None:
    assert passphrase_problem(strong) is None
