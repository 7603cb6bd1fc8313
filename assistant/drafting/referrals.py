"""Services that somebody was, is to be or would not be referred to. Names come from a word list or stand in the words; the status from the
words near them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from assistant.domain import ReferralStatus
from assistant.drafting import dialogue
from assistant.drafting.lexicon import content, lexicon, table, tokens
from assistant.drafting.units import Clause

NP = r"(?P<np>(?:(?:the|a|an|our|his|her|their) )?(?:[\w'&-]+ ){0,3}?[\w'&-]+)"
END = r"(?=[,.;!?]|$| (?:about|for|because|on|and|in|at|to|from|with|when|so|but|as|today|this|last|next|now|again|who|which)\b)"
NAMED = (
    re.compile(rf"\b[Rr]e-?fer(?:red|ring|rals?)?(?: (?:him|her|them|you|me))?(?: (?:on|over|back|across))?(?: in)? to {NP}{END}"),
    re.compile(rf"\b[Ss]ignpost(?:ed|ing)?(?: (?:him|her|them|you|me))? to {NP}{END}"),
    re.compile(
        rf"\b(?:sent|sending|put) (?:that|it|the form|the referral|a referral|the paperwork)(?: in| off| over)* (?:to"
        rf"|with) {NP}{END}"
    ),
    re.compile(rf"\bput (?:him|her|you|them|me) (?:in touch|through|forward|down|on to|in) (?:with|to|for|on) {NP}{END}"),
    re.compile(
        r"\b(?P<np>[A-Z][\w']+(?: [A-Z][\w']+)* (?:College|Trust|Project|Hub|Service|Team|Clinic|Foundation|Mind|Academy"
        r"|Charity))\b"
    ),
)
NO_SERVICE = re.compile(
    r"^(?:it|that|this|him|her|them|you|me|us|work|be|do|see|get|go|ask|the (?:job|manager|boss|employer|same|end"
    r"|plan|list)|somebody|anybody|someone|anyone|there|here|somewhere|anywhere|everything)\b",
    re.IGNORECASE,
)
CUE = re.compile(
    r"\b(?:re-?fer\w*|signpost\w*|put (?:him|her|them|you|your name|his name|her name) (?:in touch|through|forward"
    r"|down|on|in)|waiting|waited|queue|list|assessment|voucher|form|rang|ring(?:ing)?|phon\w+|call(?:ed|ing)|contact\w*"
    r"|email\w*|appl\w+|offer\w*|asked|ask|mention\w*|suggest\w*|linked|spoke|speak(?:ing)?|spoken|report\w*|never got back"
    r"|heard|joint review|would you (?:like|want)|see(?:ing)? (?:the|a|an)|drop[- ]in|meant to|booked|enrol\w*|chas\w+)\b",
    re.IGNORECASE,
)
DECLINED = re.compile(
    r"\b(?:no ta|no thanks|no thank you|said no|says no|declined?|refused|doesn't want|didn't want|not (?:just )?now"
    r"|not interested|turned (?:it|that|them|me) down|not for (?:him|her|me)|won't (?:go|have)|rather not|not ready"
    r"|left it|leave it|that's a no|couldn't talk|not after any|wasn't keen|isn't keen|isn't ready|wants to (?:think"
    r"|wait)|not agreed)\b",
    re.IGNORECASE,
)
WAITING = re.compile(
    r"\b(?:(?:still |been )?waiting|waited|in the queue|nothing (?:back|since|at all|yet)|heard nothing|not heard"
    r"|heard nowt|hasn't heard|haven't heard|no reply|gone dead|gone quiet|chas(?:ed|ing) (?:it|them|the)|never (?:rang"
    r"|called|came|got|heard)|still no|(?:a|one) cheep|no word|any word|stalled|waiting list|on the list|backlog"
    r"|lost it|been meant to|meant to (?:ring|call|be getting)|and nothing|acknowledged)\b",
    re.IGNORECASE,
)
COMPLETED = re.compile(
    r"\b(?:been to|went to (?:the|her|his)|had (?:his|her|the) (?:first |last )?(?:assessment|appointment|session)"
    r"|has finished|completed|seen (?:the|them|by)|discharged|has been (?:seen|assessed)|did go|attended (?:the"
    r"|her|his)|signed (?:him|her|me) off)\b",
    re.IGNORECASE,
)
TO_MAKE = re.compile(
    r"\b(?:I'll|I will|I'm (?:going to|gonna|putting|doing|making|sending|asking|getting|ringing|phoning|(?:re-?)?referring"
    r"|reporting)|I can refer|(?:he|she|they)'ll|(?:he|she)'s going to|going to (?:ring|refer|contact|call|ask|put)"
    r"|to refer|(?:I )?need to|needs (?:to|a referral)|agreed to|wants me to|I've (?:got )?to|I must|re-?referring"
    r"|referred again)\b",
    re.IGNORECASE,
)
MADE = re.compile(
    r"\b(?:I(?:'ve| have)?(?: also| just)? (?:asked|referred|made|sent|done|put|did|rang|phoned|called|emailed|booked"
    r"|gave|filled)|we(?:'ve)? (?:referred|rang|phoned|called|filled|did|sent|made)|been referred|referral (?:is "
    r"|has |was |has been )?(?:made|gone|sent)|referral's (?:made|gone|in)|has referred|referred (?:him|her|them"
    r"|me)|that's gone|gone (?:in|off|through)|they're (?:calling|ringing|seeing)|did (?:ring|call|contact) them"
    r"|doing it while|booked (?:him|her|you) in|he's been given|is in place|already (?:seeing|sees|working with))\b",
    re.IGNORECASE,
)
OFFERED = re.compile(
    r"\b(?:would you|do you (?:want|fancy)|shall I|should I|want me|like me|interested|how about|what about|could I"
    r"|can I)\b",
    re.IGNORECASE,
)
CONDITIONAL = re.compile(r"\b(?:if (?:they|he|she|it|that|I|we|you)|not referring|might|may|wondering|thinking)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sent:
    to: str = field(repr=False)
    status: ReferralStatus
    at: tuple[int, ...]


def find(said: Sequence[Clause]) -> list[Sent]:
    """One entry a service, with the newest status that was said."""
    latest: dict[str, Sent] = {}
    for at in range(len(said)):
        for name in _services(said, at):
            key = next((k for k in latest if content(k) & content(name)), name)
            known = latest.get(key)
            status = _status(said, at)
            if status:
                latest[key] = Sent(known.to if known else name, status, (*known.at, at) if known else (at,))
    return list(latest.values())


def _services(said: Sequence[Clause], at: int) -> Iterator[str]:
    """Names of the services that a clause speaks of, as they are written."""
    text = said[at].text
    labels = sorted(lexicon("referrals").labels(tokens(text)))
    labels = [label for label in labels if label != "counselling" or len(labels) == 1]
    yield from (table("referrals")[label]["name"] for label in labels)
    if not labels:
        for pattern in NAMED:
            m = pattern.search(text)
            if m and not NO_SERVICE.match(m["np"]):
                yield _title(m["np"])
                return
        if re.search(r"\breferr?ed (?:him|her|them)\b(?! (?:on |over )?to\b)", text):
            yield from _named_before(said, at)


def _named_before(said: Sequence[Clause], at: int) -> Iterator[str]:
    """`Horizon. I referred him there in May`: a sentence that is only a name."""
    before = said[at - 1].text.strip(" .,") if at else ""
    if re.fullmatch(r"[A-Z][\w']+(?: [A-Z][\w']+){0,3}", before):
        yield before


def _title(name: str) -> str:
    words = re.sub(r"^(?:the|a|an|our|his|her|their) ", "", name.strip(), flags=re.IGNORECASE)
    return words[:1].upper() + words[1:]


def _status(said: Sequence[Clause], at: int) -> ReferralStatus | None:
    near = [_text(said, at, 0), _text(said, at, 1)]
    if not any(CUE.search(text) for text in near):
        return None
    if DECLINED.search(near[0]) or _turned_down(said, at):
        return "declined"
    if CONDITIONAL.search(said[at].text):
        return None
    order: tuple[tuple[re.Pattern[str], ReferralStatus], ...] = (
        (WAITING, "waiting"),
        (MADE, "made"),
        (TO_MAKE, "to_make"),
        (COMPLETED, "completed"),
        (DECLINED, "declined"),
    )
    return next((status for text in near for pattern, status in order if pattern.search(text)), None)


def _text(said: Sequence[Clause], at: int, further: int) -> str:
    """The sentence round a clause, and as many sentences of the same speaker after it."""
    sentence = said[at].sentence
    return " ".join(
        c.text for c in said[max(0, at - 4) : at + 7] if sentence <= c.sentence <= sentence + further and c.speaker == said[at].speaker
    )


def _turned_down(said: Sequence[Clause], at: int) -> bool:
    """An offer in talk that the other person turns down: the question may stand a sentence later, the no anywhere in the answer."""
    if said[at].speaker != "coach":
        return False
    turn = list(takewhile(lambda n: said[n].speaker == "coach", range(at, min(at + 6, len(said)))))
    asked = next((n for n in turn if said[n].question and OFFERED.search(said[n].text)), None)
    answer = dialogue.reply(said, asked) if asked is not None else None
    return bool(answer and dialogue.NO.search(answer[1]) and not dialogue.YES.match(answer[1]))
