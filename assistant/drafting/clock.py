"""Times of day out of spoken British English, as 24-hour HH:MM. Knows nothing of dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.drafting.dates import CORRECTION
from assistant.grounding import UNITS

HOUR = rf"(?:1[0-2]|0?[1-9]|{'|'.join(sorted(list(UNITS)[1:13], key=len, reverse=True))})"
MINUTE_WORDS = {
    "five": 5,
    "ten": 10,
    "quarter": 15,
    "fifteen": 15,
    "twenty": 20,
    "twenty five": 25,
    "thirty": 30,
    "half": 30,
    "thirty five": 35,
    "forty": 40,
    "forty five": 45,
    "fifty": 50,
    "fifty five": 55,
    "oh five": 5,
}
PART = r"(?: ?(?P<part>a\.? ?m\b|p\.? ?m\b)| (?:o'clock )?(?:in the |at )(?P<of>morning|afternoon|evening|night))?"
NOT_A_TIME = (
    r"(?! (?:weeks?|hours?|days?|jobs?|places?|of|people|minutes?|times?|mornings?|afternoons?|years?|months?|pounds?"
    r"|percent|or|miles|quid|pence|hundred|thousand))(?!\w|[.,:]\d|%)"
)
TIMES = tuple(
    re.compile(p)
    for p in (
        rf"(?<![£\d.:])\b(?P<h>[01]?\d|2[0-3])(?:[:]|[.](?=\d\d ?[ap]\.?m))(?P<m>[0-5]\d)\b(?!%){PART}",
        rf"(?<=at )(?P<h>[01]?\d|2[0-3])[.](?P<m>[0-5]\d)\b{PART}",
        rf"(?:(?<=at )|(?<=, )|(?<=day ))(?P<h>0[6-9]|1[0-8])(?P<m>[0-5][05])(?: ?h(?:ou)?rs)?\b(?! ?%){PART}",
        rf"\b(?P<half>half)(?: past| after|-past)?[ -](?P<h>{HOUR})\b{NOT_A_TIME}{PART}",
        rf"\b(?:a )?(?P<m>quarter|five|ten|twenty(?:[ -]five)?|\d{{1,2}})(?: minutes)?"
        rf" (?P<way>past|to|after) (?P<h>{HOUR})\b{NOT_A_TIME}{PART}",
        rf"\b(?P<h>{HOUR}) (?P<m>fifteen|(?:thirty|forty|fifty|twenty)(?:[ -]five)?|ten|oh five)\b{NOT_A_TIME}{PART}",
        rf"\b(?P<h>{HOUR}) ?(?P<oclock>o'? ?clock|a clock)\b{PART}",
        rf"\b(?P<h>{HOUR})(?= ?a\.? ?m\b(?!\w)| ?p\.? ?m\b| in the (?:morning|afternoon|evening)){PART}",
        rf"(?<=at )(?P<h>{HOUR})\b{NOT_A_TIME}{PART}",
        r"\b(?P<noon>noon|midday|twelve noon)\b",
    )
)
BARE = re.compile(
    rf"(?:^|(?<=[,.;?!] )|(?<=say )|(?<=about )|(?<=for )|(?<=around )|(?<=it )"
    r"|(?<=do )|(?<=then )|(?<=same )|(?<=day )|(?<=th )|(?<=st )|(?<=nd )|(?<=rd ))"
    rf"(?P<h>{HOUR})(?:-?ish)?(?=[,.;?!]|$|'ll do|'s (?:good|fine|great|grand)| (?:then|again|please|works|suits|sharp|on the dot|if"
    rf"|with|here|same|ish|is fine|is good|would|will do|yes|yeah|over|at the|in the|on the phone|sound|okay|ok)\b){PART}"
)
"""An hour and nothing else: a time only where people are settling one."""
OFFICE_FROM = 7
"""An hour said without a half of the day is between 07:00 and 18:59: nobody makes an appointment for five in the morning."""


@dataclass(frozen=True)
class Clock:
    start: int
    end: int
    time: str
    """24-hour HH:MM."""


def find_times(text: str, *, settling: bool = False) -> list[Clock]:
    """Times of day in the order they stand; the half of the day is guessed from office hours where it is not said.

    `settling` takes an hour alone for a time: "Monday, ten", "about 4", "Three's good".
    """
    low = text.lower().replace("’", "'")
    taken: list[Clock] = []
    for pattern in (*TIMES, BARE) if settling else TIMES:
        for m in pattern.finditer(low):
            if not any(m.start() < c.end and c.start < m.end() for c in taken):
                taken.append(Clock(m.start(), m.end(), _clock(m)))
    return sorted(taken, key=lambda c: c.start)


def _clock(m: re.Match[str]) -> str:
    got = m.groupdict()
    if got.get("noon"):
        return "12:00"
    hour = int(got["h"]) if got["h"].isdecimal() else UNITS[got["h"]]
    minute = 30 if got.get("half") else _minutes(got.get("m"))
    if got.get("way") == "to":
        hour, minute = (hour - 1) or 12, 60 - minute
    return f"{_half_of_day(hour, got):02d}:{minute % 60:02d}"


def _minutes(said: str | None) -> int:
    if not said:
        return 0
    return int(said) if said.isdecimal() else MINUTE_WORDS[said.replace("-", " ")]


def _half_of_day(hour: int, got: dict[str, str | None]) -> int:
    part = (got.get("part") or got.get("of") or "").replace(".", "").replace(" ", "")
    if hour > 12:
        return hour
    if part in ("am", "morning"):
        return hour % 12
    if part in ("pm", "afternoon", "evening", "night"):
        return hour % 12 + 12
    return hour if OFFICE_FROM <= hour <= 12 else hour + 12


def chosen_time(text: str, times: Sequence[Clock]) -> Clock | None:
    """Likewise for a time of day."""
    standing = times[0] if times else None
    for before, after in pairwise(times):
        if CORRECTION.search(text[before.end : after.start]):
            standing = after
    return standing
