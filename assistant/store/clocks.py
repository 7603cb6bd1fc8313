"""When things are due to be erased: one clock each for recording, transcript, draft and note, and a legal hold that stops them all.

Pure: dates in, dates out. Knows no table, and deletes nothing. A computer's own clock can be wrong, so stamps that run backwards are raised
to the ones before them, and what the audit says of the time since retention was last applied can cast doubt on today's date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.domain import Due, Outlook, Retention

SOON = dt.timedelta(days=7)
"""How long before its time something is announced."""
AWAY = dt.timedelta(days=30)
"""Without an entry in the audit: warnings may have gone unseen, or the clock has jumped ahead."""
YEAR = dt.timedelta(days=365)
TOLERANCE = dt.timedelta(minutes=5)
"""How far a clock goes back when it is set by a time server."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one session holds, and since when. Times are UTC; None where there is nothing of the kind."""

    session: str
    client: str | None
    held: bool
    """Under a legal hold."""
    made: dt.datetime
    recordings: tuple[str, ...] = ()
    """Ids of those that are not erased yet."""
    heard: dt.datetime | None = None
    """The newest transcript."""
    drafted: dt.datetime | None = None
    """The newest draft."""
    signed: dt.datetime | None = None
    """The newest version of its note."""


def outlook(standings: Iterable[Standing], rules: Retention, now: dt.datetime, doubt: str | None) -> Outlook:
    """What is due now, and what will be within SOON."""
    coming = sorted((due for standing in standings for due in clocks(standing, rules)), key=lambda due: (due.on, due.session, due.what))
    past = tuple(due for due in coming if due.on <= now)
    return Outlook(due=past, soon=tuple(due for due in coming if now < due.on <= now + SOON), doubt=doubt)


def clocks(standing: Standing, rules: Retention) -> Iterator[Due]:
    """Every clock of a session that runs."""
    if standing.held:
        return
    if standing.signed is None:
        yield from _unsigned(standing, rules)
    else:
        yield from _signed(standing, standing.signed, rules)


def _unsigned(standing: Standing, rules: Retention) -> Iterator[Due]:
    for recording in standing.recordings:
        yield _due("recording", recording, standing, _later(standing.made, rules.recording_days_unsigned))
    newest = max((at for at in (standing.heard, standing.drafted) if at), default=None)
    if newest is not None:
        yield _due("draft", standing.session, standing, _later(newest, rules.draft_days))


def _signed(standing: Standing, signed: dt.datetime, rules: Retention) -> Iterator[Due]:
    for recording in standing.recordings:
        yield _due("recording", recording, standing, _later(signed, rules.recording_days_after_signing))
    if rules.transcript_days is not None and (standing.heard or standing.drafted):
        yield _due("transcript", standing.session, standing, _later(signed, rules.transcript_days))
    if rules.note_years is not None:
        yield _due("note", standing.session, standing, _years_later(signed, rules.note_years))


def _due(what: str, thing: str, standing: Standing, on: dt.datetime) -> Due:
    signed = standing.signed is not None
    return Due(what=what, object=thing, session=standing.session, client=standing.client, on=on, signed=signed)  # type: ignore[arg-type]


def _later(at: dt.datetime, days: int) -> dt.datetime:
    return at + dt.timedelta(days=days)


def _years_later(at: dt.datetime, years: int) -> dt.datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, month=3, day=1)


def newest(rows: Iterable[tuple[str, dt.datetime]], now: dt.datetime) -> dict[str, dt.datetime]:
    """The newest stamp of each name, from (name, stamp) pairs in the order in which they were written.

    A stamp older than one written before it was made while the clock was back: it is raised to that one, unless that one is itself ahead
    of `now`. So nothing comes due early because a clock was wrong when it was written.
    """
    found: dict[str, dt.datetime] = {}
    highest: dt.datetime | None = None
    for name, at in rows:
        if at <= now:
            highest = max(highest or at, at)
        stamp = max(at, highest or at)
        found[name] = max(found.get(name, stamp), stamp)
    return found


def doubt(stamps: Sequence[dt.datetime], now: dt.datetime) -> str | None:
    """Why `now` may be wrong or come as a surprise, from the audit's stamps since retention was last applied, oldest first."""
    times = [*stamps, now]
    if any(later < earlier - TOLERANCE for earlier, later in pairwise(times)):
        return "The clock of this computer was set back, or was ahead before."
    longest = max((later - earlier for earlier, later in pairwise(times)), default=dt.timedelta())
    if longest > YEAR:
        return "The clock of this computer has moved by more than a year, or nobody opened the store for as long."
    if longest >= AWAY:
        return f"Nobody opened the store for {longest.days} days."
    return None
