"""Sums are of every delivery, however many: what SQLite adds up is what reading each one gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.report import fill
from campaign_bot.app import App
from campaign_bot.evaluate import LATE, Evaluation
from campaign_bot.evaluate.ages import MOST_MORE, believable
from campaign_bot.evaluate.sums import add_up, as_known
from campaign_bot.model import State, Summed
from campaign_bot.report import render
from tests.campaigns import CAMPAIGN, write_campaign
from tests.database import connect

NOW = datetime(2027, 3, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
GOALS = (
    "".join(
        f"- {{id: {metric}, text: {{en: A, fr: B}}, metric: {metric}, target: 5, by: 2027-02-28}}\n".replace(
            "id: link_", "id: link-"
        )
        for metric in ("sent", "engagements", "likes", "impressions")
    )
    + "- {id: past, text: {en: A, fr: B}, metric: likes, target: 5, by: 2023-06-01}\n"
    + "- {id: past-time, text: {en: A, fr: B}, metric: punctual_percent, target: 5, by: 2023-06-01}\n"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """600 deliveries with all that is odd: silent, gone, fallen below nothing, jumped, unread, retracted, late, missed."""
    directory = write_campaign(tmp_path_factory.mktemp("sums") / "c")
    (directory / "content" / "campaign.yaml").write_text(CAMPAIGN + "objectives:\n" + GOALS, encoding="utf-8")
    path = directory / "campaign.db"
    fill(path, 3_000)
    db = connect(str(path))
    for sql in (
        "update snapshot set likes = null, reposts = null where rowid % 7 = 0",
        "update snapshot set likes = null, reposts = null, replies = null, quotes = null, impressions = null where rowid % 31 = 0",
        "update snapshot set gone = 1, likes = null, replies = 5 where rowid % 53 = 0",
        "update snapshot set likes = 1000000000 where rowid % 101 = 3",
        "update snapshot set replies = -4 where rowid % 97 = 1",
        "delete from snapshot where rowid % 29 = 0",
        "delete from snapshot where delivery in (select key from delivery where rowid % 23 = 0)",
        "update post set rung = 'participating' where rowid % 3 = 0",
        "update post set answers = 'series-' || ((rowid - 2) % 8) where rowid % 9 = 4",
        "update delivery set state = 'retracted' where rowid % 41 = 0",
        "update delivery set state = 'missed', sent_ms = null where rowid % 43 = 0",
        "update delivery set sent_ms = due_ms + 61000 where rowid % 37 = 0 and sent_ms is not null",
    ):
        db.execute(sql)
    db.commit()
    db.close()
    opened = App(directory, environ={}, clock=lambda: NOW)
    yield opened
    opened.close()


def told(some: list[Summed]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """By day, network and what is told, without regard to order and to how often it is split."""
    found: dict[tuple[object, ...], tuple[int, ...]] = {}
    for one in some:
        known = None if one.counts is None else tuple(value is not None for value in one.counts)
        numbers = (one.number, *(value or 0 for value in one.counts or ()))
        before = found.get((one.day, one.network, known), (0,) * len(numbers))
        found[one.day, one.network, known] = tuple(a + b for a, b in zip(before, numbers, strict=True))
    return found


@pytest.mark.parametrize(
    "zone", [UTC_ZONE, ZoneInfo("America/Toronto"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")]
)
@pytest.mark.parametrize("since", [None, datetime(2023, 1, 1, tzinfo=UTC)])
def test_what_sqlite_adds_up_is_what_reading_each_one_gives(app: App, since: datetime | None, zone: ZoneInfo) -> None:
    every = [believable(one) for one in app.store.measured(since=since)]
    summed, odd = app.store.summed(since=since, until=None, most=MOST_MORE, zone=zone)
    assert len(odd) > 3
    closer = [believable(one) for one in app.store.closer(odd, since=since, until=None)]
    assert told([*summed, *add_up(closer, zone)]) == told(add_up(every, zone))
    # Between two readings of some deliveries.
    then = min(one.sent for one in every if one.sent and one.sent.year == 2023) + timedelta(hours=2)
    begin = since or then - timedelta(days=200)
    late, odd = app.store.summed_as_known(then, sent_since=begin, most=MOST_MORE, zone=zone)
    seen = as_known((one for one in every if one.sent and one.sent >= begin), then)
    closer = as_known(map(believable, app.store.closer(odd, since=None, until=None)), then)
    assert told([*late, *add_up(closer, zone)]) == told(add_up(seen, zone))
    assert app.store.how_many(since=since, until=None) == len(every)
    totals = app.store.totals(since=since, until=None, late=LATE, zone=zone)
    sent = [one for one in every if one.state is State.SENT and one.sent]
    assert (totals.posts, totals.sent) == (len({one.post for one in every}), len(sent))
    assert totals.late == sum(one.sent - one.due > LATE for one in sent if one.sent) > 5
    assert sum(sent + other for _, sent, other in totals.days) == len(every)


def test_days_are_right_on_the_eve_of_a_change_of_clocks(tmp_path: Path) -> None:
    """The clocks of Toronto change on March 14, 2027; the last delivery left the day before."""
    directory, zone = write_campaign(tmp_path / "c"), ZoneInfo("America/Toronto")
    fill(directory / "campaign.db", 60)
    late_in_the_evening, eve = datetime(2027, 1, 20, 4, 30, tzinfo=UTC), datetime(2027, 3, 13, 10, tzinfo=UTC)
    with connect(str(directory / "campaign.db")) as db:
        at = [round(one.timestamp() * 1000) for one in (late_in_the_evening, eve)]
        db.execute("update delivery set due_ms = ?1, sent_ms = ?1", at[:1])
        db.execute("update delivery set due_ms = ?1, sent_ms = ?1 where rowid = 1", at[1:])
    opened = App(directory, environ={}, clock=lambda: NOW)
    summed, _ = opened.store.summed(since=None, until=None, most=MOST_MORE, zone=zone)
    totals = opened.store.totals(since=None, until=None, late=LATE, zone=zone)
    opened.close()
    days = {date(2027, 1, 19), date(2027, 3, 13)}
    assert {one.day for one in summed} == {day for day, _, _ in totals.days} == days


def test_a_draw_changes_no_sum(app: App) -> None:
    """Objectives, ladder, costs, weeks, what left late: the same from 60 drawn deliveries as from all."""
    drawn, every = app.evaluation(most=60), app.evaluation(most=None)
    assert every.drawn is None
    assert drawn.drawn is not None
    assert drawn.drawn < 200

    def sums(one: Evaluation) -> object:
        return [
            [(goal.objective.id, goal.value, goal.verdict) for goal in one.objectives], one.ladder, one.costs,
            one.weeks, one.posts_written, one.loops, one.late, one.punctual, one.total.planned,
        ]  # fmt: skip

    assert sums(drawn) == sums(every)
    assert every.loops.closed is not None
    assert every.loops.closed.numerator > 0
    assert all(goal.value for goal in every.objectives)
    then = next(goal for goal in every.objectives if goal.objective.id == "past-time")
    assert every.punctual is not None
    assert then.value != every.punctual.percent  # of that day, not of today
    text = render(drawn, format="md", language="en")
    assert "objectives that are sums, the ladder, answered polls and costs are of all of them" in text


def test_objectives_that_nobody_reads_are_not_judged(app: App) -> None:
    """Those of what a period is held against: all is added up once more for each of them."""
    period = datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 3, 1, tzinfo=UTC)
    found = app.evaluation(since=datetime(2023, 3, 1, tzinfo=UTC), most=60, compare=period)
    assert found.versus is not None
    assert found.versus.before.objectives == ()
    assert [one.objective.id for one in found.objectives] == [one.id for one in app.library.campaign.objectives]


def test_objectives_of_a_period_s_report_are_the_whole_campaign_s_and_say_so(app: App) -> None:
    late = app.evaluation(since=NOW - timedelta(days=900))
    assert [one.value for one in late.objectives] == [one.value for one in app.evaluation().objectives]
    for language, words in (("en", "of the whole campaign"), ("fr", "de toute la campagne")):
        assert render(late, format="md", language=language).count(words) >= 1
        assert words not in render(app.evaluation(), format="md", language=language)
