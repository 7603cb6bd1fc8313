"""Following how a meeting is settled, line by line: proposals, objections, another day, a time, until nothing more is said of it.

Takes the tagger's word for which lines speak of the next meeting, and reads days and times out of them. Knows no phrases of meeting.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from assistant.domain import Speaker
from assistant.drafting import clock, dates
from assistant.drafting.day_words import DAY, MONTH, PLAIN_DAY
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause

NEXT = re.compile(
    r"\b(?:shall we say|booked (?:in )?for|(?:is|'s) coming (?:in|back)|we'll catch up"
    r"|next (?:one|appointment|appt|session|visit|meeting|time|proper appointment|review|catch[- ]up|call|face to face)(?:'s"
    r"|'ll)?|(?:back|he's|she's|they're) in(?: (?:again|with me|next))?(?= (?:on|next|this|a|the|mon|tues|wednes"
    r"|thurs|fri|for|at|two|three|in))|(?<!her )(?<!his )(?<!my )back (?:on|with me|here|again|in with)"
    r"|(?:seeing|meeting|see|meet|catching up with"
    r"|speaking to|speak to) (?:him|her|them|you|us|up)(?: all)?(?: again| next| back| here)?"
    r"|meet(?:ing)? again|we(?:'re| are) (?:meeting|booked)|(?:re)?booked (?:him|her|them|you)(?: back)?(?: in)?"
    r"|you're (?:back|in (?:again|with me)|booked)|I'm (?:seeing|back|due)|see you|(?:we|we'll|we will) (?:meet"
    r"|speak|see each other)|due (?:back|in)|(?:your|his|her|our) next|next (?:mon|tues|wednes|thurs|fri)day then"
    r"|same (?:time|place)|(?:ringing|phoning|calling) (?:him|her)(?: again| back)? (?:on|next)|let's (?:do|say"
    r"|make it)|stick with|appointment's|have to come in|next falls|where and when|diary|in a fortnight|put (?:him"
    r"|her|you) in for|pencilled|we said (?:two|three|four) weeks)\b",
    re.IGNORECASE,
)
"""Words of meeting again: where they stand before one of several days, that is the day."""
NOT_OURS = re.compile(
    r"\b(?:interview|assessment day|assessment is|doctor|gp|clinic|hospital|dentist|jab|payment|nurse|consultant"
    r"|course|work capability|court|induction|scan|exam|women's aid|since|last time|when did I|meant to|supposed to"
    r"|was due|didn't|missed|funeral|buried|birthday|deadline|closes|closing|starts?|starting|expires?|released"
    r"|no date|conference|every second|meeting with)\b",
    re.IGNORECASE,
)
NOTHING_FIXED = re.compile(
    r"\b(?:nothing|no date|not booked|no (?:next )?appointment|no further|none)"
    r" (?:\w+ ){0,3}(?:diary|fixed|set|booked|yet|made)\b",
    re.IGNORECASE,
)
FAINT, WITH_TIME, WITH_WORDS = 0.02, 0.3, 0.1
"""Under the first a line is not looked at. What a day with a time adds to a line that the tagger does not rule out, and what words
of meeting add; chosen on the open voices."""
SURE = 0.35
"""A line this likely speaks of the next meeting: under even odds, because what it says was added. Chosen on the open voices."""
UNTIMED = 0.5
"""A day without a time needs even odds: many a day is named for something else."""
AT_END, CLOSING, LAST = 0.2, 0.8, 12
"""What a day or a time adds in the last lines of a talk: from this share of it on, and no more than so many lines."""
OPENING = 4
"""The first lines of a dictation say when this session was."""
LEANS = 0.12
"""A line this likely, near one that is sure, belongs to it: answers of a word or two rarely score more."""
REACH = {"talk": 4, "told": 2}
"""Lines from one that counts to the next: a proposal, an objection and its reason, another proposal; one aside in a dictation."""
AFTERWARDS = 5
"""Lines of talk after the last that counts, in which a day or time may still be named."""


@dataclass(frozen=True)
class Settled:
    date: dt.date
    time: str | None
    at: tuple[int, ...]
    doubtful: bool


@dataclass(frozen=True)
class Line:
    at: tuple[int, ...]
    """Clauses, by their place."""
    text: str = field(repr=False)
    speaker: Speaker | None
    likely: float


@dataclass(frozen=True)
class Standing:
    """What stands so far."""

    day: dates.When | None = None
    time: str | None = None
    about: dt.date | None = None
    """The day last spoken of, even if it will not do."""
    at: tuple[int, ...] = ()
    weight: float = 0.0
    """How likely the line was that gave the day."""


def lines(said: Sequence[Clause], tags: Mapping[int, Tags]) -> list[Line]:
    """What was said in one segment, or in the two over which a sentence breaks; a longer stretch without full stops by its segments."""
    groups: list[list[tuple[int, int, str]]] = []
    for n, clause in enumerate(said):
        for segment, text in _parts(clause):
            if groups and (segment == groups[-1][-1][1] or (len(clause.segments) == 2 and groups[-1][-1][0] == n)):
                groups[-1].append((n, segment, text))
            else:
                groups.append([(n, segment, text)])
    return [_line(said, group, tags) for group in groups]


def _parts(clause: Clause) -> Iterator[tuple[int, str]]:
    """Each segment's words, where the text of the clause is its pieces one after another; else the whole as the first's."""
    sizes = [p.end - p.start for p in clause.pieces]
    if sum(sizes) + len(sizes) - 1 != len(clause.text):
        yield clause.segments[0], clause.text
        return
    start = 0
    for piece, size in zip(clause.pieces, sizes, strict=True):
        yield piece.segment, clause.text[start : start + size]
        start += size + 1


def _line(said: Sequence[Clause], group: Sequence[tuple[int, int, str]], tags: Mapping[int, Tags]) -> Line:
    likely = max((tags[segment]["next"] for _, segment, _ in group if segment in tags), default=0.0)
    at = tuple(dict.fromkeys(n for n, _, _ in group))
    return Line(at, " ".join(text for _, _, text in group), said[at[0]].speaker, likely)


def _weighed(line: Line, today: dt.date, *, opening: bool = False, closing: bool = False) -> Line:
    """A day with a time is how a meeting is settled, unless it is somebody else's; a day that is not fixed is none. `closing`: the end of a
    talk, where people settle when they meet.
    """
    if line.likely < FAINT and not closing:
        return line
    if NOTHING_FIXED.search(line.text):
        return replace(line, likely=line.likely / 2)
    if opening:
        return line
    ahead = [w for w in dates.find(line.text, today) if w.date and w.date > today]
    times = _times(line.text, ahead)
    timed = bool(ahead and times) and not NOT_OURS.search(line.text[: max(times[-1].end, ahead[-1].end)] if times and ahead else "")
    last = closing and bool(times or (ahead and line.likely >= LEANS / 2)) and not OTHER_BUSINESS.search(line.text)
    return replace(
        line, likely=min(1.0, line.likely + WITH_TIME * timed + WITH_WORDS * bool(timed and NEXT.search(line.text)) + AT_END * last)
    )


def settle(said: Sequence[Clause], today: dt.date, tags: Mapping[int, Tags]) -> Settled | None:
    """What stands at the end of the likeliest stretch; of equals the last."""
    every = lines(said, tags)
    end = max(len(every) * CLOSING, len(every) - LAST)
    found = [
        _weighed(line, today, opening=line.speaker is None and n < OPENING, closing=line.speaker is not None and n >= end)
        for n, line in enumerate(every)
    ]
    stretches = [(max(found[n].likely for n in s), number, s) for number, s in enumerate(_stretches(found))]
    for likely, _, stretch in sorted(stretches, key=lambda s: (-round(s[0], 1), -s[1])):
        standing = _follow(found, stretch, today)
        if standing.day and standing.day.date:
            time = standing.time or _same_time(found, stretch)
            if time is None and likely < UNTIMED:
                continue
            return Settled(standing.day.date, time, tuple(sorted(set(standing.at))), standing.day.doubtful)
    return None


def _stretches(found: Sequence[Line]) -> Iterator[list[int]]:
    """Runs of lines that count, each with one that is sure."""
    reach = REACH["talk" if any(line.speaker for line in found) else "told"]
    run: list[int] = []
    for n, line in enumerate(found):
        if line.likely < LEANS:
            continue
        if run and n - run[-1] > reach:
            if max(found[k].likely for k in run) >= SURE:
                yield run
            run = []
        run.append(n)
    if run and max(found[k].likely for k in run) >= SURE:
        yield run


def _follow(found: Sequence[Line], stretch: Sequence[int], today: dt.date) -> Standing:
    standing = Standing()
    talk = found[stretch[0]].speaker is not None
    end = min(stretch[-1] + AFTERWARDS + 1, len(found)) if talk else stretch[-1] + 1
    for n in range(stretch[0], end):
        line = found[n]
        if n not in stretch and (not talk or OTHER_BUSINESS.search(line.text) or len(line.text.split()) > SHORT):
            if n > stretch[-1]:
                break
            continue
        standing = _after(standing, line, today)
    if not talk and standing.day is None:
        standing = _after(standing, found[stretch[0] - 1], today) if stretch[0] else standing
    return standing


SHORT = 14
"""Words of a line that may belong to the settling although nothing but its place says so."""
OTHER_BUSINESS = re.compile(
    r"\b(?:interview|doctor|gp|clinic|hospital|dentist|nurse|consultant|course|court|induction|exam|bus|train|shift|school|bring|ring"
    r"|text|email|send|deadline|closes|starts?|since|last time)\b",
    re.IGNORECASE,
)
OBJECTION = re.compile(
    r"\b(?:can't|cannot|couldn't|no good|not (?:the|that|on)\b|won't|clash|bank holiday|half[- ]term|busy|away|off (?:on|that)"
    r"|working|i've got"
    r"|i'm (?:at|on|in|off)|that's (?:my|the day|half|when|no)|'s (?:my|half|the|his|her|our|[A-Z][a-z]+'s))",
    re.IGNORECASE,
)
WEEK = re.compile(
    r"\b(?:(?P<next>next week)|(?P<after>the week after(?: next| that)?|following week|week later)"
    r"|(?P<two>fortnight|two weeks)|(?P<three>three weeks)"
    r"|(?P<four>four weeks|a month)|(?P<six>six weeks)|(?P<one>(?:a|one) week(?! on)))\b",
    re.IGNORECASE,
)
WEEKS = {"one": 1, "two": 2, "three": 3, "four": 4, "six": 6}


def _after(standing: Standing, line: Line, today: dt.date) -> Standing:
    text = line.text
    about = _week(text, standing.about, today) or standing.about
    named = [_near(w, about, today) for w in dates.find(text, today, about)]
    ahead = [w for w in named if w.date and w.date > today]
    if line.speaker is not None and standing.day and OBJECTION.search(text) and not _moves(text, ahead):
        return replace(standing, about=about)
    day, times = _chosen_day(text, ahead), _times(text, ahead)
    standing = replace(standing, about=day.date if day else about)
    if day and (standing.day is None or line.likely >= LEANS or times or dates.CORRECTION.search(text)):
        same = standing.day is not None and standing.day.date == day.date
        keep = same and standing.day is not None and standing.day.numbered
        standing = replace(standing, day=standing.day if keep else day, at=(*standing.at, *line.at))
    time = _chosen_time(text, times, day)
    if time and (standing.day or day):
        standing = replace(standing, time=time, at=(*standing.at, *line.at))
    elif time:
        standing = replace(standing, time=time)
    return standing


def _moves(text: str, ahead: Sequence[dates.When]) -> bool:
    """An objection that names another day in the same breath."""
    return any(not dates.set_aside(text, w) and dates.CORRECTION.search(text[: w.start]) for w in ahead) or len(ahead) > 1


def _week(text: str, about: dt.date | None, today: dt.date) -> dt.date | None:
    m = WEEK.search(text)
    if not m:
        return None
    if m["next"]:
        return today + dt.timedelta(7 - today.weekday())
    if m["after"]:
        return about + dt.timedelta(7) if about else None
    return today + dt.timedelta(7 * next(n for name, n in WEEKS.items() if m[name]))


def _near(when: dates.When, about: dt.date | None, today: dt.date) -> dates.When:
    """A bare weekday in the week being spoken of; a bare day of the month in the month being spoken of."""
    if not about or not when.date:
        return when
    if re.fullmatch(PLAIN_DAY, when.text.lower()) and about - today > dt.timedelta(6 - today.weekday()):
        moved = about + dt.timedelta(when.date.weekday() - about.weekday())
        return replace(when, date=moved) if moved > today else when
    if when.numbered and not re.search(MONTH, when.text.lower()) and when.date + dt.timedelta(20) < about:
        for month in (about.month, about.month % 12 + 1):
            try:
                moved = dt.date(about.year + (month < about.month), month, when.date.day)
            except ValueError:
                continue
            if abs((moved - about).days) < abs((when.date - about).days) and moved.weekday() == when.date.weekday():
                return replace(when, date=moved, doubtful=False)
            if abs((moved - about).days) <= 15 and not re.search(DAY, when.text.lower()):
                return replace(when, date=moved)
    return when


def _chosen_day(text: str, ahead: list[dates.When]) -> dates.When | None:
    """After words of meeting and after corrections; else one with its day of the month before one without."""
    announced = [m.start() for m in NEXT.finditer(text)]
    ahead = _open(text, ahead)
    ahead = next((after for start in announced if (after := [w for w in ahead if w.start >= start])), ahead)
    chosen = dates.chosen(text, ahead)
    if chosen is None or chosen.numbered:
        return chosen
    open_days = [w for w in ahead if w.numbered and not dates.set_aside(text, w) and w.start > chosen.start]
    return open_days[0] if open_days and not dates.CORRECTION.search(text[open_days[0].end :]) else chosen


def _open(text: str, ahead: list[dates.When]) -> list[dates.When]:
    """Without the days that were planned before or will not do, where a later one is named."""
    closed = [w for w in ahead if PLANNED_BEFORE.search(text[: w.start]) or (WE_SAID.search(text[: w.start]) and BUT.search(text[w.end :]))]
    return [w for w in ahead if w not in closed or w.start == ahead[-1].start]


def _times(text: str, ahead: Sequence[dates.When]) -> list[clock.Clock]:
    """Times of day, not those within a date."""
    spans = [(w.start, w.end) for w in ahead]
    found = clock.find_times(text, settling=True)
    return [c for c in found if not any(a <= c.start < b for a, b in spans) and not REFUSED_TIME.search(text[: c.start])]


PLANNED_BEFORE = re.compile(
    r"\b(?:(?:it|that|next (?:time|one)) was|(?:was|were) (?:to (?:be|have been)|going to be|meant to be|supposed to be|down for)"
    r"|instead of|rather than|moved \w+ from)(?: for| on| the)* $"
    r"|\b(?:i'm (?:away|off|on|at|in|busy)|(?:he|she)'s (?:away|off|at)|i've got|can't (?:do|make))\b[^,.;?!]{0,18}$",
    re.IGNORECASE,
)
"""Said before a day that was the plan, or on which somebody cannot come."""
WE_SAID, BUT = re.compile(r"\bwe said(?: for| on| the)* $", re.IGNORECASE), re.compile(r"\b(?:but|instead)\b", re.IGNORECASE)
REFUSED_TIME = re.compile(r"\b(?:not|till|until|since|(?<!which )was|from|before|after)(?: at)? $", re.IGNORECASE)


def _chosen_time(text: str, times: Sequence[clock.Clock], day: dates.When | None) -> str | None:
    """The one after the day; several in a row are corrected or the first stands."""
    after = [c for c in times if day and c.start >= day.end] or list(times)
    found = clock.chosen_time(text, after)
    return found.time if found else None


def _same_time(found: Sequence[Line], stretch: Sequence[int]) -> str | None:
    """`same time`: that of this appointment, if its first lines say it."""
    if not any(re.search(r"\bsame (?:bat )?time\b", found[n].text, re.IGNORECASE) for n in stretch):
        return None
    return opening_time(line.text for line in found)


def opening_time(texts: Iterable[str]) -> str | None:
    """The time of this appointment; `ten to two for two o'clock` was early."""
    text, times = next(((text, times) for text in islice(texts, OPENING + 2) if (times := clock.find_times(text))), ("", []))
    due = [c for c in times if text[: c.start].endswith("for ")]
    return next((c.time for c in (*due, *times)), None)
