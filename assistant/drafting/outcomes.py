"""What a line says became of an action: done, part done, not done or changed. Knows words, not where the line was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import Outcome, Owner, PreviousAction, Speaker
from assistant.drafting.lexicon import stem, tokens
from assistant.drafting.mentions import TOLD, Line, told_logit
from assistant.drafting.tagger import Tags
from assistant.grounding import UNITS

NEG_VERB = re.compile(
    r"\b(?:(?:did|have|has|had|was|were|is|are|could|do|does|can|would|should|wo|ca|ai|need)(?:n't|nae|nt)(?! (?:till|until|only))"
    r"|han't|cannot|ay|cor"
    r"|(?:have|has|had|is|was|were|am|did|could|would|'s|'ve|'m|'re|'d|been) (?:just |still |also )?(?:not|no|never|nae)"
    r"(?! (?:till|until|only|bother|problem|wonder|doubt))|never"
    r"|not (?:yet|done|rung|sent|been|got|gone|seen|had|even|able|come|made|heard|taken|written|brought|spoken|\w{3,}ed)"
    r"|(?:I|he|she|we|they|it) (?:day|ay|cor)|neither"
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
    r"|off (?:the|his|her|my|our|your) (?:list|plan|table)|cross(?:ed|ing)?(?: (?:it|that|them|this))? (?:off|out)"
    r"|tak(?:en|ing) (?:it|that|them|those) off|no longer"
    r"|not needed|no need|no use|pointless"
    r"|\w+n't need(?:ed)?|not needing|no (?:point|sense)|scrap(?:ped)?|dropp(?:ed|ing)|(?:let|drop) (?:that|it|this)(?: one)?(?: drop)?"
    r"|leave (?:it|that|the)|forget (?:it|about|that|the)|(?:is|'s|are) off (?:then|now|as well|altogether|too)"
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
    r"|nearly|almost|apart from|except|bar (?:one|the|for|two)"
    r"|(?:every|all|the lot)(?: \w+)? (?:but|bar)|up to|as far as|stuck|so far|not all|the other(?:s| one| two| three"
    r"| half)?|the rest|first (?:page|bit|half|part|two|three|step)"
    r"|still in draft|in drafts?|drafted but|missing|(?:not|n't) (?:quite )?finished|never finished|the second (?:one|bit|page|half"
    r"|part)|the third|bit of it|incomplete|unfinished|one short|short of|halved|part[- ]way|underway"
    r"|(?:one|two|three|four|\d+) (?:\w+ )?(?:to go|left|blank|outstanding|missing|short)"
    r"|to go|still to|all but|on the go|working on it|getting there)\b",
    re.IGNORECASE,
)
HALF = re.compile(
    r"^half[.,]|\b(?:half(?:way| (?:of|done|finished|written|filled|a job|there)|$)|so half|part(?:ly|ially|[- ]done)"
    r"|unfinished|incomplete|not finished|never finished)\b",
    re.IGNORECASE,
)
"""Says it outright, whatever verb stands beside it."""
SMALL = UNITS | {
    "half": 0,
    "couple": 2,
    "both": 2,
    "once": 1,
    "twice": 2,
    "wan": 1,
}
NUMBER = rf"(?:{'|'.join(SMALL)}|\d+)"
OUT_OF = re.compile(
    rf"\b({NUMBER})(?: \w+){{0,2}} (?:(?:out of|oot of|of the|of those|of them|from|out the)(?: the| his| her| my| them)? ?({NUMBER})?"
    rf"|of ({NUMBER}))\b",
    re.IGNORECASE,
)
GOT = re.compile(
    r"\b(?:done|did|do|sent|put in|put|got|went(?: to)?|been to|applied for|applied|managed|handed in|made|finished|had|have|brought"
    r"|tried|wrote|written)"
    rf"(?:,? (?:like|about|the|in|out|only|just|for|to))*,? ({NUMBER})\b|^(?:just |only |well |er |um |yeah,? )*({NUMBER})\b"
    rf"|\b({NUMBER}) (?:got|done|in|sent|away|written|made|back)\b",
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
    r"\b(?:here (?:it|they|he|she) (?:is|are)|here's|here you (?:go|are)|to hand|all (?:done|set|sorted)"
    r"|that's (?:that|done|gone|away|sorted"
    r"|it done|in)|ticked|as (?:agreed|promised|planned|asked|arranged)"
    r"|like (?:we|I|he|she|they|you)(?:'d)? (?:said|asked|agreed|promised|wanted)|came (?:through|back|on)|come through|issued"
    r"|certificate|tick (?:it|that)|signed off|on (?:his|her|my) phone|look|screenshot|went (?:well|fine|in)|cleared)\b",
    re.IGNORECASE,
)
BARE_YES = re.compile(
    r"\b(?:I|he|she|they|we) (?:have|has|did|done)(?: (?:it|that|so|too|and all))?(?=[,.;!]|$| (?:and|on|at|in the|last)\b)", re.IGNORECASE
)
BARE_NO = re.compile(
    r"\b(?:I|he|she|they|we)(?:'s|'ve)? ?(?:haven't|hasn't|havenae|hasnae|didn't|didnae|han't|ain't|ay|day|not|never(?: did| has| have)?)"
    r"(?: (?:yet|done it|done that|been|rung|gone|managed(?: it)?))?(?=[,.;!]|$| (?:and|cos|because|so)\b)",
    re.IGNORECASE,
)
"""`and I did`, `and I haven't`: what was meant before is answered, whatever stood there."""
MEANT = re.compile(
    r"\b(?:meant to|supposed to|was (?:to|going to|gonna|gonnae)|were (?:to|going to|gonna)"
    r"|(?:I|he|she|they)(?:'d| had)? said (?:I|he|she|they)'d)\b",
    re.IGNORECASE,
)
TRIED = re.compile(
    r"\b(?:tried|trying|hung up|queue|on hold|no answer|engaged|voicemail|answer ?(?:machine|phone)|rang out|cut (?:me |him |her )?off"
    r"|walked past|phone in (?:my|his|her) hand|got as far as|turned round|(?:come|came|went|gone) home|tore|face down)\b",
    re.IGNORECASE,
)
"""Somebody set out and did not get through."""
ELSEWHERE = re.compile(
    r"(?:\bit|\bthey|\bthat|\w)(?:'s|'re| is| are| was)(?: still| sat)* (?:in|on|at|under|behind|with) (?:my|the|his|her|a|our|me)\b",
    re.IGNORECASE,
)
FETCHED = frozenset(("bring", "collect", "fetch", "get", "send", "hand", "find", "show", "open"))
"""What was to be brought and lies somewhere was not."""
ASKING = frozenset(
    ("apply", "ask", "call", "chase", "check", "contact", "email", "enquire", "find", "look", "message", "phone", "post", "ring")
)
ASKING |= {"send", "speak", "submit", "talk", "tell", "text", "think", "upload", "write"}
"""Who was to ask or to send has done it, whatever the answer was."""
SNAG = re.compile(
    r"\b(?:wrong|bounced|stuck|needs|wants|won't|wouldn't|can't|couldn't|isn't|isnae|aren't|not|no|never|nothing|missing|only|shut|lost)\b",
    re.IGNORECASE,
)
LEFT_OVER = re.compile(
    r"\bstill (?:to|outstanding|missing|waiting)\b|\boutstanding\b|\bleft to\b"
    r"|\b(?:the|that) (?:other|rest|second|third|last|\w+ (?:one|bit|half|part))\b.*\b(?:not|never|n't|no|still|to (?:do|go|come))\b"
    r"|\b(?:hasn't|haven't|not) (?:started|touched|begun)\b",
    re.IGNORECASE,
)
THAT = re.compile(r"\b(?:that|it|this|them|one)\b", re.IGNORECASE)
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
SHORT, MANY = 7, 20
"""Words below which a line is an answer; what is counted beyond is a mark in a test."""
REPLY = 4
"""Lines within which a question is answered."""
USUAL = (0.54, -0.22, -0.12, -0.20)
TAGGED = 0.40
WEIGHTS: Mapping[str, tuple[float, float, float, float]] = {
    "coach": (1.47, -0.21, -0.38, -0.88),
    "talk": (-0.08, 0.04, 0.12, -0.08),
    "yes": (0.93, -0.14, -0.26, -0.52),
    "no": (-0.58, -0.17, 0.51, 0.24),
    "ready": (0.26, -0.06, -0.20, -0.00),
    "negated": (-0.47, -0.08, 0.84, -0.29),
    "others": (-0.33, -0.08, 0.83, -0.42),
    "unanswered": (-1.50, 0.22, 0.48, 0.81),
    "failed": (-0.75, 0.44, 0.79, -0.48),
    "good_first": (0.87, 0.06, -0.47, -0.46),
    "bad_first": (-0.35, -0.73, 0.83, 0.25),
    "but": (-0.33, 0.81, -0.25, -0.22),
    "half": (-0.36, 0.80, -0.39, -0.06),
    "snag": (-0.63, 0.42, 0.17, 0.04),
    "deed": (0.63, 0.22, -0.17, -0.69),
    "deed_not": (-1.51, -0.30, 0.81, 1.00),
    "asked": (0.02, -0.24, 0.03, 0.19),
    "elsewhere": (-1.06, 0.70, 0.84, -0.49),
    "instead": (-1.46, -1.04, -0.63, 3.13),
    "partial": (-0.90, 1.37, -0.16, -0.32),
    "halfway": (-1.01, 3.46, -2.16, -0.29),
    "ahead": (-0.40, -0.03, -0.29, 0.73),
    "bare_yes": (0.62, -0.25, -0.35, -0.02),
    "bare_no": (-2.42, 0.28, 1.17, 0.96),
    "meant": (-0.18, -0.05, -0.06, 0.30),
    "tried": (-2.15, 0.40, 2.05, -0.31),
    "short": (0.15, 0.06, 0.39, -0.60),
    "out_of": (-1.15, 3.38, -1.51, -0.72),
    "fewer": (-1.42, 3.53, -1.64, -0.47),
    "enough": (1.54, -0.89, -0.49, -0.17),
    "left_over": (0.03, -0.25, 0.36, -0.14),
    "left_after": (-0.60, 0.76, -0.11, -0.05),
    "instead_after": (0.82, -0.52, -1.00, 0.71),
}
"""What a sign is worth to each of TOLD, what each is worth without any, and what the tagger's opinion is worth: a logistic model fitted by
`scripts/weigh_outcomes.py`.
"""


def outcome(told: Line, text: str, after: str, action: PreviousAction, tags: Mapping[int, Tags] | None) -> Outcome:
    """The likeliest reading of a line that speaks of an action. `text`: the part of it that does. `after`: what the same person
    says next.
    """
    found = [WEIGHTS[name] for name, holds in signs(text, after, action.what, action.owner, told.speaker) if holds]
    tagged = tags.get(told.segment) if tags else None
    worth = {
        name: USUAL[n] + sum(weights[n] for weights in found) + (TAGGED * told_logit(tagged[f"previous:{name}"]) if tagged else 0.0)
        for n, name in enumerate(TOLD)
    }
    return max(TOLD, key=lambda name: worth[name])


def tells(text: str) -> bool:
    """Whether a line reads as if something had become of something."""
    start = CHUNK.split(text)[:OPENING]
    return any(YES.search(part) or NO.search(part) for part in start) or any(
        sign.search(text) for sign in (READY, FAILED, INSTEAD, PARTIAL)
    )


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


def signs(text: str, after: str, what: str, owner: Owner, speaker: Speaker | None) -> Iterator[tuple[str, bool]]:
    """What holds of a line; `others` are negations of somebody else: `they never got back`."""
    parts = _parts(text, owner, speaker)
    sides = ["bad" if part.bad else "good" for part in parts if part.bad or part.good]
    yield "coach", owner == "coach"
    yield "talk", speaker is not None
    yield "yes", any(YES.search(part.text) for part in parts[:OPENING])
    yield "no", any(NO.search(part.text) for part in parts[:OPENING])
    yield "ready", any(READY.search(part.text) and not part.negated for part in parts)
    yield "negated", any(part.negated and part.own for part in parts)
    others = any(part.negated and not part.own for part in parts)
    yield "others", others and sides[:1] != ["good"]
    yield "unanswered", others and sides[:1] == ["good"] and ASKING.isdisjoint(tokens(what)[:1])
    yield "failed", any(FAILED.search(part.text) for part in parts)
    yield "good_first", sides[:1] == ["good"]
    yield "bad_first", sides[:1] == ["bad"]
    yield "but", sides[:1] == ["good"] and "bad" in sides
    yield "half", " and " in what and sides[:1] == ["good"] and "bad" in sides
    yield "snag", _snagged(parts)
    yield from _deed(parts, what)
    yield from _plain(text)
    yield from _counted(text, what)
    yield "left_over", bool(LEFT_OVER.search(text))
    yield "left_after", sides[:1] == ["good"] and bool(LEFT_OVER.search(after))
    yield "instead_after", bool(INSTEAD.search(after) and THAT.search(after))


def _snagged(parts: Sequence[_Part]) -> bool:
    """Something went well, and then the thing itself or the one who was to act met a no; somebody else's no undoes nothing."""
    first = next((n for n, part in enumerate(parts) if part.good and not part.bad), len(parts))
    return any(part.own and (part.negated or SNAG.search(part.text)) for part in parts[first + 1 :])


def _deed(parts: Sequence[_Part], what: str) -> Iterator[tuple[str, bool]]:
    """Whether the verb that was agreed is said, and how."""
    verb = tokens(what)[:1]
    said = [part for part in parts if {stem(word) for word in verb} & {stem(word) for word in tokens(part.text)}]
    yield "deed", any(not part.bad and not part.negated for part in said)
    yield "deed_not", any(part.negated for part in said)
    yield "asked", not ASKING.isdisjoint(verb) and any(part.good for part in parts)
    yield "elsewhere", not FETCHED.isdisjoint(verb) and any(ELSEWHERE.search(part.text) for part in parts)


def _plain(text: str) -> Iterator[tuple[str, bool]]:
    """Signs that need no knowing who or what."""
    for name, sign in PLAIN.items():
        yield name, bool(sign.search(text))
    yield "short", len(text.split()) < SHORT


PLAIN = {
    "instead": INSTEAD,
    "partial": PARTIAL,
    "halfway": HALF,
    "ahead": AHEAD,
    "bare_yes": BARE_YES,
    "bare_no": BARE_NO,
    "meant": MEANT,
    "tried": TRIED,
}


def _counted(text: str, what: str) -> Iterator[tuple[str, bool]]:
    """`One out of two`, and fewer than were agreed."""
    goal = max((n for word in tokens(what) if (n := _number(word))), default=0)
    got = [n for found in sorted(GOT.finditer(text), key=lambda m: not m[3]) if (n := _number((found[1] or found[2] or found[3]).lower()))]
    ratio = OUT_OF.search(text)
    done, of = (_number(ratio[1].lower()), _number((ratio[2] or ratio[3] or "").lower()) or goal) if ratio else (None, 0)
    yield "out_of", done is not None and done < of <= MANY
    yield "fewer", bool(got) and got[0] < goal
    yield "enough", bool(got and goal) and got[0] >= goal


def _number(word: str) -> int | None:
    return SMALL.get(word, int(word) if word.isdecimal() and len(word) < 3 else None)
