"""One network under test at a time: its account on the local networks, its real client, and what is particular to it.

A network joins the contract by one row in `PARTICULARS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from campaign_bot import networks
from campaign_bot.library.files import Account
from campaign_bot.library.videos import without_making
from campaign_bot.model import Attachment, Content, Media, Outgoing, Part
from campaign_bot.networks.base import Connection, Network
from campaign_bot.sandbox.place import secrets_of
from campaign_bot.sandbox.server import LocalNetworks, build_world
from campaign_bot.sandbox.world import LocalPost, World
from tests.networks.recorder import Recorder

CAPTIONS = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nBonjour à toutes et à tous\n"
NOW = datetime(2027, 1, 18, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Particulars:
    """What is particular to a network: everything else is the contract."""

    account: dict[str, Any]
    create_route: str  # "METHOD /path" of the request that creates a post
    repost_route: str
    upload_route: str  # of a video
    read_route: str
    repeat: str  # what a second send of the same part is: same (the same receipt) or unconfirmed
    requests_allowed: int  # reads of the own profile before a 429; 0: too many to try (its wire test does)
    tells_language: bool = True
    tells_visibility: bool = False


PARTICULARS: dict[str, Particulars] = {
    "x": Particulars(
        {"handle": "opengov_en", "may": ("thread", "quote")},
        "POST /2/tweets",
        "/retweets",
        "POST /2/media/upload/initialize",
        "GET /2/tweets",
        repeat="unconfirmed",
        requests_allowed=75,
        tells_language=False,
    ),
    "mastodon": Particulars(
        {"handle": "opengov_en", "may": ("quote",)},
        "POST /api/v1/statuses",
        "/reblog",
        "POST /api/v2/media",
        "GET /api/v1/statuses",
        repeat="same",
        requests_allowed=300,
        tells_visibility=True,
    ),
    "bluesky": Particulars(
        {"handle": "opengov-en.bsky.example"},
        "POST /xrpc/com.atproto.repo.createRecord",
        "POST /xrpc/com.atproto.repo.createRecord",
        "POST /xrpc/com.atproto.repo.uploadBlob",
        "GET /xrpc/app.bsky.feed.getPosts",
        repeat="unconfirmed",
        requests_allowed=0,
    ),
}


@dataclass
class UnderTest:
    """A network with its local counterpart, ready to be used."""

    network: Network
    account: Account
    world: World
    server: LocalNetworks | Recorder  # both say their `url`
    particulars: Particulars
    clock: list[datetime]
    opened: list[Connection] = field(default_factory=list)

    def connect(
        self, *, server: str = "", timeout_s: float = 10.0, secrets: dict[str, str] | None = None
    ) -> Connection:
        """A connection; `secrets` replace the right ones."""
        kind = self.network.credentials
        given = {**self.secrets(), **(secrets or {})}
        made = self.network.connect(
            self.account, kind.model_validate(given), server=server or self.server.url, timeout_s=timeout_s
        )
        self.opened.append(made)
        return made

    def secrets(self) -> dict[str, str]:
        return secrets_of(self.account, tuple(self.network.credentials.model_fields))

    def part(self, text: str = "Open government belongs to everyone.", **more: Any) -> Outgoing:
        """A part as the publish stage would ask for it; the same text has the same key."""
        delivery = hashlib.sha256(text.encode()).hexdigest()[:20]
        content = Content("en", (Part(text),))
        (key,) = self.network.keys(delivery, content.sha256, NOW, 1)
        given: dict[str, Any] = {
            "key": key,
            "written_at": NOW,
            "text": text,
            "language": "en",
            "visibility": "public",
            "content_warning": "",
        }
        return Outgoing(**(given | more))

    def content(self, text: str, *media: Media) -> Content:
        return Content("en", (Part(text, media),))

    def posts(self) -> list[LocalPost]:
        return self.world.posts_of(self.account.name)

    def can(self, capability: str) -> bool:
        """What the network lets the account under test do."""
        return capability in self.network.can(self.account)

    def advance(self, by: timedelta) -> None:
        self.clock[0] += by

    def requests(self, route: str) -> int:
        return sum(f"{method} {path}".startswith(route) for _, method, path in self.world.requests)


@pytest.fixture(params=sorted(networks.names()))
def under_test(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    network = networks.get(request.param)
    particulars = PARTICULARS[request.param]
    account = Account(
        name=f"{request.param}-en", network=request.param, language="en", **cast("Any", particulars.account)
    )
    clock = [NOW]
    world = build_world([account], seed=1, now=lambda: clock[0])
    with LocalNetworks(world) as server:
        made = UnderTest(network, account, world, server, particulars, clock)
        yield made
        for one in made.opened:
            one.close()


@pytest.fixture
def a_picture() -> Callable[[str], Attachment]:
    def make(alt: str) -> Attachment:
        kept = BytesIO()
        Image.new("RGB", (120, 80), (20, 90, 160)).save(kept, "PNG")
        data = kept.getvalue()
        return Attachment(Media(hashlib.sha256(data).hexdigest(), "image/png", alt, "card.png", 120, 80), data)

    return make


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
