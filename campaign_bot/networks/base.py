"""What a network is. One network is one module or package: its limits, how it counts, what it can do, what it costs, its
errors.

`Network` is knowledge and needs no connection (nor its client library: import that inside `connect`).
`Connection` is one account, signed in. Neither sleeps, retries or reads the clock: they are asked once and answer,
or raise one of the `NetworkError`s of `campaign_bot.errors`. Others register a network through the entry-point
group `campaign_bot.networks`; `campaign_bot.contract` is what every one passes.
"""

from __future__ import annotations

import copy
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from campaign_bot.compose import Room, Takes
from campaign_bot.config import Credentials
from campaign_bot.errors import Rejected
from campaign_bot.library.files import Account
from campaign_bot.model import Allowance, Automation, Content, Counts, Identity, Lookup, Outgoing, Problem, Receipt
from campaign_bot.networks.sign_in import Person, SignedIn

#: What is a link everywhere; the punctuation of the sentence around it is not in it.
LINK = re.compile(r"https?://[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?…’')\]]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the network accepts, as of its documentation; a server that tells its own limits always wins."""

    text: int  # in the network's own units: see `Network.measure`
    media: int  # pictures in one part
    media_bytes: int
    media_types: tuple[str, ...]
    alt: int  # characters
    poll_options: int  # 0: the network has no polls
    poll_option_length: int
    poll_min_minutes: int
    poll_max_minutes: int
    poll_with_media: bool
    batch: int  # posts whose counts one call reads
    source: str  # where this is written, and when it was read
    media_pixels: int = 50_000_000
    gif_bytes: int = 0  # of a picture that moves; 0: none is taken
    video_bytes: int = 0
    video_seconds: float = 0
    video_types: tuple[str, ...] = ("video/mp4",)  # we send MP4, which all take; a draft may name another
    url: int = 0  # what a link counts as, whatever its length; 0: the network has no such rule, or counts it in full


#: What one server says of itself: limits by the names of `Limits`, and under `lacks` what it cannot do, by the keys of
#: `Network.cells`. As JSON, for the store.
Tells = Mapping[str, int | Sequence[str]]
#: The same by account: see `Connection.told_limits`.
ToldLimits = Mapping[str, Tells]
NOTHING_TOLD: ToldLimits = MappingProxyType({})
#: Pictures are made to fit: what the table lets through is good enough, and a server that takes more asks for nothing new.
FITTED = frozenset({"media_bytes", "media_pixels", "gif_bytes"})
LACKS = "lacks"


#: How we know what a network can do: by the contract suite on the local networks; by the same suite also on a stand-in that
#: others wrote (mastodon-mock), or on the network's own server, as `make test-real` has it; from its vendor's documentation only.
Shown = Literal["contract test", "another's server", "real server", "vendor's documentation"]
TESTED: Shown = "contract test"
ANOTHERS: Shown = "another's server"
REAL: Shown = "real server"
DOCUMENTED: Shown = "vendor's documentation"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a network can do of one thing: `yes`, `no`, or `if allowed` (an account says so in `may`). `how` names the way
    on the wire or the reason; `shown` says how we know."""

    can: Literal["yes", "no", "if allowed"]
    how: str
    shown: Shown = TESTED


#: What a network's table leaves out.
MISSING = Cell("no", "not said", DOCUMENTED)


@dataclass(frozen=True, slots=True)
class Price:
    """What one action costs, from the vendor's own list."""

    action: str
    usd: float
    source: str
    date: str  # when the list was read
    daily: bool = False  # done to the same thing twice in one UTC day, it is charged once


class Network(ABC):
    """The knowledge about one kind of service."""

    name: ClassVar[str]  # as in campaign.yaml: x, mastodon, bluesky
    title: ClassVar[str]  # as people write it: X, Mastodon, Bluesky
    limits: ClassVar[Limits]
    #: Whether its servers tell limits of their own: else nobody is asked, and no client is loaded for that.
    servers_tell: ClassVar[bool] = False
    #: What it can do, by the keys of `capabilities.CAPABILITIES`.
    cells: ClassVar[Mapping[str, Cell]]
    #: Of these, what the account's own server says that it cannot.
    lacks: frozenset[str] = frozenset()
    replies: ClassVar[frozenset[str]] = frozenset()  # of model.REPLIES: by whom it can let a post be answered
    prices: ClassVar[tuple[Price, ...]] = ()
    count_action: ClassVar[str] = ""  # the action of `prices` that reading one post's counts is; empty: free
    followers_action: ClassVar[str] = ""  # the action of `prices` that counting followers is; empty: free
    credentials: ClassVar[type[Credentials]]  # the secrets that an account needs, each a setting
    counts: ClassVar[frozenset[str]]  # the fields of Counts that this network tells
    warning_counts: ClassVar[bool] = False  # whether a content warning counts in the length of its post
    #: How long after the first attempt a second one with the same key is surely the same post; None: it has no keys.
    key_lifetime: ClassVar[timedelta | None] = None
    default_server: ClassVar[str]  # where accounts live that name no server

    def cell(self, name: str) -> Cell:
        """What the table says of one thing; what it leaves out, the network cannot."""
        return self.cells.get(name, MISSING)

    def can(self, account: Account) -> frozenset[str]:
        """What the network lets this account do, for `takes`."""
        can = {name for name, cell in self.cells.items() if cell.can == "yes"}
        can |= {name for name, cell in self.cells.items() if cell.can == "if allowed" and name in account.may}
        if self.limits.poll_options < 2:
            can.discard("poll")
        can -= {name for name, most in (("gif", self.limits.gif_bytes), ("video", self.limits.video_bytes)) if not most}
        return frozenset((can - self.lacks) | {f"replies:{who}" for who in self.replies})

    def told(self, tells: Tells) -> Network:
        """The same network with what a server said of itself in place of the table; what it did not say stays."""
        if not tells:
            return self
        ours, better = self.limits, dict[str, Any]()
        for name, told in tells.items():
            if isinstance(told, int):
                better[name] = min(told, getattr(ours, name)) if name in FITTED else told
            elif name == "media_types":  # into what the server takes of ours a picture can be made
                better[name] = tuple(kind for kind in ours.media_types if kind in told) or ours.media_types
        network = copy.copy(self)
        # Of this copy; the class keeps the table.
        vars(network)["limits"] = replace(ours, **{name: one for name, one in better.items() if hasattr(ours, name)})
        lacks = tells.get(LACKS, ())
        vars(network)["lacks"] = frozenset(() if isinstance(lacks, int) else lacks)
        return network

    def takes(self, account: Account) -> Takes:
        """What composing needs to know."""
        limits = self.limits
        room = Room(
            limits.media_types, limits.media_bytes, limits.media_pixels, limits.gif_bytes, limits.video_bytes,
            limits.video_seconds,
        )  # fmt: skip
        can = self.can(account)
        return Takes(self.title, self.measure, limits.text, can, room, type(self)().can(account) - can)

    @abstractmethod
    def measure(self, text: str) -> int:
        """The length of a text by the network's own count, comparable with `limits.text`."""

    def links(self, text: str) -> list[tuple[int, int]]:
        """Where this network makes a link of: begin and end."""
        return [match.span() for match in LINK.finditer(text)]

    @abstractmethod
    def check(self, content: Content) -> list[Problem]:
        """What the network would refuse in this content, before it is asked. Rules: see shared rules in base."""

    @abstractmethod
    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        """The network's key for each part, derived so that every attempt on any machine sends the same one."""

    def charges(self, content: Content) -> Mapping[str, int]:
        """How many of which actions of `prices` publishing this content takes; nothing where it is free."""
        return {}

    def cost(self, content: Content) -> float:
        """US dollars for publishing this content, by the price list."""
        usd = {price.action: price.usd for price in self.prices}
        return sum(usd[action] * number for action, number in self.charges(content).items())

    def sign_in(self, account: Account, person: Person, *, server: str = "", timeout_s: float = 15.0) -> SignedIn:
        """Walk a person through getting this account's credentials. Nothing is kept here, nothing is published. Raises
        what `identify` does. A network with a better way than asking for each secret has its own."""
        names = {name: name.replace("_", " ") for name in self.credentials.names()}
        return SignedIn(
            {name: person.ask(f"The {words} of {account.name}", hidden=True) for name, words in names.items()}
        )

    @abstractmethod
    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> Connection:
        """Sign in lazily: no request is made before the first call. `server` overrides the account's own (local
        networks). Never follows proxies or settings of the environment."""


COPY_ADDRESS = "Open the post and copy its address from the browser."


class Kept:
    """Where a client keeps its session from one run to the next. This one forgets."""

    def read(self) -> str:
        """What was kept last; empty where there is nothing."""
        return ""

    def write(self, text: str) -> None:
        """Keep this in place of what was kept. It never raises: a session that is lost is made anew."""


class Connection(ABC):
    """One account on one network. Not shared between threads."""

    def __init__(self, account: str) -> None:
        self.account = account
        #: Told of every call that costs money, as soon as it is made: the action of the price list, and what it was
        #: done to (ids). It never raises.
        self.meter: Callable[[str, Sequence[str]], None] = lambda action, ids: None
        self.kept = Kept()
        self._allowances: dict[str, Allowance] = {}

    def warm_up(self) -> None:  # noqa: B027 - most clients keep no session
        """Do ahead of a post's time what the first request would have to wait for. Raises what `identify` does."""

    @abstractmethod
    def identify(self) -> Identity:
        """Who the network says we are, and whether we may publish, without publishing.

        Raises AuthError for a refused credential, Unavailable when nobody answers."""

    @abstractmethod
    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        """Send one part, at most one create request. What goes along is uploaded first, and carries its alt text; what
        was uploaded is kept for the next attempt. `ready` is called right before the create request; what it raises passes through, and nothing was created.

        Raises Rejected, AuthError, RateLimited, BudgetReached, NotReady (what was uploaded is still being prepared),
        Unavailable (certainly not sent) or Unconfirmed (may have been sent)."""

    @abstractmethod
    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Is this part there already? Looks by key where the network can, else through the account's own posts since
        `since`, leaving out those whose ids are `known` to be other deliveries'. Raises Unavailable, AuthError or RateLimited when it could not look."""

    @abstractmethod
    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """Counts of up to `limits.batch` posts, in as few and cheap calls as can be. A post that is gone is left out of
        the answer. As the network tells them: the next part of one's own thread is one of the replies."""

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """The votes for each option, in their order, of up to `limits.batch` polls that are over. A poll whose votes the
        network does not tell, or that is gone, is left out of the answer."""
        return {}

    @abstractmethod
    def followers(self) -> int | None:
        """How many follow the account now; None where the network does not tell."""

    def edit(self, remote_id: str, part: Outgoing) -> None:
        """Change a published post's text; everything else of it stays. Raises Rejected where the network cannot."""
        raise Rejected(
            self.account, "This network cannot change a post that is out.", advice="Retract it, queue another."
        )

    def locate(self, url: str) -> Receipt:
        """The account's own post at an address that a person copied. Raises Rejected where the address is not one of this
        network's posts, or the post is not there or not this account's. A network that can look, looks; this one takes a
        person's word."""
        if not url.startswith(("https://", "http://")):
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)
        return Receipt(url.rstrip("/").rpartition("/")[2], url)

    def told_limits(self) -> Tells:
        """What the server itself says of its limits and of what it cannot do, where it makes sense; empty where it does not
        say. Raises Unavailable, AuthError or RateLimited when nobody could be asked."""
        return {}

    @abstractmethod
    def automation(self, by: str) -> Automation:
        """Whether the account tells its readers that it is automated, and that `by` runs it. Changes nothing."""

    @abstractmethod
    def mark_automated(self, by: str) -> Automation:
        """Mark the account as automated and name who runs it, as far as the network lets a program do that; all else of
        the profile stays. Doing it again changes nothing. Returns how it is afterwards."""

    @abstractmethod
    def retract(self, remote_id: str) -> None:
        """Delete the post. A post that is gone already is no error."""

    def allowances(self) -> Sequence[Allowance]:
        """What the answers since the last call said is left. Buckets whose name begins with `publish` are used up by
        create requests, `upload` by pictures, `counts` by reading counts."""
        found = list(self._allowances.values())
        self._allowances.clear()
        return found

    def _note(
        self, bucket: str, headers: Mapping[str, str], prefix: str, reset: datetime | None, *, cost: int = 1
    ) -> None:
        """Keep what an answer's headers say of a limit; `cost` is what one request uses up of it."""
        quota, remaining = headers.get(f"{prefix}limit", ""), headers.get(f"{prefix}remaining", "")
        if bucket and reset is not None and quota.isdecimal() and remaining.isdecimal():
            self._allowances[bucket] = Allowance(bucket, int(quota) // cost, int(remaining) // cost, reset)

    def close(self) -> None:  # noqa: B027 - most clients have nothing to close
        """Give back sockets."""
