"""What `it` and `them` in a promise stand for, where the same breath says it: the thing named before, quoted behind a colon.

Takes an action as it was found and gives it back, perhaps with a few more of the words that it cites. Further back it does not look: the
nearest noun of an earlier breath was as often wrong as right on the open voices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.drafting.found import Found
from assistant.drafting.lexicon import content, words_of
from assistant.drafting.units import Clause

POINTS = re.compile(
    r"\b(?:it|that|this|them|those|these|one|him|her|there|then|so|both)\b|^[\w'-]+(?: (?:in|up|over|round|down|back|along|out))?$",
    re.IGNORECASE,
)
"""Words that stand for others, or a bare verb."""
MOST_STEMS = 2
"""Content stems up to which a promise with such a word says too little by itself."""
NEAR = 5
"""Clauses before the promise."""
_WORD = rf"(?!(?i:{'|'.join(sorted(words_of('words', 'phrase_end')))})\b)[\w£'-]+"
PHRASE = re.compile(
    rf"\b(?i:the|his|her|my|your|our|their|a|an|some|another) (?:{_WORD})(?: (?:of (?:the |his |her )?)?{_WORD}){{0,3}}"
    r"|\b[A-Z][a-z]+(?: [A-Z][a-z]+)+"
)
"""A noun with what stands before it, or a name of several words."""


def resolved(said: Sequence[Clause], action: Found) -> Found:
    """With the fullest phrase that was named before the promise in the segments that it cites, where it says little without."""
    if ":" in action.what or len(content(action.what)) > MOST_STEMS or not POINTS.search(action.what):
        return action
    named = [m[0] for at in _before(said, action) for m in PHRASE.finditer(said[at].text) if content(m[0]) - content(action.what)]
    best = max(named, key=lambda words: len(content(words)), default="")
    return replace(action, what=f"{action.what}: {best}") if best else action


def _before(said: Sequence[Clause], action: Found) -> list[int]:
    """Clauses of the same speaker before the promise, within the segments that it cites."""
    cited, first = {s for n in action.at for s in said[n].segments}, min(action.at)
    near = range(max(0, first - NEAR), first)
    return [n for n in near if set(said[n].segments) <= cited and said[n].speaker == said[first].speaker]
