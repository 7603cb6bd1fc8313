"""Calendar dates out of spoken British English, counted from the day of the session.

House rule: no date rather than a wrong date. "Next Friday" is the Friday of next week, a bare weekday the coming one and never today,
numeric dates are day first. What was last week, what happens every week and the months that are also verbs or names give nothing.
Public holidays and working days are not counted.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.grounding import MONTHS, ORDINALS, TENS, UNITS, WEEKDAYS

FAR_AHEAD = 270
"""Days: a day and month without a year that lies further ahead was last year's, not next year's."""


@dataclass(frozen=True)
class When:
    start: int
    end: int
    """Where in the text the words stand."""
    date: dt.date | None
    """None for words that tell a time but no day that can be counted."""
    text: str = field(repr=False)
    doubtful: bool = False
    """Weekday and day of the month disagree."""
    firm: bool = False
    """Introduced as a deadline: by, before, until, no later than."""


DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug|sept?|oct|nov|dec)"
)
_ONES = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
SPOKEN_DAY = rf"(?:(?:twenty|thirty)[- ](?:{_ONES})|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
_CARDINALS = "|".join(sorted([*list(UNITS)[1:], "twenty", "thirty"], key=len, reverse=True))
CARDINAL_DAY = rf"(?:(?:twenty|thirty)[- ](?:{'|'.join(list(UNITS)[1:10])})|{_CARDINALS})"
NTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{SPOKEN_DAY})"
NUM = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{SPOKEN_DAY})"
COUNT = r"(?:\d{1,2}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|a couple of)"
AFTER_NTH = (
    r"(?! (?:time|floor|one|thing|place|week|month|year|day|attempt|go|interview|session|appointment|job|class|half"
    r"|person|party|line|step|application|letter|shift|child|class|language|century|birthday|grade|of them)\b)"
)

Resolver = Callable[[re.Match[str], dt.date], "tuple[dt.date | None, bool]"]


def _day_number(text: str) -> int:
    if text[:1].isdigit():
        return int(re.match(r"\d+", text).group())  # type: ignore[union-attr]
    parts = re.split(r"[- ]", text)
    return sum((UNITS | TENS | ORDINALS)[p] for p in parts)


def _count(text: str) -> int:
    if text.isdigit():
        return int(text)
    return {"a": 1, "an": 1, "couple of": 2, "a couple of": 2}.get(text) or UNITS[text]


def _month_number(text: str) -> int:
    return next(n for n, m in enumerate(MONTHS, 1) if m.startswith(text[:3]))


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _coming(today: dt.date, weekday: int) -> dt.date:
    return today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1)


def _of_next_week(today: dt.date, weekday: int) -> dt.date:
    return today + dt.timedelta(7 - today.weekday() + weekday)


def _weekday(name: str) -> int:
    return WEEKDAYS.index(name)


def _full(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    """Day and month, with or without weekday and year."""
    day, month = _day_number(m["n"]), _month_number(m["month"])
    if m["year"]:
        found = _date(int(m["year"]), month, day)
    else:
        found = _date(today.year, month, day)
        if found and found < today:
            ahead = _date(today.year + 1, month, day)
            found = ahead if ahead and (ahead - today).days <= FAR_AHEAD else found
    return found, _disagrees(m, found)


def _disagrees(m: re.Match[str], found: dt.date | None) -> bool:
    day = m.groupdict().get("day")
    return bool(found and day and found.weekday() != _weekday(day))


def _nth(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    """`the 14th`: the next one, today included. With a weekday, the next month in which both agree, up to three ahead."""
    number = _day_number(m["n"])
    months = [(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1) for n in range(4)]
    ahead = [d for d in (_date(y, mo, number) for y, mo in months) if d and d >= today]
    if not ahead:
        return None, False
    if not m.groupdict().get("day"):
        return ahead[0], False
    agreeing = next((d for d in ahead if d.weekday() == _weekday(m["day"])), None)
    return (agreeing, False) if agreeing and (agreeing - today).days <= 62 else (ahead[0], True)


def _numeric(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    year = m["year"] or ""
    found = _date(int(year) + (2000 if len(year) == 2 else 0) if year else today.year, int(m["month"]), int(m["n"]))
    if found and found < today and not year:
        found = _date(today.year + 1, found.month, found.day)
    return found, False


def _month_end(today: dt.date, ahead: int) -> dt.date:
    month = (today.month - 1 + ahead) % 12 + 1
    year = today.year + (today.month - 1 + ahead) // 12
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _named_month_end(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    ahead = (_month_number(m["month"]) - today.month) % 12
    return (_month_end(today, ahead), False) if ahead <= 10 else (None, False)


def _plus(days: int) -> Resolver:
    return lambda _, today: (today + dt.timedelta(days), False)


def _from_weekday(extra: int) -> Resolver:
    return lambda m, today: (_coming(today, _weekday(m["day"])) + dt.timedelta(extra), False)


def _weeks_on(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    weeks = 2 if "fortnight" in m["count"] else _count(m["count"].split(" week")[0])
    return _coming(today, _weekday(m["day"])) + dt.timedelta(7 * weeks), False


def _in_units(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    count, unit = _count(m["count"]), m["unit"]
    if unit.startswith("month"):
        month = (today.month - 1 + count) % 12 + 1
        year = today.year + (today.month - 1 + count) // 12
        return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1])), False
    return today + dt.timedelta(count * {"d": 1, "w": 7, "f": 14}[unit[0]]), False


def _none(_: re.Match[str], __: dt.date) -> tuple[dt.date | None, bool]:
    return None, False


RULES: tuple[tuple[str, Resolver], ...] = (
    # what is no date although it looks like one comes first: the earliest rule to claim a stretch of text keeps it
    (
        rf"\b24/7\b|\b(?:last|past|previous|since(?: last)?|every(?: other| single)?|each|most|alternate) (?:{DAY}|week"
        rf"|month|night)\b",
        _none,
    ),
    (rf"\b{DAY}(?:, {DAY})*,? (?:to|and|or|through) {DAY}s?(?: (?:mornings|afternoons|evenings|nights))?\b", _none),
    (
        rf"\b{DAY} (?:past|gone|just gone|before last)\b|\b(?:on )?an? {DAY}\b|\b{DAY}s\b|\b{DAY}(?: (?:morning|afternoon"
        rf"|evening|night)s)\b",
        _none,
    ),
    (rf"\bsince (?:the )?{NUM}(?: of)? {MONTH}\b|\bsince {MONTH}\b|\bsince the {NTH}\b", _none),
    (r"\bthe day before yesterday\b|\byesterday\b|\bthis morning\b|\bday one\b|\bthe other day\b|\bduring the (?:day|night)\b", _none),
    # whole dates
    (r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<n>\d\d)\b", _numeric),
    (
        rf"\b(?:(?P<day>{DAY}),? (?:the )?)?(?:the )?(?P<n>{NUM}|{CARDINAL_DAY}) (?:day )?(?:of )?(?P<month>{MONTH})\b"
        r"(?:,? (?P<year>20\d\d))?",
        _full,
    ),
    (
        rf"\b(?:(?P<day>{DAY}),? )?(?P<month>{MONTH}) (?:the )?(?P<n>{NUM})\b(?! ?(?:o'clock|pm|am|past|hours|weeks|jobs"
        rf"|times|:))(?:,? (?P<year>20\d\d))?",
        _full,
    ),
    (r"\b(?P<n>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:20)?\d\d)\b", _numeric),
    (r"\b(?<=by |on )(?P<n>\d{1,2})/(?P<month>\d{1,2})\b(?P<year>)(?!/)", _numeric),
    # counted from today
    (r"\b(?:same (?:time|day)(?:,? (?:and )?same (?:time|place|day))*,? next week|next week,? same (?:time|day))\b", _plus(7)),
    (rf"(?:(?<=, )|(?<=for )|^)the (?P<n>{SPOKEN_DAY})(?=,| at\b|[.?!]?$)", _nth),
    (r"\b(?:the )?day after tomorrow\b", _plus(2)),
    (
        rf"\b(?P<count>\d{{1,2}} weeks|(?:a|one|two|three|four) weeks?|a fortnight|fortnight) (?:on |from |this )?(?:(?:this"
        rf"|coming) )?(?P<day>{DAY})\b",
        _weeks_on,
    ),
    (
        rf"\b(?P<day>{DAY}) week\b|\b(?<!next )week on (?P<day2>{DAY})\b",
        lambda m, t: (_coming(t, _weekday(m["day"] or m["day2"])) + dt.timedelta(7), False),
    ),
    (rf"\b(?P<day>{DAY}) fortnight\b", _from_weekday(14)),
    (r"\b(?:a )?week tomorrow\b", _plus(8)),
    (
        r"\b(?P<count>a|one|two|three|four|five|six|eight|\d{1,2}) (?P<unit>weeks?|months?|fortnight)(?: from)? (?:today"
        r"|the day|now)\b",
        _in_units,
    ),
    (
        rf"\bin (?:about )?(?P<count>{COUNT}) (?P<unit>days?|weeks?|months?|fortnight)(?:'s?)?(?: time)?(?!\w)(?! (?:or"
        rf"|and a half|ago))",
        _in_units,
    ),
    (r"\bwithin (?P<count>a|one|two|three|four|\d{1,2}) (?P<unit>days?|weeks?|fortnight)\b", _in_units),
    (
        rf"\b(?P<day>{DAY}) (?:of )?next week\b|\bnext week,? (?:on )?(?:the )?(?P<day2>{DAY})\b",
        lambda m, t: (_of_next_week(t, _weekday(m["day"] or m["day2"])), False),
    ),
    (rf"\bnext (?P<day>{DAY}),? (?:which is |that's |so that's )?(?:the )?(?P<n>{NTH})\b{AFTER_NTH}", _nth),
    (rf"\bnext (?P<day>{DAY})\b", lambda m, t: (_of_next_week(t, _weekday(m["day"])), False)),
    (r"\bend of (?:this |the )?week\b", lambda _, t: (t + dt.timedelta((4 - t.weekday()) % 7), False)),
    (r"\bend of next week\b", lambda _, t: (_of_next_week(t, 4), False)),
    (r"\bend of (?:this |the )?month\b", lambda _, t: (_month_end(t, 0), False)),
    (r"\bend of next month\b", lambda _, t: (_month_end(t, 1), False)),
    (rf"\b(?:end|back end|last day) of (?P<month>{MONTH})\b", _named_month_end),
    (r"\b(?:end|close) of (?:the day|today|play(?: today)?|business(?: today)?)\b", _plus(0)),
    (r"\b(?:the morn's? (?:morning|night|morn)|the morn|the morra|first thing tomorrow|tomorrow)\b", _plus(1)),
    (
        r"(?<![\d:k] )(?<!one )(?<!two )(?<!three )(?<!four )(?<!five )(?<!six )(?<!seven )(?<!eight )(?<!nine )(?<!ten "
        r")(?<!eleven )(?<!half )\b(?:first thing )?in the morning\b",
        _plus(1),
    ),
    (
        r"\b(?:tonight|today|this (?:afternoon|evening|aft|lunchtime|dinner ?time|tea ?time)|later on today|(?:straight"
        r"|right) after this|(?:when|as soon as) I(?:'m| get) back (?:to|at) (?:my|the) (?:desk|office))\b",
        _plus(0),
    ),
    (r"(?<!no )(?<!not )(?<!for )(?<!at )\bthe now\b", _plus(0)),
    (
        r"(?<!of )(?<!on )(?<!by )(?<!in )(?<!at )(?<!all )(?<!during )(?<!through )(?<!for )\bthe (?:day|night)(?=[,.;!?]"
        r"|$| and | when | before )",
        _plus(0),
    ),
    (rf"\b(?P<day>{DAY}),? (?:that's |which is |so )?(?:the )?(?P<n>{NTH})\b{AFTER_NTH}", _nth),
    (rf"\bthe (?P<n>\d{{1,2}}(?:st|nd|rd|th)),? (?:which is |that's )?(?:a |on )?(?P<day>{DAY})\b", _nth),
    (rf"\b(?P<n>\d{{1,2}}(?:st|nd|rd|th))\b{AFTER_NTH}", _nth),
    (
        rf"(?<=by |on )the (?P<n>{SPOKEN_DAY})\b{AFTER_NTH}|(?<=until |after )the (?P<n2>{SPOKEN_DAY})\b{AFTER_NTH}",
        lambda m, t: _spoken_nth(m, t),
    ),
    (rf"\b(?<=[a-z] )the (?P<n>(?:twenty|thirty)[- ](?:{_ONES})|tenth|eleventh|twelfth|\w+teenth|twentieth|thirtieth)\b{AFTER_NTH}", _nth),
    (rf"\bthis (?P<day>{DAY})\b|\b(?P<day2>{DAY})(?: coming)?\b", lambda m, t: (_coming(t, _weekday(m["day"] or m["day2"])), False)),
)


def _spoken_nth(m: re.Match[str], today: dt.date) -> tuple[dt.date | None, bool]:
    number = m["n"] or m["n2"]
    return _nth(re.match(r"(?P<n>.*)", number), today)  # type: ignore[arg-type]


COMPILED = tuple((re.compile(pattern), resolve) for pattern, resolve in RULES)
QUICK = re.compile(
    rf"\d|after this|the now|desk|office|day\b|days\b|week|month|fortnight|tonight|tomorrow|morn\b|morra|morning"
    rf"|afternoon|evening|lunch|dinner|tea|the (?:day|night)|end of|close of|{MONTH}|{SPOKEN_DAY}",
    re.IGNORECASE,
)
FIRM = re.compile(
    r"(?:\b(?:by|before|until|till|til|no later than|deadline(?:'s| is)?(?: of)?|due(?: in)?(?: on)?)) (?:about "
    r"|around |the |this |then,? |at (?:the )?(?:very )?latest |first thing |dinner time |lunchtime |noon )*$"
)


def find(text: str, today: dt.date | None) -> list[When]:
    """Every date in `text` in the order they stand; none at all where the day of the session is unknown."""
    if today is None or not QUICK.search(text):
        return []
    low = text.lower().replace("’", "'")
    taken: list[When] = []
    for pattern, resolve in COMPILED:
        for m in pattern.finditer(low):
            if not any(m.start() < w.end and w.start < m.end() for w in taken) and not _only_a_word(m, text):
                date, doubtful = resolve(m, today)
                taken.append(When(m.start(), m.end(), date, text[m.start() : m.end()], doubtful, bool(FIRM.search(low, 0, m.start()))))
    return sorted((w for w in taken if w.date), key=lambda w: w.start)


def _only_a_word(m: re.Match[str], text: str) -> bool:
    """`may 2` and `march 3` in lower case are verbs more often than months."""
    month = m.groupdict().get("month")
    return (
        month in ("may", "march", "mar")
        and text[m.start("month")].islower()
        and not re.match(NUM + r" (?:of )?" + month, m.group().removeprefix("the "))
    )


CORRECTION = re.compile(
    r"\b(?:no(?! (?:later|problem|bother|more))|sorry|tell a lie|i mean|actually|scrub that|wait(?!ing)|make that"
    r"|make it|or rather|rather|correction|i tell a lie|hang on|och|beg your pardon|should say|change that)\b",
    re.IGNORECASE,
)


SET_ASIDE = re.compile(r"'s (?:the|a|an|my|no|not|bank|out|full)\b| is (?:the|a|my|no|not|out|full)\b|'s? (?:no good|too soon)")
"""What follows a date that is named only to say why it will not do: "Thursday's the away day"."""


def _set_aside(text: str, when: When) -> bool:
    return bool(
        SET_ASIDE.match(text[when.end :].replace("’", "'"))
        or re.search(r"\b(?:not|after|since|except)(?: on)?(?: the)? $", text[: when.start], re.IGNORECASE)
    )


def chosen(text: str, dates: list[When]) -> When | None:
    """The date that stands: the last after a self-correction, else one introduced as a deadline, else the first."""
    open_dates = [d for d in dates if not _set_aside(text, d)] or dates
    if not open_dates:
        return None
    corrections = [m for m in CORRECTION.finditer(text) if open_dates[0].end <= m.start() and m.end() <= open_dates[-1].start]
    if corrections:
        after = [d for d in open_dates if d.start >= corrections[-1].end()]
        return next((d for d in reversed(after) if d.firm), after[-1])
    return next((d for d in open_dates if d.firm), open_dates[0])
