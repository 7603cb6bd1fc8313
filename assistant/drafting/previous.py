"""What became of the actions agreed last time: the line that speaks of each, and what it says of it.

An action that nothing speaks of is `not_mentioned`; that is decided here, by the absence of evidence, and nowhere else. `mentions` knows
where a line speaks of an action, `outcomes` how it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Outcome, PreviousAction
from assistant.drafting import mentions, outcomes
from assistant.drafting.lexicon import content
from assistant.drafting.mentions import Before, Line, Talk
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

SENTENCE = re.compile(r"(?<=[.?!]) +")


@dataclass(frozen=True)
class Reported:
    id: str
    outcome: Outcome
    at: tuple[int, ...]


def find(
    said: Sequence[Clause], actions: Sequence[PreviousAction], names: frozenset[str] = frozenset(), tags: Mapping[int, Tags] | None = None
) -> list[Reported]:
    """One entry an action, in order. `names`: the two people, whose names say nothing of an action."""
    talk = talk_of(said, len(actions), names, tags)
    wishes = [mentions.rated(talk, action.what) for action in actions]
    places = _places(talk, actions, wishes)
    return [
        _reported(talk, at, action, wishes, number) if at is not None else Reported(action.id, "not_mentioned", ())
        for number, (action, at) in enumerate(zip(actions, places, strict=True))
    ]


def talk_of(said: Sequence[Clause], actions: int, names: frozenset[str], tags: Mapping[int, Tags] | None) -> Talk:
    """What is asked of every line, asked once."""
    heard = mentions.lines(said) if actions else []
    return Talk(heard, names, [outcomes.tells(line.text) for line in heard], actions, tags)


def _places(talk: Talk, actions: Sequence[PreviousAction], wishes: Sequence[Mapping[str, float]]) -> Iterator[int | None]:
    """The line that speaks most plainly of each action, or None."""
    before = Before()
    for number, (action, wish) in enumerate(zip(actions, wishes, strict=True)):
        worth = mentions.speaking(talk, action, number, wish, before)
        best = max(range(len(worth)), key=worth.__getitem__, default=None)
        found = best if best is not None and worth[best] > mentions.NEVER_MENTIONED else None
        before = before if found is None else before.found(found)
        yield found


def _reported(talk: Talk, at: int, action: PreviousAction, wishes: Sequence[Mapping[str, float]], number: int) -> Reported:
    """The line, with the question before an answer or the answer after a question."""
    line = talk.heard[at]
    told, text, after = spoken_of(talk.heard, at, wishes, number)
    asked = (
        talk.heard[at - 1] if at and told is line and talk.heard[at - 1].question and talk.heard[at - 1].speaker != line.speaker else line
    )
    return Reported(action.id, outcomes.outcome(told, text, after, action, talk.tags), tuple(sorted({*asked.at, *line.at, *told.at})))


def spoken_of(heard: Sequence[Line], at: int, wishes: Sequence[Mapping[str, float]], number: int) -> tuple[Line, str, str]:
    """The line or its answer, what of it does not speak of another action, and likewise what the same person says next."""
    told = outcomes.answer(heard, at)
    place = next(n for n in range(at, len(heard)) if heard[n] is told)
    after = heard[place + 1] if place + 1 < len(heard) and heard[place + 1].speaker == told.speaker else None
    return told, _own(told.text, wishes, number) or told.text, _own(after.text, wishes, number) if after else ""


def _own(text: str, wishes: Sequence[Mapping[str, float]], number: int) -> str:
    """The sentences that no other action has more words in common with."""
    kept = []
    for sentence in SENTENCE.split(text):
        shares = [mentions.share(wish, content(sentence)) for wish in wishes]
        if shares[number] == max(shares):
            kept.append(sentence)
    return " ".join(kept)
