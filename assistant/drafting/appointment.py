"""When they meet next: the date and time that were settled, with the clauses that settle it. Looks from the end, where it is said.

In talk the time may move from turn to turn until both agree; in a dictation the last announcement stands.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from assistant.drafting import clock, dates
from assistant.drafting.commitments import promises
from assistant.drafting.settling import LEANS, NEXT, NOT_OURS, NOTHING_FIXED, Settled, opening_time, settle
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

__all__ = ["Settled", "find"]

SAME_TIME = re.compile(r"\bsame (?:bat )?time\b", re.IGNORECASE)
CLOSING = 0.7
"""From this share of a dictation on, a date with a time needs no words of meeting: it is how people sign off."""


def find(said: Sequence[Clause], today: dt.date | None, tags: Mapping[int, Tags] | None = None) -> Settled | None:
    """The one that stood at the end: among the lines that the tagger takes for it, else by the words of meeting."""
    told = _by_words(said, today)
    if not tags or not today:
        return told
    return settle(said, today, tags) or (told if told and _holds(said, told, tags) else None)


def _holds(said: Sequence[Clause], told: Settled, tags: Mapping[int, Tags]) -> bool:
    """What words alone found stands if the tagger leans to it, or if it is a day with a time and words of meeting in the second half,
    where meetings are settled.
    """
    likely = max((tags[s]["next"] for n in told.at for s in said[n].segments if s in tags), default=0.0)
    plain = bool(told.time) and told.at[-1] * 2 >= len(said) and any(NEXT.search(said[n].text) for n in told.at)
    return likely >= LEANS or plain


def _by_words(said: Sequence[Clause], today: dt.date | None) -> Settled | None:
    """The one announced last; among several, one with a time."""
    spans = _spans(said)
    found = [s for number, span in enumerate(spans) if (s := _settled(said, span, today, number >= CLOSING * len(spans)))]
    timed = [s for s in found if s.time]
    if timed or found:
        return (timed or found)[-1]
    return None


def _spans(said: Sequence[Clause]) -> list[list[int]]:
    """Positions of each sentence of a dictation, or each turn of a talk."""
    spans: list[list[int]] = []
    for at, clause in enumerate(said):
        last = said[spans[-1][-1]] if spans else None
        if last and (last.sentence == clause.sentence or (clause.speaker is not None and last.speaker == clause.speaker)):
            spans[-1].append(at)
        else:
            spans.append([at])
    return spans


def _settled(said: Sequence[Clause], span: list[int], today: dt.date | None, closing: bool) -> Settled | None:
    text = " ".join(said[n].text for n in span)
    announced = NEXT.search(text)
    ahead = _ahead(text, today)
    if announced and said[span[0]].speaker is not None and re.search(r"\b(?:him|her|them)\b", announced[0]):
        announced = None
    if not ahead or (not announced and not (closing and _signs_off(said, span, today))):
        return None
    if NOT_OURS.search(_around(text, announced, ahead)) or NOTHING_FIXED.search(text):
        return None
    after = [w for w in ahead if announced and w.start >= announced.start()] or ahead
    date = dates.chosen(text, after)
    if date is None or date.date is None:
        return None
    return _with_time(said, span, text, date, today)


def _signs_off(said: Sequence[Clause], span: Sequence[int], today: dt.date | None) -> bool:
    """A date with a time that nobody promises anything for."""
    if said[span[0]].speaker not in (None, "coach"):
        return False
    dated = [said[n].text for n in span if _ahead(said[n].text, today)]
    return bool(clock.find_times(" ".join(said[n].text for n in span))) and not any(True for text in dated for _ in promises(text))


def _around(text: str, announced: re.Match[str] | None, ahead: Sequence[dates.When]) -> str:
    """From the words of meeting to the date; the whole where there are none."""
    if not announced:
        return text
    start = max(text.rfind(c, 0, announced.start()) for c in ".?!") + 1
    return text[max(start, announced.start() - 30) : max(ahead[0].start, announced.end())]


def _ahead(text: str, today: dt.date | None) -> list[dates.When]:
    return [w for w in dates.find(text, today) if w.date and today and w.date > today]


def _with_time(said: Sequence[Clause], span: list[int], text: str, date: dates.When, today: dt.date | None) -> Settled:
    times = clock.find_times(text)
    near = [c for c in times if c.start > date.start] or [c for c in times if date.start - c.end < 40]
    time_said = clock.chosen_time(text, near)
    time, at = (time_said.time if time_said else None), list(span)
    if time is None and SAME_TIME.search(text):
        time, at = _opening_time(said, at)
    if said[span[0]].speaker is not None:
        date, time, at = _talked_on(said, span, date, time, at, today)
    assert date.date is not None  # noqa: S101  only dated words are looked at
    told = [n for n in at if dates.find(said[n].text, today) or clock.find_times(said[n].text) or NEXT.search(said[n].text)]
    return Settled(date.date, time, tuple(sorted(set(told or at))), date.doubtful)


def _opening_time(said: Sequence[Clause], at: list[int]) -> tuple[str | None, list[int]]:
    """`same time` in a dictation: the time of this appointment, if its first sentences say it."""
    opening = next((n for n, clause in enumerate(said[:6]) if clock.find_times(clause.text)), None)
    return (None, at) if opening is None else (opening_time([said[opening].text]), [opening, *at])


def _talked_on(
    said: Sequence[Clause], span: list[int], date: dates.When, time: str | None, at: list[int], today: dt.date | None
) -> tuple[dates.When, str | None, list[int]]:
    """The turns that follow may give the time, or move it, until nothing is said of it."""
    for n in range(span[-1] + 1, min(span[-1] + 8, len(said))):
        text = said[n].text
        days, times = _ahead(text, today), clock.find_times(text)
        if NOT_OURS.search(text):
            break
        if times:
            time, at = times[-1].time, [*at, n]
        if days and (time is None or times or dates.CORRECTION.search(text)):
            date, at = days[-1], [*at, n]
    return date, time, at
