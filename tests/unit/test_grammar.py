"""The demo sentence grammar: fixed by its seed, spoken in words alone, and honest about what training never sees.

The held-out texts are only a fair test of listening if their words are known and their shapes are not.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
GRAMMAR = ROOT / "scripts" / "demo_model" / "grammar.py"
MANY = 25_000
"""More sentences than the model is trained on, so a run of words absent here is new to the model too."""
FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the a an of to in on at by for from with and or but so if as that this these those it is are was were be been has have had do
        does did he she his her him they them their i you we my your our me us not no who which what when where how will would could can
        there""",
    )
)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_grammar", GRAMMAR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


grammar = _load()


@cache
def sampled() -> tuple[str, ...]:
    return tuple(grammar.sentences(7, MANY))


@cache
def learnt_runs() -> frozenset[tuple[str, ...]]:
    return frozenset(run for text in sampled() for run in runs(text, 5))


def words(text: str) -> list[str]:
    return [word.lower() for word in grammar.WORD.findall(text)]


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    spoken = words(text)
    return {tuple(spoken[i : i + length]) for i in range(len(spoken) - length + 1)}


def skeleton(text: str) -> str:
    """The function words of a sentence, everything between them reduced to one blank."""
    return re.sub(r"_(?: _)+", "_", " ".join(word if word in FUNCTION_WORDS else "_" for word in words(text)))


def fits(sentence: str, nodes: tuple[object, ...]) -> bool:
    """Whether a sentence is an instance of a pattern. The words that every instance has are looked for first: compiling is slow."""
    fixed = {word for node in nodes if isinstance(node, str) for word in words(node)}
    return fixed <= set(words(sentence)) and re.fullmatch(expression(nodes), sentence, re.IGNORECASE) is not None


def expression(nodes: tuple[object, ...]) -> str:
    return "".join(part(node) for node in nodes)


@cache
def part(node: object) -> str:
    if isinstance(node, str):
        return re.sub(r"(?:\\ )+", r"\\s*", re.escape(node))
    options = grammar.lexicon()[node.name] if isinstance(node, grammar.Slot) else node.options
    return "(?:" + "|".join(expression(option) for option in options) + ")"


def heldout_texts() -> list[str]:
    return [*grammar.heldout_sentences(), *grammar.heldout_dictations()]


def test_there_are_enough_patterns_and_words():
    assert len(set(grammar.patterns())) == len(grammar.patterns()) >= 600
    assert 1500 <= len(grammar.vocabulary()) <= 2400


def test_every_slot_is_in_the_lexicon_and_every_lexicon_entry_is_used():
    sequences = [*grammar.patterns(), *(value for values in grammar.lexicon().values() for value in values)]
    used = set(re.findall(r"Slot\(name='(\w+)'\)", repr(sequences)))
    assert used == set(grammar.lexicon())


def test_the_seed_fixes_the_sentences_and_another_seed_changes_them():
    assert grammar.sentences(3, 500) == grammar.sentences(3, 500) != grammar.sentences(4, 500)
    assert grammar.salad(3, 50) == grammar.salad(3, 50) != grammar.salad(4, 50)


def test_sentences_are_different_and_come_evenly_from_all_patterns():
    assert len(set(sampled())) == MANY
    first = grammar.sentences(5, len(grammar.patterns()))
    unvisited = [nodes for nodes in grammar.patterns()[::90] if not any(fits(sentence, nodes) for sentence in first)]
    assert not unvisited


def test_asking_for_more_than_the_patterns_hold_is_refused():
    with pytest.raises(ValueError, match="the patterns gave 3 of 4"):
        list(grammar._draw(grammar.Random(1), 4, (grammar.parse("(a|b|c)."),), frozenset()))


@pytest.mark.parametrize("pattern", ["{name", "name}", "(a|b", "a]", "[a)", "a|b"])
def test_an_unbalanced_pattern_is_refused(pattern: str):
    with pytest.raises(ValueError, match=r"un|missing"):
        grammar.parse(pattern)


def test_sentences_are_written_in_words_with_plain_punctuation():
    texts = [*sampled(), *grammar.salad(1, 2000), *grammar.known_unseen(), *heldout_texts(), grammar.demo_dictation()]
    odd = [text for text in texts if not re.fullmatch(r"[A-Z][A-Za-z .,?']*[.?]", text) or "  " in text or ",," in text]
    assert not odd


def test_pronouns_agree_within_a_sentence():
    nodes = grammar.parse("{he} {his} {him} {himself}")
    assert {grammar.instance(nodes, grammar.Random(seed)) for seed in range(20)} == {"He his him himself", "She her her herself"}


def test_salad_has_four_to_fourteen_words_and_recites_nothing():
    salads = grammar.salad(2, 2000)
    assert all(4 <= len(words(text)) <= 14 for text in salads)
    assert not set(salads) & set(sampled())
    assert {word for text in salads for word in words(text)} <= grammar.vocabulary()


def test_reserved_sentences_are_never_sampled():
    dictations = [*grammar.heldout_dictations(), grammar.demo_dictation()]
    whole = {sentence for text in dictations for sentence in grammar.split_sentences(text)}
    reserved = whole | set(grammar.heldout_sentences()) | set(grammar.known_unseen())
    assert not reserved & set(sampled())


def test_known_unseen_sentences_are_fixed_and_have_known_shapes():
    unseen = grammar.known_unseen()
    assert len(set(unseen)) == 60
    assert unseen == grammar.known_unseen()
    assert {word for text in unseen for word in words(text)} <= grammar.vocabulary()


def test_without_the_bar_a_reserved_sentence_would_be_sampled():
    """The bar has work to do: the sampler's own first sentence is left out once it is barred."""
    nodes = (grammar.parse("(one|two|three) {small}."),)
    first = next(grammar._draw(grammar.Random(1), 1, nodes, frozenset()))
    assert first not in set(grammar._draw(grammar.Random(1), 20, nodes, frozenset({first})))


def test_the_demo_dictation_is_about_a_minute_long_and_made_of_known_shapes():
    text = grammar.demo_dictation()
    assert 150 <= len(words(text)) <= 190
    unknown = [s for s in grammar.split_sentences(text) if not any(fits(s, nodes) for nodes in grammar.patterns())]
    assert not unknown


def test_the_product_does_not_know_the_demo_dictation():
    spoken = runs(grammar.demo_dictation(), 4)
    kinds = {".py", ".txt", ".toml", ".json", ".md", ".yaml", ".tcss"}
    files = [path for path in (ROOT / "assistant").rglob("*") if path.suffix in kinds]
    assert files
    assert not {path.name: found for path in files if (found := spoken & runs(path.read_text(encoding="utf-8"), 4))}


def test_heldout_texts_have_the_promised_size():
    assert len(set(grammar.heldout_sentences())) == 60
    assert [130 <= len(words(text)) <= 165 for text in grammar.heldout_dictations()] == [True] * 6


def test_heldout_words_are_known():
    unknown = {word for text in heldout_texts() for word in words(text)} - grammar.vocabulary()
    assert not unknown


def test_heldout_sentences_share_no_run_of_five_words_and_no_skeleton_with_training():
    shapes = {skeleton(text) for text in sampled()}
    assert not {text: found for text in grammar.heldout_sentences() if (found := runs(text, 5) & learnt_runs())}
    assert not [text for text in grammar.heldout_sentences() if skeleton(text) in shapes]


def test_heldout_dictations_share_at_most_one_run_in_twenty_with_training():
    """Dates, sums and clock times are said in one way only, so a dictation cannot do without every run of five words."""
    sentences = [s for text in grammar.heldout_dictations() for s in grammar.split_sentences(text)]
    spoken = {run for sentence in sentences for run in runs(sentence, 5)}
    assert len(spoken & learnt_runs()) <= len(spoken) / 20
    assert not set(sentences) & set(sampled())
