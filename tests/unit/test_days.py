"""Dates and times as a coach types them."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.tui.days import parse_day, parse_time

MARCH = dt.date(2026, 3, 12)


@pytest.mark.parametrize(
    "text", ["2026-03-20", "20/3/2026", "20.03.26", "20 Mar", "20 March 2026", "Fri 20 Mar 2026", "20th of March", "20/3", " 20 mar "]
)
def test_a_day_is_read_as_it_is_written_in_britain(text: str) -> None:
    assert parse_day(text, MARCH) == dt.date(2026, 3, 20)


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    assert parse_day("5 Jan", dt.date(2026, 12, 20)) == dt.date(2027, 1, 5)
    assert parse_day("20 Dec", dt.date(2026, 1, 3)) == dt.date(2025, 12, 20)
    assert parse_day("29 Feb", dt.date(2027, 12, 1)) == dt.date(2028, 2, 29)


@pytest.mark.parametrize("text", ["someday", "31 Apr", "13/13", "2026-02-30", "20 Mxx", "29 Feb 2026", "99"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text, MARCH)


def test_no_text_is_no_day_and_no_time() -> None:
    assert parse_day("  ", MARCH) is None
    assert parse_time("") is None


@pytest.mark.parametrize(("text", "time"), [("9:30", "09:30"), ("14.05", "14:05"), ("10:30", "10:30")])
def test_a_time_is_kept_on_a_24_hour_clock(text: str, time: str) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize("text", ["half ten", "25:00", "9", "9:75"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)
