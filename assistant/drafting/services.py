"""Services that a line names: from the word lists, by their kind (`the debt people`, `a course at the Deaf Centre`) or as a bare name.

Knows how services are named; not whether anybody was sent there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from assistant.drafting.lexicon import content, lexicon, table, tokens

How = Literal["listed", "further", "kind", "sent", "raised", "topic", "name"]
HEADS = (
    r"(?:advice|advis(?:e|o)rs?|advocates?|advocacy|assessments?|association|academy|befriend(?:er|ers|ing)|centre|charity"
    r"|class(?:es)?|clinic|club"
    r"|coaching|college|counsell(?:ing|or|ors)|courses?|desk|drop[- ]in|foundation|fund|grant|group|helpline|hostel|hub|hydrotherapy|line"
    r"|mentor(?:s|ing)?|network|nurse|officer|panel|partnership|physio(?:therapy|therapist)?|practitioner|programme|project|prescriber"
    r"|psycholog(?:ist|y)|psychiatrist|neuropsychologist|rehab|respite|review|scheme|screening|service|services|sessions|shed|society"
    r"|specialist"
    r"|support|surgery|team|therap(?:y|ies|ist)|training|trust|tutor|unit|union|volunteering|volunteers|voucher|workers?|workshop"
    r"|options|hospital"
    r"|bank|parcels?|loan|placement|safeguarding|police|dentist|optician|coordinator|people|folk|lot|ones|crowd)"
)
VAGUE = frozenset(
    [
        "bank",
        "centre",
        "class",
        "college",
        "course",
        "courses",
        "crowd",
        "desk",
        "folk",
        "fund",
        "grant",
        "group",
        "hospital",
        "line",
        "loan",
        "lot",
        "nurse",
        "officer",
        "ones",
        "options",
        "people",
        "placement",
        "police",
        "review",
        "scheme",
        "screening",
        "service",
        "services",
        "sessions",
        "specialist",
        "support",
        "surgery",
        "team",
        "training",
        "trust",
        "union",
        "unit",
        "volunteers",
        "voucher",
        "worker",
        "workers",
    ]
)
"""Too little alone: they need a word before them."""
LITTLE = (
    r"(?:the|a|an|to|of|in|on|at|for|from|with|about|and|or|but|so|if|as|by|off|up|out|into|he|she|it|they|we|i|you|him|her|them|us"
    r"|me|is|was|are|be|been|has|had|have"
    r"|did|do|does|done|not|no|that|this|these|those|there|then|than|when|what|who|which|where|how|all|any|some|more|every|each|other"
    r"|another|one|two|three|four|five|six"
    r"|my|your|his|their|our|its|said|says|say|told|asked|rang|ring|call|called|put|putting|get|getting|got|go|going|went|see|seen"
    r"|sent|send|referred|refer|referral|offered|mentioned|suggested|booked|spoke"
    r"|want|wants|wanted|need|needs|will|would|could|can|should|might|may|just|also|still|yet|now|today|only|very|really|same|new"
    r"|good|nice|lovely|last|next|first|back|here|like|well"
    r"|through|over|join|try|start|started|finished|finish|after|before|since|because|while|i'll|i'm|i've|he's|she's|it's|that's"
    r"|there's|they're|they've|we've|we're|you're|he'd|she'd|i'd|didn't|don't|doesn't|isn't|hasn't"
    r"|know|think|thought|run|runs|do|doing|make|making|made|give|given|gave|take|taken|took|come|came|work|works|day|week|month|time"
    r"|help|lot|bit|couple|half|right|okay|yes|yeah|ok)"
)
A_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)"
KIND = re.compile(
    rf"(?<![\w'&-])(?P<np>(?:(?!{LITTLE}\b)[\w'&-]+ ){{0,3}}\b{HEADS})\b(?P<where> (?:at|in|on|for"
    rf"|with) (?:the )?(?!{A_DAY})[A-Z][\w']+(?: [A-Z][\w']+)*)?",
    re.IGNORECASE,
)
NOT_SERVICE = re.compile(
    r"^(?:(?:other|old|young|nice|different|local|these|most|loads of|kitchen|night|day|good|management|bus|bar|shop|care|social"
    r"|factory|warehouse|support) )?(?:people|folk|lot|ones|crowd|workers?)$"
    r"|\b(?:bus|train|job|phone|bottom|front|main|bank account|hard|date)s? (?:line|centre|bank|service)$|^(?:sort|care|key"
    r"|co-?)[- ]?worker$",
    re.IGNORECASE,
)
PROPER = re.compile(r"(?<![.?!…] )(?<!^)\b(?P<np>[A-Z][\w']*[\w](?: (?:of |to |and |for )?[A-Z][\w']+)*)")
TOPIC = re.compile(
    r"(?:^|(?<=[.?!…] ))(?:(?:And|So|Now|Right|The|Oh|Well|Okay),? )?(?:the )?(?P<np>[A-Z][\w']+(?: [A-Z][\w']+){0,3})"
    r"(?=[,.:?]| (?:have|has|is|are|rang|letter|referral|did|come)\b)"
)
WHOM = r"(?:him|her|them|you|me|us|his name|her name|your name|my name|it|that|this)"
AFTER = (
    r" (?P<np>(?:(?:the|a|an|our|his|her|their|some|that|this) )?(?:(?!(?:and|but|so|on|at|in|for|he|she|they|it|to|from|with|because"
    r"|when|today|tomorrow|this"
    r"|last|next|again|who|which|about|by|is|was|as|there|then|after|before|i|we|his|her|has|have|had|will|if)\b)[\w'&-]+ ?){1,4})"
)
SENT = re.compile(
    rf"\b(?:(?:re-?)?ref(?:er(?:red|ring|s)?|erral|errals|\.)?(?: {WHOM}| made| sent| gone in| in| done)?(?: (?:on|over|back|across"
    rf"|straight|through))* (?:to|for|into|with)"
    rf"|signpost\w*(?: {WHOM})? to|put(?:ting)?(?: {WHOM}| \w+)? (?:in (?:touch with|for|to)|through (?:to|for)|forward (?:for|to)"
    rf"|down (?:for|with)|on to|onto|into|in with)"
    rf"|sign(?:ed|ing)? {WHOM} up (?:to|for|with)|sen[dt](?:ing)? {WHOM} (?:over |off |through |across )?to"
    rf"|get(?:ting)? {WHOM} (?:in(?:to| with)?|on(?:to)?|over to|along to|seen by)|link(?:ed|ing)? {WHOM} (?:in |up )?with|(?:waiting"
    rf"|wait|list|queue) (?:for|on|from|at|with)(?: the)?(?: list (?:for|of))?|enrol\w*(?: {WHOM})? (?:on|for|with|at)"
    rf"|appl(?:y|ied|ication)(?: {WHOM})? (?:to|for)|registered (?:with|for)|regist(?:er|ration) with)" + AFTER,
    re.IGNORECASE,
)
RAISED = re.compile(
    rf"\b(?:offer(?:ed)?(?: {WHOM})?|suggest(?:ed)?|mention(?:ed)?|brought up|talk(?:ed)? about|discussed|ask(?:ed)?(?: {WHOM})? about"
    rf"|raised|what about|how about|(?:heard?|hear) (?:(?:anything|nothing|nowt|back) )?(?:from|of|off)"
    rf"|(?:rang|rung|phoned|called|emailed|contacted|chased|spoke (?:to|with)|attend(?:s|ed|ing)?|see(?:n|ing)?|finished(?: with)?"
    rf"|completed|declined|refused|there's|there is|we've|we have|thought (?:of|about))(?: up)?)" + AFTER,
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"^(?:(?:the|a|an) )?(?:it|that|this|him|her|them|you|me|us|work|see|get|go|ask|job|manager|boss|employer|same|end|plan|list"
    r"|somebody|anybody|someone|anyone|there|here"
    r"|somewhere|anywhere|everything|anything|nothing|another|getting|going|doing|having|being|work|him|mum|mam|dad|brother|sister)\b",
    re.IGNORECASE,
)
CALENDAR = re.compile(
    r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day|^(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|christmas|easter|i|i'\w+)\b",
    re.IGNORECASE,
)
CALLED: tuple[tuple[How, re.Pattern[str]], ...] = (("sent", SENT), ("raised", RAISED))
CAPITALS: tuple[tuple[How, re.Pattern[str]], ...] = (("topic", TOPIC), ("name", PROPER))


@dataclass(frozen=True)
class Named:
    name: str = field(repr=False)
    how: How


def named(text: str) -> list[Named]:
    """The services that a line names, plainest first: one that shares a word with another is the same service."""
    found: list[Named] = []
    for one in (*_listed(text), *_by_kind(text), *_called(text)):
        stems = content(one.name)
        if stems and not any(stems & content(known.name) for known in found):
            found.append(one)
    return found


def _listed(text: str) -> Iterator[Named]:
    words = tokens(text)
    labels = lexicon("referrals").labels(words)
    if len(labels) > 1:
        labels -= {"counselling"}  # what another service does: `bereavement counselling`
    for hit in lexicon("referrals").find(words):
        if hit.label in labels:
            yield Named(_written(table("referrals")[hit.label]["name"], " ".join(words[hit.start : hit.end])), "listed")
    yield from (Named(_title(" ".join(words[hit.start : hit.end])), "further") for hit in lexicon("services").find(words))


def _by_kind(text: str) -> Iterator[Named]:
    for m in KIND.finditer(text):
        if m["np"].lower() not in VAGUE and not NOT_SERVICE.search(m["np"]):
            yield Named(_title(m["np"] + (m["where"] or "")), "kind")


def _called(text: str) -> Iterator[Named]:
    """What somebody was sent to or spoken to about, and bare names."""
    for how, pattern in CALLED:
        for m in pattern.finditer(text):
            if not PRONOUN.match(m["np"]) and not CALENDAR.match(m["np"].removeprefix("the ")):
                yield Named(_title(m["np"]), how)
    for how, pattern in CAPITALS:
        yield from (Named(_title(m["np"]), how) for m in pattern.finditer(text) if len(m["np"]) > 2 and not CALENDAR.match(m["np"]))


def _written(name: str, said: str) -> str:
    """The usual name, with what was said where they share no word: `Energy advice (warm homes)`."""
    return name if content(name) & content(said) else f"{name} ({said})"


def _title(name: str) -> str:
    words = re.sub(r"^(?:(?:the|a|an|our|his|her|their|some|that|this) )+", "", name.strip(), flags=re.IGNORECASE)
    return words[:1].upper() + words[1:]
