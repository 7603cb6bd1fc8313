"""Trimming what was said to what is read: fillers, false starts and openers out, never a word put in another's mouth.

Only cuts, and a capital at the front. Knows nothing of sections or actions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.drafting.dates import CORRECTION, When

FILLER = re.compile(
    r",? ?\b(?:er+|erm+|um+|uh+|uhm|mm+|(?<!let )you know|I mean|sort of|kind of|if you like|to be fair|to be honest"
    r"|obviously|basically|like I say|as I say)\b,?(?= |$|[.?!,])",
    re.IGNORECASE,
)
FALSE_START = re.compile(r"\b(I|he|she|it|we|they|the|a|to|he's|she's|it's|I'm)\b,? (?=\1\b)", re.IGNORECASE)
OPENER = re.compile(
    r"^(?:(?:okay|ok|right|so|now|well|and|but|anyway|yeah|yes|oh|then|also|plus|alright|all right|now then|er|um"
    r"|erm|hiya|hello|hi|look|see|listen|like|I mean|to be fair|to be honest|the thing is|as well|good news|basically"
    r"|aye|och|och aye|ta)\b(?! to\b)[,.]? +)+",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"(?:[,;:]? (?:and|but|so|then|or|because|cos|and that|and stuff|and all that|you know|as well|like|actually"
    r"|an' all|though|I think|which|if you like|now|please|yeah|okay|right|all right|and (?:he|she|they) (?:says"
    r"|said)))+[ ,;:.]*$",
    re.IGNORECASE,
)
PREPOSITION = re.compile(
    r"(?:,? ?\b(?:by|on|for|before|until|till|til|at|about|around|from|first thing|no later than|sometime|later"
    r"|early|straight away|then|the|this|come|maybe|hopefully|starting|due|again)\b)+ ?$|,? $",
    re.IGNORECASE,
)
AFTER_DATE = re.compile(
    r"^(?:,? ?at (?:half (?:past )?|quarter (?:past|to) )?[\w:]+(?: o'clock)?(?: in the \w+)?(?= and\b|[,.]|$)"
    r"|,? ?(?:at |about |around |by )?(?:the )?(?:very )?(?:latest|sometime|first thing|morning|afternoon|evening"
    r"|lunchtime|dinner time|night|at some point|or so|if (?:he|she|I|you) can|o'clock))+\b",
    re.IGNORECASE,
)


def trimmed(text: str) -> str:
    """A sentence to be read on its own."""
    cut = FALSE_START.sub("", FILLER.sub("", text))
    cut = OPENER.sub("", cut).strip()
    cut = TAIL.sub("", cut).strip(" ,;:-–—")
    return capital(re.sub(r"\s+([,.?!])", r"\1", " ".join(cut.split())))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a full stop where none was heard."""
    cut = trimmed(text)
    return cut if not cut or cut[-1] in ".?!" else cut + "."


def without_dates(text: str, dates: Sequence[When]) -> str:
    """A promise without the words that date it, where they stand clear at its end or between commas."""
    for when in sorted(dates, key=lambda w: w.start, reverse=True):
        before, after = text[: when.start], text[when.end :]
        after = AFTER_DATE.sub("", after)
        if re.match(r"[ ,.!?;]*$", after) or after.startswith((",", " and ", " so ", " to ", " with ", " when ")):
            text = CORRECTED_AWAY.sub("", PREPOSITION.sub("", before) + after)
        elif re.search(r"(?:^|,) ?(?:on|by|for)? ?$", before):
            text = before.rstrip(" ,") + after
    return CORRECTED_AWAY.sub("", text)


CORRECTED_AWAY = re.compile(rf"(?:,? (?:{CORRECTION.pattern})[, ]*)+[.!?]*$", re.IGNORECASE)


def imperative(verb: str, rest: str) -> str:
    """`ring` and ` Stagecoach.` as `Ring Stagecoach`."""
    words = trimmed_tail(f"{verb}{rest}" if verb else rest)
    return capital(words)


def trimmed_tail(text: str) -> str:
    cut = " ".join(FILLER.sub("", text).split())
    return re.sub(r"\s+([,.?!])", r"\1", TAIL.sub("", cut.rstrip(" ,.;:!?")).strip(" ,.;:-–—!?"))
