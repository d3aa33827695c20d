"""Dates and wall-clock times as people write them: 2027-03-04, "2027-03-04 12:00", "12:00"."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from pydantic_core import PydanticCustomError

DATE_ADVICE = "Write the year, month and day, such as 2027-03-04."
YEARS = range(2000, 2101)  # other years are slips of the keyboard

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_WALL_TIME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def _bad(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("bad-date", "{sentence}", {"sentence": sentence})


def parse_day(value: object) -> date:
    """A date, or its text. Raises `bad-date` with a sentence otherwise."""
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    elif isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            day = date(*map(int, value.strip().split("-")))
        except ValueError:
            raise _bad(f"`{value}` is not a date that exists") from None
    else:
        raise _bad("must be a date such as 2027-03-04")
    if day.year not in YEARS:
        raise _bad(f"the year {day.year} is not between {YEARS.start} and {YEARS.stop - 1}")
    return day


def parse_wall_time(value: object) -> datetime:
    """A date and a time of day on the campaign's clock. A UTC offset is refused: the campaign has one timezone."""
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise _bad("must not name an offset from UTC: times are in the campaign's timezone")
        parse_day(value.date())
        return value
    if isinstance(value, date):
        raise _bad(f'needs a time of day too, such as "{value} 12:00"')
    found = _WALL_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise _bad('must be a date and a time in the campaign\'s timezone, such as "2027-03-04 12:00"')
    try:
        return datetime.combine(parse_day(found[1]), time(int(found[2]), int(found[3]), int(found[4] or 0)))
    except ValueError as error:
        if isinstance(error, PydanticCustomError):
            raise
        raise _bad(f"`{value}` is not a time that exists") from None


def parse_time_of_day(value: object) -> time:
    """`12:00`. Raises `bad-date` with a sentence otherwise."""
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise _bad('must be a time of day such as "12:00"')
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise _bad(f"`{value}` is not a time that exists") from None


def parse_year_or_date(value: object) -> str:
    """A source's date as text: 2023, 2023-10 and 2023-10-05 need no quotation marks."""
    if isinstance(value, (int, date)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    raise _bad("must be a date or a year, such as 2023 or 2023-10-05")
