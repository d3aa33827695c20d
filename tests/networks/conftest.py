"""The networks of the package, one under test at a time: a network joins the contract by one row in `PARTICULARS`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaign_bot.contract.fixtures import a_gif, a_picture, a_video
from campaign_bot.contract.under_test import NOW, Particulars, UnderTest, iso_limit_headers, opened

__all__ = ["NOW", "UnderTest", "a_gif", "a_picture", "a_video"]

PARTICULARS: dict[str, Particulars] = {
    "x": Particulars(
        {"handle": "opengov_en", "may": ("thread", "quote")},
        "POST /2/tweets",
        "GET /2/users/1",  # the own timeline: ids of the local X begin with 1
        "GET /2/users/1",
        repost_route="/retweets",
        upload_route="POST /2/media/upload/initialize",
        repeat="unconfirmed",
        requests_allowed=75,
        tells_language=False,
        sometimes=frozenset({"poll_votes", "link_clicks"}),
    ),
    "mastodon": Particulars(
        {"handle": "opengov_en", "may": ("quote",)},
        "POST /api/v1/statuses",
        "GET /api/v1/statuses",
        "GET /api/v1/accounts/1",  # an account's posts: ids of the local Mastodon begin with 1
        repeat="same",
        requests_allowed=300,
        repost_route="/reblog",
        upload_route="POST /api/v2/media",
        tells_visibility=True,
        limit_headers=iso_limit_headers,
    ),
    "bluesky": Particulars(
        {"handle": "opengov-en.bsky.example"},
        "POST /xrpc/com.atproto.repo.createRecord",
        "GET /xrpc/app.bsky.feed.getPosts",
        "GET /xrpc/com.atproto.repo.getRecord",
        repeat="unconfirmed",
        requests_allowed=0,
        repost_route="POST /xrpc/com.atproto.repo.createRecord",
        upload_route="POST /xrpc/com.atproto.repo.uploadBlob",
        video_uploads=2,  # the captions are a blob too
        tells_read_only=False,
    ),
}


@pytest.fixture(params=sorted(PARTICULARS))
def under_test(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    with opened(request.param, PARTICULARS[request.param]) as made:
        yield made
