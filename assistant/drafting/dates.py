"""Calendar dates out of spoken British English, counted from the day of the session.

House rule: no date rather than a wrong date. "Next Friday" is the Friday of next week, a bare weekday the coming one and never today,
numeric dates are day first. What was last week, what happens every week and the months that are also verbs or names give nothing.
Public holidays and working days are not counted: they are told apart as `unresolved`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.drafting import reckoning
from assistant.drafting.day_words import COUNT, FEASTS, MONTH, NUM, PLAIN_DAY, RULES, SPOKEN_DAY, WORKING_DAYS


@dataclass(frozen=True)
class When:
    start: int
    end: int
    """Where in the text the words stand."""
    date: dt.date | None
    """None for words that tell a time but no day that can be counted."""
    text: str = field(repr=False)
    doubtful: bool = False
    """Weekday and day of the month disagree, or the words have two readings."""
    firm: bool = False
    """Introduced as a deadline: by, before, until, no later than."""
    numbered: bool = False
    """The words give the day of the month, so nothing had to be counted."""


COMPILED = tuple((re.compile(pattern), resolve) for pattern, resolve in RULES)
QUICK = re.compile(
    rf"\d|after this|way (?:home|back|out)|the now|desk|office|day\b|days\b|week|month|fortnight|tonight|tomorr|morn\b|morrow|morra|morning"
    rf"|afternoon|evening|lunch|dinner|tea|the (?:day|night)|end of|close of|year end"
    rf"|(?:soon as|once|when|minute|moment|before) (?:we|you|i)|{MONTH}|{SPOKEN_DAY}"
    r"|\b(?:mon|tues?|weds?|thurs?|thu|fri)\b",
    re.IGNORECASE,
)
FIRM = re.compile(
    r"(?:\b(?:by|before|until|till|til|no later than|deadline(?:'s| is)?(?: of)?|due(?: in)?(?: on)?)) (?:about "
    r"|around |the |this |then,? |at (?:the )?(?:very )?latest |first thing |dinner time |lunchtime |noon )*$"
)
SHORT_DAYS = {"mon", "tue", "wed", "thu", "fri"}
GLUE = re.compile(
    r"^[,.;]? ?(?:(?:(?:so |and )?(?:that's|thats|that is|that'll be|that will be|that'd be|that makes it|which is|which'll be|it's|being)"
    r"|so|i think|again|then|as it happens|same time|on|a|the)[ ,]*)*$"
)
"""Between two ways of naming one day: `Friday week, that's the 12th`."""
RELATIVE = re.compile(
    rf"\b(?:the (?:day|night|morning) (?P<step>before|after)|the (?:following|next) (?P<next>day|morning)"
    rf"|the (?P<day>{PLAIN_DAY}) (?P<side>before|after)|the following (?P<following>{PLAIN_DAY})"
    rf"|(?P<count>{COUNT}) (?P<unit>days?|weeks?) (?P<way>before|after|later|earlier))\b"
    r"(?! (?:next|tomorrow|yesterday|he|she|they|i|you|we|it|that he|that she)\b)"
)
"""Counted from another day: the one it stands before (`the day before the 14th`), or the last one named."""


def find(text: str, today: dt.date | None, about: dt.date | None = None) -> list[When]:
    """Every date in `text` in the order they stand; none at all where the day of the session is unknown.

    `about` is the day last spoken of, from which "the day after" or "the Thursday" is counted when `text` names none before it.
    """
    if today is None or not QUICK.search(text):
        return []
    low = text.lower().replace("’", "'")
    if len(low) != len(text):  # a few letters of other scripts change length
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text).replace("’", "'")
    whens = _together(low, text, sorted(_plain(low, text, today), key=lambda w: w.start))
    return _placed(low, text, whens, today, about)


def _plain(low: str, text: str, today: dt.date) -> Iterator[When]:
    taken: list[tuple[int, int]] = []
    for pattern, resolve in COMPILED:
        for m in pattern.finditer(low):
            if any(m.start() < end and start < m.end() for start, end in taken) or _only_a_word(m, text):
                continue
            taken.append(m.span())
            date, doubtful = resolve(m, today)
            numbered = any(m.groupdict().get(group) for group in ("n", "n2"))
            if date:
                yield When(m.start(), m.end(), date, text[m.start() : m.end()], doubtful, bool(FIRM.search(low, 0, m.start())), numbered)


def _only_a_word(m: re.Match[str], text: str) -> bool:
    """`may 2` and `march 3` in lower case are verbs more often than months; `wed` and `mon` are days with a capital or a number."""
    got = m.groupdict()
    if got.get("day") in SHORT_DAYS and text[m.start("day")].islower() and not re.match(r" (?:the )?\d", text[m.end("day") :]):
        return True
    month = got.get("month")
    return (
        month in ("may", "march", "mar")
        and text[m.start("month")].islower()
        and not re.match(NUM + r" (?:of )?" + month, m.group().removeprefix("the "))
    )


def _together(low: str, text: str, whens: Sequence[When]) -> list[When]:
    """Two names of one day as one; the day of the month wins, and is doubtful where they disagree."""
    kept: list[When] = []
    for when in whens:
        last = kept[-1] if kept else None
        if last and GLUE.match(low[last.end : when.start]) and (last.date == when.date or last.numbered != when.numbered):
            told = last if last.numbered else when
            doubtful = last.date != when.date or (last.doubtful and when.doubtful)
            kept[-1] = replace(told, start=last.start, end=when.end, text=text[last.start : when.end], doubtful=doubtful, firm=last.firm)
        else:
            kept.append(when)
    return kept


def _placed(low: str, text: str, whens: Sequence[When], today: dt.date, about: dt.date | None) -> list[When]:
    """With the days that are counted from other days; a bare `the Monday` with no day before it is nobody's Monday."""
    found: list[When] = []
    marks = list(RELATIVE.finditer(low))
    for when in whens:
        base = found[-1].date if found else about
        if re.fullmatch(PLAIN_DAY, when.text.lower()) and re.search(r"\b(?:the|that) $", low[: when.start]):
            if base and not any(m.start() < when.end and when.start < m.end() for m in marks):
                ahead = (reckoning.weekday(when.text.lower()) - base.weekday()) % 7
                found.append(replace(when, date=base + dt.timedelta(ahead)))
        elif not any(m.start() < when.end and when.start < m.end() for m in marks):
            found.append(when)
    for m in marks:
        own = next((w for w in found if re.fullmatch(r" (?:the )?", low[m.end() : w.start] or "-")), None)
        before = next((w.date for w in reversed(found) if w.end <= m.start()), about)
        base = own.date if own else before if re.match(r"[,.;!?]|$| (?:and|at|to|so|for|then|half|\d)\b", low[m.end() :]) else None
        date = _from(m, base) if base else None
        if date and date >= today:
            found = [w for w in found if w is not own]
            end = own.end if own else m.end()
            found.append(When(m.start(), end, date, text[m.start() : end], False, bool(FIRM.search(low, 0, m.start()))))
            found.sort(key=lambda w: w.start)
    return found


def _from(m: re.Match[str], base: dt.date) -> dt.date:
    if m["step"] or m["next"]:
        return base + dt.timedelta(-1 if m["step"] == "before" else 1)
    if m["count"]:
        days = reckoning.count(m["count"]) * (7 if m["unit"].startswith("week") else 1)
        return base + dt.timedelta(-days if m["way"] in ("before", "earlier") else days)
    ahead = reckoning.coming(base, reckoning.weekday(m["day"] or m["following"]))
    return ahead if m["side"] != "before" else ahead - dt.timedelta(14 if (ahead - base).days == 7 else 7)


UNRESOLVED = re.compile(
    rf"\b(?:straight |right |just )?(?:after|before|by|over|at|around|until|till|between|during|on|for"
    rf"|(?:day|week|{PLAIN_DAY}) after) (?:the )?"
    rf"(?:{FEASTS}|new year)\b|\b{WORKING_DAYS}\b"
    rf"|\b(?:by|in|before|around|during|early(?: in)?|sometime in) (?:mid[- ])?(?:the )?"
    rf"(?:summer|autumn|spring|winter|new year|january|february|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:sometime |at some point |early |later |middle of |start of |beginning of )?(?:the )?(?:next|following) (?:week|month)\b"
    r"|\bin a (?:few|couple of) (?:days|weeks|months)\b|\bweek after next\b"
    r"|\b(?:when|after|once) (?:the )?(?:schools?|college|term) (?:goes?|starts?|is|are|breaks?)(?: back| up)?\b",
    re.IGNORECASE,
)
"""Words of a time that no rule here turns into a day."""


def unresolved(text: str) -> When | None:
    """The first words of a time that cannot be counted, for a person to settle: "after Easter", "within five working days"."""
    m = UNRESOLVED.search(text.replace("’", "'"))
    return When(m.start(), m.end(), None, text[m.start() : m.end()], doubtful=True) if m else None


CORRECTION = re.compile(
    r"\b(?:no(?! (?:later|problem|bother|more))|sorry|tell a lie|i mean|actually|scrub that|wait(?!ing)|make that"
    r"|make it|or rather|rather(?! than)|correction|i tell a lie|hang on|hold on|och|(?:i )?beg your pardon|should say|change that)\b",
    re.IGNORECASE,
)


SET_ASIDE = re.compile(
    r"'s (?:the(?! \d| \w+(?:th|st|nd|rd)\b)|a|an|my|no|not|bank|out|full)\b| is (?:the(?! \d| \w+(?:th|st|nd|rd)\b)|my|no|not|out|full)\b"
    r"|'s? (?:no good|too soon)| (?:won't|doesn't|does not|isn't going to|is no) (?:work|suit|do|good)\b"
)
"""What follows a date that is named only to say why it will not do: "Thursday's the away day"."""
PASSED_OVER = re.compile(
    r"\b(?:not|after|since|except|(?:was|were)(?: \w+){0,4}?|instead of|rather than"
    r"|(?:moved|changed|shifted|put back|brought forward)(?: it| that| him| her)? from"
    r"|(?:can't|cannot|couldn't) (?:do|make))(?: on| for)?(?: the)? $",
    re.IGNORECASE,
)


def set_aside(text: str, when: When) -> bool:
    return bool(SET_ASIDE.match(text[when.end :].replace("’", "'")) or PASSED_OVER.search(text[: when.start].replace("’", "'")))


def chosen(text: str, dates: list[When]) -> When | None:
    """The date that stands: the last after a self-correction, else one introduced as a deadline, else the first."""
    open_dates = [d for d in dates if not set_aside(text, d)] or dates
    if not open_dates:
        return None
    corrections = [m for m in CORRECTION.finditer(text) if open_dates[0].end <= m.start() and m.end() <= open_dates[-1].start]
    if corrections:
        last = corrections[-1].end()
        dropped = {d.date for d in dates if d.end <= last or d not in open_dates}
        after = [d for d in open_dates if d.start >= last]
        after = [d for d in after if d.date not in dropped] or after
        return next((d for d in reversed(after) if d.firm), after[-1])
    if len(open_dates) > 1 and re.match(r",? (?:i mean|i meant|sorry|rather)\b", text[open_dates[-1].end :], re.IGNORECASE):
        return open_dates[-1]
    return next((d for d in open_dates if d.firm), open_dates[0])
