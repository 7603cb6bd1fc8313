"""The day on which a recording was made, by the tags of its container. A guess: recorders' clocks go wrong. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

OLDEST = dt.date(2000, 1, 1)
"""Clocks that were never set say 1904, 1970 or 1980."""
LOCAL = "com.apple.quicktime.creationdate"
"""The phone's own time with its offset from UTC."""
TAGS = (LOCAL, "creation_time", "origination_date", "date", "icrd")
"""In order of trust: what phones and recorders write first, what music players also use last. All in small letters."""
DAY = re.compile(r"(\d{4})[-:/](\d{2})[-:/](\d{2})")
"""A whole day: a year alone is when a song came out."""
TIME = re.compile(r"[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")


def recorded_on(tags: Mapping[str, str], today: dt.date | None = None) -> str | None:
    """In ISO form, on this computer's calendar where the tag is in UTC; None where no tag names a believable day."""
    known = {name.lower(): value.strip() for name, value in tags.items()}
    latest = (today or dt.datetime.now().astimezone().date()) + dt.timedelta(days=1)
    for day in (_day(name, known[name]) for name in TAGS if name in known):
        if day is not None and OLDEST <= day <= latest:
            return day.isoformat()
    return None


def _day(name: str, value: str) -> dt.date | None:
    found = DAY.match(value)
    if found is None:
        return None
    try:
        day = dt.date(*map(int, found.groups()))
        time = TIME.match(value[found.end() :])
        if time is None or name == LOCAL or not _in_utc(name, time[4]):
            return day
        moment = dt.datetime.combine(day, dt.time(int(time[1]), int(time[2])), dt.UTC)
        return moment.astimezone().date()
    except (ValueError, OverflowError, OSError):
        return None


def _in_utc(name: str, offset: str | None) -> bool:
    """Containers keep `creation_time` in UTC whether they say so or not; any other tag is local unless it says UTC."""
    return offset == "Z" or (offset is None and name == "creation_time")
