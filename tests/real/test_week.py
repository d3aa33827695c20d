"""The first week of the campaign that we ship, on Bluesky's own servers: real files, real publishing, a clock that
jumps from one due instant to the next, and readers who really like, repost, answer and quote meanwhile."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign_bot.app import App
from campaign_bot.model import Delivery, Result, State
from campaign_bot.rehearsal import STAND_IN, CompressedClock
from campaign_bot.report import render
from tests.real.servers import Person, RealBluesky

ROOT = Path(__file__).parents[2]
BEGIN = datetime(2027, 1, 18, 5, tzinfo=UTC)  # the campaign's first midnight in Toronto
HANDLES = {"bluesky-en": "opengov-week.test", "bluesky-fr": "gouvouvert-week.test"}


@dataclass
class Week:
    app: App
    people: dict[str, Person]
    done: Counter[tuple[str, str]]  # (uri, what readers did with it) -> how often


@pytest.fixture(scope="module")
def week(servers: RealBluesky, readers: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    people = {account: servers.create_account(handle) for account, handle in HANDLES.items()}
    clock = CompressedClock(BEGIN)
    place = tmp_path_factory.mktemp("week")
    app = App(_campaign(place, servers.pds), environ=_secrets(people), clock=clock)
    app.plan(until=BEGIN + timedelta(weeks=1))
    ours = [one for one in app.store.deliveries() if one.network == "bluesky"]
    decisions = app.approve(ours, app.findings(ours), person=STAND_IN)
    assert [one.why for one in decisions if not one.done] == []
    made = Week(app, people, Counter())
    end = BEGIN + timedelta(weeks=2, days=1)  # a week, and the last counts a week after its last post
    while (wake := app.next_wake()) is not None and wake <= end:
        clock.move_to(wake)
        servers.settle()
        app.work()
        _engage(servers, readers, people, made.done)
    yield made
    app.close()


def _campaign(place: Path, server: str) -> Path:
    """The campaign that we ship, with accounts that exist on `server`."""
    for folder in ("content", "schedules"):
        shutil.copytree(ROOT / folder, place / folder)
    file = place / "content" / "campaign.yaml"
    text = file.read_text("utf-8")
    for account, handle in HANDLES.items():
        language = account.rpartition("-")[2]
        (line,) = [one for one in text.splitlines() if one.strip().startswith(f"{account}:")]
        here = f'  {account}: {{network: bluesky, language: {language}, handle: {handle}, server: "{server}"}}'
        text = text.replace(line, here)
    # The week is over a week after its last post: what is counted later is for the campaign, not for this test.
    file.write_text(f"{text}\ncollect_at: [1h, 6h, 24h, 3d, 7d]\n", "utf-8")
    return place


def _secrets(people: dict[str, Person]) -> dict[str, str]:
    return {
        f"CAMPAIGN_BOT_{account.upper().replace('-', '_')}_APP_PASSWORD": person.password
        for account, person in people.items()
    }


def _engage(
    servers: RealBluesky, readers: list[Person], people: dict[str, Person], done: Counter[tuple[str, str]]
) -> None:
    """Once for each post that is new: more for some than for others."""
    for person in people.values():
        for number, record in enumerate(reversed(servers.records(person))):
            uri, cid = record["uri"], record["cid"]
            if (uri, "seen") in done:
                continue
            done[uri, "seen"] += 1
            for reader in readers[: number % 4]:
                servers.like(reader, uri, cid)
                done[uri, "likes"] += 1
            if number % 2:
                servers.repost(readers[0], uri, cid)
                servers.reply(readers[1], uri, cid)
                done.update([(uri, "reposts"), (uri, "replies")])
            if number % 3 == 2:
                servers.quote(readers[2], uri, cid)
                servers.bookmark(readers[2], uri, cid)
                done.update([(uri, "quotes"), (uri, "bookmarks")])


def results(week: Week) -> list[Result]:
    return [one for one in week.app.store.results() if one.network == "bluesky"]


def test_every_post_of_the_week_is_sent_once_and_says_what_was_approved(week: Week, servers: RealBluesky) -> None:
    sent = results(week)
    assert len(sent) >= 10
    assert {one.state for one in sent} == {State.SENT}
    assert all(one.sent == one.due for one in sent)
    for account, person in week.people.items():
        there = sorted(record["value"]["text"] for record in servers.records(person))
        approved = sorted(part.text for one in sent if one.account == account for part in one.content.parts)
        assert there == approved


def test_each_post_stands_under_the_key_of_its_due_time(week: Week, servers: RealBluesky) -> None:
    """So the key sorts by due time, and a second process would meet a key that is taken."""
    for account, person in week.people.items():
        deliveries = sorted((one for one in _sent(week.app) if one.account == account), key=lambda one: one.due)
        keys = [record["uri"].rpartition("/")[2] for record in servers.records(person)]
        assert sorted(keys) == [key for one in deliveries for key in one.network_keys]


def test_the_counts_of_every_age_are_what_readers_did(week: Week) -> None:
    ages = len(week.app.ages)
    for one in results(week):
        assert len(one.snapshots) == ages
        uri = _uri(week, one)
        for snapshot in one.snapshots:
            counts = snapshot.counts
            told = {name: getattr(counts, name) for name in ("likes", "reposts", "replies", "quotes", "bookmarks")}
            assert told == {name: week.done[uri, name] for name in told}, one.post
            assert (counts.impressions, counts.link_clicks) == (None, None)
    assert sum(number for (_, what), number in week.done.items() if what == "likes") > 0


def test_the_report_of_real_servers_is_not_marked_simulated(week: Week) -> None:
    told = render(week.app.evaluation(), format="md", language="en")
    assert "SIMULATED" not in told
    total = sum(number for (_, what), number in week.done.items() if what != "seen")
    assert f"{total:,}" in told


def _sent(app: App) -> list[Delivery]:
    return app.store.deliveries((State.SENT,))


def _uri(week: Week, result: Result) -> str:
    return f"at://{week.people[result.account].did}/app.bsky.feed.post/{result.url.rpartition('/')[2]}"
