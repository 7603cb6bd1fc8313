"""What became of the actions agreed last time: the line that speaks of each, and what it says of it.

An action that nothing speaks of is `not_mentioned`; that is decided here, by the absence of evidence, and nowhere else. `mentions` knows
where a line speaks of an action, `outcomes` how it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Outcome, PreviousAction
from assistant.drafting import mentions, outcomes
from assistant.drafting.mentions import Line
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

TAKEN, EARLIER = 1.0, 1.0
"""What a line loses that already speaks of another action, for one line seldom reports two, and what it loses that stands no later than
the one before: the list is gone through from its top (six in seven on the open voices). Both were
chosen on the open voices and the development cases together.
"""


@dataclass(frozen=True)
class Reported:
    id: str
    outcome: Outcome
    at: tuple[int, ...]


def find(
    said: Sequence[Clause], actions: Sequence[PreviousAction], names: frozenset[str] = frozenset(), tags: Mapping[int, Tags] | None = None
) -> list[Reported]:
    """One entry an action, in order. `names`: the two people, whose names say nothing of an action."""
    heard = mentions.lines(said)
    places = _places(heard, actions, names, tags)
    return [
        _reported(heard, at, action, tags) if at is not None else Reported(action.id, "not_mentioned", ())
        for action, at in zip(actions, places, strict=True)
    ]


def _places(
    heard: Sequence[Line], actions: Sequence[PreviousAction], names: frozenset[str], tags: Mapping[int, Tags] | None
) -> Iterator[int | None]:
    """The line that speaks most plainly of each action, or None."""
    taken: set[int] = set()
    last = -1
    for action in actions:
        scores = mentions.speaking(action, heard, names, tags)
        worth = [score - TAKEN * (at in taken) - EARLIER * (at <= last) for at, score in enumerate(scores)]
        best = max(range(len(heard)), key=worth.__getitem__, default=None)
        found = best if best is not None and worth[best] > mentions.NEVER_MENTIONED else None
        if found is not None:
            taken.add(found)
            last = found
        yield found


def _reported(heard: Sequence[Line], at: int, action: PreviousAction, tags: Mapping[int, Tags] | None) -> Reported:
    """The line, with the question before an answer or the answer after a question."""
    line, told = heard[at], outcomes.answer(heard, at)
    asked = heard[at - 1] if at and told is line and heard[at - 1].question and heard[at - 1].speaker != line.speaker else line
    return Reported(action.id, outcomes.outcome(told, action, tags), tuple(sorted({*asked.at, *line.at, *told.at})))
