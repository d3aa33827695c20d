"""One network under test: its account on the local networks, its real client, and what is particular to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from campaign_bot import networks
from campaign_bot.library.files import Account
from campaign_bot.library.videos import without_making
from campaign_bot.model import Attachment, Content, Media, Outgoing, Part
from campaign_bot.networks.base import Connection, Network
from campaign_bot.sandbox.place import secrets_of
from campaign_bot.sandbox.server import LocalNetworks, build_world
from campaign_bot.sandbox.world import LocalPost, World

NOW = datetime(2027, 1, 18, 17, 0, tzinfo=UTC)
CAPTIONS = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nBonjour à toutes et à tous\n"
#: Two seconds with sound; also of use to tests of what is read from files.
VIDEO = Path(__file__).with_name("short.mp4")


def iso_limit_headers(reset: datetime) -> dict[str, str]:
    """How Mastodon and its like say that nothing is left, and until when."""
    return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat()}


def unix_limit_headers(reset: datetime) -> dict[str, str]:
    """The same with seconds since 1970, under the names that X and Bluesky use."""
    seconds = str(int(reset.timestamp()))
    return {
        "x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": seconds,
        "ratelimit-limit": "300", "ratelimit-remaining": "0", "ratelimit-reset": seconds,
    }  # fmt: skip


@dataclass(frozen=True)
class Particulars:
    """What is particular to a network: everything else is the contract."""

    account: Mapping[str, Any]  # fields of the account in campaign.yaml
    create_route: str  # "METHOD /path" of the request that creates a post
    read_route: str  # of the one that reads counts
    look_route: str  # of the one that looks whether a post is there
    repeat: str  # what a second send of the same part is: same (the same receipt) or unconfirmed
    requests_allowed: int  # reads of the own profile before a 429; 0: too many to try (its wire test does)
    tells_language: bool = True
    tells_visibility: bool = False
    tells_read_only: bool = True  # whether `identify` can know that a credential may only read
    repost_route: str = ""  # of the request that reposts an own post, where it can
    upload_route: str = ""  # of a video
    video_uploads: int = 1  # requests to it that one video with captions takes
    limit_headers: Callable[[datetime], dict[str, str]] = unix_limit_headers
    #: Counts that are told of some posts only.
    sometimes: frozenset[str] = frozenset({"poll_votes"})


class Served(Protocol):
    """Something that answers at an address: the local networks, or what stands before them."""

    @property
    def url(self) -> str: ...


@dataclass
class UnderTest:
    """A network with its local counterpart, ready to be used."""

    network: Network
    account: Account
    world: World
    server: Served
    particulars: Particulars
    clock: list[datetime]
    opened: list[Connection] = field(default_factory=list[Connection])

    def connect(
        self, *, server: str = "", timeout_s: float = 10.0, secrets: dict[str, str] | None = None
    ) -> Connection:
        """A connection; `secrets` replace the right ones."""
        kind = self.network.credentials
        given = {**self.secrets(), **(secrets or {})}
        made = self.network.connect(self.account, kind.of(given), server=server or self.server.url, timeout_s=timeout_s)
        self.opened.append(made)
        return made

    def secrets(self) -> dict[str, str]:
        return secrets_of(self.account, self.network.credentials.names())

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


@contextmanager
def opened(network: str, particulars: Particulars) -> Generator[UnderTest]:
    """A registered network beside its local counterpart, by a clock that stands still until it is told to move."""
    account = Account.model_validate(
        {"name": f"{network}-en", "network": network, "language": "en", **particulars.account}
    )
    clock = [NOW]
    world = build_world([account], seed=1, now=lambda: clock[0])
    with LocalNetworks(world) as server:
        made = UnderTest(networks.get(network), account, world, server, particulars, clock)
        yield made
        for one in made.opened:
            one.close()


def a_picture(alt: str) -> Attachment:
    """A small blue card with this alt text."""
    kept = BytesIO()
    Image.new("RGB", (120, 80), (20, 90, 160)).save(kept, "PNG")
    data = kept.getvalue()
    return Attachment(Media(hashlib.sha256(data).hexdigest(), "image/png", alt, "card.png", 120, 80), data)


def a_video() -> Attachment:
    """Two seconds, with sound and captions."""
    data = without_making(VIDEO.read_bytes())
    sha256, alt = hashlib.sha256(data).hexdigest(), "Un fond qui s’éclaircit"
    return Attachment(Media(sha256, "video/mp4", alt, VIDEO.name, 64, 36, 2.128, CAPTIONS), data)


def a_gif() -> Attachment:
    """Two pictures that change."""
    kept, white = BytesIO(), Image.new("RGB", (40, 30), "white")
    Image.new("RGB", (40, 30), "navy").save(kept, "GIF", save_all=True, append_images=[white])
    data = kept.getvalue()
    return Attachment(Media(hashlib.sha256(data).hexdigest(), "image/gif", "It blinks", "blink.gif", 40, 30), data)
