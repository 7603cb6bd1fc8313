"""From what a model found to an item of a draft: its evidence quoted, its owner and date worked out again by rule, its doubts flagged.

A model chooses lines and words. Who has to do it, by when, whether the lines hold it and what a person must look at are decided here. The
offline drafter's draft of the same transcript is the second opinion. Knows no model and no window.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant import grounding
from assistant.domain import Action, Draft, Evidence, PreviousOutcome, Referral, SaidBy, Statement, Transcript
from assistant.drafting import dates, units
from assistant.drafting.checks import CONDITION, HEALTH, MONEY, REPORTED, holding, leans_on_doubt
from assistant.drafting.commitments import Promise, promises
from assistant.drafting.lexicon import content, lexicon, tokens
from assistant.drafting.llm import doubts
from assistant.drafting.llm.prompts import clean
from assistant.drafting.llm.schema import Became, Deed, Fact, Sent
from assistant.drafting.people import Who, people
from assistant.drafting.units import Clause, Piece
from assistant.drafting.wording import capital

SAME_DEED = 0.34
"""Share of the shorter one's content stems from which a model's action and one found by rule in the same lines are one action."""
TAKEN_BACK = re.compile(
    r"\b(?:actually,? no|scra[pb] (?:that|it)|scrub (?:that|it)|forget (?:that|it)|on second thoughts|never mind|no need|cancel that"
    r"|hold off|changed (?:my|his|her) mind|decided not to|no,? leave (?:it|that)|that's off"
    r"|won't bother|not going to now|don't put that)\b",
    re.IGNORECASE,
)
"""Looked for only where the rules did not find the action themselves: they have finer ways to see that one was dropped."""
TAKEN_BACK_WITHIN = 40
"""Characters of the next segment in which an action before it is taken back."""


@dataclass(frozen=True)
class Due:
    date: dt.date | None = None
    text: str | None = None
    doubtful: bool = False


class Rules:
    """One transcript, read once, and what the offline drafter made of it."""

    def __init__(self, transcript: Transcript, second: Draft) -> None:
        self.transcript, self.second, self.today = transcript, second, transcript.session_date
        self.said = units.clauses(transcript)
        self.people = people(transcript, self.said)
        self.pieces: dict[int, list[Piece]] = {}
        for piece in (p for clause in self.said for p in clause.pieces):
            self.pieces.setdefault(piece.segment, []).append(piece)
        self.texts = {s.id: s.text for s in transcript.segments}
        self.segments = {s.id: s for s in transcript.segments}
        self.known = grounding.known_names(transcript)

    def evidence(self, segments: Iterable[int]) -> tuple[Evidence, ...]:
        """Each segment quoted from its first word to its last, round anything unsafe."""
        return units.evidence(tuple(p for n in sorted(set(segments)) for p in self.pieces.get(n, ())), self.texts)

    def statement(self, fact: Fact, segments: Sequence[int]) -> Statement | None:
        """None for a sentence that has nothing in common with what it cites."""
        evidence, text = self.evidence(segments), clean(fact.text)
        lines = grounding.cited_texts(evidence, self.transcript)
        if not evidence or not content(text) or doubts.covered(text, lines, self.known) == 0:
            return None
        text = capital(text) if text.endswith((".", "?", "!")) else capital(text) + "."
        statement = Statement(text=text, said_by=self._said_by(evidence), evidence=evidence, supported=True)
        return self._judged(statement, doubts.in_doubt(text, lines, self.known))

    def risk(self, segments: Sequence[int]) -> Statement | None:
        """Word for word."""
        evidence = self.evidence(segments)
        text = " ".join(e.quote for e in evidence)
        check = holding([("risk", True), ("unclear", self._unclear(evidence))])
        return Statement(text=text, said_by=self._said_by(evidence), evidence=evidence, supported=True, check=check) if evidence else None

    def _judged(self, statement: Statement, doubtful: bool) -> Statement:
        resolved = [w.date for e in statement.evidence for w in dates.find(self.texts[e.segment], self.today) if w.date]
        supported = not doubtful and grounding.supported(statement, self.transcript, resolved)
        words = " ".join([statement.text, *(e.quote for e in statement.evidence)])
        check = holding(
            [
                ("money", bool(MONEY.search(statement.text))),
                ("health", bool(HEALTH & lexicon("barriers").labels(tokens(statement.text)))),
                ("conditional", bool(CONDITION.search(words))),
                ("unsupported", not supported),
                ("unclear", self._unclear(statement.evidence)),
            ]
        )
        return Statement(text=statement.text, said_by=statement.said_by, evidence=statement.evidence, supported=supported, check=check)

    def _said_by(self, evidence: Sequence[Evidence]) -> SaidBy | None:
        speakers = {self.segments[e.segment].speaker for e in evidence}
        if speakers == {"client"}:
            return "client"
        if speakers == {"coach"}:
            return "coach"
        told = speakers == {None} and self.transcript.kind == "dictation" and all(REPORTED.search(e.quote) for e in evidence)
        return "client" if told else None

    def action(self, deed: Deed, segments: Sequence[int]) -> Action | None:
        """Owner and date by rule. None for a deed that has nothing in common with what it cites."""
        evidence, what = self.evidence(segments), clean(deed.what).rstrip(" .")
        lines = grounding.cited_texts(evidence, self.transcript)
        if not evidence or not content(what) or doubts.covered(what, lines, self.known) == 0:
            return None
        twin = self.twin(what, segments)
        who = Who(twin.owner, twin.owner_name, "owner" not in twin.check) if twin else self._who(deed, segments)
        due = self._due(deed, twin, lines)
        loose = (
            grounding.loose_ends(what, lines, self.known)
            or doubts.covered(what, lines, self.known) < doubts.LEAST_COVERED
            or (twin is None and self._taken_back(segments))
        )
        check = holding(
            [
                ("date", due.doubtful or bool(due.date and not self.transcript.date_confirmed)),
                ("money", bool(MONEY.search(what))),
                ("conditional", "conditional" in twin.check if twin else bool(CONDITION.search(" ".join(lines)))),
                ("unsupported", bool(loose)),
                ("unclear", self._unclear(evidence)),
                ("owner", not who.certain or deed.owner != who.owner),
            ]
        )
        name = who.name if who.owner == "third_party" else None
        return Action(what=capital(what), owner=who.owner, owner_name=name, due=due.date, due_text=due.text, evidence=evidence, check=check)

    def twin(self, what: str, segments: Iterable[int]) -> Action | None:
        """The same action as the offline drafter found it, if it did."""
        near = [a for a in self.second.actions if {e.segment for e in a.evidence} & set(segments)]
        best = max(near, key=lambda a: alike(a.what, what), default=None)
        return best if best and alike(best.what, what) >= SAME_DEED else None

    def _taken_back(self, segments: Sequence[int]) -> bool:
        """Whether the last of the segments, or what follows it at once, says that nothing comes of it."""
        order = list(self.texts)
        last = order.index(max(segments, key=order.index))
        following = self.texts[order[last + 1]][:TAKEN_BACK_WITHIN] if last + 1 < len(order) else ""
        return bool(TAKEN_BACK.search(f"{self.texts[order[last]]} {following}"))

    def _who(self, deed: Deed, segments: Sequence[int]) -> Who:
        """By the promise in the cited lines that is nearest to the deed; where none is found, as the model says, to be checked."""
        here = [c for c in self.said if set(c.segments) & set(segments)]
        names = self.people.client | self.people.coach
        made = [(c, p) for c in here for p in promises(c.text, names) if p.subject]
        near: Callable[[tuple[Clause, Promise]], float] = lambda cp: alike(f"{cp[1].verb} {cp[1].rest}", deed.what)  # noqa: E731
        best = max(made, key=near, default=None)
        if best and near(best) >= SAME_DEED:
            clause, promise = best
            return self.people.who(promise.subject, clause, promise.before, f"{promise.verb}{promise.rest}")
        return Who("coach" if deed.owner == "unclear" else deed.owner, certain=False)

    def _due(self, deed: Deed, twin: Action | None, lines: Sequence[str]) -> Due:
        """The rule's date stands. A date that only the model saw must be said in the lines it cites, and is looked at by a person."""
        told = self._told(deed.due_words, lines)
        if twin and (twin.due or twin.due_text):
            return Due(twin.due, twin.due_text, "date" in twin.check or (bool(deed.due_words) and (told.date != twin.due)))
        return Due(told.date, told.text, bool(told.date) or bool(deed.due_words and not told.text))

    def _told(self, words: str | None, lines: Sequence[str]) -> Due:
        said = next((line for line in lines if words and _plain(words) in _plain(line)), None)
        if not words or said is None:
            return Due()
        found = [w for w in dates.find(words, self.today) if w.date and self.today and w.date >= self.today]
        chosen = dates.chosen(words, found)
        return Due(chosen.date, chosen.text, chosen.doubtful) if chosen else Due(text=clean(words))

    def referral(self, sent: Sent, segments: Sequence[int]) -> Referral | None:
        """None when its name is not in the lines it cites."""
        evidence, to = self.evidence(segments), clean(sent.to).rstrip(" .")
        lines = grounding.cited_texts(evidence, self.transcript)
        if not evidence or not content(to) or doubts.covered(to, lines) < 1 or grounding.loose_ends(to, lines):
            return None
        reason = clean(sent.reason or "")
        held = (
            bool(reason) and doubts.covered(reason, lines, self.known) >= doubts.LEAST_COVERED and not grounding.loose_ends(reason, lines)
        )
        check = holding([("unclear", self._unclear(evidence))])
        return Referral(to=capital(to), status=sent.status, reason=reason if held else None, evidence=evidence, check=check)

    def outcome(self, became: Became, segments: Sequence[int]) -> PreviousOutcome | None:
        evidence = self.evidence(segments)
        return PreviousOutcome(id=became.id, outcome=became.outcome, evidence=evidence) if evidence else None

    def _unclear(self, evidence: Iterable[Evidence]) -> bool:
        return leans_on_doubt(evidence, self.segments)


def _plain(text: str) -> str:
    return " ".join(tokens(text))


def alike(a: str, b: str) -> float:
    """Share of the shorter text's content stems that both have, 0 to 1."""
    one, two = content(a), content(b)
    least = min(len(one), len(two))
    return len(one & two) / least if least else 0.0
