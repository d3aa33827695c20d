"""Mastodon, or any other server that speaks its API, through the Mastodon.py library.

The Idempotency-Key is derived from the delivery, so a repeat within the hour is the same post. Servers exist that
ignore the key: so before any resend the account's own posts are looked at too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from campaign_bot.config import Credentials, Secret
from campaign_bot.library.files import Account
from campaign_bot.model import Content, Problem
from campaign_bot.networks.base import ANOTHERS, DOCUMENTED, Cell, Limits, Network
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.mastodon.connection import MastodonConnection
from campaign_bot.networks.mastodon.sign_in import sign_in
from campaign_bot.networks.mastodon.text import length
from campaign_bot.networks.sign_in import Person, SignedIn


class MastodonCredentials(Credentials):
    access_token: Secret


class Mastodon(Network):
    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    servers_tell: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        text=500,
        media=4,
        media_bytes=16_777_216,
        media_types=("image/jpeg", "image/png", "image/webp"),
        alt=1500,
        poll_options=4,
        poll_option_length=50,
        poll_min_minutes=5,
        poll_max_minutes=43_829,
        poll_with_media=False,
        batch=20,
        source="defaults of Mastodon's /api/v2/instance, 4.3; a server's own answer wins. 2026-11",
        media_pixels=33_177_600,
        gif_bytes=16_777_216,
        video_bytes=103_809_024,
        video_seconds=3600,  # Mastodon has no limit of time
        video_types=("video/mp4", "video/quicktime", "video/webm"),
        url=23,
    )
    cells: ClassVar[Mapping[str, Cell]] = {
        "text": Cell(
            "yes", "500 graphemes or the server's maximum; a URL is 23, a mention's server 0, warnings count", ANOTHERS
        ),
        "pictures": Cell("yes", "up to 4, v2 media; sent once they are ready", ANOTHERS),
        "gif": Cell("yes", "v2 media", ANOTHERS),
        "video": Cell("yes", "v2 media; sent once it is ready", ANOTHERS),
        "captions": Cell("no", "its players show none: put the words into the picture", DOCUMENTED),
        "poll": Cell("yes", "up to 4 options of 50 characters"),
        "poll_results": Cell("yes", "votes for each option, once it is over"),
        "thread": Cell("yes", "replies to the part before", ANOTHERS),
        "content_warning": Cell("yes", "spoiler_text", ANOTHERS),
        "label": Cell("yes", "sensitive, whatever it is", ANOTHERS),
        "language": Cell("yes", "language", ANOTHERS),
        "visibility": Cell("yes", "public, unlisted, private", ANOTHERS),
        "replies": Cell("no", "anybody may answer", DOCUMENTED),
        "link_card": Cell("no", "the server makes its own from the page", DOCUMENTED),
        "quote": Cell("if allowed", "quoted_status_id, from Mastodon 4.5 on", ANOTHERS),
        "repost": Cell("yes", "reblog", ANOTHERS),
        "edit": Cell("yes", "text; pictures, poll and language stay", ANOTHERS),
        "retract": Cell("yes", "delete, unreblog", ANOTHERS),
        "counts": Cell("yes", "20 at once: favourites, boosts, replies, quotes, votes"),
        "followers": Cell("yes", "own account", ANOTHERS),
        "automated": Cell("yes", "bot flag and a field of the profile", ANOTHERS),
    }
    credentials: ClassVar[type[Credentials]] = MastodonCredentials
    counts: ClassVar[frozenset[str]] = frozenset({"likes", "reposts", "replies", "quotes", "poll_votes"})
    warning_counts: ClassVar[bool] = True
    #: Servers keep an Idempotency-Key for an hour; clocks differ.
    key_lifetime: ClassVar[timedelta | None] = timedelta(minutes=50)
    default_server: ClassVar[str] = "https://mastodon.social"

    def measure(self, text: str) -> int:
        """Grapheme clusters; a URL with scheme is 23 unless the server says otherwise, and the server of a mention does
        not count."""
        return length(text, self.limits.url)

    def check(self, content: Content) -> list[Problem]:
        return shared_problems(self, content)

    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        """One Idempotency-Key a part. The content is in it: changed bytes are another post."""
        return tuple(
            hashlib.sha256(f"{delivery}/{content_hash}/{part}".encode()).hexdigest()[:32] for part in range(parts)
        )

    def sign_in(self, account: Account, person: Person, *, server: str = "", timeout_s: float = 15.0) -> SignedIn:
        server = (server or account.server or self.default_server).rstrip("/")
        return sign_in(account, person, server, timeout_s)

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> MastodonConnection:
        token = credentials.reveal()["access_token"]
        return MastodonConnection(account, token, server or account.server or self.default_server, timeout_s)
