"""The list that ships, an organisation's own, and the prompt that is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import config, console, wiring
from assistant.cli.main import coachnote
from assistant.domain import Term
from assistant.english import ordinary
from assistant.errors import UsageProblem
from assistant.speech import vocabulary


def test_the_shipped_list_is_understood_and_begins_with_what_is_said_most() -> None:
    terms = vocabulary.seed()
    texts = [term.text for term in terms]
    assert texts[:2] == ["Universal Credit", "UC"]
    assert len(set(map(str.casefold, texts))) == len(texts)
    assert not any(term.person for term in terms)


def test_no_single_word_of_english_is_listed_as_misheard_without_what_stands_beside_it() -> None:
    alone = [heard for term in vocabulary.seed() for heard in term.heard_as if " " not in heard]
    assert [heard for heard in alone if ordinary(heard)] == []


def test_a_list_is_a_term_a_line_with_what_it_is_heard_as() -> None:
    text = "\ufeff# ours\n\nGreggs\n  Shaw  Trust | sure trust, [the] shore trust [people]\n"
    assert vocabulary.read(text.removeprefix("\ufeff"), "ours") == (
        Term(text="Greggs"),
        Term(text="Shaw Trust", heard_as=("sure trust", "[the] shore trust [people]")),
    )


def test_control_characters_never_come_in() -> None:
    assert vocabulary.read("Gre\x1bggs\u202e | a\x07b\n", "ours") == (Term(text="Gre ggs", heard_as=("a b",)),)


@pytest.mark.parametrize(
    "line",
    ["| heard", "a | b | c", "x" * 61, "one two three four five six seven", "Greggs | one two three four five", "Greggs | [only]",
     "Greggs | a,", "Greggs | a [b] c", "[a] b", "!!!"],
)  # fmt: skip
def test_a_line_that_is_not_understood_is_named_by_its_number(line: str) -> None:
    with pytest.raises(UsageProblem, match="Line 3 of the list of words ours is not understood") as refused:
        vocabulary.read(f"# a comment\nAsda\n{line}\n", "ours")
    assert "One word or phrase a line" in refused.value.do


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(UsageProblem, match="too long"):
        vocabulary.read("\n".join(f"Term{n}" for n in range(2001)), "ours")


def test_an_organisations_list_lies_beside_the_settings_and_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    settings = config.load()
    assert wiring._vocabulary(settings) == vocabulary.seed()
    (tmp_path / "vocabulary.txt").write_bytes("\ufeffShaw Trust\r\nPertemps\r\n".encode())
    assert [term.text for term in wiring._vocabulary(settings)][:3] == ["Shaw Trust", "Pertemps", "Universal Credit"]
    (tmp_path / "vocabulary.txt").write_bytes(b"Caf\xe9\n")
    with pytest.raises(UsageProblem, match="could not be read") as refused:
        wiring._vocabulary(settings)
    assert "UTF-8" in refused.value.do


@pytest.mark.parametrize(("line", "on"), [("", True), ("spelling = true", True), ("spelling = false", False)])
def test_spelling_can_be_turned_off_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, *, on: bool) -> None:
    (tmp_path / "settings.toml").write_text(line, encoding="utf-8")
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    assert config.load().spelling is on


@pytest.mark.parametrize("value", ["0", "1", '"no"', "[]"])
def test_and_only_by_true_or_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f"spelling = {value}", encoding="utf-8")
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    with pytest.raises(UsageProblem, match="spelling"):
        config.load()


@pytest.mark.parametrize("command", ["transcribe", "process", "finish", "record", "batch run"])
def test_and_for_once_by_every_command_that_hears(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(coachnote, [*command.split(), "--help"]) == 0
    assert "--no-spelling" in capsys.readouterr().out


def test_a_prompt_says_nothing_twice() -> None:
    terms = [Term(text="Amir Okonkwo"), Term(text="Amir"), Term(text="Restart"), Term(text="restart"), Term(text="Star")]
    assert vocabulary.words(terms) == ("Amir Okonkwo", "Restart", "Star")


def test_a_prompt_ends_with_the_likeliest_word_and_a_full_stop() -> None:
    assert vocabulary.prompt(["Amir", "Restart", "PIP"], len, 100) == "PIP, Restart, Amir."
    assert vocabulary.prompt(["Amir", "Restart", "PIP"], len, 15) == "Restart, Amir."
    assert vocabulary.prompt(["Amir"], len, 3) == vocabulary.prompt([], len, 100) == ""


@pytest.mark.parametrize("word", ["rest", "Organise", "organize", "colour", "color", "client’s", "work-coach", "don't", "Sean", "42", "J"])
def test_ordinary_words_are_known_in_british_and_american_spelling(word: str) -> None:
    assert ordinary(word)


@pytest.mark.parametrize("word", ["Gregs", "Okonkwo", "fitnote", "Jobcentre", "work-kotch"])
def test_what_is_no_english_is_not(word: str) -> None:
    assert not ordinary(word)
