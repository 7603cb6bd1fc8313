"""What became of the actions agreed last time: the clauses that speak of each, and what they say of it.

An action that nothing speaks of is `not_mentioned`; that is decided here, by the absence of evidence, and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Outcome, PreviousAction
from assistant.drafting.lexicon import content
from assistant.drafting.units import Clause
from assistant.drafting.verbs import is_action

LEAST_SHARE = 0.5
"""Score from which a clause is taken to speak of an action."""
LOOKING_BACK = 0.25
"""What a clause gains by telling of something past, and loses by promising: both speak of the same things."""
OWN = 0.7
"""What the clause itself holds counts more than what its neighbours hold."""
NAME_WEIGHT, DEED_WEIGHT, UNHEARD = 2.0, 0.4, 0.6
"""A name tells actions apart, `send` and `ring` do not; a word that nobody said cannot be missed for long."""
BACK = re.compile(
    r"\b(?:did|didn't|has|hasn't|have|haven't|had|'s (?:done|sent|been|rung|got|had|given|put|made)|I've|he's|she's"
    r"|went|shows|never|sent|rang|brought|done|finished|forgot|last (?:time|week)|was|were|already|passed|applied"
    r"|dropped|swapped|like (?:I'd|we|I) (?:asked|said))\b",
    re.IGNORECASE,
)
AHEAD = re.compile(r"\b(?:I'll|he'll|she'll|will|going to|gonna|is to|'s to|needs to|need to)\b", re.IGNORECASE)
PART = re.compile(
    r"\b(?:half|partly|part of|some of|most of|a couple|made a start|not finished|hasn't finished|two of|three of"
    r"|one of|only (?:did|done|managed|got|two|three|one|half)|nearly|almost|halfway|couldn't find|managed (?:one"
    r"|two|three|half|some)|the other(?:s| two| one| three)?(?: I)? (?:never|not|didn't|to do)|still got|not all"
    r"|bar one|except)\b",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:instead|changed|off (?:her|his|the) plan|for the time being|leave the|leave it|no longer|not needed|didn't need"
    r"|no need|dropped|swapped that|taken (?:it|that|them) off|scrapped|swapped|moved (?:to|her|him|it)|forget about it"
    r"|put back|postponed|rearranged|decided against|on hold|parked)\b",
    re.IGNORECASE,
)
NOT_DONE = re.compile(
    r"\b(?:didn't|did not|hasn't|has not|haven't|have not|hadn't|not (?:done|rung|sent|been|yet|got|applied|gone"
    r"|finished)|never|forgot|forgotten|couldn't|wasn't able|no joy|not managed|i've not|he's not|she's not|ran out of time"
    r"|lost the number|nothing done|didnae|hasnae|no progress|not happened|slipped|missed|still (?:to do|needs|waiting"
    r"|outstanding)|won't|refuses)\b",
    re.IGNORECASE,
)
DONE = re.compile(
    r"\b(?:done|did|sent|rang|rung|phoned|called|finished|completed|brought|passed|paid|applied|registered|signed"
    r"|made|filled|posted|booked|ordered"
    r"|arrived|sorted|that's gone|spoke|spoken|attended|emailed|handed|updated|bought|opened|found|asked|as planned"
    r"|journal shows|like we said"
    r"|like I asked|already|landed|came through|I've (?:got )?(?:the|it|them|his|her)|went|gone|went through|put (?:in"
    r"|it|them|the)|has it|got it)\b",
    re.IGNORECASE,
)
DONE_AND_NOT = re.compile(
    r"\b(?:did|done|passed|sent|rang|finished|went|brought|got|has)\b.*\bbut\b.*\b(?:not|n't|hasn't|haven't|didn't"
    r"|never|couldn't)\b",
    re.IGNORECASE,
)
OUTCOMES: tuple[tuple[re.Pattern[str], Outcome], ...] = ((PART, "part_done"), (CHANGED, "changed"), (NOT_DONE, "not_done"), (DONE, "done"))


@dataclass(frozen=True)
class Reported:
    id: str
    outcome: Outcome
    at: tuple[int, ...]


def find(said: Sequence[Clause], actions: Sequence[PreviousAction], names: frozenset[str] = frozenset()) -> list[Reported]:
    """`names`: the two people, whose names say nothing of an action."""
    heard = [content(c.text) for c in said]
    common = Counter(stem for words in heard for stem in words)
    return [_one(said, heard, common, action, names) for action in actions]


def _one(
    said: Sequence[Clause], heard: Sequence[frozenset[str]], common: Counter[str], action: PreviousAction, names: frozenset[str]
) -> Reported:
    wanted = _wanted(action.what, names)
    scores = {at: _score(said, heard, common, at, wanted) for at in range(len(said))}
    best = max(scores, key=lambda at: (scores[at], -at), default=None)
    if best is None or scores[best] < LEAST_SHARE:
        return Reported(action.id, "not_mentioned", ())
    at = _sentence(said, best)
    outcome = _outcome(said, best, at, " and " in action.what)
    return Reported(action.id, outcome, at) if outcome else Reported(action.id, "not_mentioned", ())


def _score(said: Sequence[Clause], heard: Sequence[frozenset[str]], common: Counter[str], at: int, wanted: Mapping[str, float]) -> float:
    """Share of what was agreed that a clause and its neighbours in the sentence hold, rare words counting more; looking back counts more
    than promising.
    """
    near = heard[at] | frozenset(
        w for n in (at - 1, at + 1) if 0 <= n < len(said) and said[n].sentence == said[at].sentence for w in heard[n]
    )
    weights = {w: weight / (1 + common[w] / 3) if common[w] else weight * UNHEARD for w, weight in wanted.items()}
    total = sum(weights.values())
    if not total or not heard[at] & wanted.keys():
        return 0.0
    share = sum(weights[w] * (OWN if w in heard[at] else 1 - OWN) for w in near & wanted.keys()) / (OWN * total)
    text = said[at].text
    if BACK.search(text):
        return share + LOOKING_BACK
    return 0.0 if AHEAD.search(text) else share


def _wanted(what: str, names: frozenset[str]) -> dict[str, float]:
    """Content stems of an action; names count most, everyday deeds least."""
    weights: dict[str, float] = {}
    for n, word in enumerate(re.findall(r"[\w']+", what)):
        for stem in content(word) - names - content("coach client participant"):
            weights[stem] = NAME_WEIGHT if n and word[0].isupper() else DEED_WEIGHT if is_action(word) else 1.0
    return weights


def _sentence(said: Sequence[Clause], at: int) -> tuple[int, ...]:
    """The clause and the rest of its sentence, with the answer where it was asked."""
    here = [n for n in range(max(0, at - 3), min(len(said), at + 4)) if said[n].sentence == said[at].sentence]
    if said[at].speaker not in (None, "client"):
        answer = next((n for n in range(at + 1, min(len(said), at + 5)) if said[n].speaker != said[at].speaker), None)
        here += [n for n in range(answer, min(answer + 3, len(said))) if said[n].speaker == said[answer].speaker] if answer else []
    return tuple(here)


def _outcome(said: Sequence[Clause], best: int, at: tuple[int, ...], several: bool) -> Outcome | None:
    """What the clause itself says, else its sentence with the answer, else the sentence after."""
    last = max(at)
    after = [
        n
        for n in range(last + 1, min(len(said), last + 5))
        if said[n].sentence == said[last].sentence + 1 and said[n].speaker == said[last].speaker
    ]
    own: tuple[int, ...] = (best,) if not said[best].question and said[best].speaker in (None, "client") and not several else ()
    for positions in (own, at, (*at, *after)):
        text = " ".join(said[n].text for n in positions if not said[n].question)
        if several and DONE_AND_NOT.search(text):
            return "part_done"
        for pattern, outcome in OUTCOMES:
            if pattern.search(text):
                return outcome
    return None
