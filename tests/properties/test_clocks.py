"""Whatever the dates: nothing is due before its time, a legal hold stops everything, and a clock that is wrong deletes nothing early."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Retention
from assistant.store import clocks
from assistant.store.clocks import AWAY, Standing
from tests.often import times

DAY = dt.timedelta(days=1)
moments = st.datetimes(min_value=dt.datetime(2000, 1, 1), max_value=dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
days = st.integers(1, 4000)
rules = st.builds(
    Retention,
    recording_days_after_signing=days, recording_days_unsigned=days, draft_days=days, transcript_days=st.none() | days,
    note_years=st.none() | st.integers(1, 100),
)  # fmt: skip
standings = st.builds(
    Standing,
    session=st.just("s"), client=st.none() | st.just("C-0001"), held=st.booleans(), made=moments,
    recordings=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    heard=st.none() | moments, drafted=st.none() | moments, signed=st.none() | moments,
)  # fmt: skip


def due(standing: Standing, rules: Retention, now: dt.datetime) -> set[tuple[str, str]]:
    return {(each.what, each.object) for each in clocks.outlook([standing], rules, now, None).due}


@given(standings, rules, moments)
def test_nothing_is_due_before_its_time(standing: Standing, rules: Retention, now: dt.datetime) -> None:
    for each in clocks.outlook([replace(standing, held=False)], rules, now, None).due:
        if each.what == "recording":
            since, least = (
                (standing.signed, rules.recording_days_after_signing) if standing.signed else (standing.made, rules.recording_days_unsigned)
            )
        elif each.what == "draft":
            assert standing.signed is None, "what was signed is kept with its note"
            since, least = max(at for at in (standing.heard, standing.drafted) if at), rules.draft_days
        elif each.what == "transcript":
            since, least = standing.signed, rules.transcript_days
        else:
            since, least = standing.signed, (rules.note_years or 0) * 365
        assert since is not None and least is not None
        assert now - since >= least * DAY


@given(standings, rules, moments)
def test_a_legal_hold_stops_every_clock(standing: Standing, rules: Retention, now: dt.datetime) -> None:
    told = clocks.outlook([replace(standing, held=True)], rules, now, None)
    assert (told.due, told.soon) == ((), ())


@given(standings, rules, moments, moments)
def test_what_is_due_stays_due_as_time_goes_on(standing: Standing, rules: Retention, one: dt.datetime, other: dt.datetime) -> None:
    assert due(standing, rules, min(one, other)) <= due(standing, rules, max(one, other))


@given(standings, rules, moments)
def test_all_is_announced_for_a_week(standing: Standing, rules: Retention, now: dt.datetime) -> None:
    told = clocks.outlook([standing], rules, now, None)
    later = due(standing, rules, now + clocks.SOON)
    assert {(e.what, e.object) for e in (*told.due, *told.soon)} == later
    assert all(e.on > now for e in told.soon)


@given(st.lists(st.tuples(st.sampled_from("abc"), moments), min_size=1), moments)
@settings(max_examples=times(200))
def test_a_stamp_is_never_read_as_older_than_it_says(rows: list[tuple[str, dt.datetime]], now: dt.datetime) -> None:
    found = clocks.newest(rows, now)
    for name, at in rows:
        assert found[name] >= at


@given(moments, st.integers(1, 2000), st.integers(1, 2000))
def test_what_was_written_while_the_clock_was_back_keeps_its_full_time(at: dt.datetime, back: int, later: int) -> None:
    """Set back by `back` days when `b` was written, after `a`; right again now."""
    now = at + later * DAY
    assert clocks.newest([("a", at), ("b", at - back * DAY)], now)["b"] == at


@given(st.lists(st.integers(0, 29 * 24 * 60), max_size=20), moments)
def test_a_calendar_without_gaps_is_not_doubted(minutes: list[int], start: dt.datetime) -> None:
    stamps = [start]
    for step in minutes:
        stamps.append(stamps[-1] + dt.timedelta(minutes=step))
    assert clocks.doubt(stamps[:-1], stamps[-1]) is None


@given(st.lists(moments, min_size=1, max_size=6).map(sorted), moments)
def test_a_clock_before_the_newest_entry_or_far_after_it_is_doubted(stamps: list[dt.datetime], now: dt.datetime) -> None:
    away = now - stamps[-1] >= AWAY
    back = now < stamps[-1] - clocks.TOLERANCE
    if away or back:
        assert clocks.doubt(stamps, now)
    for later in (now, now + DAY):  # a doubt is not forgotten because the store was opened once more
        if away or back:
            assert clocks.doubt([*stamps, now], later)
