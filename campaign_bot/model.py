"""The words of the project as values: what is said, where, in which state, and how people answered.

Nothing here reads a file, a clock or a network. Instants are aware datetimes in UTC.

Values that every command loads are msgspec's: Python takes fifty times as long to make a dataclass at each start.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct, field

Severity = Literal["error", "warning"]


class State(StrEnum):
    """The states of a delivery (design 5). Every change is one compare-and-set with one event."""

    DRAFT = "draft"  # composed and checked, waits for approval
    APPROVED = "approved"  # bytes frozen, network key minted, waits for its time
    SENDING = "sending"  # claimed: the intent is on disk before the first byte leaves
    SENT = "sent"  # the network gave a receipt
    UNCONFIRMED = "unconfirmed"  # may have been sent: never sent again without a conclusive look-up
    FAILED = "failed"  # refused for good
    MISSED = "missed"  # past its max lateness: shown, never a surprise post
    CANCELLED = "cancelled"  # by a person, or its slot left the schedule
    RETRACTED = "retracted"  # deleted on the network after it was sent


#: A delivery in one of these states may still change when the files change.
OPEN_STATES = (State.DRAFT, State.APPROVED)
#: Nothing is under way and nothing is in doubt: what is out of it can be deleted.
RETRACTABLE = (State.SENT, State.FAILED, State.MISSED, State.CANCELLED, State.DRAFT, State.APPROVED)


#: How the reason begins why an approved delivery did not leave when its bytes and approvals were looked at once more.
NOT_SENT = "not sent: "

#: The schedule and series of posts that a person queued; they are in no file, and planning leaves them alone.
QUEUE = "queue"

#: What pictures may show that not everybody wants to see (Bluesky's words; X's and Mastodon's are fewer).
LABELS = ("graphic-media", "nudity", "sexual", "porn")

#: Who may answer a post, beside everybody.
REPLIES = ("following", "followers", "mentioned", "nobody")

#: Stands for every account where one is named.
ALL = "*"


class Problem(Struct, frozen=True, order=True):
    """One finding of a check: where, which rule, what is wrong, what to do. An `error` blocks, a `warning` informs.

    `file` is relative to the campaign directory; `line` and `column` count from 1 and are 0 where there is no place.
    `post` names the delivery or post when the finding is about composed text and not about a file.
    """

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    advice: str = ""
    post: str = ""
    where: str = ""  # which text of the post: text, alt 1, option 2
    text: str = ""  # that text
    start: int = 0  # what the finding is about, as a stretch of it
    end: int = 0
    allowed: str = ""  # why the campaign lets this one pass
    french: str = ""  # the message in French, where pages show it: of what the checks say about posts

    @property
    def place(self) -> str:
        """`file:line:column`, as editors and terminals make clickable; the post's name where there is no file."""
        if not self.file:
            return self.post
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def blocks(self) -> bool:
        return self.severity == "error" and not self.allowed


class Media(Struct, frozen=True):
    """A picture or video, by the hash of its bytes. The bytes themselves are kept beside it (store: table `media`)."""

    sha256: str
    mime_type: str
    alt: str
    file: str  # where it came from, for people: a path in the campaign directory, or the card's name
    width: int = 0  # pixels
    height: int = 0
    duration_s: float = 0.0  # of a video
    captions: str = ""  # of a video: WebVTT, in the post's language


class Poll(Struct, frozen=True):
    options: tuple[str, ...]
    duration_min: int


class LinkCard(Struct, frozen=True):
    """How a link is shown below a post, where a network leaves that to who posts. Never fetched from the page itself."""

    link: str
    title: str
    description: str = ""
    thumb: Media | None = None


class Part(Struct, frozen=True):
    """One message on a network; a thread has several."""

    text: str
    media: tuple[Media, ...] = ()
    poll: Poll | None = None
    link_card: LinkCard | None = None

    @property
    def pictures(self) -> tuple[Media, ...]:
        """All whose bytes go along: what is attached, and the picture of the link card."""
        thumb = self.link_card.thumb if self.link_card else None
        return (*self.media, thumb) if thumb else self.media


class Content(Struct, frozen=True):
    """The exact bytes of one delivery: what an approval binds to and what is sent, unchanged."""

    language: str
    parts: tuple[Part, ...]
    visibility: str = "public"
    content_warning: str = ""
    label: str = ""  # what its pictures show that not everybody wants to see: one of LABELS
    replies: str = ""  # who may answer: one of REPLIES; empty: everybody
    quotes: str = ""  # the key of the own earlier delivery that it shows below its text
    reposts: str = ""  # the key of the own earlier delivery that it shows again, without a word of its own

    @property
    def earlier(self) -> str:
        """The key of the delivery that must be out before this one; empty where there is none."""
        return self.quotes or self.reposts

    def to_json(self) -> str:
        """Canonical JSON: the same content is the same bytes on any machine. What is at its default is left out, so that
        a field that comes with a later version voids no approval."""
        return json.dumps(_told(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Content:
        raw: dict[str, Any] = json.loads(text)
        raw["parts"] = tuple(_part(part) for part in raw["parts"])
        return cls(**raw)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def text(self) -> str:
        """All parts as one text, for people and for comparing."""
        return "\n\n".join(part.text for part in self.parts)


def _part(raw: dict[str, Any]) -> Part:
    raw["media"] = tuple(Media(**media) for media in raw.get("media", ()))
    if poll := raw.get("poll"):
        raw["poll"] = Poll(tuple(poll["options"]), poll["duration_min"])
    if card := raw.get("link_card"):
        thumb = card.pop("thumb", None)
        raw["link_card"] = LinkCard(**card, thumb=Media(**thumb) if thumb else None)
    return Part(**raw)


def _told(value: Any) -> Any:
    """Values of ours as JSON's, without the fields that are at their defaults."""
    if isinstance(value, tuple):
        return [_told(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, Struct):
        return value
    names, defaults = value.__struct_fields__, value.__struct_defaults__
    known = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    said = {name: getattr(value, name) for name in names}
    return {name: _told(one) for name, one in said.items() if name not in known or one != known[name]}


class Attachment(Struct, frozen=True):
    """A picture or video with its bytes, on its way to a network."""

    media: Media
    data: bytes


class Receipt(Struct, frozen=True):
    """What a network gave back for one part. `remote_id` is what the network needs to find it again (a status id,
    a tweet id, an at:// URI); `cid` is Bluesky's content hash, which replies must name."""

    remote_id: str
    url: str
    cid: str = ""


class Outgoing(Struct, frozen=True):
    """One part as a network is asked to publish it. `key` was minted by the network's own rule at approval and is the
    same at every attempt (Mastodon: Idempotency-Key; Bluesky: record key). `written_at` is frozen too."""

    text: str
    language: str
    visibility: str
    content_warning: str
    key: str
    written_at: datetime
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    label: str = ""
    replies: str = ""
    link_card: LinkCard | None = None
    thumb: Attachment | None = None  # of the link card
    quote: Receipt | None = None  # the own earlier post that this one shows below its text
    repost: Receipt | None = None  # the own earlier post that is shown again; then there is no text
    root: Receipt | None = None  # the thread's first part
    parent: Receipt | None = None  # the part before this one


class Lookup(Struct, frozen=True):
    """The answer to "is it there?". `conclusive` without a receipt means: surely not there."""

    receipt: Receipt | None
    conclusive: bool


class Allowance(Struct, frozen=True):
    """What a network's headers said is left of a limit. `bucket` is the network's own name of what it counts."""

    bucket: str
    quota: int
    remaining: int
    reset: datetime


class Spend(Struct, frozen=True):
    """One thing that a network charges for. `day` (UTC) is empty unless doing it again on another day costs again."""

    account: str
    network: str
    action: str  # as in the network's price list
    resource: str  # what it was done to: an id of the network
    day: str
    usd: float


class Pause(Struct, frozen=True):
    """Why nothing of an account (`ALL`: of any) leaves. `actor` is who said so: a person, or `publisher`, when the
    network refused the account."""

    account: str
    reason: str
    actor: str
    since: datetime


class Tally(Struct, frozen=True):
    """How many deliveries of an account are in a state; when the latest of them left, and when the next is due."""

    account: str
    state: State
    number: int
    last_sent: datetime | None
    next_due: datetime | None  # of those that nothing holds back


class Counts(Struct, frozen=True):
    """How people engaged with one delivery so far. None: the network does not tell. Never 0 for unknown."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    impressions: int | None = None
    link_clicks: int | None = None
    poll_votes: int | None = None


class Identity(Struct, frozen=True):
    """Whom the network takes the account for, and whether it may publish."""

    handle: str
    may_publish: bool
    detail: str = ""  # in words: what is missing, or what the server is
    expires: datetime | None = None  # when the credentials end by themselves; None: the network does not say


class Automation(Struct, frozen=True):
    """Whether readers are told that an account is automated, and by whom. None: the network does not say."""

    marked: bool | None
    names_who: bool | None  # whether the profile names who runs it
    step: str = ""  # what a person has to do by hand, where the network leaves no other way


class Event(Struct, frozen=True):
    """One line of the audit log."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict[str, Any])


class Post(Struct, frozen=True):
    """What is said at one slot: series x item x slot. Its deliveries are one per account."""

    key: str
    name: str  # short and readable, unique in the campaign: did-you-know-2027-01-18
    schedule: str  # the schedule entry; "queue" for posts that are in no file
    series: str
    item: str
    slot: datetime  # UTC
    wall_time: str  # as the schedule says it: 2027-01-18 12:00 America/Toronto
    priority: str = ""
    commitments: tuple[str, ...] = ()
    rung: str = ""
    answers: str = ""  # the poll or call whose result it publishes: `series` or `series/item`


class Assignment(Struct, frozen=True):
    """Which variant of an experiment a delivery got, by the draw of its block. Written before it is sent."""

    delivery: str
    experiment: str
    variant: str
    block: int
    left_as: str = ""  # its state when the experiment ended, or let go of it; empty: it is in it

    @property
    def let_go(self) -> bool:
        """It had not begun to leave: it says what the series says anyway, and is no trial of a variant."""
        return self.left_as in OPEN_STATES


class Delivery(Struct, frozen=True):
    """One post for one account: exact content, a due time, a state."""

    key: str
    post: str  # the post's key
    account: str
    network: str
    language: str
    due: datetime
    state: State
    content: Content
    content_hash: str
    length: int  # by the network's own count, of the longest part
    limit: int
    network_keys: tuple[str, ...] = ()  # one per part, minted at approval
    attempts: int = 0
    not_before: datetime | None = None
    reason: str = ""  # why it is in this state, in words
    moved: bool = False  # a person chose its due time; planning leaves that alone
    held: str = ""  # why it waits for a person although it is approved and due: a pause, a quiet period
    doubted: bool = False  # it is of an old copy of the database: not found on its network proves nothing

    @property
    def open(self) -> bool:
        """Whether it has not begun to leave, and still may."""
        return self.state in OPEN_STATES


class Snapshot(Struct, frozen=True):
    """The counts of one delivery at one age. `age` is the age that was asked for, `taken` when it was read."""

    age: timedelta
    taken: datetime
    counts: Counts


class Outcome(Struct, frozen=True):
    """What happened elsewhere on one day: sign-ups, submissions, downloads."""

    day: date
    source: str
    name: str
    count: int


class Click(Struct, frozen=True):
    """How often people followed the tracked links of one delivery on one day."""

    day: date
    post: str
    account: str
    count: int


class Result(Struct, frozen=True):
    """One delivery with all that came of it, as evaluation reads it."""

    delivery: str
    post: str  # the post's name
    series: str
    item: str
    priority: str
    commitments: tuple[str, ...]
    account: str
    network: str
    language: str
    due: datetime
    state: State
    content: Content
    reason: str = ""
    sent: datetime | None = None
    url: str = ""
    followers: int | None = None  # of the account, when it was sent
    simulated: bool = False
    snapshots: tuple[Snapshot, ...] = ()  # youngest first


class Measured(Struct, frozen=True):
    """One delivery as the statistics read it: what it was instead of its bytes, and counts without ceremony. There may
    be hundreds of thousands of these."""

    delivery: str
    post: str  # the post's name
    series: str
    item: str
    priority: str
    commitments: tuple[str, ...]
    rung: str
    answers: str  # the poll or call whose result this post publishes: `series` or `series/item`
    account: str
    network: str
    language: str
    due: datetime
    state: State
    sent: datetime | None = None
    followers: int | None = None  # of the account, when it was sent
    gone: bool = False  # the network no longer shows it
    pictures: int = 0
    described: int = 0  # pictures with alt text
    question: bool = False
    poll_min: int = 0  # how long its poll runs; 0: it has none
    length: int = 0  # by the network's own count, of the longest part
    parts: int = 1
    experiment: str = ""
    variant: str = ""
    block: int = 0
    left_as: str = ""  # of its assignment
    url: str = ""
    reads: tuple[tuple[float, Counted], ...] = ()  # (age in hours when it was read, counts), youngest first


#: The fields of `Counts` in their order. A plain tuple: there are millions.
Counted = tuple[int | None, ...]


class Tallied(Struct, frozen=True):
    """How many deliveries of one kind are in one state."""

    series: str
    priority: str
    network: str
    language: str
    state: State
    number: int


class Summed(Struct, frozen=True):
    """The last counts of some sent deliveries, added up: those of one day (the campaign's) and network that tell the same counts."""

    day: date
    network: str
    number: int  # of deliveries
    counts: Counted | None  # None: nothing was read of them


class Asking(Struct, frozen=True):
    """A post that may ask people something, or publish what they said; over all of its deliveries that were sent."""

    post: str
    series: str
    item: str
    rung: str
    answers: str
    first: datetime  # when it was sent
    last: datetime
    poll_min: int = 0


class Totals(Struct, frozen=True):
    """What is counted of all deliveries of a period, engagement apart."""

    posts: int
    sent: int
    late: int
    days: tuple[tuple[date, int, int], ...]  # each day of the campaign's zone with something due: (day, sent, not sent)


def derived_key(*words: str) -> str:
    """A name that is derived, not drawn: the same words give the same 20 hex digits on any machine."""
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:20]
