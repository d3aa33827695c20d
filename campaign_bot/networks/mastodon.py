"""Mastodon, or any other server that speaks its API, through the Mastodon.py library.

The Idempotency-Key is derived from the delivery, so a repeat within the hour is the same post. Servers exist that
ignore the key: so before any resend the account's own posts are looked at too.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any, ClassVar, Literal, TypeVar

import regex
from pydantic import SecretStr

from campaign_bot.config import Credentials
from campaign_bot.errors import AuthError, NetworkError, NotReady, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.library.files import Account
from campaign_bot.model import Attachment, Automation, Content, Counts, Identity, Lookup, Outgoing, Problem, Receipt
from campaign_bot.networks import automated
from campaign_bot.networks.base import ANOTHERS, COPY_ADDRESS, DOCUMENTED, Cell, Connection, Limits, Network, Tells
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.mastodon_sign_in import sign_in
from campaign_bot.networks.mastodon_told import can_quote, told_by
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, instant, never_left, why

T = TypeVar("T")

#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]

_URL = regex.compile(r"https?://[^\s<>\"«»“”]+", regex.I)
_GRAPHEME = regex.compile(r"\X")
_MENTION = regex.compile(r"(?<![\w/])(@[\w.-]*\w)@[\w.-]+\w")
#: How many fields a profile has.
PROFILE_FIELDS = 4
#: Pages of own posts that a look reads at most; 40 posts each.
LOOK_PAGES, LOOK_SIZE = 5, 40


class MastodonCredentials(Credentials):
    access_token: SecretStr


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
        if self.limits.url:
            text = _URL.sub("x" * self.limits.url, text)
        return len(_GRAPHEME.findall(_MENTION.sub(r"\1", text)))

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


class MastodonConnection(Connection):
    """One account by its access token."""

    def __init__(self, account: Account, token: str, server: str, timeout_s: float) -> None:
        import requests
        from mastodon import Mastodon as Client

        super().__init__(account.name)
        self._server = server.rstrip("/")
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.hooks["response"].append(self._seen)
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, bounded_adapter(timeout_s, noted=self._noted))
        self._api: Any = Client(
            access_token=token,
            api_base_url=self._server,
            ratelimit_method="throw",  # the default sleeps for minutes
            request_timeout=timeout_s,
            session=self._session,
            version_check_mode="none",
            mastodon_version="4.3.0",  # else it asks the server, and recurses without end where that does not tell
        )
        self._id = ""
        # The library takes its argument above for known, and keeps it only where it checks versions.
        self._api.mastodon_major, self._api.mastodon_minor, self._api.mastodon_patch = 4, 3, 0
        self._batch_is_served = True
        self._last_body = b""
        self._reset: datetime | None = None  # of the limit that the last answer told
        self._language = account.language
        self._quotes: bool | None = None  # whether the server can; not asked yet
        self._preparing: dict[str, str] = {}  # ids of what was uploaded for a post that is not out yet

    def identify(self) -> Identity:
        me, scopes = self._me(), self._scopes()
        may = not scopes or any(scope in ("write", "write:statuses") for scope in scopes)
        detail = "" if may else f"The token may only {', '.join(scopes)}: make one with the scope write."
        return Identity(str(me.acct), may, detail)

    def _scopes(self) -> list[str]:
        """What the token may do, where the server says so: not all have this question, nor this answer."""
        from mastodon.errors import MastodonNotFoundError

        def ask() -> Any:
            try:
                return self._api.app_verify_credentials()
            except MastodonNotFoundError:
                return None

        told = getattr(self._ask(ask), "scopes", None)
        return " ".join(one for one in told if isinstance(one, str)).split() if isinstance(told, list) else []

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        if part.repost is not None:
            original = part.repost.remote_id
            ready()
            return _receipt(self._ask(lambda: self._api.status_reblog(original), "create"))
        if part.quote is not None:
            self._may_quote()
        media = [self._ready(attachment) for attachment in part.attachments]
        poll = None
        if part.poll is not None:
            poll = self._api.make_poll(list(part.poll.options), expires_in=part.poll.duration_min * 60)
        for attachment in part.attachments:  # attached once, they are nobody else's: also if the answer is lost
            self._preparing.pop(_kept_as(attachment), None)
        sensitive = bool(part.content_warning or part.label)
        ready()
        status = self._ask(
            lambda: self._api.status_post(
                part.text,
                in_reply_to_id=part.parent.remote_id if part.parent else None,
                media_ids=media or None,
                sensitive=None if poll else sensitive,  # GoToSocial refuses a poll with it
                visibility=part.visibility,
                spoiler_text=part.content_warning or None,
                language=part.language,
                idempotency_key=part.key or None,
                poll=poll,
                quoted_status_id=part.quote.remote_id if part.quote else None,
            ),
            "create",
        )
        return self._ask(lambda: _receipt(status), "create")

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Look through the account's own posts back to `since`, comparing what a reader would read."""
        wanted = comparable(part.text)

        def is_it(status: Any) -> bool:
            if part.repost is not None:
                return status.reblog is not None and str(status.reblog.id) == part.repost.remote_id
            return status.reblog is None and comparable(plain_text(status.content)) == wanted

        older_than = None
        for _ in range(LOOK_PAGES):
            page = self._ask(lambda older=older_than: self._own_page(older))
            for status in page:
                ours = is_it(status) and str(status.id) not in known
                if ours and status.created_at >= since:
                    return Lookup(_receipt(status), conclusive=True)
            if len(page) < LOOK_SIZE or page[-1].created_at < since:
                return Lookup(None, conclusive=True)
            older_than = page[-1].id
        return Lookup(None, conclusive=False)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """A repost shows the counts of the post itself: they are that one's."""
        found = self._statuses(remote_ids)
        return {one: _counts(status) for one, status in found.items() if status.reblog is None}

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """A poll travels with its status. Servers may hide an option's votes (null)."""
        found = {one: getattr(status, "poll", None) for one, status in self._statuses(remote_ids).items()}
        votes = {
            one: [option.votes_count for option in poll.options] for one, poll in found.items() if poll and poll.expired
        }
        return {one: told for one, told in votes.items() if None not in told}

    def followers(self) -> int | None:
        found = self._me().followers_count
        return found if isinstance(found, int) else None

    def edit(self, remote_id: str, part: Outgoing) -> None:
        """Mastodon drops what an edit does not name: pictures, poll and language are sent again as they are. (The
        library's own call has no language.)"""
        from mastodon.errors import MastodonAPIError

        now = self._ask(lambda: self._api.status(remote_id))
        body: dict[str, Any] = {
            "status": part.text,
            "spoiler_text": part.content_warning,
            "sensitive": bool(part.content_warning or part.label),
            "language": part.language,
            "media_ids": [str(media.id) for media in now.media_attachments],
        }
        if part.poll is not None:
            body["poll"] = {"options": list(part.poll.options), "expires_in": part.poll.duration_min * 60}

        def put() -> None:
            answer = self._session.put(
                f"{self._server}/api/v1/statuses/{remote_id}", json=body, timeout=self._timeout_s,
                headers={"Authorization": f"Bearer {self._api.access_token}"},
            )  # fmt: skip
            if answer.status_code != 200:
                raise MastodonAPIError("Mastodon API", answer.status_code, answer.reason, answer.text)

        self._ask(put, "upload")  # doing it again does the same

    def told_limits(self) -> Tells:
        return self._ask(lambda: told_by(self._instance()))

    def _instance(self) -> object:
        """What the server says of itself, as it says it: the library knows Mastodon's own answer only. Servers from before
        Mastodon 4 and some others have the first version of it."""
        from mastodon.errors import MastodonAPIError

        for path in ("/api/v2/instance", "/api/v1/instance"):
            answer = self._session.get(
                self._server + path,
                timeout=self._timeout_s,
                headers={"Authorization": f"Bearer {self._api.access_token}"},
            )
            if answer.status_code == 200:
                return answer.json()
            if answer.status_code != 404:
                raise MastodonAPIError("Mastodon API", answer.status_code, answer.reason, answer.text)
        return {}

    def locate(self, url: str) -> Receipt:
        from mastodon.errors import MastodonNotFoundError

        found = regex.fullmatch(r"https?://[^/]+/(?:.+/)?([0-9A-Za-z]+)/?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)

        def look() -> Any:
            try:
                return self._api.status(found[1])
            except MastodonNotFoundError:
                return None

        status = self._ask(look)
        if status is None or str(status.account.id) != self._own_id():
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return _receipt(status)

    def retract(self, remote_id: str) -> None:
        from mastodon.errors import MastodonNotFoundError

        def delete() -> None:
            """What was reposted stays: only that it was reposted is taken back."""
            try:
                original = self._api.status(remote_id).reblog
                if original is not None:
                    self._api.status_unreblog(original.id)
                else:
                    self._api.status_delete(remote_id)
            except MastodonNotFoundError:
                return

        self._ask(delete)

    def automation(self, by: str) -> Automation:
        return _automation(self._ask(self._api.account_verify_credentials), by)

    def mark_automated(self, by: str) -> Automation:
        """The flag `bot`, and who runs it as a field of the profile, if one of the four is free."""
        me = self._ask(self._api.account_verify_credentials)
        now = _automation(me, by)
        if now.marked and now.names_who:
            return now
        fields = [(field.name, field.value) for field in me.source.fields]
        if not now.names_who and by and len(fields) < PROFILE_FIELDS:
            fields.append((automated.field(self._language), by))
        after = self._ask(lambda: self._api.account_update_credentials(bot=True, fields=fields), "upload")
        return _automation(after, by)

    def close(self) -> None:
        self._session.close()

    def _seen(self, response: Any, **_: Any) -> None:
        self._last_body = response.content

    def _noted(self, method: str, path: str, headers: MutableMapping[str, str]) -> None:
        """A create request answers with its own limit in place of the general one."""
        # Not left for the library: it fails on one that it cannot read, and on a strange Date beside it.
        self._reset = _instant(headers.pop("x-ratelimit-reset", ""))
        bucket = "counts"
        if method == "POST":
            bucket = "publish" if path == "/api/v1/statuses" else "upload" if path.endswith("/media") else ""
        self._note(bucket, headers, "x-ratelimit-", self._reset)

    def _own_page(self, older_than: str | None) -> list[Any]:
        """What is no list of posts must not be taken for an empty one: it would say that a post is surely not there."""
        page = self._api.account_statuses(self._own_id(), max_id=older_than, limit=LOOK_SIZE)
        if not page and self._last_body.strip() != b"[]":  # the library makes an empty list of {} and null
            raise TypeError("no list of statuses")
        if not all(isinstance(one.content, str) and isinstance(one.created_at, datetime) for one in page):
            raise TypeError("no statuses")
        return page

    def _own_id(self) -> str:
        if not self._id:
            self._id = str(self._me().id)
        return self._id

    def _me(self) -> Any:
        def ask() -> Any:
            me = self._api.account_verify_credentials()
            if not isinstance(me.acct, str) or not isinstance(me.id, str | int):
                raise TypeError("no account")
            return me

        return self._ask(ask)

    def _statuses(self, remote_ids: Sequence[str]) -> dict[str, Any]:
        """One call for all where the server can (Mastodon >= 4.3). What that leaves out is asked for by itself before it
        counts as gone: some servers answer an empty list to a question that they do not know."""
        found: dict[str, Any] = {}
        if self._batch_is_served and len(remote_ids) > 1:
            found = {str(status.id): status for status in self._ask(lambda: self._batch(remote_ids))}
        alone = {one: status for one in remote_ids if one not in found and (status := self._single(one)) is not None}
        if alone and not found:
            self._batch_is_served = len(remote_ids) == 1 and self._batch_is_served
        return found | alone

    def _batch(self, remote_ids: Sequence[str]) -> list[Any]:
        """Empty where the server does not know the question: GoToSocial answers 405, older ones 404 or 400."""
        from mastodon.errors import MastodonAPIError

        try:
            answer = self._api.statuses(list(remote_ids))
        except MastodonAPIError as error:
            if _status_of(error) not in (400, 404, 405, 410, 422, 501):
                raise
            self._batch_is_served = False
            return []
        if not isinstance(answer, list):
            raise TypeError("no list of statuses")
        return [status for status in answer if isinstance(status.id, str | int)]

    def _single(self, remote_id: str) -> Any | None:
        from mastodon.errors import MastodonNotFoundError

        def read() -> Any | None:
            try:
                status = self._api.status(remote_id)
            except MastodonNotFoundError:
                return None
            if str(status.id) != remote_id:
                raise TypeError("not that status")
            return status

        return self._ask(read)

    def _ready(self, attachment: Attachment) -> str:
        """The id of a picture or video that is ready to be attached: a server refuses one that it is still preparing.
        It is uploaded once; a later attempt asks for it. Raises NotReady."""
        from mastodon.errors import MastodonNotFoundError

        kept = _kept_as(attachment)
        media = None
        if kept in self._preparing:
            try:
                media = self._api.media(self._preparing[kept])
            except MastodonNotFoundError:  # it was thrown away: upload it again
                media = None
            except _failures() as error:
                raise self._ours(error, "upload") from error
        if media is None:
            media = self._upload(attachment)
            self._preparing[kept] = str(media.id)
        if getattr(media, "url", None) is None:
            raise NotReady(self.account, f"{self._server} is still preparing {attachment.media.file}")
        return str(media.id)

    def _upload(self, attachment: Attachment) -> Any:
        return self._ask(
            lambda: self._api.media_post(
                attachment.data,
                mime_type=attachment.media.mime_type,
                description=attachment.media.alt,
                file_name=f"{attachment.media.sha256[:16]}.{attachment.media.mime_type.rpartition('/')[2]}",
            ),
            "upload",
        )

    def _may_quote(self) -> None:
        """Asked once more, for where nobody has yet, or long ago."""
        if self._quotes is None:
            self._quotes = self._ask(lambda: can_quote(self._instance()))
        if not self._quotes:
            raise Rejected(self.account, f"{self._server} cannot quote: that needs Mastodon 4.5 or newer")

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        try:
            return request()
        except _failures() as error:
            raise self._ours(error, stage) from error

    def _ours(self, error: Exception, stage: Stage) -> NetworkError:
        from mastodon.errors import MastodonAPIError, MastodonNetworkError, MastodonRatelimitError

        # With other words: the answer is there, but the library can't read a header of it.
        if isinstance(error, MastodonRatelimitError) and error.args == ("Hit rate limit.",):
            return RateLimited(self.account, f"{self._server} asks for fewer requests.", until=self._reset)
        if isinstance(error, MastodonAPIError):
            return self._refused(error, _status_of(error), stage)
        told = why(error.__context__ or error)
        if isinstance(error, MastodonNetworkError) and never_left(error.__context__):
            return Unavailable(self.account, f"{self._server} cannot be reached ({told}).")
        if stage == "create":
            return Unconfirmed(self.account, f"{self._server} gave no answer ({told}); the post may be there.")
        return Unavailable(self.account, f"{self._server} gave no usable answer ({told}).")

    def _refused(self, error: Exception, status: int, stage: Stage) -> NetworkError:
        answer = f"{self._server} answered {status}: {_words(error)}"
        if status in (401, 403):
            return AuthError(
                self.account, f"{answer}.", advice="Check the account's access token and that it may write."
            )
        if status == 503 or (stage == "read" and status >= 500):
            return Unavailable(self.account, f"{answer}.")
        if stage == "create" and (status >= 500 or status < 400):
            return Unconfirmed(self.account, f"{answer}; the post may be there.")
        if stage == "read" or status >= 500 or status < 400:
            return Unavailable(self.account, f"{answer}.", advice="Is this account's server right?")
        return Rejected(self.account, f"{answer}.")


class _Reader(HTMLParser):
    """The plain text of a post: what its author wrote, links as their addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._link = ""
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped or "quote-inline" in (given.get("class") or "").split():
            self._skipped += tag not in ("br", "img")  # what the server adds to a quote, for readers of old servers
            return
        if tag == "br":
            self.text += "\n"
        elif tag == "p" and self.text:
            self.text += "\n\n"
        elif tag == "a" and not {"hashtag", "mention"} & set((given.get("class") or "").split()):
            self._link = given.get("href") or ""
            self.text += self._link

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._link and not self._skipped:
            self.text += data


def plain_text(content: str) -> str:
    """A status's HTML as the text that was sent."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return reader.text


def comparable(text: str) -> str:
    """A text in the form in which a server may not change it: white space folded."""
    return " ".join(html.unescape(text).split())


def _kept_as(attachment: Attachment) -> str:
    return f"{attachment.media.sha256}/{attachment.media.alt}"


def _automation(me: Any, by: str) -> Automation:
    told = [str(me.source.note), *(str(field.value) for field in me.source.fields)]
    names = bool(by) and any(by in text for text in told)
    step = "" if names or not by else f"Name who runs it in the profile: {by}."
    return Automation(bool(me.bot), names, step)


def _receipt(status: Any) -> Receipt:
    """Raises TypeError for what is no status."""
    if not isinstance(status.id, str | int) or not isinstance(status.url or status.uri, str):
        raise TypeError("no status")
    return Receipt(str(status.id), str(status.url or status.uri))


def _counts(status: Any) -> Counts:
    poll = getattr(status, "poll", None)
    quotes = getattr(status, "quotes_count", None)
    return Counts(
        likes=status.favourites_count,
        reposts=status.reblogs_count,
        replies=status.replies_count,
        quotes=None if quotes is None else int(quotes),
        poll_votes=poll.votes_count if poll else None,
    )


def _instant(text: str) -> datetime | None:
    """When a limit begins anew: ISO 8601 from Mastodon, seconds from GoToSocial; others write what they like."""
    if text.isdecimal():
        return instant(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _status_of(error: Exception) -> int:
    """Mastodon.py raises (message, status, reason, detail)."""
    return next((arg for arg in error.args if isinstance(arg, int)), 0)


def _words(error: Exception) -> str:
    words = [str(arg) for arg in error.args if isinstance(arg, str) and not arg.startswith("Mastodon API")]
    text = words[-1] if words else "no reason given"
    return "a page instead of data" if text.lstrip().startswith("<") else text[:300].rstrip(".")


@cache
def _failures() -> tuple[type[Exception], ...]:
    """All that a request through the library may raise."""
    from mastodon.errors import MastodonError

    return (MastodonError, *failures_of_requests())
