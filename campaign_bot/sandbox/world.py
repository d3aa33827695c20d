"""What the local networks know: accounts, posts, media, and the faults that a drill asked for. One lock, one clock.

The wire modules (`x.py`, `mastodon.py`, `bluesky.py`) translate HTTP into calls here and back. All the engagement
that anybody reads comes from `audience.py`, as a pure function of seed, post and time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import with_config

from campaign_bot.model import Counts
from campaign_bot.sandbox import audience


@dataclass(slots=True)
class LocalAccount:
    """An account on a local network. `secrets` are what its client must present (field name -> value, the fields of
    the network's Credentials)."""

    name: str  # the campaign's name for it: mastodon-fr
    network: str
    language: str
    handle: str
    id: str  # the network's own id of it: a number, a DID
    secrets: dict[str, str]
    may_publish: bool = True
    may: tuple[str, ...] = ()  # what its network allows only to some
    about: str = ""  # its profile's text
    automated: bool = False  # marked as such
    fields: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # of its profile
    profile: dict[str, Any] = field(default_factory=dict[str, Any])  # where the wire keeps a profile as a record


@dataclass(slots=True)
class LocalMedia:
    id: str  # media id, or blob CID
    account: str
    mime_type: str
    data: bytes
    alt: str = ""
    width: int = 0
    height: int = 0
    captions: str = ""
    label: str = ""
    ready_at: datetime | None = None  # a video or GIF takes a while to be prepared; None: ready at once


@dataclass(slots=True)
class LocalPost:
    """One message as a local network keeps it."""

    id: str  # tweet id, status id, record key
    network: str
    account: str  # LocalAccount.name
    text: str
    language: str
    created: datetime
    media: list[LocalMedia] = field(default_factory=list["LocalMedia"])
    poll_options: list[str] = field(default_factory=list[str])
    poll_ends: datetime | None = None
    visibility: str = "public"
    content_warning: str = ""
    reply_to: str = ""  # id of the parent
    quotes: str = ""  # id of the post that it shows below its text
    reposts: str = ""  # id of the post that it shows again
    label: str = ""  # in the network's own words, as are the next
    replies: str = ""
    link_card: dict[str, Any] = field(default_factory=dict[str, Any])
    key: str = ""  # Idempotency-Key or record key that it was made with
    wire: dict[str, Any] = field(default_factory=dict[str, Any])  # what only this network's wire needs (record, cid)
    deleted: bool = False


@with_config(extra="forbid")  # faults arrive over HTTP too: a slip in a key must not go unseen
@dataclass(slots=True)
class Fault:
    """One thing to go wrong: the next `times` requests of `account` (or anybody) whose "METHOD /path" contains
    `route`. Kinds: `status` (answer `code` with `body` and `headers`, nothing done), `lost` (done, then the connection
    is closed without an answer), `late` (answer after `delay_s`), `after` (done, then answer `code`)."""

    kind: Literal["status", "lost", "late", "after"]
    route: str
    account: str = ""
    times: int = 1
    code: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay_s: float = 0.0


@with_config(extra="forbid")
@dataclass(slots=True)
class Behaviour:
    """Ways of real servers that are not faults: listings that lag behind, videos that are not ready at once, servers that
    take the same post again (Mastodon-like ones that ignore Idempotency-Key; X, whose check for repeated text is no
    promise), X's newer vocabulary (`x_vocabulary.py`), and Mastodon-like servers that do not know a question for several posts,
    and answer it with an empty list."""

    listing_lag_s: float = 0.0
    preparing_s: float = 2.0  # how long videos and GIFs take before they can be attached
    forgetful: bool = False
    newer_words: bool = False
    batchless: bool = False
    #: What a Mastodon-like server says of its limits, in place of Mastodon's own, by section; None: not said. It goes by it.
    configuration: Mapping[str, Any] = field(default_factory=dict[str, Any])


class World:
    """The shared state. Every method takes the lock; `now()` is the clock that the rehearsal compresses."""

    def __init__(self, *, seed: int, now: Callable[[], datetime]) -> None:
        self.seed = seed
        self.now = now
        self.lock = threading.RLock()
        self.accounts: dict[str, LocalAccount] = {}
        self.posts: list[LocalPost] = []
        self.media: dict[str, LocalMedia] = {}
        self.faults: list[Fault] = []
        self.behaviour = Behaviour()
        self.requests: list[tuple[str, str, str]] = []  # (account, method, path) of every request, for tests
        self._last_id = 0

    def add_account(self, account: LocalAccount) -> None:
        with self.lock:
            self.accounts[account.name] = account

    def next_id(self) -> int:
        """A number that grows with every call: status ids, media ids."""
        with self.lock:
            self._last_id += 1
            return self._last_id

    def account_with(self, network: str, field_name: str, secret: str) -> LocalAccount | None:
        """Whose secret is this?"""
        with self.lock:
            return next(
                (a for a in self.accounts.values() if a.network == network and a.secrets.get(field_name) == secret),
                None,
            )

    def add_post(self, post: LocalPost) -> LocalPost:
        with self.lock:
            self.posts.append(post)
            return post

    def post(self, network: str, id: str) -> LocalPost | None:  # noqa: A002
        with self.lock:
            return next((p for p in self.posts if p.network == network and p.id == id and not p.deleted), None)

    def posts_of(self, account: str) -> list[LocalPost]:
        """An account's posts that are still there, newest first."""
        with self.lock:
            return [p for p in reversed(self.posts) if p.account == account and not p.deleted]

    def listed(self, account: str) -> list[LocalPost]:
        """The posts that the account's timeline shows by now, newest first."""
        shown = self.now() - timedelta(seconds=self.behaviour.listing_lag_s)
        return [post for post in self.posts_of(account) if post.created <= shown]

    def take_fault(self, account: str, method: str, path: str) -> Fault | None:
        """The fault that this request meets, used up once."""
        with self.lock:
            self.requests.append((account, method, path))
            for fault in self.faults:
                if fault.times > 0 and fault.route in f"{method} {path}" and fault.account in ("", account):
                    fault.times -= 1
                    return fault
            return None

    def counts(self, post: LocalPost) -> Counts:
        """How the simulated audience has engaged with this post by now. The wire shows what its network would tell."""
        replies_of_own = sum(1 for p in self.posts if p.reply_to == post.id and not p.deleted)
        return audience.counts(self.seed, post, self.now(), own_replies=replies_of_own)

    def poll_votes(self, post: LocalPost) -> list[int]:
        """Votes per option so far."""
        return audience.poll_votes(self.seed, post, self.now())

    def followers(self, account: LocalAccount) -> int:
        return audience.followers(self.seed, account, self.now())
