"""Who agrees to what across turns: requests, offers, and the answers to them. Grammar of replies only; makes no actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.drafting.units import Clause
from assistant.drafting.verbs import base, is_action

YES = re.compile(
    r"^(?:(?:oh|um|er|well|right|ah),? )*(?:yes|yeah|yep|yup|aye|ok|okay|all right|alright|right|sure|course|of course"
    r"|fine|go on|will do|i will|i'll|i can|i could do|no problem|no bother|that's fine|that's okay|please|definitely"
    r"|deal|sounds good|great|lovely|perfect|brilliant|fair enough|go for it|if you (?:like|want)|thank you|thanks"
    r"|ta|cheers|done|that would|that'd be|i'd like that|grand|sound|got it|noted|i suppose|i guess)\b",
    re.IGNORECASE,
)
NO = re.compile(
    r"^(?:(?:oh|um|er|well|ah|yeah),? )*(?:no\b(?! (?:problem|bother|worries|trouble))|nah|nope|not\b|never|don't"
    r"|i don't|i can't|i cannae|i won't|i'm not|i'd rather not|leave (?:it|that)|forget|maybe|i'll think|i'm no\b"
    r"|naw|rather not|we'll see|let's see|no ta|no thank)|\b(?:not now|not just now|not today|not yet|no thanks"
    r"|no thank you|rather not|don't bother|leave it|i'll leave it)\b",
    re.IGNORECASE,
)
REQUEST = re.compile(
    r"(?:\b(?:can|could|will|would) you (?:please |just |maybe |also |then )?(?P<a>[a-z]+)\b|(?<!do )\byou(?:'ll"
    r"| will)? (?:need|have|want) to (?:just |also )?(?P<b>[a-z]+)\b|\byou(?:'re going to|'ll|'re to| will) (?:just "
    r"|also )?(?P<c>[a-z]+)\b"
    r"|\b(?:I|we) (?:need|want|'d like|would like) you to (?P<d>[a-z]+)\b|\bmake sure you (?P<e>[a-z]+)\b|\bif you (?:can"
    r"|could|could just) (?P<f>[a-z]+)\b|\byou(?:'d| had) better (?P<g>[a-z]+)\b|\bare you (?:okay|all right|happy"
    r"|able) to (?P<i>[a-z]+)\b)",
    re.IGNORECASE,
)
IMPERATIVE = re.compile(
    r"^(?:(?:so|and|then|right|okay|now|well|just|please|go on then|yeah|first|tomorrow),? |(?-i:[A-Z][a-z]+), )*(?P<a>bring"
    r"|send|ring|call|email|text|come|give|take|have|get|write|print|fill|apply|ask|tell|keep|pop|book|phone|do(?! you)"
    r"|start|register|check|let (?!me|us)(?=\w)|put|find|speak|go|finish|try)\b(?!'s\b| (?:on|ahead|in then|a seat"
    r"|a sit|care|through|yourself|us a)\b)",
    re.IGNORECASE,
)
OFFER = re.compile(
    r"\b(?:shall I|do you want me to|would you like me to|should I|want me to|I could|I can|I may be able to|would it help if I"
    r"|would it be all right if I|is it (?:okay|all right) if I) (?:just |also |maybe |please )?(?P<a>[a-z]+)\b",
    re.IGNORECASE,
)
PROPOSAL = re.compile(r"shall|do you want|would you like|should|want me", re.IGNORECASE)
"""Offers in a participant's mouth; their `I can` tells what they are able to do."""
HYPOTHETICAL = re.compile(
    r"\b(?:would you (?:think|consider|want|like|be|ever|prefer|say|rather|mind)|what would|could you (?:ever|see yourself"
    r"|imagine|manage|not)|can you (?:hear|see|remember|tell me|imagine|not|drive|use|read|think|manage|get (?:there"
    r"|here))|did you|have you|will you be\b|if you (?:want|like|were|had|get|got|don't)|you know)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ask:
    """A request or an offer, still to be answered."""

    at: int
    """Position of its clause."""
    verb: str
    rest: str = field(repr=False)
    offer: bool
    """The speaker would do it; otherwise the listener."""


def asks(said: Sequence[Clause], at: int) -> Iterator[Ask]:
    """What one clause asks of the listener or offers to do."""
    text = said[at].text
    if HYPOTHETICAL.search(text):
        return
    offer = OFFER.search(text)
    if offer and said[at].speaker == "client" and not PROPOSAL.match(offer[0]):
        return
    if offer and is_action(offer["a"]):
        yield Ask(at, base(offer["a"]) or "", text[offer.end() :], True)
        return
    wanted = REQUEST.search(text) or IMPERATIVE.search(text)
    if wanted:
        verb = next(v for v in wanted.groups() if v)
        if is_action(verb) and base(verb) == verb.lower():
            yield Ask(at, verb.lower(), text[wanted.end() :], False)


def reply(said: Sequence[Clause], at: int) -> tuple[int, str] | None:
    """The first words of the next turn by somebody else, with their position; None where nobody answers within the turn after."""
    for n in range(at + 1, min(at + 9, len(said))):
        if said[n].speaker != said[at].speaker:
            same = [c.text for c in said[n : n + 3] if c.speaker == said[n].speaker]
            return n, " ".join(same)
    return None


YES_SOON = re.compile(r"^(?:[\w']+[ ,.!]+){1,4}(?:yes|yeah|aye|okay|go on then|will do|i will)\b", re.IGNORECASE)


def accepted(said: Sequence[Clause], at: int) -> int | None:
    """Position of the clause that says yes to the one at `at`, or None."""
    answer = reply(said, at)
    if answer and (YES.search(answer[1]) or YES_SOON.search(answer[1])) and not NO.search(answer[1][:60]):
        return answer[0]
    return None


def refused(said: Sequence[Clause], at: int) -> bool:
    answer = reply(said, at)
    return bool(answer and NO.search(answer[1][:60]))
