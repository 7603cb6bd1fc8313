"""Services that somebody was, is to be or would not be referred to, each with its newest state.

`services` knows how a service is named; this module whether the lines round a name speak of a referral, and of which state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from assistant.domain import ReferralStatus
from assistant.drafting import services
from assistant.drafting.lexicon import content
from assistant.drafting.mentions import Line, lines, told_logit
from assistant.drafting.services import Named
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

STATES: tuple[ReferralStatus, ...] = get_args(ReferralStatus)
REFER = re.compile(
    r"\b(?:re-?fer\w*|signpost\w*|put(?:ting)? (?:him|her|them|you|me|us|your name|his name|her name|my name) (?:in|through|forward"
    r"|down|on|up|onto|into)|put in (?:to|for)"
    r"|signed (?:him|her|them|you|me) up|sent (?:him|her|them|you|me) (?:to|over)|get(?:ting)? (?:him|her|you|them) (?:in|on|into"
    r"|onto|seen)|application|apply|applied|the claim|the form)\b",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"\b(?:rang|rung|ring(?:ing)?|phon\w+|call(?:ed|ing)|contact\w*|email\w*|chas\w+|spoke|spoken|asked|sent|booked|report\w*"
    r"|enrol\w*|register\w*|joined|linked|pass(?:ed|ing)? (?:it|this|that) on)\b",
    re.IGNORECASE,
)
OFFERED = re.compile(
    r"\b(?:offer\w*|suggest\w*|mention\w*|brought up|raised|asked (?:him|her|about)|would you (?:like|want|fancy|let)|do you (?:want"
    r"|fancy)|shall I|should I|want me to|like me to|let me|how about|what about|could I|can I"
    r"|I could|I can|I'd like you to|there's (?:a|the|also)|there is (?:a|the)|we've (?:a|the|also)|have you (?:thought|heard)"
    r"|if you (?:want|like))\b",
    re.IGNORECASE,
)
DECLINED = re.compile(
    r"\b(?:no ta|no thanks?|no thank you|said no|says no|declin\w*|refus\w*|(?:doesn't|does not|didn't|did not|don't|do not|won't"
    r"|wouldn't|wasn't|weren't|on't|isn't|not) (?:want|fancy|go|have|having|hear|keen|ready|interested|like|entertain|agreed?)"
    r"|not (?:just )?(?:now|yet)|turned (?:it|that|them|me) down|not for (?:him|her|me|them)|rather not|sooner not|left it"
    r"|leave (?:it|that|them)|that's a no|a no thanks|couldn't talk|not after any"
    r"|wants to (?:think|wait)|no more|I'm all right|I'd rather|he'd rather|she'd rather|sooner (?:eat|not)|(?:signed|shook"
    r"|straight) no|no way|can't be doing|strangers|no strangers|I don't (?:want|need|like)|not (?:doing|going|having|seeing)|no,? he"
    r"|no,? she|no for (?:him|her|me))\b"
    r"|^(?:(?:er|um|well|oh|ah|hm),? )*(?:no|nah|naw|nope|not yet|not for me|not now)\b",
    re.IGNORECASE,
)
WAITING = re.compile(
    r"\b(?:(?:still |been )?waiting|waited|a wait|in the queue|nothing (?:back|since|at all|yet|come|has come)|heard (?:nothing|nowt"
    r"|no more)|(?:not|never|n't|no) hear[d]?|no reply|no response|gone (?:dead|quiet)|chas(?:ed|ing)"
    r"|(?:never|not|hasn't|haven't|n't) (?:rang|rung|called|come|came|got|get|replied|reverted|started|written|answered|come back"
    r"|confirmed|been in touch)|still no|cheep|dicky bird|no word|any word|stalled|on (?:the|a|their) (?:\w+ )?(?:list|waiting)"
    r"|backlog"
    r"|lost (?:it|us|them|him|her)|been meant to|meant to|and nothing|acknowledged|pending|put back|no sign|nobody(?:'s| has)"
    r"|nobody (?:rang|called|came)|weeks|months|since (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|last|the)|list since|nowt|full until|number \d+|haven't (?:done|started)|not a letter|did \w+ (?:ever )?(?:write|ring"
    r"|call|get back))\b",
    re.IGNORECASE,
)
COMPLETED = re.compile(
    r"\b(?:(?:has |have |he's |she's |I've |is |'s |'ve )?(?:now )?finished|completed|had (?:his|her|the|my) (?:first |last |six "
    r"|final )?(?:assessment|appointment|session|sessions)|seen (?:the|them|by)|discharged|has been (?:seen|assessed)"
    r"|signed (?:him|her|me) off|did the (?:\w+ )?(?:weeks|sessions|course|thing)|done and dusted|that (?:matter|one)(?:'s"
    r"| is) closed|closed|all (?:six|eight|ten|twelve|four)|certificate|done with|got the grant|sessions (?:done|with))\b",
    re.IGNORECASE,
)
TO_MAKE = re.compile(
    r"\b(?:I'll|I will|I shall|I'm (?:going to|gonna|gonnae|to|putting|doing|making|sending|asking|getting|ringing|phoning|emailing"
    r"|(?:re-?)?referring|reporting)|(?:he|she|they)'ll|is making|(?:he|she)'s going to|going to (?:ring|refer|contact|call|ask|put)"
    r"|to refer|(?:I )?need to|needs (?:to|a referral)|agreed to|wants me to|I've (?:got )?to|I must|that's me|re-?referring"
    r"|refer(?:red)? again|to book|shall I|can refer|could refer|let me|put me down|do that|go on then)\b",
    re.IGNORECASE,
)
MADE = re.compile(
    r"\b(?:I(?:'ve| have|'d)?(?: also| just)? (?:asked|referred|made|sent|done|put|did|rang|rung|phoned|called|emailed|booked|got"
    r"|gave|filled|signed|submitted|contacted|spoke)|we(?:'ve)? (?:referred|rang|phoned|called|filled|did|sent|made|put|submitted)"
    r"|been referred"
    r"|referral(?:'s| is| has| was)? (?:been )?(?:made|gone|sent|done|in|through)|has referred|referred (?:him|her|them|me)"
    r"|that's gone|it's gone|gone (?:in|off|through)|went (?:in|off)|they're (?:calling|ringing|seeing|sending)"
    r"|doing it (?:while|now)|booked (?:him|her|you) in|there and then|been given|is in place|opened a (?:referral|file)"
    r"|took (?:the case|him|her)|taken (?:it|him|her) on|with (?:him|her) sat|while (?:he|she) (?:was|sat)|raising it)\b",
    re.IGNORECASE,
)
RULES: tuple[tuple[ReferralStatus, re.Pattern[str]], ...] = (
    ("declined", DECLINED),
    ("waiting", WAITING),
    ("made", MADE),
    ("to_make", TO_MAKE),
    ("completed", COMPLETED),
)
PERHAPS = re.compile(
    r"\b(?:if (?:they|he|she|it|that|I|we|you|things)|might|may be|maybe|wonder(?:ed|ing)?|thinking (?:of|about)|was (?:going|gonna"
    r"|gonnae) to|would (?:refer|think|suggest)|I'd (?:think|ring|refer)|do you know|not referring|some ?time|one day"
    r"|at some (?:point|stage))\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:my|his|her|our|their|the) (?:\w+ )?(?:mum|mam|mother|dad|brother|sister|cousin|mate|friend|neighbour|wife|husband|aunt"
    r"|auntie|uncle|nan|son|daughter|lad)(?:'s)?\b",
    re.IGNORECASE,
)
WORDED = (("refer", REFER), ("contact", CONTACT), ("offered", OFFERED), ("perhaps", PERHAPS), ("others", OTHERS))
FOLLOWING = 2
"""Lines after a name that may still speak of it in talk: an answer and what is said to that. In a dictation it is the next line alone."""
APART = 2
"""Lines of talk within which two names are taken for one service. A dictation seldom says a name twice, so there
it is the same line only.
"""
START = 2
FUND = re.compile(r"\b(?:fund|grant|voucher|loan|parcels?|money|card|pass|bond|deposit)\b", re.IGNORECASE)
"""What is handed over rather than somebody to be sent to."""
WEIGHTS: Mapping[str, float] = {
    "bias": -5.25,
    "listed": 3.20,
    "further": 3.23,
    "kind": 1.19,
    "sent": 0.49,
    "raised": -0.94,
    "topic": -0.43,
    "long": 0.49,
    "fund": -1.54,
    "tag": 2.06,
    "tag_after": 0.53,
    "support_after": -0.84,
    "refer": 1.03,
    "contact": 0.57,
    "offered": 1.04,
    "declined": 0.63,
    "waiting": 0.63,
    "waiting_after": 1.25,
    "made": 0.73,
    "to_make": 0.27,
    "to_make_after": 0.61,
    "completed": 0.42,
    "turned_down": 0.30,
    "asked_after": 0.86,
    "perhaps": -0.34,
    "others": -1.41,
    "place": 0.62,
    "start": -2.38,
}
"""From `scripts/weigh_drafter.py`: logistic regression over every name that a line gives a service."""
LEAST = -0.7
"""Log-odds from which a name is a referral. F1 lies flat from -0.9 to -0.3 on voices left out. Under even odds, because the lists know
fewer of the services in sessions nobody has read.
"""
STATE_TAG, STATE_HERE, STATE_AFTER = 0.8, 2.0, 1.0
"""What the tagger, the words of the line and the words after it count for a state. Set by hand: the share of right states lies flat
round them.
"""


@dataclass(frozen=True)
class Sent:
    to: str = field(repr=False)
    status: ReferralStatus
    at: tuple[int, ...]


@dataclass(frozen=True)
class _Mention:
    """A name that a line gives a service, and how far the lines round it speak of a referral."""

    worth: float
    line: int
    name: str = field(repr=False)


def find(said: Sequence[Clause], tags: Mapping[int, Tags] | None = None) -> list[Sent]:
    """One entry a service in the order they came up, with the newest state that was said."""
    heard = lines(said)
    groups: list[list[_Mention]] = []
    for one in sorted(_mentions(heard, tags), key=lambda m: -m.worth):
        same = next((group for group in groups if content(group[0].name) & content(one.name)), None)
        if same is not None:
            same.append(one)
        elif not any(_near(heard, one, other) for group in groups for other in group):
            groups.append([one])
    return [_sent(heard, group, tags) for group in sorted(groups, key=lambda group: min(m.line for m in group))]


def _mentions(heard: Sequence[Line], tags: Mapping[int, Tags] | None) -> Iterator[_Mention]:
    for at, one, found in measured(heard, tags):
        worth = sum(weight * found[name] for name, weight in WEIGHTS.items())
        if worth > LEAST:
            yield _Mention(worth, at, one.name)


def measured(heard: Sequence[Line], tags: Mapping[int, Tags] | None) -> Iterator[tuple[int, Named, dict[str, float]]]:
    """Every name that a line gives a service, with what is weighed of it, by the names of `WEIGHTS`."""
    for at, line in enumerate(heard):
        for one in services.named(line.text):
            yield at, one, {name: float(value) for name, value in _signs(heard, at, one, span(heard, at), tags)}


def _near(heard: Sequence[Line], one: _Mention, other: _Mention) -> bool:
    return abs(one.line - other.line) <= (APART if heard[one.line].speaker else 0)


def _sent(heard: Sequence[Line], group: Sequence[_Mention], tags: Mapping[int, Tags] | None) -> Sent:
    """Under its plainest name; a service said twice has the state of the later line."""
    newest = max(m.line for m in group)
    status = _state(heard, newest, tags)
    cited = sorted({group[0].line, newest, *_telling(heard, newest)})
    return Sent(group[0].name, status, tuple(dict.fromkeys(at for n in cited for at in heard[n].at)))


def _telling(heard: Sequence[Line], at: int) -> Iterator[int]:
    """Lines after a name that answer it or give a state."""
    for n in span(heard, at)[1:]:
        if any(pattern.search(heard[n].text) for _, pattern in RULES):
            yield n


def _state(heard: Sequence[Line], at: int, tags: Mapping[int, Tags] | None) -> ReferralStatus:
    near = span(heard, at)
    rest = " ".join(heard[n].text for n in near[1:])
    worth = {
        state: STATE_HERE * bool(pattern.search(heard[at].text))
        + STATE_AFTER * bool(pattern.search(rest))
        + STATE_TAG * max(_tag_logit(heard[n], tags, state) for n in near)
        for state, pattern in RULES
    }
    return max(worth, key=lambda state: worth[state])


def span(heard: Sequence[Line], at: int) -> tuple[int, ...]:
    """The line of a name and those after it that may answer or go on."""
    far = FOLLOWING if heard[at].speaker else 1
    return tuple(range(at, min(at + far + 1, len(heard))))


def _signs(heard: Sequence[Line], at: int, one: Named, near: Sequence[int], tags: Mapping[int, Tags] | None) -> Iterator[tuple[str, float]]:
    """What is weighed of a name and the lines round it, each about 0 to 1."""
    line, after = heard[at], [heard[n] for n in near[1:]]
    yield from ((how, one.how == how) for how in ("listed", "further", "kind", "sent", "raised", "topic"))
    yield from (("bias", 1.0), ("long", len(content(one.name)) > 1), ("fund", bool(FUND.search(one.name))))
    yield "tag", _likely(line, tags)
    yield "tag_after", max((_likely(each, tags) for each in after), default=0.0)
    yield "support_after", max((_tag(each, tags, "section:support") for each in after), default=0.0)
    yield from _worded(line, " ".join(each.text for each in after))
    answered = line.speaker and any(each.speaker != line.speaker for each in after)
    yield from _answered(line, " ".join(each.text for each in after) if answered else "")
    yield "place", at / len(heard)
    yield "start", at < START


def _worded(line: Line, rest: str) -> Iterator[tuple[str, float]]:
    """Words of the line of a name, and of the lines after it."""
    for name, pattern in (*WORDED, *RULES):
        yield name, bool(pattern.search(line.text))
    yield from ((f"{name}_after", bool(pattern.search(rest))) for name, pattern in RULES if f"{name}_after" in WEIGHTS)


def _answered(line: Line, rest: str) -> Iterator[tuple[str, float]]:
    """What somebody else says to it: `rest`, empty where nobody does."""
    asked = line.question or line.text.rstrip().endswith(",")
    yield "turned_down", bool(OFFERED.search(line.text) and DECLINED.search(rest))
    yield "asked_after", asked and bool(WAITING.search(rest) or COMPLETED.search(rest))


def _likely(line: Line, tags: Mapping[int, Tags] | None) -> float:
    """How likely a line speaks of a referral, in the scale of `told_logit` over five; 0 without tags."""
    return max(_tag_logit(line, tags, state) for state in STATES) / 5


def _tag_logit(line: Line, tags: Mapping[int, Tags] | None, state: ReferralStatus) -> float:
    of = tags.get(line.segment) if tags else None
    return told_logit(of[f"referral:{state}"]) if of else 0.0


def _tag(line: Line, tags: Mapping[int, Tags] | None, name: str) -> float:
    of = tags.get(line.segment) if tags else None
    return of[name] if of else 0.0
