"""Plain text and the text of a Word file, as turns: with times and names where they stand before the words, else a paragraph each.

Three shapes of what programs write (the lines of a file, blank ones left out):

    Ann Example   0:03          Teams, Otter; Zoom writes `[Ann Example] 09:15:03`
    00:00:03 Speaker 1          Word's own Transcribe
    [00:03] Ann: words          ours, and many others; with `(0:03)`, `0:03 -` or a time at both ends

In the first two the words follow on the next lines. Knows no names but those that stand beside a time; `labels` finds the others.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.speech.files.cues import seconds
from assistant.speech.files.labels import is_name
from assistant.speech.files.turns import Turn

STAMP = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
NAME_FIRST = re.compile(rf"^\[?([^\[\]]{{1,60}}?)\]? +[\[(]?({STAMP})[\])]?$")
TIME_FIRST = re.compile(rf"^[\[(]?({STAMP})[\])]? +(.{{1,60}})$")
STAMPED = re.compile(rf"^([\[(])?({STAMP})(?: ?(-->|-|–|—|to) ?({STAMP}))?[\])]?(?: ?[-–—:|])?(?: +|$)(.*)$")
NUMBERED = re.compile(r"^(?:Speaker|SPEAKER|Voice|Participant)[ _]?\d+$")
STARTED = re.compile(r"^.{1,60} (?:started|stopped) transcription$")
"""What Teams writes among the words."""
TIMES = re.compile(rf"^[\[(]?{STAMP}[\])]?$")
FOREWORD = 12
"""Lines before the first of those who speak: title, date, length. More than these are words."""
LEAST_STAMPS = 3
"""Bare times at the start of a line are times of day unless so many, and a third of all lines, start so."""
NAMES = "January February March April May June July August September October November December"
MONTHS = NAMES.split()
DAY = re.compile(rf"\b(?:(\d{{1,2}}) ({'|'.join(MONTHS)})|({'|'.join(MONTHS)}) (\d{{1,2}})),? (20\d\d)\b")
WORDS_A_SECOND = 2.0
"""Slow speech: how long somebody speaks where only the start is written, unless the next one starts before."""


def turns(text: str) -> tuple[list[Turn], dt.date | None]:
    """And the day that stands in the head of a meeting's transcript."""
    lines = [_row(line.strip()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    heads = _heads(lines)
    if heads:
        return _headed(lines, heads)
    return (_stamped(lines) if _has_stamps(lines) else _paragraphs(lines)), None


def _row(line: str) -> str:
    """The row of a table, with its time first and a colon after its name."""
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    times = [cell for cell in cells if len(cells) > 2 and re.fullmatch(STAMP, cell)]
    if times:
        cells.remove(times[0])
    said = f"{cells[0]}: {' '.join(cells[1:])}" if len(cells) == 2 and is_name(cells[0]) and not TIMES.match(cells[1]) else " ".join(cells)
    return f"[{times[0]}] {said}" if times else said


def _heads(lines: Sequence[str]) -> dict[int, tuple[str, float]]:
    """Lines that hold a name and a time and nothing else, by their place."""
    by_name = {n: (m[1].strip(), seconds(m[2])) for n, line in enumerate(lines) if (m := NAME_FIRST.match(line)) and is_name(m[1].strip())}
    if len(by_name) > 1:
        return by_name
    by_time = {n: (m[2].strip(), seconds(m[1])) for n, line in enumerate(lines) if (m := TIME_FIRST.match(line)) and is_name(m[2].strip())}
    repeated = {name for name, n in Counter(name for name, _ in by_time.values()).items() if n > 1}
    return {n: head for n, head in by_time.items() if head[0] in repeated or NUMBERED.match(head[0])}


def _headed(lines: Sequence[str], heads: dict[int, tuple[str, float]]) -> tuple[list[Turn], dt.date | None]:
    places = sorted(heads)
    before = [line for line in lines[: places[0]] if line]
    found = [Turn(text="\n".join(before))] if len(before) > FOREWORD else []
    for place, following in zip(places, [*places[1:], len(lines)], strict=True):
        name, start = heads[place]
        said = [line for line in lines[place + 1 : following] if not STARTED.match(line)]
        found.append(Turn(start=start, name=name, text="\n".join(said)))
    return _ended(found), _day(before)


def _day(lines: Sequence[str]) -> dt.date | None:
    for match in filter(None, map(DAY.search, lines[:FOREWORD])):
        month = MONTHS.index(match[2] or match[3]) + 1
        try:
            return dt.date(int(match[5]), month, int(match[1] or match[4]))
        except ValueError:
            continue
    return None


def _has_stamps(lines: Sequence[str]) -> bool:
    found = [match for line in lines if (match := STAMPED.match(line))]
    if any(match[1] or match[3] == "-->" for match in found):
        return True
    return len(found) >= LEAST_STAMPS and 3 * len(found) >= sum(1 for line in lines if line)


def _stamped(lines: Sequence[str]) -> list[Turn]:
    found = [Turn(text="")]
    for line in lines:
        match = STAMPED.match(line)
        if match is None:
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line}")
            continue
        start, end = seconds(match[2]), seconds(match[4]) if match[4] else None
        found.append(Turn(start=start, end=None if end is None else max(start, end), text=match[5]))
    return _ended([turn for turn in found if turn.text.strip()])


def _ended(turns: Sequence[Turn]) -> list[Turn]:
    """Where only starts are written, one speaks until the next one starts, or as long as so many words take."""
    found = []
    for turn, after in itertools.zip_longest(turns, turns[1:]):
        if turn.start is not None and turn.end is None:
            end = turn.start + 1 + len(turn.text.split()) / WORDS_A_SECOND
            following = after.start if after is not None and after.start is not None else end
            found.append(replace(turn, end=max(turn.start, min(end, following))))
        else:
            found.append(turn)
    return found


def _paragraphs(lines: Sequence[str]) -> list[Turn]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [Turn(text="\n".join(paragraph)) for paragraph in found if paragraph]
