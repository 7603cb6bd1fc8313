"""From matched words and the day of the session to a calendar date: the arithmetic behind `day_words`.

Every function takes the match and the day of the session and returns the date, or None where it cannot be counted, and whether it is
doubtful. Knows nothing of how the words were found.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable

from assistant.grounding import MONTHS, ORDINALS, TENS, UNITS, WEEKDAYS

Reckoned = tuple[dt.date | None, bool]
Resolver = Callable[[re.Match[str], dt.date], Reckoned]

FAR_AHEAD = 270
"""Days: a day and month without a year that lies further ahead was last year's, not next year's."""
AGREES_WITHIN = 62
"""Days: a weekday and a day of the month that first agree further ahead than this do not agree."""
BARE_NUMBER_WITHIN = 35
"""Days: `Wednesday 18` is a date only where the 18th is a Wednesday this soon; else 18 counts something else."""


def day_number(text: str) -> int:
    text = text.removeprefix("the ")
    digits = re.match(r"\d+", text)
    if digits:
        return int(digits[0])
    return sum((UNITS | TENS | ORDINALS)[p] for p in re.split(r"[- ]", text))


def count(text: str) -> int:
    """`three`, `12`, `a couple of`."""
    text = text.strip()
    if text.isdecimal():
        return int(text)
    return 2 if "couple" in text else 1 if text in ("a", "an") else UNITS[text]


def month_number(text: str) -> int:
    return next(n for n, m in enumerate(MONTHS, 1) if m.startswith(text[:3]))


def weekday(name: str) -> int:
    """By its first two letters, which tell every weekday and its short forms apart."""
    return next(n for n, day in enumerate(WEEKDAYS) if day.startswith(name[:2]))


def date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def coming(today: dt.date, day: int) -> dt.date:
    """The next such weekday, never today."""
    return today + dt.timedelta((day - today.weekday() - 1) % 7 + 1)


def of_next_week(today: dt.date, day: int) -> dt.date:
    return today + dt.timedelta(7 - today.weekday() + day)


def month_later(today: dt.date, months: int) -> tuple[int, int]:
    """Year and month."""
    return today.year + (today.month - 1 + months) // 12, (today.month - 1 + months) % 12 + 1


def month_end(today: dt.date, ahead: int) -> dt.date:
    year, month = month_later(today, ahead)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def full(m: re.Match[str], today: dt.date) -> Reckoned:
    """Day and month, with or without weekday and year."""
    number, month = day_number(m["n"]), month_number(m["month"])
    if m["year"]:
        found = date(int(m["year"]), month, number)
    else:
        found = date(today.year, month, number)
        if not found or found < today:
            ahead = date(today.year + 1, month, number)
            found = ahead if ahead and (ahead - today).days <= FAR_AHEAD else found
    said = m.groupdict().get("day")
    return found, bool(found and said and found.weekday() != weekday(said))


def nth(m: re.Match[str], today: dt.date) -> Reckoned:
    """`the 14th`: the next one, today included. With a weekday, the next month in which both agree, up to AGREES_WITHIN days ahead."""
    got = m.groupdict()
    number = day_number(got.get("n") or got.get("n2") or "")
    months = [month_later(today, n) for n in range(4)]
    ahead = [d for d in (date(y, month, number) for y, month in months) if d and d >= today]
    if not ahead:
        return None, False
    if not got.get("day"):
        return ahead[0], False
    agreeing = next((d for d in ahead if d.weekday() == weekday(m["day"])), None)
    return (agreeing, False) if agreeing and (agreeing - today).days <= AGREES_WITHIN else (ahead[0], True)


def bare_number(m: re.Match[str], today: dt.date) -> Reckoned:
    """`Wednesday 18`, where 18 might as well be an hour or a count: a date only if they agree."""
    found, doubtful = nth(m, today)
    return (found, False) if found and not doubtful and (found - today).days <= BARE_NUMBER_WITHIN else (None, False)


def nth_of_month(ahead: int) -> Resolver:
    """`the 3rd of next month`."""

    def resolve(m: re.Match[str], today: dt.date) -> Reckoned:
        found = date(*month_later(today, ahead), day_number(m["n"]))
        return (found if found and found >= today else None), False

    return resolve


def numeric(m: re.Match[str], today: dt.date) -> Reckoned:
    """Day first."""
    year = m["year"] or ""
    found = date(int(year) + (2000 if len(year) == 2 else 0) if year else today.year, int(m["month"]), int(m["n"]))
    if found and found < today and not year:
        ahead = date(today.year + 1, found.month, found.day)
        found = ahead if ahead and (ahead - today).days <= FAR_AHEAD else found
    return found, False


def named_month_end(m: re.Match[str], today: dt.date) -> Reckoned:
    ahead = (month_number(m["month"]) - today.month) % 12
    return (month_end(today, ahead), False) if ahead * 30 <= FAR_AHEAD else (None, False)


def weekday_of_month(m: re.Match[str], today: dt.date) -> Reckoned:
    """`the last Friday of the month`, `the first Monday in April`: None where it is over."""
    which, day = m["which"], weekday(m["day"])
    ahead = (month_number(m["month"]) - today.month) % 12 if m["month"] else 1 if m["of"].endswith("next month") else 0
    year, month = month_later(today, ahead)
    days = [d for n in range(1, 32) if (d := date(year, month, n)) and d.weekday() == day]
    number = -1 if which == "last" else ORDINALS[which] - 1
    found = days[number] if number < len(days) else None
    return (found if found and today <= found <= today + dt.timedelta(FAR_AHEAD) else None), False


def plus(days: int) -> Resolver:
    return lambda _, today: (today + dt.timedelta(days), False)


def in_months(today: dt.date, months: int) -> dt.date:
    """The same day of the month, or the month's last."""
    year, month = month_later(today, months)
    return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def in_units(m: re.Match[str], today: dt.date) -> Reckoned:
    number, unit = count(m["count"] or "a"), m["unit"]
    more = 1 if (m.groupdict().get("from") or "").startswith("tomorrow") else 0
    if unit.startswith("month"):
        return in_months(today, number) + dt.timedelta(more), False
    return today + dt.timedelta(number * {"d": 1, "w": 7, "f": 14}[unit[0]] + more), False


def weeks_on(m: re.Match[str], today: dt.date) -> Reckoned:
    """`a week on Monday`, `Tuesday fortnight`: so many weeks after the coming one. Doubtful on that very weekday, when it may be counted
    from today: `Thursday fortnight`, said on a Thursday, is two weeks today.
    """
    got = m.groupdict()
    day, words = weekday(m["day"]), m["weeks"]
    weeks = 2 if "fortnight" in words else count(re.sub(r" ?weeks?.*", "", words) or "a")
    same = today.weekday() == day
    first = today if same and "fortnight" in words and not got.get("n") else coming(today, day)
    return first + dt.timedelta(7 * weeks), same


def next_week(m: re.Match[str], today: dt.date) -> Reckoned:
    return of_next_week(today, weekday(m["day"])), False


def week_after_next(m: re.Match[str], today: dt.date) -> Reckoned:
    return of_next_week(today, weekday(m["day"])) + dt.timedelta(7), False


def this_week(m: re.Match[str], today: dt.date) -> Reckoned:
    ahead = weekday(m["day"]) - today.weekday()
    return (today + dt.timedelta(ahead) if ahead >= 0 else None), False


def bare_weekday(m: re.Match[str], today: dt.date) -> Reckoned:
    return coming(today, weekday(m["day"])), False


def friday(extra: int) -> Resolver:
    """The end of this working week, or of one so many days later."""
    return lambda _, today: (today + dt.timedelta((4 - today.weekday()) % 7 + extra), False)


def sunday(_: re.Match[str], today: dt.date) -> Reckoned:
    return today + dt.timedelta(6 - today.weekday()), False


def none(_: re.Match[str], __: dt.date) -> Reckoned:
    return None, False
