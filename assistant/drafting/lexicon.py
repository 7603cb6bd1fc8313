"""Word lists that a coach can read and edit, and a quick way to find their phrases in what was said.

A phrase is lower-case words. `*` at the end of a word stands for any ending, `~` alone for up to three words in between. Lists are TOML
files beside this module: a table a label, in it `words` (phrases) and, where wanted, `never` (phrases that take the label away), `weak`
(phrases that count half) and a `weight`. Knows nothing of what a label means.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import snowballstemmer

FOLDER = Path(__file__).parent / "lexicons"
TOKEN = re.compile(r"£?\d+(?:[.:,]\d+)*%?|[^\W\d_]+(?:'[^\W\d_]+)*")
GAP = 3
_stemmer = snowballstemmer.stemmer("english")


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers; apostrophes straight, hyphens open."""
    return TOKEN.findall(text.lower().replace("’", "'"))


@functools.cache
def stem(word: str) -> str:
    """The stem of a lower-case word; irregular past forms, and everyday words for one deed, share one, so that `he's rung them` is found
    for `Phone the college`.
    """
    return str(_stemmer.stemWord(_alike().get(word, word)))


@functools.cache
def _alike() -> Mapping[str, str]:
    return {form: word for word, forms in table("words")["alike"].items() for form in forms}


def content(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(stem(w.removesuffix("'s")) for w in tokens(text) if w not in words_of("words", "stop") and len(w) > 1)


@dataclass(frozen=True)
class Hit:
    label: str
    start: int
    """Position of the first token."""
    end: int
    """Position after the last."""
    phrase: str = field(repr=False)


Phrase = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Lexicon:
    """Every phrase of one file, filed under its first word or, for `word*`, its first three letters."""

    by_word: Mapping[str, Sequence[Phrase]]
    by_prefix: Mapping[str, Sequence[Phrase]]

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Every phrase in `words`, in the order they begin."""
        hits = []
        for at, word in enumerate(words):
            for phrases in (self.by_word.get(word), self.by_prefix.get(word[:3])):
                for phrase, label in phrases or ():
                    end = _match(phrase, words, at)
                    if end is not None:
                        hits.append(Hit(label, at, end, " ".join(phrase)))
        return hits

    def labels(self, words: Sequence[str]) -> set[str]:
        """Labels whose words occur and whose `never` phrases do not."""
        found = {h.label for h in self.find(words)}
        return {label for label in found if label[0] not in "!?" and f"!{label}" not in found}


def _match(phrase: Sequence[str], words: Sequence[str], at: int) -> int | None:
    """Position after the phrase, or None."""
    if len(phrase) > 1 and at + 1 < len(words) and phrase[1] != words[at + 1] and phrase[1][-1] not in "*~":
        return None  # most phrases fail at their second word
    for n, part in enumerate(phrase):
        if part == "~":
            ends = (_match(phrase[n + 1 :], words, at + gap) for gap in range(GAP + 1))
            return next((e for e in ends if e is not None), None)
        if at >= len(words) or not (words[at].startswith(part[:-1]) if part.endswith("*") else words[at] == part):
            return None
        at += 1
    return at


def _parts(word: str) -> list[str]:
    """A word of a phrase as `tokens` would give it, its wildcard kept."""
    if word == "~":
        return [word]
    found = tokens(word)
    return [*found[:-1], f"{found[-1]}*"] if word.endswith("*") else found


def build(lists: Mapping[str, Sequence[str]]) -> Lexicon:
    """Raises ValueError where a `word*` has fewer than three letters."""
    by_word: dict[str, list[Phrase]] = defaultdict(list)
    by_prefix: dict[str, list[Phrase]] = defaultdict(list)
    for label, phrases in lists.items():
        for text in phrases:
            parts = tuple(part for word in text.lower().replace("-", " ").split() for part in _parts(word))
            first = parts[0]
            if first.endswith("*") and len(first) < 4:
                raise ValueError(f"too short to search for: {text}")
            (by_prefix[first[:3]] if first.endswith("*") else by_word[first]).append((parts, label))
    return Lexicon(by_word, by_prefix)


@functools.cache
def table(name: str) -> Mapping[str, Any]:
    """A word list as it stands in its file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def lexicon(name: str) -> Lexicon:
    """Every label of a file; its `never` phrases are found under `!label`, its `weak` ones under `?label`."""
    lists: dict[str, list[str]] = {}
    for label, entry in table(name).items():
        lists[label] = entry["words"]
        lists[f"!{label}"] = entry.get("never", [])
        lists[f"?{label}"] = entry.get("weak", [])
    return build(lists)


@functools.cache
def words_of(name: str, label: str) -> frozenset[str]:
    """One list of single words as a set."""
    return frozenset(table(name)[label]["words"])
