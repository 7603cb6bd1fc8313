"""Promises that British speech makes without a plain `I'll`: `that's me on to the college`, `has until Friday to bring it`.

Each form gives who, a verb and where the words after it begin. Any of them may as well tell how things are, so nothing here stands by
itself: `likely` believes a form only where the tagger speaks for it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

PERSON = r"(?:I|i|[Hh]e|[Ss]he|[Tt]hey|[Yy]ou|[Ww]e|(?:(?:Mrs|Mr|Ms|Dr) )?[A-Z][a-z]+)"
OBJECT = r"(?:me|him|her|them|you|us|[A-Z][a-z]+)"
NOUN = r"(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Mm]y|[Oo]ur|[Yy]our) (?:[\w']+ )?[\w']+"
ANYBODY = rf"(?:{PERSON}|{NOUN})"
SOON = r"(?:(?:just|still|now|also|then|only|definitely|maybe|probably) )*"
VERB = r"(?P<v>[a-z]+)\b"
WILL = r"(?:'ll| will|'s going to|'m going to|'re going to|'s gonna|'m gonna|'re gonna)"
START = r"^(?:(?:[Aa]nd|[Ss]o|[Tt]hen) )?"
AWAY = r"(?:on to|onto|off to|round to|down to|over to|back to|back on to|in touch with)"
PLACE = r"(?:stood|sat|waiting|outside|there|here|at|in|with|over|round|down|up|along|ready)"
SIGNED = r"(?:booked|signed|put|down|up|on|in|game|set)(?: up| in| on| down)?"
SWORN = (
    r"(?:given (?:me|us) (?:his|her|their) word|gave (?:me|us) (?:his|her|their) word|(?:swore|sworn|swears)(?: blind)?|vowed"
    r"|promised faithfully|shook on it)"
)
AGREED = (
    r"(?:(?:[Ww]hat )?[Ww]e(?:'ve|'d| have)? (?:said|agreed|settled|decided|left it)"
    r"|(?:[Tt]he|[Oo]ur) (?:plan|idea|deal|agreement)(?:'s| is| was))"
)
GIVEN = r"(?:from|off) (?:me|us|the office)"
THING = r"(?:(?:[Ii]t|[Tt]hat|[Tt]hey|[Tt]hose)|(?:[Tt]he|[Tt]hat|[Tt]his|[Hh]is|[Hh]er|[Mm]y) (?:[\w']+ )?[\w']+)"
BE = r"(?:'s|'re| is| are|'ll be| will be)"
NOTED = r"(?i:diary|calendar|list|reminder|alarm|note)(?: (?:here|now|on my phone|for [a-z]+day))?"
STILL_TO = r"(?: still)?(?: yet| still)? (?:to|away to|off to|mun|maun|hae to|hiv tae|hae tae|tae)"


@dataclass(frozen=True)
class Form:
    """In the pattern `s` is the subject and `v` the verb, where they are said; what follows it is the rest."""

    pattern: re.Pattern[str] = field(repr=False)
    verb: str = ""
    subject: str = ""


def _form(pattern: str, verb: str = "", subject: str = "") -> Form:
    return Form(re.compile(pattern), verb, subject)


FORMS = (
    _form(rf"\b[Tt]hat's (?P<s>{OBJECT})(?= {AWAY}\b)", "get"),
    _form(rf"\b(?P<s>{PERSON}){WILL} be(?= (?:on to|onto|through to|in touch with|back to)\b)", "be"),
    _form(rf"\b(?P<s>{PERSON})(?:'ll| will)(?: both)? be(?= {PLACE}\b)", "be"),
    _form(rf"\b(?P<s>{PERSON})(?:'s|'m|'re| is| am| are|'s been| has been) (?:all )?{SIGNED}(?= (?:for|on|onto|with|to) )", "go"),
    _form(r"\b(?:[Pp]ut|[Cc]ount|[Ss]ign|[Bb]ook|[Gg]et|[Tt]hat's) (?P<s>me|him|her|you) (?:down|up|in|on)\b(?: for| to| on)?", "go"),
    _form(r"\b(?P<s>I|[Hh]e|[Ss]he|[Tt]hey) owes?(?= (?:him|her|them|me|us|you) (?:a|an|the|that|some)\b)", "owe"),
    _form(rf"\b(?P<s>{ANYBODY})(?: has|'s| have|'ve)(?: got)? (?:until|till|til|up to|by) (?:the )?[\w ]{{3,24}}? to {VERB}"),
    _form(rf"\b{SWORN}(?: that)? (?P<s>he|she|they)(?:'d|'ll| would| will) {VERB}"),
    _form(rf"\b{AGREED}(?:,? (?:that|is|was|then))*,? (?P<s>{ANYBODY}) {SOON}{VERB}"),
    _form(rf"\b(?:[Tt]he|[Oo]ur) (?:plan|idea|deal)(?:'s| is) for (?P<s>{OBJECT}|{NOUN}) to {VERB}"),
    _form(rf"\b{NOTED} to {VERB}", subject="I"),
    _form(rf"\b(?:[Yy]ou|[Hh]e|[Ss]he|[Tt]hey|[A-Z][a-z]+){WILL} (?P<v>have)\b(?= .{{3,50}}\b{GIVEN}\b)", subject="I"),
    _form(r"\b[Gg](?:ive|i'e?) (?P<s>me|us) (?:until|till|til) .{3,24}? to (?P<v>[a-z]+)\b"),
    _form(rf"\b{THING}{BE} (?P<v>going|coming)(?= (?:off|out|over|through|in|to|today|tonight|tomorrow|this)\b)", subject="they"),
    _form(rf"\b{THING}(?:'ll| will) be (?=(?:finished|done|ready|sent|posted|in|with (?:me|you|us|him|her))\b)", "have", "they"),
    _form(rf"\b(?P<s>[Mm]y|[Hh]is|[Hh]er|[Yy]our) (?:job|part|bit|task|homework)(?:'s| is) (?:now |just )?to {VERB}"),
    _form(rf"\b(?P<s>{PERSON})(?:'ve|'s| have| has|'m| am)?{STILL_TO} {VERB}"),
    _form(rf"\b(?:A|[Aa]h)(?:'ll|'m gonna|'m gonnae) {SOON}{VERB}", subject="I"),
    _form(rf"{START}(?:Will|Gonna|Going to|Am to|Need to|Must|Shall|To) {SOON}{VERB}", subject="I"),
    _form(rf"{START}(?:Am|Will be) (?P<v>[a-z]+ing)\b", subject="I"),
    _form(rf"\b(?P<s>{ANYBODY}){WILL} {SOON}{VERB}"),
    _form(rf"\b(?:told|asked|reminded|advised|got|getting) (?P<s>{OBJECT}|{NOUN}) (?:that (?:he|she|they)(?:'s|'re| is| are) )?to {VERB}"),
    _form(
        r"\bI (?:want|need|'ll have|'ll want|'ll need)(?= (?:that|the|his|her|those|them|it) [\w' ]{0,30}?\b(?:off|from) (?:him|her)\b)",
        "get",
        "they",
    ),
    _form(rf"\b(?P<s>{PERSON})(?:'s|'m|'re| is| am| are) (?:gannin|gaun|gan|gaan|heading|headin)\b", "go"),
)
"""In the order in which they are tried."""
PRESENT = re.compile(r"^(?:(?:and|so|then|but),? )*(?P<s>[Hh]e|[Ss]he|[A-Z][a-z]+) (?P<v>[a-z]+s)\b(?! (?:he|she|it|they)\b)")
"""`he sees the nurse Tuesday`: a plan only where a day stands with it."""


@dataclass(frozen=True)
class Said:
    """Subject, verb (as it was said, or one that stands for the form), and the stretch of text that they take."""

    subject: str = field(repr=False)
    verb: str
    start: int
    end: int
    timed: bool = False
    """Only a plan where a time stands with it."""


def said(text: str) -> Iterator[Said]:
    """Every form that a clause holds, the likeliest kind first."""
    for form in FORMS:
        for m in form.pattern.finditer(text):
            groups = m.groupdict()
            yield Said(form.subject or groups.get("s") or "I", form.verb or groups["v"], m.start(), m.end())
    for m in PRESENT.finditer(text):
        yield Said(m["s"], m["v"], m.start(), m.end(), timed=True)
