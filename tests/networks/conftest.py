"""The networks of the package, one under test at a time: a network joins the contract by one row in `PARTICULARS`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from campaign_bot import contract
from campaign_bot.contract.under_test import NOW, Particulars, UnderTest, iso_limit_headers, opened
from campaign_bot.library.videos import without_making
from campaign_bot.model import Attachment, Media

CAPTIONS = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nBonjour à toutes et à tous\n"

__all__ = ["NOW", "UnderTest"]

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
        tells_read_only=False,
    ),
}


@pytest.fixture(params=sorted(PARTICULARS))
def under_test(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    with opened(request.param, PARTICULARS[request.param]) as made:
        yield made


@pytest.fixture
def a_picture() -> Callable[[str], Attachment]:
    return contract.a_picture


@pytest.fixture
def a_video() -> Attachment:
    """Two seconds, with sound and captions."""
    data = without_making((Path(__file__).parents[1] / "media" / "short.mp4").read_bytes())
    media = Media(
        hashlib.sha256(data).hexdigest(), "video/mp4", "Un fond qui s’éclaircit", "short.mp4", 64, 36, 2.128, CAPTIONS
    )
    return Attachment(media, data)


@pytest.fixture
def a_gif() -> Attachment:
    """Two pictures that change."""
    kept = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(
        kept, "GIF", save_all=True, append_images=[Image.new("RGB", (40, 30), "white")]
    )
    data = kept.getvalue()
    return Attachment(Media(hashlib.sha256(data).hexdigest(), "image/gif", "It blinks", "blink.gif", 40, 30), data)
