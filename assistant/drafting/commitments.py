"""What one clause promises: who, which verb, and the words from the verb on. Grammar only: whether it stands is decided by `actions`.

Recognises British spoken forms: "I'll", "she's to", "he's gonna", "that's me ringing", "I said I'd", "what he'll do is".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.drafting import idioms
from assistant.drafting.lexicon import words_of
from assistant.drafting.people import NOT_NAMES, ROLE
from assistant.drafting.verbs import base

ADVERB = (
    r"(?:(?:also|just|then|definitely|probably|still|now|both|all|then|only|at least|hopefully|deffo|myself|meself"
    r"|actually|first|quickly|kindly|personally|gladly|happily|absolutely|certainly) )*"
)
SUBJECT = (
    r"(?P<s>\b(?:I|i|[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Yy]ou|[Mm]e|who|(?:[Tt]he )?two of us|[Ss]ocial (?:services|work)"
    r"|[Pp]robation|[Hh]ousing|[Pp]ayroll"
    r"|[A-Z]{2,5}|(?:(?:Mrs|Mr|Ms|Dr|Doctor) )?[A-Z][a-z]+(?: (?:(?:and|in|of|to) )?[A-Z][a-z]+){0,3}"
    r"|(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Mm]y|[Oo]ur|[Yy]our)(?: [\w'-]+){1,3}?))"
    r"(?: (?:in|from|at|over|down|up|who)(?: [\w']+){1,5}?)?,?"
)
MODAL = (
    r"(?:(?:'ll| will| shall)(?: need to| have to| be able to)?|(?:'s|'m|'re| is| am| are) (?:going|due|happy|planning"
    r"|hoping|meant|supposed) to|(?:'s|'m|'re| is| am| are)? ?(?:gonna|gunna|gaun ?tae|gannae)"
    r"|(?:'s|'m|'re|'ve| is| are| am) to|(?:'s|'ve| has| have) (?:got to|gotta|agreed to|promised to|offered to|undertaken to|said (?:he"
    r"|she|they|I)(?:'ll|'d))| needs? to| has to| have to| must| agreed to| promised to| undertaken to| undertook to| offered to"
    r"| agreed (?:he|she|they|I)(?:'d"
    r"|'ll)"
    r"|(?: said| says|'s said|'ve said| told (?:me|him|her|them|[A-Z][a-z]+)|'ve told (?:him|her|them|[A-Z][a-z]+)"
    r"| promised(?: me| him| her)?|'s promised(?: me)?| reckons| agreed(?: that)?) (?:that )?(?:he|she|they|I)(?:'ll"
    r"|'d| will| would))"
)
PROMISE = re.compile(rf"{SUBJECT}{MODAL} {ADVERB}(?P<v>[a-z]+)\b")
DOING = re.compile(rf"{SUBJECT}(?:'s|'m|'re| is| am| are| will be|'ll be) {ADVERB}(?P<v>[a-z]+ing)\b")
PLAIN = re.compile(r"^(?:(?:and|so|then|also|action|actions?|okay|right),? )*(?P<s>[Mm]e|I|[Hh]e|[Ss]he|[A-Z][a-z]+) to (?P<v>[a-z]+)\b")
THATS_ME = re.compile(r"\bthat's (?P<s>me|him|her) (?P<v>[a-z]+ing)\b")
WHAT_IS = re.compile(
    r"\b[Ww]hat (?P<s>I|he|she|they|we|[A-Z][a-z]+)(?:'ll| will|'s going to|'m going to|'s gonna|'m gonna) do is (?:I'll "
    r"|he'll |she'll )?(?P<v>[a-z]+)\b"
)
ASKED = re.compile(
    r"\b(?:I|I've|we|we've|and|so) (?:asked|told|advised|reminded|encouraged|set|want|need) (?P<s>him|her|them|you"
    r"|[A-Z][a-z]+|(?:(?:his|her|the|my) )?(?:[a-z]+ )?[a-z]+) to (?P<v>[a-z]+)\b"
)
INITIAL = re.compile(r"^(?P<s>)(?P<v>(?:[Rr]e-?)?[A-Za-z]+ing) (?=him\b|her\b|them\b|it\b|the\b|up\b|a\b|[A-Z])")
"""A dictation without its `I'm`: `Sending her the link tonight`."""
PART_IS = re.compile(
    r"\b(?P<s>[Mm]y|[Hh]is|[Hh]er|[A-Z][a-z]+'s) (?:part|job|task|homework|action|bit|next step)(?: this week| now"
    r"| for next time)? is to (?P<v>[a-z]+)\b"
)
PRONOUNS = frozenset(["i", "he", "she", "they", "we", "you", "me", "who", "him", "her", "them", "us"])
CAPITAL_SUBJECTS = frozenset(
    [
        "I",
        "He",
        "She",
        "They",
        "We",
        "You",
        "Me",
        "May",
        "The",
        "His",
        "Her",
        "Their",
        "My",
        "Our",
        "Your",
        "Mrs",
        "Mr",
        "Ms",
        "Dr",
        "Doctor",
    ]
)
INNER = re.compile(r" (he|she|they|I)(?:'d|'ll| will| would) (?:\w+ )?\w+$")
POSSESSIVE = {"my": "I", "his": "he", "her": "she", "him": "he", "them": "they", "self": "I", "myself": "I", "my side": "I"}
UP_TO = re.compile(
    r"\b(?:[Uu]p to|[Dd]own to|[Ll]eft it with|[Ll]eft that with|[Oo]ver to|[Oo]n) (?P<s>me|him|her|them|[A-Z][a-z]+) to (?P<v>[a-z]+)\b"
)
LISTED = re.compile(
    r"^(?:(?:[Aa]ctions?|[Tt]asks?|[Jj]obs?|[Hh]omework|[Oo]ne) (?:for|to)|[Nn]ote to|[Ff]or|[Oo]n)"
    r" (?P<s>me|my side|myself|self|him|her|[A-Z][a-z]+)[,:]"
    r"(?: just one thing[,:])? (?:to )?(?P<v>[a-z]+)\b"
)
REMIND = re.compile(r"\b[Rr]emind (?P<s>me) to (?P<v>[a-z]+)\b")
LET_ME = re.compile(
    r"\b[Ll]et (?P<s>me) (?P<v>talk|speak|check|ask|ring|call|phone|email|find|chase|look into|contact|book|arrange"
    r"|sort|text|send|write|look)\b"
)
PROMISED = re.compile(rf"{SUBJECT}(?:'s| has|'ve)? promised (?:me|us|him|her|them) (?=the |a |an |some |his |her )")
GOING = re.compile(
    r"(?P<s>\b(?:[Hh]e|[Ss]he|I|[A-Z][a-z]+))(?:'s|'m| is| am)? (?:definitely |deffo |still )?(?:going|gan|be there"
    r"|off)(?: to (?:that|it|this)| there| along)?(?: with [^.,]{2,30}(?:, (?:his|her) [a-z ]+)?)?\s*[.,!]?$"
)
EVENT = re.compile(
    r"\b(?:interview|assessment|appointment|induction|open day|taster(?: day| session)?|course|class|trial(?: shift)?"
    r"|meeting|chat|test|exam|workshop|jobs? fair|visit)\b"
)

WEAK_DOING = re.compile(rf"{SUBJECT}(?:'s|'m|'re|'ll be| is| am| are| will be)? {ADVERB}(?P<v>[a-z]+ing)\b")
WEAK_TO = re.compile(rf"{SUBJECT}(?: (?:should|ought|can|could|wants?|'d better|'d like|is able))? to (?P<v>[a-z]+)\b")
WEAK_MODAL = re.compile(
    rf"{SUBJECT}(?:'d| would| should| can| could| must|'d better| had better|'d like to|'d rather| wants to) {ADVERB}(?P<v>[a-z]+)\b"
)
WEAK_PLAIN = re.compile(r"^(?P<s>I|i|[Yy]ou|[Ww]e|[Hh]e|[Ss]he) (?P<v>[a-z]+)\b")
"""Forms that promise only where something else speaks for it: `a Debbie ringing her Friday`, `she should bring it`, `then I go`."""

FUTURE_DOING = words_of("verbs", "action") - words_of("verbs", "state")
IF_THEN = re.compile(r"^.*\bif\b.*\bthen,? ", re.IGNORECASE)
"""`If I've heard nothing by Monday then I'm ...` is a promise with a condition, not a thought."""
HEDGE = re.compile(
    r"\b(?:might|maybe|perhaps|possibly|(?-i:may) (?!\d)|could|wondering|thinking (?:about|of)|thought about|not sure"
    r"|toying|in an ideal world|if (?:I|we|you|he|she|they|it|that|there)\b(?!.{0,12}\bany (?:problems|trouble)))",
    re.IGNORECASE,
)
AUXILIARY = words_of("verbs", "auxiliary")
TIMED = re.compile(
    r"\b(?:tonight|tomorrow|today|this (?:afternoon|evening|week)|(?:by|before|until) (?:the |this |close|end)|next|[A-Za-z]+day\b)"
)
"""A verb that no list knows still makes a promise where a time stands with it."""
NO_PROMISE = re.compile(
    r"(?:\b(?:what|how|why|when|where|who|whether|while"
    r"|as soon as|last time|last week|used to|before|after|thought|wish|because|so that|until)"
    r" |^(?:while|when|whenever|if|unless)\b.*)$|\b(?:last time|last week|we(?:'d| had) (?:said|agreed)|originally)\b",
    re.IGNORECASE,
)
"""Words in front of a subject that make it a circumstance, a question or a memory."""
OPEN_END = re.compile(
    r"^ (?:only )?(?:nowhere|nothing|nowt|anything|whatever|all the hours|my hopes|his hopes|her hopes|what (?:you"
    r"|he|she) (?:actually )?said|it done|that typed)\b|\bif (?:I|we|he|she|they) (?:ask|want|wanted|needed|had"
    r"|get|got)\w*",
    re.IGNORECASE,
)
OPENERS = re.compile(r"^(?:(?:And|But|So|Then|Now|Right|Okay|Well|Yeah|Yes|Oh|Er|Um|Anyway|Also|Plus|Aye|Once that's done),? )+")
IN_PLACE = re.compile(r"^ sure (?:he|she|they|you)(?:'s|'re| is| are) (?:in|there|here|home)\b|^ sure to be (?:in|there)\b")
TELLING = re.compile(r"(?:send|ring|call|phone|write|email|text|post|give|let|contact)\b.{0,20}\b(?:me|us|him|her|them|it|the|a|to)\b")
OBLIGED = re.compile(r"(?:'s| is) to \w+$|\b(?:needs?|has|agreed|promised) to \w+$|\bagreed (?:he|she)'")
NEGATED = re.compile(r"^(?:not|never|no|nee|have to not)\b")


@dataclass(frozen=True)
class Promise:
    subject: str = field(repr=False)
    verb: str
    """Base form; empty where a noun was promised (`promised me the risk assessment`)."""
    rest: str = field(repr=False)
    """What follows the verb, as it was said."""
    before: str = field(repr=False)
    """What stands in front of the subject."""
    going: bool = False
    """A bare `he's going`: the event stands in the words before it."""
    obliged: bool = False
    """`he's to`, `she needs to`: said of the participant far more often than of anybody else with that pronoun."""
    doing: bool = False
    """`he's sending`, not `he'll send`."""


def promises(text: str, known: frozenset[str] = frozenset()) -> Iterator[Promise]:
    """The promise that a clause makes, if any. `known`: lower-case names of the two people, which may be words such as `will` and `may`."""
    text = OPENERS.sub("", text)
    for pattern in (WHAT_IS, PART_IS, LISTED, REMIND, UP_TO, GOING, PROMISE, PLAIN, THATS_ME, ASKED, LET_ME, DOING, INITIAL):
        for m in pattern.finditer(text):
            found = _going(m, text, known) if pattern is GOING else _promise(pattern, m, text, known)
            if found:
                yield found
                return
    yield from _other_forms(text, known)


def weak_promises(text: str, known: frozenset[str] = frozenset()) -> Iterator[Promise]:
    """What a clause may promise, where its grammar alone does not tell a plan from how things are."""
    text = OPENERS.sub("", text)
    for form in idioms.said(text):
        promise = _idiom(form, text, known)
        if promise:
            yield promise
            return
    for pattern in (WEAK_TO, WEAK_MODAL, WEAK_DOING, WEAK_PLAIN):
        for m in pattern.finditer(text):
            verb = _weak_verb(pattern, m["v"])
            if verb and _is_subject(m["s"], known, True) and not NEGATED.match(m["v"]) and not NO_PROMISE.search(text[: m.start("s")]):
                yield Promise(_subject(m["s"]), verb, text[m.end("v") :], text[: m.start("s")], doing=pattern is WEAK_DOING)
                return


POINTING = re.compile(r"^(?: (?:for|on|to|onto))?(?: (?:that|it|this|them))?[ ,.!]*$")
"""`he's on for that`: the event stands before."""


def _idiom(form: idioms.Said, text: str, known: frozenset[str]) -> Promise | None:
    rest, before = text[form.end :], text[: form.start]
    verb = base(form.verb) or form.verb
    if verb in words_of("verbs", "talk") - {"be"} or form.verb in AUXILIARY - {"be", "have", "do"} or NEGATED.match(form.verb + rest):
        return None
    if not _is_subject(form.subject, known, True) or NO_PROMISE.search(before) or HEDGE.search(before):
        return None
    if form.timed and not (base(form.verb) and TIMED.search(rest)):
        return None
    return Promise(_subject(form.subject), verb, rest, before, going=verb == "go" and bool(POINTING.match(rest)))


def _weak_verb(pattern: re.Pattern[str], said: str) -> str | None:
    verb = base(said)
    if verb in words_of("verbs", "talk") or said in AUXILIARY or (verb == said) == (pattern is WEAK_DOING):
        return None
    return verb


def _other_forms(text: str, known: frozenset[str]) -> Iterator[Promise]:
    noun = PROMISED.search(text)
    if noun and _is_subject(noun["s"], known):
        yield Promise(noun["s"], "", text[noun.end() :], text[: noun.start()])


def _going(m: re.Match[str], text: str, known: frozenset[str]) -> Promise | None:
    return Promise(m["s"], "go", "", text[: m.start()], going=True) if _is_subject(m["s"], known) else None


def _promise(pattern: re.Pattern[str], m: re.Match[str], text: str, known: frozenset[str]) -> Promise | None:
    before, rest = text[: m.start("s")], text[m.end("v") :]
    verb = _verb(pattern, m["v"], rest)
    if verb is None or _is_no_promise(pattern, m, before, rest, known):
        return None
    if (verb == "make" and IN_PLACE.match(rest)) or (verb in ("go", "attend") and POINTING.match(rest)):
        return Promise(m["s"], "go", "", before, going=True)
    doing = pattern in (DOING, INITIAL)
    return Promise(_inner(m) or _subject(m["s"]), verb, rest, before, obliged=bool(OBLIGED.search(m.group())), doing=doing)


def _inner(m: re.Match[str]) -> str | None:
    """`we agreed she'd drop them off`: she does it."""
    inner = INNER.search(m.group()) if m["s"].lower() in ("i", "we") else None
    return inner[1] if inner and inner[1] != m["s"] else None


def _subject(said: str) -> str:
    return POSSESSIVE.get(said.lower(), said.removesuffix("'s")) or "I"


def _verb(pattern: re.Pattern[str], said: str, rest: str) -> str | None:
    """The verb as it is promised, or None where it is no deed or has the wrong form."""
    again = re.match(r"(?i)(re-?)(?=[a-z]{4})", said) if pattern is INITIAL else None
    verb = base(said[again.end() :] if again else said)
    if pattern in (DOING, INITIAL):
        if verb == "go" and re.match(r" to [a-z]+\b", rest):
            return None
        return (f"re-{verb}" if again else verb) if verb in FUTURE_DOING and said.endswith("ing") else None
    if pattern is THATS_ME:
        return verb
    if verb is None and pattern is PROMISE and said not in AUXILIARY and TIMED.search(rest):
        return said
    return verb if verb in words_of("verbs", "action") and (not said.endswith("ing") or said == verb) else None


def _is_no_promise(pattern: re.Pattern[str], m: re.Match[str], before: str, rest: str, known: frozenset[str]) -> bool:
    if pattern is not INITIAL and not _is_subject(m["s"], known, bool(TELLING.match(m["v"] + rest))):
        return True
    if re.search(r"\b(?:was|were|had|been)$", m["s"]) or re.search(r"\b(?:wasn't|was|were|not|n't|never)\s*$", before):
        return True
    if NEGATED.match(m["v"] + rest) or OPEN_END.search(rest) or (pattern is not WHAT_IS and NO_PROMISE.search(before)):
        return True
    return bool(HEDGE.search(f"{IF_THEN.sub('', before)} {m.group()}"))


def _is_subject(subject: str, known: frozenset[str], rest_tells: bool = False) -> bool:
    """Capitalised words that begin a sentence are no names, and `the bus` promises nothing unless it sends somebody something."""
    if subject.lower() in known:
        return True
    if subject[:1].isupper() and subject.split()[0] in NOT_NAMES and subject.split()[0] not in CAPITAL_SUBJECTS:
        return False
    if subject.lower() in POSSESSIVE or subject.lower() in PRONOUNS:
        return True
    if rest_tells and re.match(r"(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Mm]y|[Oo]ur|[Yy]our) ", subject):
        return True
    named = subject[:1].isupper() and not re.match(r"(?:The|His|Her|Their|My|Our|Your) ", subject)
    return named or "two of us" in subject or bool(ROLE.search(subject))
