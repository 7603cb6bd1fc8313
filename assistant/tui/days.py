"""Dates and times as a coach types them: `20 Mar`, `20/3/2026`, `2026-03-20`, `9:30`. British order, and pure."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?")
WORDS = re.compile(r"(?:[a-z]{3,9},? +)?(\d{1,2})(?:st|nd|rd|th)? +(?:of +)?([a-z]{3,9})\.?(?:,? +(\d{4}))?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")


def parse_day(text: str, near: dt.date) -> dt.date | None:
    """None for an empty text. A date without a year is the one nearest to `near`. Raises ValueError when it is no date."""
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return dt.date.fromisoformat(text)
    if match := NUMBERS.fullmatch(text):
        day, month, year = int(match[1]), int(match[2]), match[3]
    elif (match := WORDS.fullmatch(text)) and match[2].lower()[:3] in MONTHS:
        day, month, year = int(match[1]), MONTHS.index(match[2].lower()[:3]) + 1, match[3]
    else:
        raise ValueError("not a date")
    if year:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _nearest(day, month, near)


def parse_time(text: str) -> str | None:
    """`HH:MM` on a 24-hour clock, None for an empty text. Raises ValueError when it is no time."""
    if not text.strip():
        return None
    match = CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a time")
    return dt.time(int(match[1]), int(match[2])).strftime("%H:%M")


def _nearest(day: int, month: int, near: dt.date) -> dt.date:
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(dt.date(year, month, day))
        except ValueError:  # 29 February exists in some of them
            continue
    if not found:
        raise ValueError("not a date")
    return min(found, key=lambda date: abs(date - near))
