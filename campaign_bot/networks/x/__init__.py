"""X through tweepy's client of the API v2, with the account's own OAuth 1.0a keys.

X has no idempotency key: a post is sent at most once, and after any doubt the account's own timeline decides.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from campaign_bot.bilingual import N
from campaign_bot.config import Credentials, Secret
from campaign_bot.library.files import Account
from campaign_bot.model import Content, Problem
from campaign_bot.networks.base import DOCUMENTED, Cell, Limits, Network, Price
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.x.client import SIGNED_HOST
from campaign_bot.networks.x.connection import XConnection
from campaign_bot.networks.x.sign_in import sign_in
from campaign_bot.networks.x.text import create_action, link_places, weighted

PRICES, PRICES_READ = "docs.x.com, pay-per-use pricing", "2026-08"


class XCredentials(Credentials):
    api_key: Secret
    api_secret: Secret
    access_token: Secret
    access_token_secret: Secret


class X(Network):
    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    limits: ClassVar[Limits] = Limits(
        text=280,
        media=4,
        media_bytes=5_000_000,
        media_types=("image/jpeg", "image/png", "image/webp"),
        alt=1000,
        poll_options=4,
        poll_option_length=25,
        poll_min_minutes=5,
        poll_max_minutes=10_080,
        poll_with_media=False,
        batch=100,
        source="docs.x.com and OpenAPI 2.166, read 2026-11",
        gif_bytes=15_000_000,
        video_bytes=512_000_000,
        video_seconds=140,
        video_types=("video/mp4", "video/quicktime"),
    )
    cells: ClassVar[Mapping[str, Cell]] = {
        "text": Cell("yes", "280 weighted: a link is 23, an emoji 2, letters outside the Latin ranges 2"),
        "pictures": Cell("yes", "up to 4, v2 upload, then metadata"),
        "gif": Cell("yes", "v2 upload in chunks, one a post"),
        "video": Cell("yes", "v2 upload in chunks, sent once it is ready"),
        "captions": Cell("yes", "WebVTT by v2 subtitles"),
        "poll": Cell("yes", "up to 4 options of 25 characters, 7 days"),
        "poll_results": Cell("yes", "expansion of the post, once voting is closed"),
        "thread": Cell("if allowed", "replies to oneself: keys of the self-serve plan may reply only when summoned"),
        "content_warning": Cell("no", "a post has no warning of its own", DOCUMENTED),
        "label": Cell("yes", "sensitive_media_warning of each picture"),
        "language": Cell("no", "X guesses it", DOCUMENTED),
        "visibility": Cell("no", "every post of a public account is public", DOCUMENTED),
        "replies": Cell("yes", "reply_settings: following, mentioned"),
        "link_card": Cell("no", "X makes its own from the page", DOCUMENTED),
        "quote": Cell("if allowed", "quote_tweet_id: not with keys of the self-serve plan, nor beside pictures"),
        "repost": Cell("yes", "retweets"),
        "edit": Cell("no", "nothing to rely on", DOCUMENTED),
        "retract": Cell("yes", "delete"),
        "counts": Cell("yes", "public metrics, 100 at once"),
        "followers": Cell("yes", "public metrics of the user"),
        "automated": Cell(
            "no", "by hand in X's settings; whether the profile names who runs it is looked at", DOCUMENTED
        ),
    }
    replies: ClassVar[frozenset[str]] = frozenset({"following", "mentioned"})
    prices: ClassVar[tuple[Price, ...]] = (
        Price("post", 0.015, PRICES, PRICES_READ),
        Price("post with a link", 0.200, PRICES, PRICES_READ),
        Price("alt text", 0.005, PRICES, PRICES_READ),
        Price("read of a post", 0.005, PRICES, PRICES_READ, daily=True),
        Price("read of an own post", 0.001, PRICES, PRICES_READ, daily=True),
        Price("read of a user", 0.010, PRICES, PRICES_READ, daily=True),
    )
    count_action: ClassVar[str] = "read of an own post"
    followers_action: ClassVar[str] = "read of a user"
    credentials: ClassVar[type[Credentials]] = XCredentials
    counts: ClassVar[frozenset[str]] = frozenset(
        {"likes", "reposts", "replies", "quotes", "bookmarks", "impressions", "link_clicks", "poll_votes"}
    )
    default_server: ClassVar[str] = SIGNED_HOST

    def measure(self, text: str) -> int:
        """X's weighted count: a link or bare domain is 23, an emoji 2, letters outside the Latin ranges 2."""
        return weighted(unicodedata.normalize("NFC", text))

    def links(self, text: str) -> list[tuple[int, int]]:
        """Bare domains too."""
        return list(link_places(text))

    def check(self, content: Content) -> list[Problem]:
        found = shared_problems(self, content)
        if any(link_places(part.text) for part in content.parts):
            prices = {price.action: price.usd for price in self.prices}
            message = f"a link costs US${prices['post with a link']:.3f} on X instead of US${prices['post']:.3f}"
            french = f"un lien coûte {prices['post with a link']:.3f}{N}${N}US sur X au lieu de {prices['post']:.3f}{N}${N}US".replace(
                ".", ","
            )
            advice = "Offer a wording without a link for X: post.x.<language>.j2."
            found.append(Problem("", 0, 0, "link-price", "warning", message, advice, french=french))
        if content.quotes and content.parts[0].media:
            message = "X takes a quote or pictures, not both"
            french = "X accepte une citation ou des images, pas les deux"
            found.append(Problem("", 0, 0, "media-limits", "error", message, "Leave the pictures out.", french=french))
        return found

    def charges(self, content: Content) -> Mapping[str, int]:
        if content.reposts:
            return {}
        found = Counter(create_action(part.text) for part in content.parts)
        found["alt text"] = sum(
            bool(media.alt) and not media.duration_s for part in content.parts for media in part.media
        )
        return +found

    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        """X knows no key."""
        return ("",) * parts

    def sign_in(self, account: Account, person: Person, *, server: str = "", timeout_s: float = 15.0) -> SignedIn:
        return sign_in(account, person, (server or account.server or SIGNED_HOST).rstrip("/"), timeout_s)

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> XConnection:
        return XConnection(account, credentials.reveal(), server or account.server or self.default_server, timeout_s)
