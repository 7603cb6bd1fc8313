"""The sentence grammar from which the demo speech model is trained.

What it is: hand-written patterns (`patterns/*.txt`, one theme a file) over a small lexicon (`lexicon.toml`), sampled by seed.
A pattern line holds `{slot}`, `[optional words]` and `(one|of|these)`, nested as needed; its first letter is capitalised when sampled.
What it deliberately does not know: speech, tokens, training. It deals in written sentences only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
TRIES = 8
PRONOUNS = frozenset({"he", "his", "him", "himself", "he_will"})
"""Slots whose values are a masculine and a feminine form, in that order."""
WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
_TOKEN = re.compile(r"\{(\w+)\}|([\[\]()|])|([^\[\]()|{}]+)")


@dataclass(frozen=True)
class Slot:
    """A place filled by one value of the lexicon."""

    name: str


@dataclass(frozen=True)
class Choice:
    """One of several sequences; an optional part is a choice between nothing and itself."""

    options: tuple[Sequence, ...]


Sequence = tuple["str | Slot | Choice", ...]


def parse(pattern: str) -> Sequence:
    """The tree of one pattern. Raises ValueError when a bracket or brace is unbalanced."""
    tokens = list(_TOKEN.finditer(pattern))
    if "".join(token.group() for token in tokens) != pattern:
        raise ValueError(f"unbalanced brace: {pattern}")
    options, position = _options(tokens, 0, "")
    if position != len(tokens) or len(options) != 1:
        raise ValueError(f"unbalanced bracket: {pattern}")
    return options[0]


def _options(tokens: list[re.Match[str]], position: int, closing: str) -> tuple[list[Sequence], int]:
    """The alternatives from `position` up to the closing bracket, and the position after it."""
    options: list[Sequence] = []
    current: list[str | Slot | Choice] = []
    while position < len(tokens):
        slot, mark, text = tokens[position].groups()
        position += 1
        if mark in ("[", "("):
            inner, position = _options(tokens, position, "]" if mark == "[" else ")")
            current.append(Choice((*inner, ()) if mark == "[" else tuple(inner)))
        elif mark == "|":
            options.append(tuple(current))
            current = []
        elif mark:
            if mark != closing:
                raise ValueError(f"unexpected {mark}")
            return [*options, tuple(current)], position
        else:
            current.append(Slot(slot) if slot else text)
    if closing:
        raise ValueError(f"missing {closing}")
    return [*options, tuple(current)], position


@cache
def lexicon() -> dict[str, tuple[Sequence, ...]]:
    """Slot name to its possible values, parsed."""
    table: dict[str, list[str]] = tomllib.loads((HERE / "lexicon.toml").read_text(encoding="utf-8"))
    return {name: tuple(parse(value) for value in values) for name, values in table.items()}


@cache
def patterns() -> tuple[Sequence, ...]:
    """Every training pattern, in file and line order."""
    return tuple(parse(line) for path in sorted((HERE / "patterns").glob("*.txt")) for line in _lines(path))


def _lines(path: Path) -> list[str]:
    """The lines of a text file without comments and blanks."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _raw(nodes: Sequence, rng: Random) -> str:
    """One random expansion, spaces untidied, all pronouns of the client alike."""
    return _expand(nodes, rng, rng.randrange(2))


def _expand(nodes: Sequence, rng: Random, gender: int) -> str:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Slot):
            options = lexicon()[node.name]
            parts.append(_expand(options[gender] if node.name in PRONOUNS else rng.choice(options), rng, gender))
        else:
            parts.append(_expand(rng.choice(node.options), rng, gender))
    return "".join(parts)


def _tidy(text: str) -> str:
    """Single spaces, none before punctuation, no doubled comma."""
    text = re.sub(r"\s+([.,?])", r"\1", " ".join(text.split()))
    return re.sub(r",+(?=[.,?])|^, ", "", text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def instance(nodes: Sequence, rng: Random) -> str:
    """One sentence of a pattern."""
    return _capital(_tidy(_raw(nodes, rng)))


def _draw(rng: Random, count: int, sources: tuple[Sequence, ...], barred: frozenset[str]) -> Iterator[str]:
    """`count` different sentences, going round the patterns in a fresh order each time.

    Raises ValueError when the patterns have no more to give.
    """
    seen = set(barred)
    found = 0
    while found < count:
        before = found
        for nodes in rng.sample(sources, len(sources)):
            fresh = next((s for s in (instance(nodes, rng) for _ in range(TRIES)) if s not in seen), None)
            if fresh is None or found == count:
                continue
            seen.add(fresh)
            found += 1
            yield fresh
        if found == before:
            raise ValueError(f"the patterns gave {found} of {count} sentences")


def split_sentences(text: str) -> list[str]:
    """The sentences of a dictation."""
    return re.split(r"(?<=[.?])\s+", text.strip())


@cache
def _read_whole() -> frozenset[str]:
    """Sentences of the demo dictation and of the held-out texts: never sampled."""
    texts = [*heldout_sentences(), *heldout_dictations(), demo_dictation()]
    return frozenset(sentence for text in texts for sentence in split_sentences(text))


def sentences(seed: int, count: int) -> list[str]:
    """`count` different training sentences, patterns chosen evenly, none of them reserved."""
    return list(_draw(Random(seed), count, patterns(), _read_whole().union(known_unseen())))


def salad(seed: int, count: int) -> list[str]:
    """`count` word salads of about 4 to 14 words: chunks of sentences and lone lexicon words, so that nothing can be recited.

    A lone word is drawn from the whole vocabulary, which gives a rare word neighbours that no pattern gives it.
    """
    rng = Random(seed)
    lone = sorted({word for nodes in patterns() for word in _words(nodes)})
    return [_one_salad(rng, lone) for _ in range(count)]


def _one_salad(rng: Random, lone: list[str]) -> str:
    """One word salad, with a comma between chunks now and then."""
    length = rng.randint(4, 14)
    words: list[str] = []
    while len(words) < length:
        if words and rng.random() < 0.12:
            words[-1] += ","
        words += _chunk(rng, lone)[: length - len(words)]
    return _capital(" ".join(words)) + rng.choice("....?")


def _chunk(rng: Random, lone: list[str]) -> list[str]:
    """One to four neighbouring words of a random sentence, or one word on its own."""
    if rng.random() < 0.4:
        return [rng.choice(lone)]
    words = WORD.findall(_raw(rng.choice(patterns()), rng))
    start = rng.randrange(len(words))
    return words[start : start + rng.randint(1, 4)]


def known_unseen() -> list[str]:
    """60 fixed sentences of known patterns that training never sees."""
    return _lines(HERE / "known_unseen.txt")


def heldout_sentences() -> list[str]:
    """60 hand-written sentences of shapes that no pattern has."""
    return _lines(HERE / "heldout_sentences.txt")


def heldout_dictations() -> list[str]:
    """6 hand-written dictations, about a minute each, separated in their file by blank lines."""
    text = (HERE / "heldout_dictations.txt").read_text(encoding="utf-8")
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def demo_dictation() -> str:
    """The dictation bundled as the demo recording, 60 to 80 seconds when read; its session is on Thursday 12 March 2026."""
    return " ".join((HERE / "demo_dictation.txt").read_text(encoding="utf-8").split())


@cache
def _words(nodes: Sequence) -> frozenset[str]:
    """The words a sequence can produce, as written."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, str):
            found.update(WORD.findall(node))
        else:
            found.update(*map(_words, lexicon()[node.name] if isinstance(node, Slot) else node.options))
    return frozenset(found)


def vocabulary() -> set[str]:
    """Every word, in lower case, that the training patterns can produce."""
    return {word.lower() for nodes in patterns() for word in _words(nodes)}
