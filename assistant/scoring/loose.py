"""Numbers, dates, money and names of a statement that its evidence does not hold, by a measure of its own.

Deliberately not `grounding`: drafts are checked with that before they are shown, and nothing should be measured with its own ruler.
This one is cruder and takes a number for said wherever it can be read out of the words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
WORDS = (
    {word: n for n, word in enumerate(UNITS)}
    | {word: 20 + 10 * n for n, word in enumerate(TENS)}
    | {word: n for n, word in enumerate(ORDINALS, 1)}
    | {"thirtieth": 30, "a": 1, "an": 1, "couple": 2, "dozen": 12, "fortnight": 14, "half": 30, "quarter": 15, "hundred": 100}
)
"""Half and quarter in minutes, a fortnight in days."""
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

HARD = re.compile(r"£?\d[\d.,:/]*\d|£?\d|\b[A-Z][a-z]{2,}\b")
"""What must have been said: digits and capitalised words."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")
ENDING = re.compile(r"(?<=\d)(st|nd|rd|th|am|pm|p|k)\b")
SPOKEN_TIME = re.compile(r"(half|quarter|twenty|ten|five|\d+)(?: past| to| ) ?(\w+)")
CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})\b")


def loose_ends(text: str, heard: Iterable[str], dates: Iterable[dt.date]) -> list[str]:
    """What the statement says and `heard` does not hold. A date of `dates`, worked out from spoken ones, may be written out."""
    said = " ".join(heard).lower()
    known = numbers(said)
    for date in dates:
        known |= {float(date.day), float(date.month), float(date.year)}
        said += f" {MONTHS[date.month - 1]} {MONTHS[date.month - 1][:3]} {DAYS[date.weekday()]} {DAYS[date.weekday()][:3]}"
    first = re.match(r"\W*(\w+)", text)
    opener = first[1] if first else None
    return [token for token in HARD.findall(text) if token.lower() not in said and token != opener and not _counted(token, known)]


def _counted(token: str, known: set[float]) -> bool:
    """Whether it has digits, and all its numbers are known."""
    found = NUMBER.findall(token.replace(",", "").replace(":", " "))
    return bool(found) and all(float(number) in known for number in found)


def numbers(text: str) -> set[float]:
    """Every number that a text says, in digits or words, with the hours and minutes that a clock time can mean."""
    plain = ENDING.sub("", text.lower().replace(",", ""))
    found = {*map(float, NUMBER.findall(plain)), *_in_words(plain), *_spoken_times(plain), *_clock_times(plain)}
    return found | {n + 12 for n in found if n in range(1, 12)}  # an hour may be said on either clock


def _in_words(plain: str) -> Iterator[float]:
    values = [_value(word) for word in re.findall(r"[a-z]+|\d+", plain)]
    for value, following in zip(values, [*values[1:], None], strict=True):
        if value is not None:
            yield float(value)
            if value in range(20, 100, 10) and following is not None and 0 < following < 10:
                yield float(value + following)


def _spoken_times(plain: str) -> Iterator[float]:
    """`quarter to four` is 3, 15 and 45."""
    for found in SPOKEN_TIME.finditer(plain):
        hour, minute = _value(found[2]), _value(found[1])
        if hour is not None and minute is not None:
            hour, minute = (hour - 1, 60 - minute) if " to " in found[0] else (hour, minute)
            yield from map(float, (hour, hour + 12, minute))


def _clock_times(plain: str) -> Iterator[float]:
    for found in CLOCK.finditer(plain):
        yield from (float(found[1]), float(found[2]), float((int(found[1]) + 12) % 24))


def _value(word: str) -> int | None:
    return WORDS.get(word, int(word) if word.isdecimal() else None)
