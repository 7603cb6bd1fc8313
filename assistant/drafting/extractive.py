"""The drafter that needs no model: units, facts, actions, referrals, outcomes, grounding, omissions, in one straight line.

Deterministic: the same transcript and version give the same draft but for its id and the seconds it took.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assistant import grounding
from assistant.domain import (
    SECTIONS,
    Action,
    Check,
    Coverage,
    Draft,
    DraftedBy,
    Evidence,
    Item,
    NextAppointment,
    NoteSection,
    PreviousOutcome,
    Referral,
    SaidBy,
    Statement,
    Transcript,
)
from assistant.drafting import actions, appointment, barriers, dates, facts, left_out, previous, referrals, tagger, template, units
from assistant.drafting.checks import CONDITION, HEALTH, MONEY, REPORTED, holding, leans_on_doubt
from assistant.drafting.lexicon import lexicon, tokens
from assistant.drafting.people import People, people
from assistant.drafting.tagger import Tags
from assistant.drafting.wording import sentence
from assistant.identity import new_id
from assistant.protocols import Progress

VERSION = "2"
AGREED = re.compile(r"\bwe(?:'ve| have)? (?:both )?agreed\b", re.IGNORECASE)


class ExtractiveDrafter:
    """A protocols.Drafter. Quotes and cuts, never rewrites."""

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        started = time.perf_counter()
        total = len(transcript.segments)
        yield Progress(stage="draft", done=0, total=total)
        draft = Drafting(transcript).draft()
        yield Progress(stage="draft", done=total, total=total)
        return replace(draft, draft=new_id(), made_by=replace(draft.made_by, seconds=round(time.perf_counter() - started, 3)))


class Drafting:
    """One transcript on its way to a draft: what was read from it once and is asked for by every step."""

    def __init__(self, transcript: Transcript, tags: Mapping[int, Tags] | None = None) -> None:
        self.transcript = transcript
        self.tags = tagger.tag(transcript) if tags is None else tags
        self.said = units.clauses(transcript)
        self.people: People = people(transcript, self.said)
        self.texts = {s.id: s.text for s in transcript.segments}
        self.segments = {s.id: s for s in transcript.segments}
        self.today = transcript.session_date

    def draft(self) -> Draft:
        settled = appointment.find(self.said, self.today, self.tags)
        found = actions.find(self.said, self.people, self.today, settled.at if settled else (), self.tags)
        acts = tuple(self._action(a, settled.date if settled else None) for a in found)
        sent = referrals.find(self.said, self.tags)
        planned = frozenset(n for a in found for n in a.at).union(settled.at if settled else ())
        note = self._note(facts.find(self.said, self.transcript.kind, self.tags, planned))
        shown = barriers.find(self.said, self.tags)
        reported = previous.find(self.said, self.transcript.previous_actions, self.people.client | self.people.coach, self.tags)
        outcomes = tuple(self._outcome(r) for r in reported)
        draft = Draft(
            id=self.transcript.id,
            transcript=self.transcript.id,
            template=template.DEFAULT,
            note=note,
            barriers=tuple(shown),
            barrier_evidence={b: self._segments(at) for b, at in shown.items()},
            actions=acts,
            referrals=tuple(self._referral(r) for r in sent),
            previous=outcomes,
            next_appointment=self._next(settled),
            coverage=Coverage(segments=len(self.segments), read=len(self.segments), windows=1, gaps=self.transcript.gaps),
            made_by=DraftedBy(drafter="extractive", version=VERSION),
        )
        return replace(draft, left_out=tuple(left_out.scan(self.transcript.segments, frozenset(_cited(draft)), self.today)))

    def evidence(self, at: Iterable[int]) -> tuple[Evidence, ...]:
        """The clauses at these positions, quoted."""
        pieces = tuple(p for n in sorted(set(at)) for p in self.said[n].pieces)
        return units.evidence(pieces, self.texts)

    def _segments(self, at: Sequence[int]) -> tuple[int, ...]:
        return tuple(e.segment for e in self.evidence(at))

    def _note(self, found: Sequence[facts.Fact]) -> tuple[NoteSection, ...]:
        told: set[str] = set()
        sections: dict[str, list[Statement]] = {s: [] for s in SECTIONS}
        for fact in found:
            statement = self._statement(fact)
            key = " ".join(tokens(statement.text))
            if key and key not in told and statement.evidence:
                told.add(key)
                sections[fact.section].append(statement)
        return tuple(NoteSection(section=s, statements=tuple(sections[s])) for s in template.sections() if sections.get(s))

    def _statement(self, fact: facts.Fact) -> Statement:
        said = " ".join(self.said[n].text for n in fact.at)
        evidence = self.evidence(fact.at)
        text = " ".join(e.quote for e in evidence) if fact.section == "risk" else sentence(said)
        statement = Statement(text=text, said_by=self._said_by(fact.at, said), evidence=evidence, supported=True)
        supported = grounding.supported(statement, self.transcript) and grounding.quotes_hold(evidence, self.transcript)
        return replace(statement, supported=supported, check=self._checks(text, fact.section, evidence, supported))

    def _said_by(self, at: Sequence[int], text: str) -> SaidBy | None:
        speaker = self.said[at[-1]].speaker
        if speaker == "client" or speaker == "coach":
            return speaker
        if AGREED.search(text):
            return "agreed"
        return "client" if REPORTED.search(text) and self.transcript.kind == "dictation" else None

    def _checks(self, text: str, section: str, evidence: Sequence[Evidence], supported: bool) -> tuple[Check, ...]:
        labels = lexicon("barriers").labels(tokens(text))
        found: list[tuple[Check, bool]] = [
            ("money", bool(MONEY.search(text))),
            ("health", bool(labels & HEALTH)),
            ("risk", section == "risk"),
            ("conditional", bool(CONDITION.search(text))),
            ("unsupported", not supported),
            ("unclear", leans_on_doubt(evidence, self.segments)),
        ]
        return holding(found)

    def _action(self, found: actions.Found, next_date: dt.date | None) -> Action:
        evidence = self.evidence(found.at)
        due = found.when.date if found.when else next_date if found.later else None
        when = found.when or (None if due else dates.unresolved(" ".join(self.said[n].text for n in found.at)))
        checks: list[tuple[Check, bool]] = [
            ("date", bool((when and when.doubtful) or (due and (found.doubtful or not self.transcript.date_confirmed)))),
            ("money", bool(MONEY.search(found.what))),
            ("conditional", found.conditional),
            ("unclear", leans_on_doubt(evidence, self.segments)),
            ("owner", not found.who.certain),
        ]
        name = found.who.name if found.who.owner == "third_party" else None
        return Action(
            what=found.what,
            owner=found.who.owner,
            owner_name=name,
            due=due,
            due_text=when.text if when else None,
            evidence=evidence,
            check=holding(checks),
        )

    def _referral(self, sent: referrals.Sent) -> Referral:
        evidence = self.evidence(sent.at)
        check = holding([("unclear", leans_on_doubt(evidence, self.segments))])
        return Referral(to=sent.to, status=sent.status, evidence=evidence, check=check)

    def _outcome(self, reported: previous.Reported) -> PreviousOutcome:
        return PreviousOutcome(id=reported.id, outcome=reported.outcome, evidence=self.evidence(reported.at))

    def _next(self, settled: appointment.Settled | None) -> NextAppointment | None:
        if settled is None:
            return None
        evidence = self.evidence(settled.at)
        unsure = settled.doubtful or not self.transcript.date_confirmed
        check = holding([("date", unsure), ("unclear", leans_on_doubt(evidence, self.segments))])
        return NextAppointment(date=settled.date, time=settled.time, evidence=evidence, check=check)


def _cited(draft: Draft) -> Iterator[int]:
    items: list[Item] = [*(s for section in draft.note for s in section.statements), *draft.actions, *draft.referrals, *draft.previous]
    items += [draft.next_appointment] if draft.next_appointment else []
    yield from (e.segment for item in items for e in item.evidence)
    yield from (n for segments in draft.barrier_evidence.values() for n in segments)
