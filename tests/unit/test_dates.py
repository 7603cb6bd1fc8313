"""Dates and times as people say them. The session is on Thursday 12 March 2026."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.drafting import clock, dates
from tests.drafts import dictation, draft

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

MONDAY, FRIDAY = dt.date(2026, 3, 9), dt.date(2026, 3, 13)
ON_THREE_DAYS = [  # said on Monday 9, Thursday 12 and Friday 13 March 2026; None: no date rather than a wrong one
    ("Monday", "03-16", "03-16", "03-16"),
    ("on Tuesday", "03-10", "03-17", "03-17"),
    ("Wednesday first", "03-11", "03-18", "03-18"),
    ("first thing Monday", "03-16", "03-16", "03-16"),
    ("Tuesday first thing", "03-10", "03-17", "03-17"),
    ("this coming Saturday", "03-14", "03-14", "03-14"),
    ("Thursday next", "03-12", "03-19", "03-19"),
    ("Weds 18th", "03-18", "03-18", "03-18"),
    ("by Fri", "03-13", "03-13", "03-20"),
    ("Tues at 2", "03-10", "03-17", "03-17"),
    ("next Monday", "03-16", "03-16", "03-16"),
    ("next Wednesday", "03-18", "03-18", "03-18"),
    ("next Friday", "03-20", "03-20", "03-20"),
    ("Tuesday of next week", "03-17", "03-17", "03-17"),
    ("next week, Thursday", "03-19", "03-19", "03-19"),
    ("Wednesday this week", "03-11", None, None),
    ("the Tuesday after next", "03-24", "03-24", "03-24"),
    ("Thursday the week after next", "03-26", "03-26", "03-26"),
    ("the week after next on Tuesday", "03-24", "03-24", "03-24"),
    ("Tuesday week", "03-17", "03-24", "03-24"),
    ("Saturday week", "03-21", "03-21", "03-21"),
    ("a week on Tuesday", "03-17", "03-24", "03-24"),
    ("a week Wednesday", "03-18", "03-25", "03-25"),
    ("a week come Sunday", "03-22", "03-22", "03-22"),
    ("a fortnight on Tuesday", "03-24", "03-31", "03-31"),
    ("Wednesday fortnight", "03-25", "04-01", "04-01"),
    ("Saturday in a fortnight", "03-28", "03-28", "03-28"),
    ("three weeks on Sunday", "04-05", "04-05", "04-05"),
    ("tomorrow", "03-10", "03-13", "03-14"),
    ("the day after tomorrow", "03-11", "03-14", "03-15"),
    ("today week", "03-16", "03-19", "03-20"),
    ("a week today", "03-16", "03-19", "03-20"),
    ("a week tomorrow", "03-17", "03-20", "03-21"),
    ("tomorrow week", "03-17", "03-20", "03-21"),
    ("a fortnight tomorrow", "03-24", "03-27", "03-28"),
    ("fortnight today", "03-23", "03-26", "03-27"),
    ("two weeks from today", "03-23", "03-26", "03-27"),
    ("three weeks today", "03-30", "04-02", "04-03"),
    ("six weeks today", "04-20", "04-23", "04-24"),
    ("a month today", "04-09", "04-12", "04-13"),
    ("in three days", "03-12", "03-15", "03-16"),
    ("ten days from now", "03-19", "03-22", "03-23"),
    ("in a week's time", "03-16", "03-19", "03-20"),
    ("three weeks' time", "03-30", "04-02", "04-03"),
    ("within the week", "03-16", "03-19", "03-20"),
    ("in the next fortnight", "03-23", "03-26", "03-27"),
    ("by the end of the week", "03-13", "03-13", "03-13"),
    ("the back end of next week", "03-20", "03-20", "03-20"),
    ("before the weekend", "03-13", "03-13", "03-13"),
    ("over the weekend", "03-15", "03-15", "03-15"),
    ("month end", "03-31", "03-31", "03-31"),
    ("the last day of the month", "03-31", "03-31", "03-31"),
    ("the last Friday of the month", "03-27", "03-27", "03-27"),
    ("the last Monday in March", "03-30", "03-30", "03-30"),
    ("the first Tuesday of next month", "04-07", "04-07", "04-07"),
    ("the second Tuesday of the month", "03-10", None, None),
    ("the 3rd", "04-03", "04-03", "04-03"),
    ("the 3rd of next month", "04-03", "04-03", "04-03"),
    ("on the 12th", "03-12", "03-12", "04-12"),
    ("Friday week, the 20th", "03-20", "03-20", "03-20"),
    ("Tuesday the 24th", "03-24", "03-24", "03-24"),
    ("Tuesday 24", "03-24", "03-24", "03-24"),
    ("on 27/3", "03-27", "03-27", "03-27"),
    ("27.03.26", "03-27", "03-27", "03-27"),
    ("the day before the 24th", "03-23", "03-23", "03-23"),
    ("as soon as we're done here.", "03-09", "03-12", "03-13"),
    ("after Easter", None, None, None),
    ("Easter Monday", None, None, None),
    ("by Good Friday", None, None, None),
    ("the bank holiday Monday", None, None, None),
    ("the Tuesday after the bank holiday", None, None, None),
    ("within five working days", None, None, None),
    ("in ten working days", None, None, None),
    ("the Friday before she starts", None, None, None),
    ("on the Monday", None, None, None),
    ("Wednesday or Thursday", None, None, None),
    ("Friday there", None, None, None),
    ("a week past Monday", None, None, None),
    ("two weeks ago on Monday", None, None, None),
    ("the last Friday of every month", None, None, None),
    ("Tuesday 11", "03-10", "03-17", "03-17"),
    ("she sat down and he wed her in the sun", None, None, None),
    ("Grace may well be late, and Will may not", None, None, None),
    ("the second may be better", None, None, None),
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
    ("Wednesday, no, Thursday", "2026-03-19"),
    ("I've said Wednesday, no, not Wednesday, Thursday, cos he's at Lakeside Wednesday", "2026-03-19"),
    ("on the 20th, I beg your pardon, the 23rd", "2026-03-23"),
    ("on the 12th, sorry, the 19th", "2026-03-19"),
    ("Thursday rather than Wednesday", "2026-03-19"),
    ("moved from the 17th to the 19th", "2026-03-19"),
    ("I can't do Tuesday, so Wednesday", "2026-03-18"),
    ("Monday, Tuesday I mean", "2026-03-17"),
    ("it was to have been the 20th, so Monday the 23rd instead", "2026-03-23"),
    ("she starts on the 23rd and I'll book it the day before.", "2026-03-23"),
]

TIMES = [
    ("half one", "13:30"),
    ("half past ten", "10:30"),
    ("at 10:30", "10:30"),
    ("Tuesday 1330", "13:30"),
    ("the 2nd of September, 0900", "09:00"),
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
    ("eleven a clock", "11:00"),
    ("ten twenty five", "10:25"),
    ("2 p m", "14:00"),
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


@pytest.mark.parametrize("today", [MONDAY, SESSION, FRIDAY], ids=["Mon", "Thu", "Fri"])
@pytest.mark.parametrize("row", ON_THREE_DAYS, ids=[row[0] for row in ON_THREE_DAYS])
def test_words_are_counted_from_the_day_they_are_said(row: tuple[str, ...], today: dt.date) -> None:
    said, expected = row[0], row[1 + [MONDAY, SESSION, FRIDAY].index(today)]
    found = dates.chosen(said, dates.find(said, today))
    assert (found.date.isoformat()[5:] if found and found.date else None) == expected


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I'll ring them after Easter.", "after Easter"),
        ("they'll reply within five working days", "within five working days"),
        ("he'll start in the new year", "in the new year"),
        ("I'll look at it next week", "next week"),
        ("by June she wants to be working", "by June"),
    ],
)
def test_words_that_cannot_be_counted_stay_words(said: str, words: str) -> None:
    assert dates.find(said, SESSION) == []
    found = dates.unresolved(said)
    assert found is not None
    assert (found.text, found.date, found.doubtful) == (words, None, True)


def test_an_action_keeps_such_words_and_is_to_be_checked() -> None:
    made = draft(dictation("I'll ring the college after Easter."))
    assert [(a.due, a.due_text, a.check) for a in made.actions] == [(None, "after Easter", ("date",))]


def test_nobody_called_may_or_june_is_a_time() -> None:
    assert dates.unresolved("May and Will asked June about Grace") is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [("a week on Monday, that's the 24th", "2026-03-24"), ("Thursday fortnight", "2026-03-26"), ("Wednesday the 20th", None)],
)
def test_words_with_two_readings_are_doubtful(said: str, expected: str | None) -> None:
    found = dates.find(said, SESSION)[0]
    assert found.doubtful
    assert expected is None or found.date == dt.date.fromisoformat(expected)


def test_days_are_counted_from_the_day_spoken_of() -> None:
    spoken_of = dt.date(2026, 3, 25)
    assert [w.date for w in dates.find("then the Thursday", SESSION, spoken_of)] == [dt.date(2026, 3, 26)]
    assert [w.date for w in dates.find("the day after.", SESSION, spoken_of)] == [dt.date(2026, 3, 26)]
    named = dates.find("he starts on Friday the 20th, so I'll ring the Monday", SESSION)
    assert [w.date for w in named] == [dt.date(2026, 3, 20), dt.date(2026, 3, 23)]


SPOKEN = """
on by the a next this week weeks fortnight today tomorrow Monday tuesday Wed Friday Saturday 3rd 31st 30 twenty first second last
of in month March may February 2026 two three days end before after day following working Easter , . and no sorry half past ten at
10:30 time morning 29/2 31/4 0/0 99/99 couple within ’ İ
"""
WORDS = st.sampled_from(SPOKEN.split())
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))


@settings(deadline=None)
@given(st.lists(WORDS, max_size=14), DAYS)
def test_no_words_raise_and_each_date_is_quoted(words: list[str], today: dt.date) -> None:
    said = " ".join(words)
    for when in dates.find(said, today):
        assert said[when.start : when.end] == when.text
    dates.chosen(said, dates.find(said, today))
    dates.unresolved(said)
    clock.find_times(said, settling=True)


ABSOLUTE = re.compile(r"20\d\d|/|march|may|february", re.IGNORECASE)
"""A month or a year is named: the words themselves may say a day that is over."""


@settings(deadline=None)
@given(st.lists(WORDS, max_size=14), DAYS)
def test_nothing_counted_from_today_lies_before_it(words: list[str], today: dt.date) -> None:
    for when in dates.find(" ".join(words), today):
        assert when.date is not None
        assert when.date >= today or ABSOLUTE.search(when.text)


@settings(deadline=None)
@given(st.integers(1, 31), st.sampled_from(["January", "March", "June", "October"]), DAYS)
def test_a_day_and_month_is_the_next_or_long_over(day: int, month: str, today: dt.date) -> None:
    for when in dates.find(f"the {day} of {month}", today):
        assert when.date is not None
        assert -96 <= (when.date - today).days <= 366


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
