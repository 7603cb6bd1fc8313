"""Dates and times as people say them. The session is on Thursday 12 March 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.drafting import clock, dates

SESSION = dt.date(2026, 3, 12)

RESOLVED = [
    ("by next Friday", "2026-03-20"),
    ("on Friday", "2026-03-13"),
    ("this Friday", "2026-03-13"),
    ("Thursday", "2026-03-19"),  # never today
    ("by Monday coming", "2026-03-16"),
    ("by the end of the week", "2026-03-13"),
    ("by the end of next week", "2026-03-20"),
    ("by the end of the month", "2026-03-31"),
    ("at the end of next month", "2026-04-30"),
    ("by the end of April", "2026-04-30"),
    ("by close of play today", "2026-03-12"),
    ("by the end of the day", "2026-03-12"),
    ("in two weeks", "2026-03-26"),
    ("in two weeks' time", "2026-03-26"),
    ("in a fortnight", "2026-03-26"),
    ("in ten days", "2026-03-22"),
    ("in a month", "2026-04-12"),
    ("in a couple of weeks", "2026-03-26"),
    ("within two weeks", "2026-03-26"),
    ("two weeks today", "2026-03-26"),
    ("a week today", "2026-03-19"),
    ("a fortnight today", "2026-03-26"),
    ("a week tomorrow", "2026-03-20"),
    ("a week on Monday", "2026-03-23"),
    ("a week on Tuesday", "2026-03-24"),
    ("two weeks on Monday", "2026-03-30"),
    ("a fortnight on Friday", "2026-03-27"),
    ("Saturday week", "2026-03-21"),
    ("Tuesday fortnight", "2026-03-31"),
    ("tomorrow", "2026-03-13"),
    ("first thing tomorrow", "2026-03-13"),
    ("the day after tomorrow", "2026-03-14"),
    ("the morn's morning", "2026-03-13"),
    ("the morra", "2026-03-13"),
    ("in the morning", "2026-03-13"),
    ("tonight", "2026-03-12"),
    ("this afternoon", "2026-03-12"),
    ("this lunchtime", "2026-03-12"),
    ("I'll write it the now, on headed paper", "2026-03-12"),
    ("ordering them the night, the cheap ones", "2026-03-12"),
    ("straight after this", "2026-03-12"),
    ("the 18th", "2026-03-18"),
    ("the 5th", "2026-04-05"),
    ("by the fifteenth", "2026-03-15"),
    ("on the twentieth", "2026-03-20"),
    ("Thursday the twenty sixth", "2026-03-26"),
    ("Thursday the twenty-sixth of March", "2026-03-26"),
    ("the twentieth of March", "2026-03-20"),
    ("the second of April", "2026-04-02"),
    ("April 2nd", "2026-04-02"),
    ("April the second", "2026-04-02"),
    ("by March 20", "2026-03-20"),
    ("Wednesday 18th March", "2026-03-18"),
    ("the 3rd of Jan", "2026-01-03"),  # ten months ahead would be wrong: it is over
    ("15 September", "2026-09-15"),
    ("1 April 2027", "2027-04-01"),
    ("on 03/04/2026", "2026-04-03"),  # the day comes first
    ("2026-04-03", "2026-04-03"),
    ("Monday the 16th", "2026-03-16"),
    ("the 16th, which is a Monday", "2026-03-16"),
    ("next Thursday, the 19th", "2026-03-19"),
    ("Wednesday of next week", "2026-03-18"),
    ("next week on Tuesday", "2026-03-17"),
    ("week commencing the 23rd", "2026-03-23"),
    ("by the 2nd of May", "2026-05-02"),
]

NO_DATE = [
    "I may be able to",
    "she may 2 or 3 times a week",
    "May is coming in with Bill and Grace",
    "in May he lost his job",
    "he marched out of it in March",
    "march on to the next one",
    "Will will ring Mark",
    "last Friday",
    "Thursday past they tested the alarm",
    "every Tuesday",
    "every other Friday",
    "on Tuesdays",
    "on a Friday",
    "Monday mornings",
    "Tuesday, Thursday and Saturday afternoons",
    "Tuesday to Thursday",
    "since the 1st of March",
    "since last Monday",
    "yesterday",
    "this morning",
    "next week",
    "the first thing he said",
    "the second one was better",
    "on the 3rd floor",
    "open 24/7",
    "half an hour a day",
    "it costs £14 a week",
    "nine in the morning",
    "on day one",
    "a day or two",
    "end of February",  # over, and nearly a year ahead
]

CORRECTED = [
    ("on Tuesday, no, sorry, Wednesday", "2026-03-18"),
    ("by the 16th, no, I've the letter here, the 19th of March", "2026-03-19"),
    ("by Thursday, no, tell a lie, I'm on a course Thursday, by Wednesday", "2026-03-18"),
    ("on Monday, no, Monday's the bank holiday, Tuesday", "2026-03-17"),
    ("so the 17th, no, she's on the course, Wednesday the 18th", "2026-03-18"),
    ("on Tuesday, sorry, on Monday", "2026-03-16"),
    ("not next Wednesday, a week on Thursday", "2026-03-26"),
    ("after the 17th, let's do Tuesday the 24th", "2026-03-24"),
    ("on Friday about the interview", "2026-03-13"),
]

TIMES = [
    ("half one", "13:30"),
    ("half past ten", "10:30"),
    ("at 10:30", "10:30"),
    ("quarter past 2", "14:15"),
    ("quarter to 4", "15:45"),
    ("20 to 11", "10:40"),
    ("ten to eleven", "10:50"),
    ("ten past 11", "11:10"),
    ("Friday at 2", "14:00"),
    ("at four, after her shift", "16:00"),
    ("2 o'clock", "14:00"),
    ("eleven o'clock", "11:00"),
    ("9 in the morning", "09:00"),
    ("seven in the evening", "19:00"),
    ("3pm", "15:00"),
    ("9.30 am", "09:30"),
    ("at 10.15", "10:15"),
    ("two thirty", "14:30"),
    ("half nine", "09:30"),
    ("at noon", "12:00"),
    ("3 o'clock, no, half 3", "15:30"),
]


@pytest.mark.parametrize(("said", "expected"), RESOLVED)
def test_a_date_said_resolves_by_the_house_rules(said: str, expected: str) -> None:
    found = dates.chosen(said, dates.find(said, SESSION))
    assert found is not None
    assert found.date is not None
    assert found.date.isoformat() == expected
    assert not found.doubtful


@pytest.mark.parametrize("said", NO_DATE)
def test_what_only_looks_like_a_date_gives_none(said: str) -> None:
    assert dates.find(said, SESSION) == []


@pytest.mark.parametrize(("said", "expected"), CORRECTED)
def test_the_corrected_date_stands(said: str, expected: str) -> None:
    found = dates.chosen(said, dates.find(said, SESSION))
    assert found is not None
    assert found.date == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(("said", "expected"), TIMES)
def test_a_time_said_is_told_on_the_24_hour_clock(said: str, expected: str) -> None:
    found = clock.chosen_time(said, clock.find_times(said))
    assert found is not None
    assert found.time == expected


@pytest.mark.parametrize("said", ["£13.60", "within 5 miles", "half an hour", "at 2 places", "86%", "3 jobs", "a quarter of them"])
def test_a_number_that_is_no_time_is_left_alone(said: str) -> None:
    assert clock.find_times(said) == []


def test_a_weekday_that_disagrees_with_its_day_is_doubtful() -> None:
    assert [w.doubtful for w in dates.find("Friday the 14th", SESSION)] == [True]


def test_without_a_session_date_nothing_is_resolved() -> None:
    assert dates.find("by next Friday", None) == []


def test_the_words_of_a_date_are_kept_as_they_were_said() -> None:
    said = "She'll send it by Next Friday, she said."
    when = dates.find(said, SESSION)[0]
    assert (said[when.start : when.end], when.firm) == ("Next Friday", True)
