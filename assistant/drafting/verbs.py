"""From the verb as it was said to the imperative: `putting` to `put`, `sends` to `send`. Knows only the verbs of `lexicons/verbs.toml`."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from assistant.drafting.lexicon import words_of

IRREGULAR = {"having": "have", "dying": "die", "lying": "lie", "goes": "go", "does": "do"}


@functools.cache
def bases() -> Mapping[str, str]:
    """Every form of a listed verb that can follow a promise (`send`, `sending`, `sends`), with its base."""
    forms = dict(IRREGULAR)
    for verb in sorted(words_of("verbs", "action") | words_of("verbs", "talk")):
        for form in _forms(verb):
            forms.setdefault(form, verb)
        forms[verb] = verb
    return forms


def _forms(verb: str) -> Iterator[str]:
    yield verb + "s"
    yield verb + "es"
    yield verb + "ing"
    if verb.endswith("e"):
        yield verb[:-1] + "ing"
    if verb.endswith("y"):
        yield verb[:-1] + "ies"
    if verb[-1] not in "aeiouwxy":
        yield verb + verb[-1] + "ing"


def base(word: str) -> str | None:
    return bases().get(word.lower())


def is_action(word: str) -> bool:
    """Whether a verb, in any of those forms, is a deed that somebody can promise."""
    found = base(word)
    return found is not None and found in words_of("verbs", "action")
