"""Who is meant: the coach, the participant or somebody else, from the subject of a clause and who is speaking.

Names and pronouns only; knows nothing of what was promised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from assistant.domain import Owner, Transcript
from assistant.drafting.lexicon import table, words_of
from assistant.drafting.units import Clause

HE, SHE = {"he", "him", "his"}, {"she", "her", "hers"}
NOT_NAMES = words_of("people", "not_a_name")
NAME = re.compile(r"\b(?:(?:Mrs|Mr|Ms|Miss|Dr|Doctor) )?[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")
_ROLES = sorted(table("people")["role"]["words"], key=len, reverse=True)
ROLE = re.compile(rf"\b(?:(?:the|his|her|their|my|your|our|a|an)(?: [a-z]+)?? )?({'|'.join(map(re.escape, _ROLES))})\b", re.IGNORECASE)
RECEIVER = re.compile(
    r"(?:\w+ ){1,2}?(him|her)(?= (?:a|an|the|some|to|in|on|at|up|back|for|over|again|about|when|by|tonight|tomorrow|next|it)\b|[,.]|$)"
)
"""`giving her a form` has a receiver, `bringing her passport` has none."""
SPOKE = re.compile(r"\b(?:says?|said)\b")
INTERPRETED = re.compile(r"\binterpret|\btranslat", re.IGNORECASE)


MISHEARD = 0.75
"""Likeness (difflib ratio) from which a name is taken for a mishearing of the participant's: `Amena` for `Amina` is 0.8, `Tina` is 0.67."""
SHORT_NAME = 3


@dataclass(frozen=True)
class Who:
    owner: Owner
    name: str | None = field(default=None, repr=False)
    certain: bool = True


@dataclass(frozen=True)
class People:
    kind: str
    client: frozenset[str] = field(repr=False)
    coach: frozenset[str] = field(repr=False)
    pronouns: frozenset[str]
    """How the participant is spoken of; empty when it is not known."""
    others: frozenset[str] = field(repr=False)
    """Capitalised words that stand inside sentences: names rather than beginnings."""
    interpreter: bool
    """Whether the third speaker speaks for the participant."""

    def speaker(self, clause: Clause) -> Who:
        """Whose `I` it is."""
        if clause.speaker == "client" or (clause.speaker == "other" and self.interpreter):
            return Who("client")
        if clause.speaker == "other":
            return Who("third_party")
        return Who("coach", certain=clause.speaker == "coach" or self.kind == "dictation")

    def listener(self, clause: Clause) -> Who:
        """Whose `you` it is."""
        me = self.speaker(clause)
        return Who("client" if me.owner in ("coach", "third_party") else "coach", certain=me.certain)

    def named(self, name: str) -> Who:
        words = set(re.findall(r"\w+", name.lower()))
        if words & self.client:
            return Who("client")
        if any(get_close_matches(word, self.client, 1, MISHEARD) for word in words if len(word) > SHORT_NAME):
            return Who("client", certain=False)
        return Who("coach") if words & self.coach else Who("third_party", name)

    def who(self, subject: str, clause: Clause, before: str, after: str) -> Who:
        """`before` and `after`: what the same sentence says in front of the subject, and behind its verb."""
        low = subject.lower()
        if low in ("i", "me", "myself"):
            return self.speaker(clause)
        if low == "you":
            return self.listener(clause)
        if low == "we" or low == "us" or "of us" in low:
            return Who("coach", certain=False)
        if low in ("he", "she", "they", "who"):
            return self._pronoun(low, before, after)
        known = self.named(subject)
        return known if known.owner != "third_party" or (subject[:1].isupper() and subject not in NOT_NAMES) else self._role(subject)

    def _role(self, subject: str) -> Who:
        if {w.lower() for w in subject.split()} & {"client", "participant", "customer"}:
            return Who("client")
        return Who("third_party", subject)

    def _pronoun(self, low: str, before: str, after: str) -> Who:
        other = self._other_in(before)
        if self.kind == "appointment" or low in ("they", "who"):
            return Who("third_party", other)
        if self.pronouns and low not in self.pronouns:
            return Who("third_party", other)
        if low in self.pronouns and self._carries_on(low, before):
            return Who("client")
        towards = RECEIVER.match(after.lower())
        if towards and self.pronouns & {towards[1]} and not re.search(r"\b(?:his|her) \w+$", before[-12:]):
            return Who("third_party", other) if other or low in self.pronouns else Who("client")
        return Who("third_party", other, certain=False) if other and self._topic(before) else Who("client")

    def _carries_on(self, low: str, before: str) -> bool:
        """`he's seeing Dr Osei, and he's going to talk to him`: one subject goes on."""
        first = re.match(rf"(?:(?:and|but|so|then|now|right|okay|yeah|er|um),? )*(?P<s>{low}|[A-Z][a-z]+)\b", before, re.IGNORECASE)
        if first is None or SPOKE.search(before):
            return False
        return first["s"].lower() == low or first["s"].lower() in self.client

    def _topic(self, before: str) -> bool:
        """Whether the sentence opened with somebody else: `Colm, that's the branch manager, he's ...`."""
        opening = re.sub(r"^(?:(?:and|but|so|now|now then|right|okay|er|um|good news),? )*", "", before, flags=re.IGNORECASE)
        first = NAME.match(opening)
        if not first or first[0] in NOT_NAMES or self.named(first[0]).owner != "third_party":
            return bool(re.match(r"I (?:had|got|spoke to|have|'ve got) [A-Z]", opening))
        return first[0].split()[-1] in self.others or bool(
            re.match(r",|'s\b| [A-Z]| (?:from|at|who|says|said|is|has|will)\b", opening[first.end() :])
        )

    def _other_in(self, text: str) -> str | None:
        """The last person besides the two that a text names."""
        names = [m for m in NAME.finditer(text) if m[0] not in NOT_NAMES and self.named(m[0]).owner == "third_party"]
        roles = list(ROLE.finditer(text))
        last = max([*names, *roles], key=lambda m: m.start(), default=None)
        return last[0].strip() if last else None


def people(transcript: Transcript, said: Sequence[Clause]) -> People:
    counts = Counter(w for c in said for w in re.findall(r"\b(?:he|him|his|she|her|hers)\b", c.text.lower()))
    he, she = sum(counts[w] for w in HE), sum(counts[w] for w in SHE)
    pronouns = frozenset(HE if he >= 2 * she and he else SHE if she >= 2 * he and she else ())
    voices = Counter(c.speaker for c in said)
    interpreter = voices["other"] > voices["client"] and any(INTERPRETED.search(c.text) for c in said)
    inside = frozenset(w for c in said for w in re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", c.text)) - NOT_NAMES
    return People(transcript.kind, _first(transcript.client), _first(transcript.coach), pronouns, inside, interpreter)


def _first(name: str | None) -> frozenset[str]:
    return frozenset(w for w in re.findall(r"\w+", (name or "").lower()) if len(w) > 1)
