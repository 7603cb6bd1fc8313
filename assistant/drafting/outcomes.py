"""What a line says became of an action: done, part done, not done or changed. Knows words, not where the line was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import Outcome, Owner, PreviousAction, Speaker
from assistant.drafting.lexicon import stem, tokens
from assistant.drafting.mentions import TOLD, Line, told_logit
from assistant.drafting.tagger import Tags

NEG_VERB = re.compile(
    r"\b(?:(?:did|have|has|had|was|were|is|are|could|do|does|can|would|should|wo|ca|ai|need)(?:n't|nae|nt)|han't|cannot|ay|cor"
    r"|(?:have|has|had|is|was|were|am|did|could|would|'s|'ve|'m|'re|'d|been) (?:just |still |also )?(?:not|no|never|nae)|never"
    r"|not (?:yet|done|rung|sent|been|got|applied|gone|seen|had|even|managed|able)"
    r"|never|willnae|won't|nothing|nowt|no (?:sign|joy|progress|luck|news|word|call|answer|time|contact))\b",
    re.IGNORECASE,
)
NO = re.compile(
    r"^(?:(?:er|um|well|oh|ah|so|sorry|erm|right|and|but|then),? )*(?:no|nah|naw|nope|not|none|neither|never|nothing|nowt|no'? yet)\b"
    r"|\bthat's a no\b|^[\w' ]{3,40}? (?:no|nah|naw)(?:$| (?=(?:he|she|i|they|we|not)\b))",
    re.IGNORECASE,
)
FAILED = re.compile(
    r"\b(?:forg[eo]t\w*|lost|mislaid|slipped|ran out|run out|missed|bottled|chickened|pulled out|backed out|out of (?:his|her"
    r"|my) (?:head|mind)"
    r"|left (?:it|them|that|the \w+) (?:on|at|in|behind|by)|too (?:dear|much|expensive|busy|poorly|scared|late)|fell through"
    r"|fell apart|gone quiet"
    r"|unable|refused|locked (?:out|me)|smashed|broken|died|expired|knocked (?:me|him|her) back|turned (?:me|him|her) away"
    r"|carried over|outstanding"
    r"|overdue|empty[- ]handed|meant to|supposed to|was (?:going|gonna|gonnae) to|still (?:to|needs|on the|in the|in my|at|sat"
    r"|waiting|got to|has to)"
    r"|should(?:'ve| have)|would(?:'ve| have)|intend\w*|keep (?:meaning|putting)|been meaning|put (?:it|that) off|waylaid|behind with"
    r"|not (?:bothered|fancied|seen)"
    r"|got round to|get round to|chance|afraid|ashamed|embarrassed|scared|frightened|couldn't face|failed|closed before|sorry)\b",
    re.IGNORECASE,
)
INSTEAD = re.compile(
    r"\b(?:instead|rather than|chang(?:ed|ing) (?:his|her|my|our|the|their) (?:mind|plans?|rules)|changed (?:it|to)|swapp(?:ed|ing)"
    r"|replaced|in place of"
    r"|off (?:the|his|her|my|our|your) (?:list|plan|table)|cross(?:ed|ing)?(?: (?:it|that|them|this))? (?:off|out)|no longer"
    r"|not needed|no need|no use|pointless"
    r"|n't need(?:ed)?|not needing|no point|scrap(?:ped)?|dropp(?:ed|ing)|leave (?:it|that|the)|forget (?:it|about|that|the)"
    r"|postponed|put back|moved to"
    r"|moved (?:him|her|me|it|them) (?:to|on)|rearranged|decided (?:against|not)|on hold|parked|park (?:it|that)|withdrawn|cancelled"
    r"|called off|never mind"
    r"|for the time being|switched|agreed (?:not|to drop)|gone for|turned into|upped|ruled (?:it|that) out|overtaken|relevant"
    r"|not (?:doing|going for) that|different|another way|taken (?:that|it) (?:over|off)"
    r"|never had to|didn't (?:have to|wait)|beat me to it|no need)\b",
    re.IGNORECASE,
)
PARTIAL = re.compile(
    r"\b(?:halfway|half[- ]done|half (?:of|the|a|finished|written|filled|t'|an (?:answer|hour))|about half|so half|partly|partially"
    r"|in part|part of|some of|most of|a start|(?:'s|has|have|'ve) started|only (?:the|one|two|three|got|did|done|managed|half|a|some"
    r"|\d+)"
    r"|nearly|almost|apart from|except|bar (?:one|the|for|two)|up to|as far as|stuck|so far|not all|the other(?:s| one| two| three"
    r"| half)?|the rest|first (?:page|bit|half|part|two|three|step)"
    r"|still in draft|in drafts?|drafted but|missing|(?:not|n't) (?:quite )?finished|never finished|the second (?:one|bit|page|half"
    r"|part)|the third|the last (?:one|bit|part|page)|bit of it|incomplete|unfinished|one short|short of|halved|part[- ]way|underway"
    r"|to go|still to|all but|on the go|working on it|getting there)\b",
    re.IGNORECASE,
)
HALF = re.compile(
    r"\b(?:half(?:way| (?:of|done|finished|written|filled|a job|there)|$)|so half|part(?:ly|ially|[- ]done)"
    r"|unfinished|incomplete|not finished|never finished)\b",
    re.IGNORECASE,
)
"""Says it outright, whatever verb stands beside it."""
SMALL = {word: n for n, word in enumerate(["half", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])} | {
    "couple": 2,
    "both": 2,
    "once": 1,
    "twice": 2,
    "wan": 1,
}
NUMBER = rf"(?:{'|'.join(SMALL)}|\d+)"
OUT_OF = re.compile(
    rf"\b({NUMBER})(?: \w+){{0,2}} (?:out of|oot of|of the|of those|of them|of|from|out the)(?: the| his| her| my"
    rf"| them)? ?({NUMBER})?\b",
    re.IGNORECASE,
)
GOT = re.compile(
    r"\b(?:done|did|do|sent|put in|put|got|went(?: to)?|been to|applied for|applied|managed|handed in|made|finished|had|have|brought"
    r"|tried|wrote|written)"
    rf"(?:,? (?:like|about|the|in|out|only|just|for|to))*,? ({NUMBER})\b|^(?:just |only |well |er |um |yeah,? )*({NUMBER})\b",
    re.IGNORECASE,
)
"""How many were done, not any other number in the line."""
YES = re.compile(
    r"^(?:(?:er|um|well|oh|ah|so|erm|right|and),? )*(?:yes|yeah|yep|yup|aye|done|sorted|finished|ticked|all done|complete|completed"
    r"|passed|brought|closed)\b",
    re.IGNORECASE,
)
DID = re.compile(
    r"\b(?:I|he|she|they|we|you)(?:'ve| have|'s| has)? (?:did|done)\b|\b(?:I|he|she|they|we) (?:have|has|had)$"
    r"|\b(?:'s|'ve|'d|has|have|had|was|were|is|been|got|are) (?:also |just |already |since |now |both |all |been |gone and |it |them "
    r"|that |the \w+ )*(?!to\b|been meaning|supposed|meant|going|waiting)"
    r"(?:\w{2,}ed|\w+wn|done|sent|rung|been|gone|got|made|brought|bought|found|written|wrote|spoken|put|taken|took|given|come|seen"
    r"|told|paid|read|set|met|signed|in|away|ready|here)\b"
    r"|\b(?:rang|sent|went|did|done|made|brought|bought|found|wrote|spoke|took|gave|came|saw|told|paid|passed|put|got|read|\w{3,}ed)\b",
    re.IGNORECASE,
)
READY = re.compile(
    r"\b(?:here (?:it|they|he|she) (?:is|are)|here's|here you (?:go|are)|to hand|all (?:done|set|sorted)|that's (?:that|done|gone"
    r"|it done|in)|ticked|as (?:agreed|promised|planned|asked|arranged)"
    r"|like (?:we|I|he|she|they|you)(?:'d)? (?:said|asked|agreed|promised|wanted)|came (?:through|back|on)|come through|issued"
    r"|certificate|tick (?:it|that)|signed off|on (?:his|her|my) phone|look|screenshot|went (?:well|fine|in)|cleared)\b",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:I'll|he'll|she'll|they'll|will|going to|gonna|gonnae|tomorrow|later|next week|doing that|tonight)\b",
    re.IGNORECASE,
)
CHUNK = re.compile(r"(?<=[\w'’£%])(?:[,.;:!?]+ +| (?=(?:but|and|so|because|cos|only|then|though|until|till|except|which) )| [-–—]+ )")
SUBJECT = re.compile(
    r"^(?:(?:and|but|so|then|because|cos|well|yeah|only|though|which|that|if|when|yes|no|right|er|um) )*(?P<who>I|we|he|she|they|it"
    r"|you|there|this|that|those|my|his|her|the|their)(?='|\b)",
    re.IGNORECASE,
)
OPENING = 2
"""Parts of a line in which a yes or a no answers; further on it is of something else."""
SHORT = 7
"""Words below which a line is an answer."""
REPLY = 4
"""Lines within which a question is answered."""
USUAL = (1.5, -1.0, 0.2, -0.8)
TAGGED = 0.3
WEIGHTS: Mapping[str, tuple[float, float, float, float]] = {
    "yes": (1.1, -0.1, -0.9, -0.1),
    "no": (-1.0, -0.1, 0.3, 0.8),
    "ready": (1.0, -1.2, -0.1, 0.4),
    "negated": (-1.0, 0.6, 1.2, -0.8),
    "others": (-1.2, 0.2, 0.7, 0.4),
    "failed": (-1.1, 0.8, 0.8, -0.5),
    "good_first": (0.3, 0.7, -0.7, -0.3),
    "bad_first": (-0.5, -0.3, 0.6, 0.2),
    "but": (0.2, 0.7, -0.6, -0.3),
    "half": (-0.5, 0.6, -0.1, 0.0),
    "deed": (1.1, 0.1, -0.6, -0.6),
    "deed_not": (-0.5, -0.3, 0.9, -0.2),
    "instead": (-2.1, -0.7, -0.8, 3.5),
    "partial": (-0.9, 2.0, -0.4, -0.6),
    "halfway": (-1.0, 1.0, 0.0, 0.0),
    "ahead": (-0.1, -0.8, 0.0, 0.8),
    "short": (-0.3, 0.4, 0.4, -0.5),
    "out_of": (-0.3, 1.5, -0.9, -0.3),
    "fewer": (-1.2, 2.1, -0.7, -0.2),
    "enough": (0.3, -0.1, -0.1, 0.0),
}
"""What a sign is worth to each of TOLD, what each is worth without any, and what the tagger's opinion is worth: a logistic model
fitted to the open voices, the development cases and the loose sentences, half of them without tags, rounded to tenths;
`halfway` by hand.
"""


def outcome(line: Line, action: PreviousAction, tags: Mapping[int, Tags] | None) -> Outcome:
    """The likeliest reading of a line that speaks of an action."""
    found = [WEIGHTS[name] for name, holds in signs(line.text, action.what, action.owner, line.speaker) if holds]
    tagged = tags.get(line.segment) if tags else None
    worth = {
        name: USUAL[n] + sum(weights[n] for weights in found) + (TAGGED * told_logit(tagged[f"previous:{name}"]) if tagged else 0.0)
        for n, name in enumerate(TOLD)
    }
    return max(TOLD, key=lambda name: worth[name])


def answer(heard: Sequence[Line], at: int) -> Line:
    """The line itself, or what was answered where it asks."""
    line = heard[at]
    if line.question and line.speaker:
        return next((other for other in heard[at + 1 : at + REPLY] if other.speaker != line.speaker), line)
    return line


@dataclass(frozen=True)
class _Part:
    """A stretch of a line that says one thing."""

    text: str = field(repr=False)
    own: bool
    """Whether it speaks of the one who was to act, or of the thing itself."""

    @property
    def negated(self) -> bool:
        return bool(NEG_VERB.search(self.text))

    @property
    def good(self) -> bool:
        return bool(YES.search(self.text) or READY.search(self.text) or (self.own and not self.negated and DID.search(self.text)))

    @property
    def bad(self) -> bool:
        return bool((self.own and self.negated) or NO.search(self.text) or FAILED.search(self.text))


def _parts(text: str, owner: Owner, speaker: Speaker | None) -> list[_Part]:
    """A part without a subject has that of the part before it."""
    found: list[_Part] = []
    own = True
    for part in CHUNK.split(text):
        subject = SUBJECT.match(part)
        own = _own(subject["who"].lower(), owner, speaker) if subject else own
        if re.search(r"\w", part):
            found.append(_Part(part, own))
    return found


def _own(subject: str, owner: Owner, speaker: Speaker | None) -> bool:
    if subject in ("i", "we", "my"):
        return owner == "coach" or speaker == "client"
    if subject in ("he", "she", "you", "his", "her"):
        return owner != "coach" and speaker != "client"
    if subject in ("they", "their"):
        return owner == "third_party"
    return True


def signs(text: str, what: str, owner: Owner, speaker: Speaker | None) -> Iterator[tuple[str, bool]]:
    """What holds of a line; `others` are negations of somebody else: `they never got back`."""
    parts = _parts(text, owner, speaker)
    sides = ["bad" if part.bad else "good" for part in parts if part.bad or part.good]
    deed = {stem(word) for word in tokens(what)[:1]}
    said = [part for part in parts if deed & {stem(word) for word in tokens(part.text)}]
    yield "yes", any(YES.search(part.text) for part in parts[:OPENING])
    yield "no", any(NO.search(part.text) for part in parts[:OPENING])
    yield "ready", any(READY.search(part.text) and not part.negated for part in parts)
    yield "negated", any(part.negated and part.own for part in parts)
    yield "others", any(part.negated and not part.own for part in parts)
    yield "failed", any(FAILED.search(part.text) for part in parts)
    yield "good_first", sides[:1] == ["good"]
    yield "bad_first", sides[:1] == ["bad"]
    yield "but", sides[:1] == ["good"] and "bad" in sides
    yield "half", " and " in what and sides[:1] == ["good"] and "bad" in sides
    yield "deed", any(not part.bad and not part.negated for part in said)
    yield "deed_not", any(part.negated for part in said)
    yield "instead", bool(INSTEAD.search(text))
    yield "partial", bool(PARTIAL.search(text))
    yield "halfway", bool(HALF.search(text))
    yield "ahead", bool(AHEAD.search(text))
    yield "short", len(text.split()) < SHORT
    yield from _counted(text, what)


def _counted(text: str, what: str) -> Iterator[tuple[str, bool]]:
    """`One out of two`, and fewer than were agreed."""
    goal = max((n for word in tokens(what) if (n := _number(word))), default=0)
    got = [n for found in GOT.finditer(text) if (n := _number((found[1] or found[2]).lower()))]
    ratio = OUT_OF.search(text)
    done, of = (_number(ratio[1].lower()), _number((ratio[2] or "").lower()) or goal) if ratio else (None, 0)
    yield "out_of", done is not None and done < of
    yield "fewer", bool(got) and got[0] < goal
    yield "enough", bool(got and goal) and got[0] >= goal


def _number(word: str) -> int | None:
    return SMALL.get(word, int(word) if word.isdecimal() and len(word) < 3 else None)
