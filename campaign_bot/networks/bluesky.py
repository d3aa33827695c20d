"""Bluesky, or any other server that speaks the AT Protocol, through the atproto library.

A post's record key is ours to choose: it is derived from the delivery, so a second send of the same part is refused
by the server, and asking for the key tells for certain whether the part is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeVar

import regex
from pydantic import SecretStr, ValidationError

from campaign_bot.config import Credentials
from campaign_bot.errors import (
    AuthError,
    ConfigError,
    NetworkError,
    RateLimited,
    Rejected,
    Unavailable,
    Unconfirmed,
)
from campaign_bot.library.files import Account
from campaign_bot.model import REPLIES, Automation, Content, Counts, Identity, Lookup, Outgoing, Problem, Receipt
from campaign_bot.networks import bluesky_records as records
from campaign_bot.networks.automated import sentence
from campaign_bot.networks.base import COPY_ADDRESS, DOCUMENTED, REAL, Cell, Connection, Limits, Network
from campaign_bot.networks.bluesky_records import BOT, GATES, POSTS, PROFILE, REPOSTS
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.wire import bounded_transport, failures_of_httpx, instant, why

if TYPE_CHECKING:  # atproto takes 1.5 s and 70 MB to import, so at run time only a connection does
    import httpx
    from atproto import Session, SessionEvent, models

T = TypeVar("T")

#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]

#: The session ran out, or another server key signed it: sign in again.
STALE_SESSION = ("ExpiredToken", "InvalidToken")
#: The account can do nothing until a person acts.
NO_ENTRY = (*STALE_SESSION, "AuthFactorTokenRequired", "AccountTakedown", "AccountDeactivated", "AccountSuspended")

#: The requests whose limits we pace ourselves by, and the points that each takes.
BUCKETS = {
    "com.atproto.repo.createRecord": ("publish", 3),
    "com.atproto.repo.applyWrites": ("publish", 6),
    "com.atproto.repo.uploadBlob": ("upload", 1),
    "app.bsky.feed.getPosts": ("counts", 1),
}

APP_PASSWORDS = "https://bsky.app/settings/app-passwords"
CAPTION_BYTES, VIDEO_ALT = 20_000, 1000
TEXT_BYTES = 3000  # beside the 300 graphemes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
TAG_GRAPHEMES, TAG_BYTES = 64, 640

_GRAPHEME = regex.compile(r"\X")
_LINKS_AND_TAGS = regex.compile(
    r"""(?P<link>https?://[\p{L}\p{N}][^\s<>"«»“”]*)
      | (?<![^\s(\["«“'’]) \#(?P<tag>(?=[\p{N}_·-]*\p{L}) [\p{L}\p{M}\p{N}_·-]+)""",
    regex.VERBOSE,
)
CLOSING = ".,;:!?…'’"
BRACKETS = {")": "(", "]": "["}


class BlueskyCredentials(Credentials):
    app_password: SecretStr


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
        return len(_GRAPHEME.findall(text))

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
        return tuple(_tid(first + index, digest % 1024) for index in range(parts))

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


class BlueskyConnection(Connection):
    """One account, signed in at the first call. The session is kept and renewed: signing in is limited to 300 a day."""

    def __init__(self, account: Account, app_password: str, server: str, timeout_s: float) -> None:
        from atproto import Client, Request

        super().__init__(account.name)
        self._handle, self._language = account.handle.removeprefix("@"), account.language
        self._app_password = app_password
        self._server = server.rstrip("/")
        self._request = Request(
            timeout=timeout_s, trust_env=False, transport=bounded_transport(timeout_s),
            event_hooks={"response": [self._noted]},
        )  # fmt: skip
        self._client = Client(self._server, request=self._request)
        self._client.on_session_change(self._keep)
        self._session: Session | None = None

    def warm_up(self) -> None:
        self._signed_in()

    def identify(self) -> Identity:
        told = self._ask(lambda: self._client.com.atproto.server.get_session())
        if told.active is False:
            return Identity(told.handle, False, f"The account is {told.status or 'not active'}.")
        scope = self._session.access_jwt_payload.scope if self._session else ""
        if scope == "com.atproto.access":
            return Identity(told.handle, True, "Signed in with the account's main password: make an app password.")
        return Identity(told.handle, True, "An app password, which may publish and does not end by itself.")

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        from atproto import models

        if part.poll:  # never dropped in silence
            raise Rejected(self.account, "Bluesky has no polls.", advice="Ask for replies, or link to a form.")
        if part.repost is not None:
            return self._create(REPOSTS, records.repost(part), part.key, ready)
        record, did = self._record(part), self._signed_in().did
        gate = records.gate(part, f"at://{did}/{POSTS}/{part.key}")
        if gate is None:
            return self._create(POSTS, record, part.key, ready)
        # The rule about who may answer is a record of its own: both are written at once, or neither.
        writes = [
            models.ComAtprotoRepoApplyWrites.Create(collection=POSTS, rkey=part.key, value=record),  # pyright: ignore[reportArgumentType]
            models.ComAtprotoRepoApplyWrites.Create(collection=GATES, rkey=part.key, value=gate),  # pyright: ignore[reportArgumentType]
        ]
        data = models.ComAtprotoRepoApplyWrites.Data(repo=did, writes=list(writes))
        ready()
        written = self._ask(lambda: self._client.com.atproto.repo.apply_writes(data), "create")
        first = next(iter(written.results or []), None)
        if not isinstance(first, models.ComAtprotoRepoApplyWrites.CreateResult):
            raise Unconfirmed(self.account, "Bluesky took the post but did not say where it is.")
        return self._receipt(first.uri, first.cid)

    def _create(self, collection: str, record: Any, key: str, ready: Callable[[], None]) -> Receipt:
        from atproto import models

        data = models.ComAtprotoRepoCreateRecord.Data(
            collection=collection, record=record, repo=self._signed_in().did, rkey=key
        )
        ready()
        created = self._ask(lambda: self._client.com.atproto.repo.create_record(data), "create")
        return self._receipt(created.uri, created.cid)

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Asks for the record key, which is conclusive both ways; another text under our key is not."""
        found = self._read(REPOSTS if part.repost else POSTS, part.key)
        if found is None:
            return Lookup(None, conclusive=True)
        if part.repost is not None:
            ours = getattr(getattr(found.value, "subject", None), "uri", None) == part.repost.remote_id
        else:
            ours = getattr(found.value, "text", None) == part.text
        if not found.cid or not ours:
            return Lookup(None, conclusive=False)
        return Lookup(self._receipt(found.uri, found.cid), conclusive=True)

    def _read(self, collection: str, key: str) -> Any:
        """A record of our own; None where there is none."""
        from atproto import models
        from atproto.exceptions import BadRequestError

        params = models.ComAtprotoRepoGetRecord.Params(collection=collection, repo=self._signed_in().did, rkey=key)

        def look() -> models.ComAtprotoRepoGetRecord.Response | None:
            try:
                return self._client.com.atproto.repo.get_record(params)
            except BadRequestError as error:
                if _told(error).code == "RecordNotFound":
                    return None
                raise

        return self._ask(look)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """As Bluesky tells them: replies include the next part of one's own thread."""
        from atproto import models

        params = models.AppBskyFeedGetPosts.Params(uris=list(remote_ids))
        answer = self._ask(lambda: self._client.app.bsky.feed.get_posts(params))
        return {
            post.uri: Counts(
                likes=post.like_count,
                reposts=post.repost_count,
                replies=post.reply_count,
                quotes=post.quote_count,
                bookmarks=post.bookmark_count,
            )
            for post in answer.posts
        }

    def followers(self) -> int | None:
        from atproto import models

        params = models.AppBskyActorGetProfile.Params(actor=self._signed_in().did)
        return self._ask(lambda: self._client.app.bsky.actor.get_profile(params)).followers_count

    def locate(self, url: str) -> Receipt:
        found = regex.fullmatch(r"(?:https://[^?]+/post|at://[^/]+/app\.bsky\.feed\.post)/([^/?]+)/?(?:\?.*)?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)
        there = self._read(POSTS, found[1])
        if there is None or not there.cid:
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return self._receipt(there.uri, there.cid)

    def retract(self, remote_id: str) -> None:
        from atproto import models

        data = models.ComAtprotoRepoDeleteRecord.Data(
            collection=records.collection_of(remote_id),
            repo=self._signed_in().did,
            rkey=remote_id.rpartition("/")[2],
        )
        self._ask(lambda: self._client.com.atproto.repo.delete_record(data))

    def automation(self, by: str) -> Automation:
        return _automation(self._profile()[0], by)

    def mark_automated(self, by: str) -> Automation:
        """The profile is read, changed and put back: only if nobody changed it meanwhile."""
        from atproto import models

        profile, cid = self._profile()
        after = records.marked(profile, sentence(self._language, by), by)
        if after != {"$type": PROFILE, **profile}:
            data = models.ComAtprotoRepoPutRecord.Data(
                collection=PROFILE, repo=self._signed_in().did, rkey="self", record=after, swap_record=cid
            )
            self._ask(lambda: self._client.com.atproto.repo.put_record(data), "upload")
        return _automation(after, by)

    def _profile(self) -> tuple[dict[str, Any], str | None]:
        """The own profile as it is kept, whatever is in it, and its content's hash."""
        found = self._read(PROFILE, "self")
        if found is None:
            return {}, None
        value = found.value
        kept = value if isinstance(value, dict) else value.model_dump(by_alias=True, exclude_none=True, mode="json")
        return {name: one for name, one in kept.items() if name != "$type"}, found.cid

    def close(self) -> None:
        self._request.close()

    def _record(self, part: Outgoing) -> models.AppBskyFeedPost.Record:
        """The record as it will be stored, with its pictures uploaded: the same at every attempt."""
        from atproto import models

        try:
            return models.AppBskyFeedPost.Record(
                text=part.text,
                facets=_facets(part.text) or None,
                langs=[part.language],
                created_at=records.written_at(part),
                embed=records.embed(part, self._upload),
                reply=records.reply(part),
                labels=records.labels(part),
            )
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise Rejected(self.account, f"Bluesky would refuse this post: {told}.") from error

    def _upload(self, data: bytes, mime_type: str) -> Any:
        headers = {"Content-Type": mime_type}
        return self._ask(lambda: self._client.com.atproto.repo.upload_blob(data, headers=headers), "upload").blob

    def _receipt(self, uri: str, cid: str) -> Receipt:
        return Receipt(uri, f"https://bsky.app/profile/{self._handle}/post/{uri.rpartition('/')[2]}", cid)

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        """Make one request, signed in. A stale session is renewed and the request made again: it was refused at the
        door, so nothing was done. All that fails otherwise is raised as one of our errors."""
        self._signed_in()
        try:
            return request()
        except _failures() as error:
            if _told(error).code not in STALE_SESSION:
                raise self._ours(error, stage) from error
        self._renew()
        try:
            return request()
        except _failures() as error:
            raise self._ours(error, stage) from error

    def _noted(self, response: httpx.Response) -> None:
        bucket, points = BUCKETS.get(response.request.url.path.rpartition("/")[2], ("", 1))
        until = instant(response.headers.get("ratelimit-reset", ""))
        self._note(bucket, response.headers, "ratelimit-", until, cost=points)

    def _signed_in(self) -> Session:
        if self._session is None:
            self._take_up()
        if self._session is None:
            self._sign_in()
        if self._session is None:
            raise AuthError(self.account, f"{self._server} gave no session.")
        return self._session

    def _take_up(self) -> None:
        """Go on with the session of an earlier run, if it is this account's on this server: signing in is rationed."""
        digest, _, exported = self.kept.read().partition("\n")
        if not exported or digest != self._digest(exported):  # a session names the host that its tokens go to
            return
        try:
            self._client.login(session_string=exported, fetch_bsky_profile=False)
        except _failures():  # not a session, or of another time: sign in
            self._session = None

    def _sign_in(self) -> None:
        self._client.update_base_url(self._server)  # a session may have moved it to the account's own host
        try:
            self._client.login(self._handle, self._app_password, fetch_bsky_profile=False)
        except _failures() as error:
            raise self._ours(error, "read") from error

    def _renew(self) -> None:
        """The library renews by this machine's clock; this is for when the server's clock decides otherwise."""
        from atproto import Session

        old = self._signed_in()
        try:
            new = self._client.com.atproto.server.refresh_session(
                headers={"Authorization": f"Bearer {old.refresh_jwt}"}, ignore_session_check=True
            )
        except _failures() as error:
            if _told(error).code not in STALE_SESSION:
                raise self._ours(error, "read") from error
            self._sign_in()
            return
        session = Session(new.handle, new.did, new.access_jwt, new.refresh_jwt, old.pds_endpoint)
        self._client.login(session_string=session.export(), fetch_bsky_profile=False)

    def _keep(self, event: SessionEvent, session: Session) -> None:
        self._session = session
        exported = session.export()
        self.kept.write(f"{self._digest(exported)}\n{exported}")

    def _digest(self, exported: str) -> str:
        """Which session this is, of whom and where: what was cut off or belongs to another is not taken up."""
        return hashlib.sha256("\n".join((self._server, self._handle, exported)).encode()).hexdigest()

    def _ours(self, error: Exception, stage: Stage) -> NetworkError:
        return _translated(self.account, self._server, _told(error), stage)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a failed request tells: the server's answer, or that there was none (status 0)."""

    status: int = 0
    code: str = ""
    message: str = ""
    reset: datetime | None = None
    never_left: bool = False


def _told(error: Exception) -> _Told:
    """Read the library's exceptions, and the httpx ones that it lets through."""
    import httpx
    from atproto.exceptions import RequestErrorBase
    from atproto_client.models.common import XrpcError

    response = error.response if isinstance(error, RequestErrorBase) else None
    if response is None:
        cause = error.__cause__ or error
        return _Told(
            message=why(cause),
            never_left=isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol),
        )
    reset = response.headers.get("ratelimit-reset", "")
    code, message = "", "a page instead of data"
    if isinstance(response.content, XrpcError):
        code, message = response.content.error, response.content.message or response.content.error
    return _Told(
        status=response.status_code,
        code=code,
        message=message,
        reset=instant(reset),
    )


def _translated(account: str, server: str, told: _Told, stage: Stage) -> NetworkError:
    """Our error for what a server told, by how far the request had come."""
    answer = f"{server} answered {told.status}: {told.message}" if told.status else f"{server}: {told.message}"
    if told.status == 429:
        return RateLimited(account, f"{server} asks for fewer requests.", until=told.reset)
    if told.code in NO_ENTRY or (told.status == 401 and told.code):
        return AuthError(
            account, f"{answer}.", advice="Make a new app password in Bluesky's settings and put it in .env."
        )
    if told.never_left:
        return Unavailable(account, f"{server} cannot be reached ({told.message}).")
    refused = told.code and 400 <= told.status < 500 and told.status not in (408, 425)
    if stage == "create" and (not refused or "already" in told.message):
        return Unconfirmed(account, f"{answer}; the post may be there.")
    if refused and stage != "read":
        return Rejected(account, f"{answer}.")
    return Unavailable(account, f"{answer}.", advice="" if told.code else "Is this account's server right?")


@cache
def _failures() -> tuple[type[Exception], ...]:
    """All that a request through the library may raise."""
    from atproto.exceptions import AtProtocolError

    return (AtProtocolError, *failures_of_httpx())


def _automation(profile: Mapping[str, Any], by: str) -> Automation:
    values = [one["val"] for one in (profile.get("labels") or {}).get("values", [])]
    names = bool(by) and by in str(profile.get("description") or "")
    step = "" if names or not by else f"Name who runs it in the profile's text: {by}."
    return Automation(BOT in values, names, step)


class Piece(NamedTuple):
    """A stretch of a post's text, and what it leads to."""

    text: str
    link: str = ""
    tag: str = ""


def pieces(text: str) -> list[Piece]:
    """The text in stretches, links (with scheme) and hashtags apart. Together they are the text, unchanged."""
    found: list[Piece] = []
    end = 0
    for match in _LINKS_AND_TAGS.finditer(text):
        link, tag = _without_closing(match["link"] or ""), match["tag"] or ""
        if tag and (len(regex.findall(r"\X", tag)) > TAG_GRAPHEMES or len(tag.encode()) > TAG_BYTES):
            continue
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        end = match.start() + len(link or f"#{tag}")
        found.append(Piece(text[match.start() : end], link, tag))
    return [*found, Piece(text[end:])] if end < len(text) else found


def _without_closing(link: str) -> str:
    """A link without the punctuation of the sentence around it; a bracket stays if it was opened in the link."""
    while link and (link[-1] in CLOSING or link.count(link[-1]) > link.count(BRACKETS.get(link[-1], link[-1]))):
        link = link[:-1]
    return link


def _facets(text: str) -> list[models.AppBskyRichtextFacet.Main]:
    """Links and hashtags of a text by their places in its UTF-8 bytes."""
    from atproto import client_utils

    builder = client_utils.TextBuilder()
    for piece in pieces(text):
        if piece.link:
            builder.link(piece.text, piece.link)
        elif piece.tag:
            builder.tag(piece.text, piece.tag)
        else:
            builder.text(piece.text)
    return builder.build_facets()


def _tid(microseconds: int, clock: int) -> str:
    """53 bits of time and 10 of clock, in the sortable base 32 of AT Protocol timestamp identifiers."""
    value = microseconds << 10 | clock
    return "".join(TID_LETTERS[value >> shift & 31] for shift in range(60, -1, -5))


def _byte_problems(content: Content) -> list[Problem]:
    return [
        Problem(
            "", 0, 0, "too-long", "error",
            f"{size} bytes; Bluesky takes {TEXT_BYTES}, however few characters readers see",
            "Shorten it, or use fewer emoji that are made of several.",
        )
        for part in content.parts
        if (size := len(part.text.encode())) > TEXT_BYTES
    ]  # fmt: skip


def _video_problems(content: Content) -> list[Problem]:
    found: list[Problem] = []
    for media in (media for part in content.parts for media in part.media if media.duration_s):
        if (size := len(media.captions.encode())) > CAPTION_BYTES:
            message = f"the captions of {media.file} have {size:,} bytes; Bluesky takes {CAPTION_BYTES:,}"
            found.append(Problem("", 0, 0, "media-limits", "error", message, "Shorten them, or the video."))
        if (length := len(regex.findall(r"\X", media.alt))) > VIDEO_ALT:
            message = f"the alt text of {media.file} has {length} characters; Bluesky takes {VIDEO_ALT} for a video"
            found.append(Problem("", 0, 0, "alt-long", "error", message, "Say what matters in it."))
    return found


def _audience_problems(content: Content) -> list[Problem]:
    """Every post on Bluesky is public, and its labels know no free words."""
    found: list[Problem] = []
    if content.visibility != "public":
        found.append(Problem(
            "", 0, 0, "visibility-unsupported", "warning",
            f"Bluesky has no {content.visibility} posts: this one will be public",
            "Leave this account out of the schedule entry if it must not be.",
        ))  # fmt: skip
    if content.content_warning:
        found.append(Problem(
            "", 0, 0, "warning-unsupported", "warning",
            "Bluesky has no content warnings: readers will not see it",
            "Begin the text with it, in a wording of its own for Bluesky.",
        ))  # fmt: skip
    return found
