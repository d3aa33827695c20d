"""Slots: what schedule entries yield, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.library.files import ItemSource, Row, ScheduleEntry, Series, SeriesFile, When
from campaign_bot.schedule import Slot, assign, due, slots, when_problem

TORONTO = ZoneInfo("America/Toronto")


def a_series(rows: int = 3, *, repeat: bool = False, **fields: object) -> Series:
    file = SeriesFile(
        title={"en": "S"}, purpose={"en": "P"}, items=ItemSource.model_validate({"data": "facts", "repeat": repeat})
    )
    return Series("s", file, tuple(Row.model_validate({"id": f"row-{n}", **fields}) for n in range(rows)), {})


def slots_of(
    when: dict[str, object], first: str, last: str, series: Series | None = None, **entry: object
) -> list[Slot]:
    made = ScheduleEntry.model_validate({"series": "s", "when": when, **entry})
    return slots(
        "e", made, series or a_series(), zone=TORONTO, starts=date.fromisoformat(first), ends=date.fromisoformat(last)
    )


def test_a_weekly_rule_keeps_its_wall_time_across_a_clock_change() -> None:
    found = slots_of({"cron": "0 12 * * mon"}, "2027-03-01", "2027-03-22")
    assert [slot.wall for slot in found] == [datetime(2027, 3, day, 12) for day in (1, 8, 15, 22)]
    assert [slot.instant.hour for slot in found] == [17, 17, 16, 16]


def test_a_time_that_does_not_exist_moves_forward_once() -> None:
    found = slots_of({"cron": "30 2 * * *"}, "2027-03-13", "2027-03-15")
    assert [f"{slot.instant.astimezone(TORONTO):%d %H:%M}" for slot in found] == ["13 02:30", "14 03:30", "15 02:30"]


def test_a_time_that_exists_twice_is_one_slot() -> None:
    found = slots_of({"cron": "30 1 * * *"}, "2027-11-06", "2027-11-08")
    assert [slot.instant for slot in found] == [
        datetime(2027, 11, 6, 5, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
        datetime(2027, 11, 8, 6, 30, tzinfo=UTC),
    ]


def test_days_before_an_event_name_the_item_and_the_days_left() -> None:
    series = a_series(1, date=date(2027, 3, 8))
    found = slots_of({"before": "date", "days": [7, 1, 0, -1], "at": time(12)}, "2027-03-01", "2027-03-31", series)
    assert [(slot.wall.day, slot.days_left, slot.row) for slot in found] == [
        (1, 7, "row-0"), (7, 1, "row-0"), (8, 0, "row-0"), (9, -1, "row-0"),
    ]  # fmt: skip


def test_not_on_and_the_campaign_s_dates_leave_slots_out() -> None:
    found = slots_of({"cron": "0 9 * * *"}, "2027-01-01", "2027-01-05", not_on=["2027-01-03"], ends="2027-01-04")
    assert [slot.wall.day for slot in found] == [1, 2, 4]


def test_every_counts_from_its_first_slot() -> None:
    found = slots_of({"every": "3d", "from": "2027-01-02 10:00"}, "2027-01-01", "2027-01-09")
    assert [slot.wall for slot in found] == [datetime(2027, 1, day, 10) for day in (2, 5, 8)]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({}, "exactly one of"),
        ({"cron": "0 12 * * mon", "dates": ["2027-01-01 12:00"]}, "it has cron and dates"),
        ({"cron": "0 12 * *"}, "5 fields"),
        ({"cron": "0 12 * * 1"}, "weekdays as names"),
        ({"cron": "0 25 * * mon"}, "not a cron rule"),
        ({"cron": "*/5 * * * *"}, "every few minutes"),
        ({"every": "3d"}, "needs `from`"),
        ({"before": "date"}, "needs `days`"),
    ],
)
def test_a_bad_rule_is_said_in_words(when: dict[str, object], words: str) -> None:
    assert words in (when_problem(When.model_validate(when)) or "")


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    start=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    days=st.integers(0, 400),
)
def test_a_daily_rule_yields_exactly_one_slot_a_day(minute: int, hour: int, start: date, days: int) -> None:
    entry = ScheduleEntry.model_validate({"series": "s", "when": {"cron": f"{minute} {hour} * * *"}})
    found = slots("e", entry, a_series(), zone=TORONTO, starts=start, ends=start + timedelta(days=days))
    assert [slot.wall.date() for slot in found] == [start + timedelta(days=n) for n in range(days + 1)]
    assert len({slot.instant for slot in found}) == days + 1


@given(spread=st.integers(0, 600), days=st.integers(0, 365))
def test_spread_stays_within_its_bound_and_repeats(spread: int, days: int) -> None:
    entry = ScheduleEntry.model_validate({"series": "s", "when": {"cron": "0 12 * * *"}, "spread": f"{spread}m"})
    wall = datetime(2027, 1, 1, 12) + timedelta(days=days)
    slot = Slot(wall.replace(tzinfo=UTC), "e", wall)
    moved = due(slot, entry, "c")
    assert timedelta(0) <= moved - slot.instant <= timedelta(minutes=spread)
    assert moved == due(slot, entry, "c")


def test_two_entries_of_a_series_never_say_the_same_item() -> None:
    morning = [Slot(datetime(2027, 1, day, 9, tzinfo=UTC), "a", datetime(2027, 1, day, 9)) for day in (1, 3)]
    evening = [Slot(datetime(2027, 1, day, 18, tzinfo=UTC), "b", datetime(2027, 1, day, 18)) for day in (2, 4)]
    pairs, empty = assign(a_series(3), morning + evening)
    assert [(slot.entry, row.id) for slot, row in pairs] == [("a", "row-0"), ("b", "row-1"), ("a", "row-2")]
    assert [slot.wall.day for slot in empty] == [4]


def test_repeat_starts_again() -> None:
    found = [Slot(datetime(2027, 1, day, 9, tzinfo=UTC), "a", datetime(2027, 1, day, 9)) for day in range(1, 6)]
    pairs, empty = assign(a_series(2, repeat=True), found)
    assert [row.id for _, row in pairs] == ["row-0", "row-1", "row-0", "row-1", "row-0"]
    assert empty == []
