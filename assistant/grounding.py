"""Does the evidence hold what a statement says? Numbers, clock times, dates, sums of money and names, compared after normalising both.

Pure: text in, verdict out. Used when a draft is made and again when a coach has edited it. Knows nothing of sections, owners or how a
statement was found, and does not judge meaning: two words swapped inside one cited sentence pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from assistant.domain import Evidence, Statement, Transcript

# fmt: off
UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}
SUMS = {"fiver": 5, "tenner": 10, "dozen": 12, "fortnight": 14, "couple": 2}
SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}
SMALL = UNITS | TENS | ORDINALS
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# fmt: on

PLAIN_WORDS = {"one", "first", "second", "third", "couple", "zero"}
"""Words that count nothing as often as they count: never demanded of the evidence."""
WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+")
NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")
CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})\b")
HOUR = rf"(\d{{1,2}}|{'|'.join(list(UNITS)[1:13])})"
PAST_HOUR = re.compile(rf"\b(half|quarter|five|ten|twenty(?:[- ]five)?|\d{{1,2}})(?: minutes)? (past|to|after)? ?{HOUR}\b")
MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty five": 25, "twenty-five": 25}


def supported(statement: Statement, transcript: Transcript, dates: Iterable[date] = ()) -> bool:
    """Whether the segments that a statement cites hold every number, time, sum, date and name in it.

    `dates` are those that code resolved from the same words, so that "next Friday" supports "20 March".
    """
    return not loose_ends(statement.text, cited_texts(statement.evidence, transcript), known_names(transcript), dates)


def quotes_hold(evidence: Iterable[Evidence], transcript: Transcript) -> bool:
    """Whether every citation names a segment that exists and quotes it word for word."""
    said = {s.id: s.text for s in transcript.segments}
    return all(e.quote and e.quote in said.get(e.segment, "") for e in evidence)


def cited_texts(evidence: Iterable[Evidence], transcript: Transcript) -> list[str]:
    said = {s.id: s.text for s in transcript.segments}
    return [said[e.segment] for e in evidence if e.segment in said]


def known_names(transcript: Transcript) -> list[str]:
    """The two people in the room, whose names need no evidence."""
    return [name for name in (transcript.client, transcript.coach) if name]


def loose_ends(text: str, evidence: Iterable[str], known: Iterable[str] = (), dates: Iterable[date] = ()) -> list[str]:
    """The pieces of `text` that neither `evidence` nor `known` nor `dates` hold; empty when it is supported."""
    said = " ".join([*evidence, *known])
    spelt = " ".join(_spelt(d) for d in dates)
    heard, clocks = numbers(f"{said} {spelt}", generous=True), clock_times(said)
    loose = [t for t in CLOCK.findall(text) if not _on_the_clock(t, clocks, heard)]
    without_clocks = CLOCK.sub(" ", text)
    unheard = sorted(numbers(without_clocks) - heard - _minutes_of(text, clocks))
    return [":".join(t) for t in loose] + [_plain(n) for n in unheard] + _loose_names(text, f"{said} {spelt}")


def _on_the_clock(time: tuple[str, str], clocks: set[int], heard: set[float]) -> bool:
    hour, minute = int(time[0]), int(time[1])
    return (hour % 12) * 60 + minute in clocks or {float(hour), float(minute)} <= heard or float(f"{time[0]}.{time[1]}") in heard


def _minutes_of(text: str, clocks: set[int]) -> set[float]:
    """Numbers of a statement that only tell a time which the evidence tells too."""
    shared = clock_times(text) & clocks
    return {float(n) for time in shared for n in (time // 60, time // 60 + 12, time % 60, 60 - time % 60, time // 60 + 1)}


def _loose_names(text: str, said: str) -> list[str]:
    low = said.lower()
    opening = re.match(r"\W*(\w+)", text)
    first = opening.group(1) if opening else ""
    starts = set(re.findall(r"[.?!]\s+[\"'“]?([A-Z]\w+)", text))
    return [n for n in NAME.findall(text) if n.lower() not in low and n != first and n not in starts]


def _spelt(day: date) -> str:
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    return f"{day.day} {day.month} {day.year} {month} {month[:3]} {weekday} {weekday[:3]}"


def _plain(number: float) -> str:
    return f"{number:g}"


def numbers(text: str, *, generous: bool = False) -> set[float]:
    """Every number that a text says, in digits or words.

    `generous` adds the parts of a longer number and every reading of a clock time: right for evidence, not for a claim.
    """
    low = re.sub(r"(?<=\d)(st|nd|rd|th|am|pm|p|k)\b", " ", text.lower().replace("-", " "))
    found: set[float] = set()
    for run in _runs(WORD.findall(low)):
        found |= _values(run, generous)
    if generous:
        found |= {float(n) for time in clock_times(text) for n in (time // 60, time // 60 + 12, time % 60)}
        found |= {float(n) for n in re.findall(r"\d+", low)}
    return found


def _runs(words: list[str]) -> Iterator[list[str]]:
    """Neighbouring words that make one number: `a hundred and twenty`, `sixty eight`, `£1,250`."""
    run: list[str] = []
    for n, word in enumerate(words):
        following = words[n + 1] if n + 1 < len(words) else ""
        if _is_number(word) and not (run and not _continues(run[-1], word)):
            run.append(word)
        elif word == "and" and run and run[-1] in SCALES and _is_number(following):
            continue
        else:
            if run:
                yield run
            run = [word] if _is_number(word) else []
    if run:
        yield run


def _is_number(word: str) -> bool:
    return word in SMALL or word in SCALES or word in SUMS or word[:1].isdigit()


def _continues(before: str, word: str) -> bool:
    if word in SCALES:
        return before not in SUMS
    return before in SCALES or (before in TENS and SMALL.get(word, 99) < 10)


def _values(run: list[str], generous: bool) -> set[float]:
    if run[0][:1].isdigit() and len(run) == 1:
        return {_digits(run[0])}
    total, part = 0.0, 0.0
    for word in run:
        if word in SCALES:
            part = max(part, 1) * SCALES[word]
            total, part = (total + part, 0.0) if SCALES[word] >= 1000 else (total, part)
        else:
            part += _digits(word) if word[0].isdigit() else (SMALL | SUMS)[word]
    if generous:
        return {total + part} | {float((SMALL | SUMS | SCALES)[w]) for w in run if not w[0].isdigit()}
    return set() if len(run) == 1 and run[0] in PLAIN_WORDS else {total + part}


def _digits(word: str) -> float:
    whole = word.replace(",", "")
    return float(whole) if whole.count(".") <= 1 else float(whole.split(".")[0])


def clock_times(text: str) -> set[int]:
    """Times of day that a text tells, as minutes after twelve on a 12-hour clock."""
    low = text.lower()
    times = {(int(h) % 12) * 60 + int(m) for h, m in CLOCK.findall(low) if int(h) < 24 and int(m) < 60}
    for minute, way, hour in PAST_HOUR.findall(low):
        if way or minute == "half":
            times.add(_spoken_clock(minute, way, hour))
    return times


def _spoken_clock(minute: str, way: str, hour: str) -> int:
    hours = int(hour) if hour.isdigit() else UNITS[hour]
    minutes = int(minute) if minute.isdigit() else MINUTES[minute]
    return (hours * 60 + (-minutes if way == "to" else minutes)) % 720
