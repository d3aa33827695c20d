"""Bluesky, or any other server that speaks the AT Protocol, through the atproto library.

A post's record key is ours to choose: it is derived from the delivery, so a second send of the same part is refused
by the server, and asking for the key tells for certain whether the part is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import regex

from campaign_bot.bilingual import N
from campaign_bot.config import Credentials, Secret
from campaign_bot.errors import ConfigError
from campaign_bot.library.files import Account
from campaign_bot.model import REPLIES, Content, Problem
from campaign_bot.networks.base import DOCUMENTED, REAL, Cell, Limits, Network
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.sign_in import Person, SignedIn

if TYPE_CHECKING:  # atproto takes 1.5 s and 70 MB to import, so at run time only a connection does
    pass

from campaign_bot.networks.bluesky.connection import BlueskyConnection
from campaign_bot.networks.bluesky.text import GRAPHEME, tid

APP_PASSWORDS = "https://bsky.app/settings/app-passwords"
CAPTION_BYTES, VIDEO_ALT = 20_000, 1000
TEXT_BYTES = 3000  # beside the 300 graphemes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BlueskyCredentials(Credentials):
    app_password: Secret


class Bluesky(Network):
    name: ClassVar[str] = "bluesky"
    title: ClassVar[str] = "Bluesky"
    limits: ClassVar[Limits] = Limits(
        text=300,
        media=4,
        media_bytes=2_000_000,
        media_types=("image/jpeg", "image/png", "image/webp"),
        alt=2000,
        poll_options=0,
        poll_option_length=0,
        poll_min_minutes=0,
        poll_max_minutes=0,
        poll_with_media=False,
        batch=25,
        source="lexicons app.bsky.feed.post, .embed.images and .embed.video; alt: the Bluesky app. 2026-11",
        video_bytes=300_000_000,
        video_seconds=180,
    )
    cells: ClassVar[Mapping[str, Cell]] = {
        "text": Cell("yes", "300 graphemes and 3000 bytes", REAL),
        "pictures": Cell("yes", "up to 4, uploadBlob, each at most 2 MB, with its aspect ratio", REAL),
        "gif": Cell("no", "an MP4 is a video there", DOCUMENTED),
        "video": Cell("yes", "MP4 by uploadBlob; readers see it once the app has prepared it", REAL),
        "captions": Cell("yes", "WebVTT beside the video", REAL),
        "poll": Cell("no", "worded as a numbered question", DOCUMENTED),
        "poll_results": Cell(
            "no", "there are no polls: answers to a numbered question are counted by people", DOCUMENTED
        ),
        "thread": Cell("yes", "replies with root and parent", REAL),
        "content_warning": Cell("no", "labels know no free words", DOCUMENTED),
        "label": Cell("yes", "self-label", REAL),
        "language": Cell("yes", "langs", REAL),
        "visibility": Cell("no", "every post is public", DOCUMENTED),
        "replies": Cell("yes", "thread gate, written with the post in one request", REAL),
        "link_card": Cell("yes", "external card with title and picture; links and tags are facets", REAL),
        "quote": Cell("yes", "embedded record", REAL),
        "repost": Cell("yes", "repost record under a key of ours", REAL),
        "edit": Cell("no", "an edited record would lose its likes and replies", DOCUMENTED),
        "retract": Cell("yes", "deleteRecord", REAL),
        "counts": Cell("yes", "getPosts, 25 at once: likes, reposts, replies, quotes, bookmarks", REAL),
        "followers": Cell("yes", "profile", REAL),
        "automated": Cell("yes", "self-label bot and a sentence in the profile", REAL),
    }
    replies: ClassVar[frozenset[str]] = frozenset(REPLIES)
    credentials: ClassVar[type[Credentials]] = BlueskyCredentials
    counts: ClassVar[frozenset[str]] = frozenset({"likes", "reposts", "replies", "quotes", "bookmarks"})
    key_lifetime: ClassVar[timedelta | None] = timedelta.max  # a record key can be filled once
    default_server: ClassVar[str] = "https://bsky.social"

    def measure(self, text: str) -> int:
        """Grapheme clusters: what a reader takes for one character."""
        return len(GRAPHEME.findall(text))

    def check(self, content: Content) -> list[Problem]:
        """The shared rules, the limit in bytes, and what Bluesky cannot do."""
        return [
            *shared_problems(self, content),
            *_byte_problems(content),
            *_audience_problems(content),
            *_video_problems(content),
        ]

    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        """One timestamp identifier a part, in the order of the thread and of the due times, to the millisecond.

        Below the millisecond stands a hash of the delivery, so that two deliveries of one account at one instant
        get different keys. The content is left out: one delivery can fill its key once, whatever it says.
        """
        digest = int.from_bytes(hashlib.sha256(delivery.encode()).digest()[:8], "big")
        first = (due - EPOCH) // timedelta(milliseconds=1) * 1000 + (digest >> 10) % 900
        return tuple(tid(first + index, digest % 1024) for index in range(parts))

    def sign_in(self, account: Account, person: Person, *, server: str = "", timeout_s: float = 15.0) -> SignedIn:
        person.tell(
            f"Open {APP_PASSWORDS} signed in as {account.handle}, add an app password named campaign-bot (without access to"
            " direct messages), and copy it. It may publish; it cannot change the account's password."
        )
        password = person.ask("The app password (xxxx-xxxx-xxxx-xxxx)", hidden=True)
        return SignedIn({"app_password": password})

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> BlueskyConnection:
        if not account.handle:
            raise ConfigError(
                f"{account.name} has no handle, and Bluesky asks for one to sign in.",
                advice=f"Add `handle: name.bsky.social` to {account.name} in content/campaign.yaml.",
            )
        secret = credentials.reveal()["app_password"]
        return BlueskyConnection(account, secret, server or account.server or self.default_server, timeout_s)


def _byte_problems(content: Content) -> list[Problem]:
    return [
        Problem(
            "", 0, 0, "too-long", "error",
            f"{size} bytes; Bluesky takes {TEXT_BYTES}, however few characters readers see",
            "Shorten it, or use fewer emoji that are made of several.",
            french=f"{size} octets; Bluesky en accepte {TEXT_BYTES}, même si les lecteurs voient peu de caractères",
        )
        for part in content.parts
        if (size := len(part.text.encode())) > TEXT_BYTES
    ]  # fmt: skip


def _video_problems(content: Content) -> list[Problem]:
    found: list[Problem] = []
    for media in (media for part in content.parts for media in part.media if media.duration_s):
        if (size := len(media.captions.encode())) > CAPTION_BYTES:
            message = f"the captions of {media.file} have {size:,} bytes; Bluesky takes {CAPTION_BYTES:,}"
            french = f"les sous-titres de {media.file} comptent {size:,} octets; Bluesky en accepte {CAPTION_BYTES:,}".replace(
                ",", N
            )
            found.append(
                Problem("", 0, 0, "media-limits", "error", message, "Shorten them, or the video.", french=french)
            )
        if (length := len(regex.findall(r"\X", media.alt))) > VIDEO_ALT:
            message = f"the alt text of {media.file} has {length} characters; Bluesky takes {VIDEO_ALT} for a video"
            french = f"le texte de remplacement de {media.file} compte {length} caractères; Bluesky en accepte {VIDEO_ALT} pour une vidéo"
            found.append(Problem("", 0, 0, "alt-long", "error", message, "Say what matters in it.", french=french))
    return found


def _audience_problems(content: Content) -> list[Problem]:
    """Every post on Bluesky is public, and its labels know no free words."""
    found: list[Problem] = []
    if content.visibility != "public":
        found.append(Problem(
            "", 0, 0, "visibility-unsupported", "warning",
            f"Bluesky has no {content.visibility} posts: this one will be public",
            "Leave this account out of the schedule entry if it must not be.",
            french="toute publication est publique sur Bluesky, celle-ci aussi",
        ))  # fmt: skip
    if content.content_warning:
        found.append(Problem(
            "", 0, 0, "warning-unsupported", "warning",
            "Bluesky has no content warnings: readers will not see it",
            "Begin the text with it, in a wording of its own for Bluesky.",
            french=f"Bluesky n’a pas d’avertissements de contenu{N}: les lecteurs ne le verront pas",
        ))  # fmt: skip
    return found
