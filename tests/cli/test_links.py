"""links: as people type it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from campaign_bot.app import App
from tests.campaigns import CAMPAIGN, write_campaign
from tests.cli.conftest import Run
from tests.database import connect, say_sent

WITH_DOMAIN = {"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org}\n"}
DAY = date(2027, 1, 18)


def test_a_domain_with_a_path_is_a_problem_with_its_place(run: Run, campaign: Path) -> None:
    write_campaign(campaign, **{"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org/x}\n"})
    told = run("check")
    assert "an address without a path, such as https://go.example.org" in told.out + told.err


def test_listing_and_serving_without_a_domain_say_what_to_do(run: Run, campaign: Path) -> None:
    assert "domain: https://" in run("links", "list").out
    assert "links: {domain: https://go.example.org}" in run("links", "serve").err


def test_the_list_tells_people_previews_and_bots(run: Run, campaign: Path) -> None:
    write_campaign(campaign, **WITH_DOMAIN)
    run("plan", "--until", "2027-01-19")
    app = App(campaign, environ={})
    say_sent(app.database)
    link = app.store.links()[0]
    app.store.record_clicks({(DAY, link.code, "human"): 3, (DAY, link.code, "bot"): 1})
    app.close()
    told = run("links", "list", "--json").json
    assert [(one["human"], one["preview"], one["bot"]) for one in told if one["address"].endswith(link.code)] == [
        (3, 0, 1)
    ]
    assert "6 links" in run("links", "list").out


def test_where_a_post_leads_is_said_once_however_many_accounts_it_has(run: Run, campaign: Path) -> None:
    write_campaign(campaign, **WITH_DOMAIN)
    app = App(campaign, environ={})
    app.store.links()  # the tables are there
    app.close()
    with connect(str(app.database)) as db:
        for number, account in enumerate(("mastodon-en", "x-en")):
            for page in ("a", "b"):
                target = f"https://{page}.example.org/?utm_source={account}#part-2"
                values = [f"{page}{number}", "facts-1", account, target]
                db.execute("insert into link values (?, ?, ?, ?, 0)", values)
        db.commit()
    told = run("links", "list").out
    for page in ("a", "b"):
        assert told.count(f"facts-1 leads to https://{page}.example.org/#part-2") == 1
    assert told.count("https://go.example.org/") == 4
