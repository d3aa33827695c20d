"""X through tweepy's client of the API v2, with the account's own OAuth 1.0a keys.

X has no idempotency key: a post is sent at most once, and after any doubt the account's own timeline decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from campaign_bot.config import Credentials
from campaign_bot.errors import (
    AuthError,
    BudgetReached,
    NetworkError,
    RateLimited,
    Rejected,
    Unavailable,
    Unconfirmed,
)
from campaign_bot.library.files import Account
from campaign_bot.model import Automation, Content, Counts, Identity, Lookup, Outgoing, Problem, Receipt
from campaign_bot.networks.base import DOCUMENTED, Cell, Connection, Limits, Network, Price
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.x_media import Uploads

T = TypeVar("T")

#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]

#: tweepy signs and asks this host; requests to it are carried to the account's server by `_Carrier`.
SIGNED_HOST = "https://api.twitter.com"
PRICES, PRICES_READ = "docs.x.com, pay-per-use pricing", "2026-08"
#: The requests whose limits we pace ourselves by.
BUCKETS = {
    ("POST", "/2/tweets"): "publish",
    ("POST", "/2/media/upload"): "upload",
    ("GET", "/2/tweets"): "counts",
}
#: What the id of a repost ends with, after the id of the original.
REPOSTED = "/repost"
REPLY_SETTINGS = {"following": "following", "mentioned": "mentionedUsers"}
STEP = (
    "By hand, once: Settings > Your account > Account information > Automation > Managing account; sign in there with"
    " the account of {by}, and name {by} in the profile's text."
)
#: Posts of one's own that a look reads at most: pages of 100.
LOOK_PAGES, PAGE = 5, 100


class XCredentials(Credentials):
    api_key: SecretStr
    api_secret: SecretStr
    access_token: SecretStr
    access_token_secret: SecretStr


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
    )
    cells: ClassVar[Mapping[str, Cell]] = {
        "text": Cell("yes", "280 weighted: a link is 23, an emoji 2, letters outside the Latin ranges 2"),
        "pictures": Cell("yes", "up to 4, v2 upload, then metadata"),
        "gif": Cell("yes", "v2 upload in chunks, one a post"),
        "video": Cell("yes", "v2 upload in chunks, sent once it is ready"),
        "captions": Cell("yes", "WebVTT by v2 subtitles"),
        "poll": Cell("yes", "up to 4 options of 25 characters, 7 days"),
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
    )
    count_action: ClassVar[str] = "read of a post"
    credentials: ClassVar[type[Credentials]] = XCredentials
    counts: ClassVar[frozenset[str]] = frozenset(
        {"likes", "reposts", "replies", "quotes", "bookmarks", "impressions", "poll_votes"}
    )
    default_server: ClassVar[str] = SIGNED_HOST

    def measure(self, text: str) -> int:
        """X's weighted count: a link or bare domain is 23, an emoji 2, letters outside the Latin ranges 2."""
        return _weighted(unicodedata.normalize("NFC", text))

    def check(self, content: Content) -> list[Problem]:
        found = shared_problems(self, content)
        if any(_links(part.text) for part in content.parts):
            prices = {price.action: price.usd for price in self.prices}
            message = f"a link costs ${prices['post with a link']:.3f} on X instead of ${prices['post']:.3f}"
            advice = "Offer a wording without a link for X: post.x.<language>.j2."
            found.append(Problem("", 0, 0, "link-price", "warning", message, advice))
        if content.quotes and content.parts[0].media:
            message = "X takes a quote or pictures, not both"
            found.append(Problem("", 0, 0, "media-limits", "error", message, "Leave the pictures out."))
        return found

    def charges(self, content: Content) -> Mapping[str, int]:
        if content.reposts:
            return {}
        found = Counter(_create_action(part.text) for part in content.parts)
        found["alt text"] = sum(
            bool(media.alt) and not media.duration_s for part in content.parts for media in part.media
        )
        return +found

    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        """X knows no key."""
        return ("",) * parts

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> XConnection:
        return XConnection(account, credentials.reveal(), server or account.server or self.default_server, timeout_s)


class XConnection(Connection):
    """One account by its own keys."""

    def __init__(self, account: Account, secrets: Mapping[str, str], server: str, timeout_s: float) -> None:
        import tweepy

        super().__init__(account.name)
        self._handle = account.handle.removeprefix("@")
        self._server = server.rstrip("/")
        self._client: Any = tweepy.Client(
            consumer_key=secrets["api_key"],
            consumer_secret=secrets["api_secret"],
            access_token=secrets["access_token"],
            access_token_secret=secrets["access_token_secret"],
            wait_on_rate_limit=False,  # it would sleep, or re-send at once where X does not say until when
        )
        self._auth: Any = tweepy.OAuth1UserHandler(
            secrets["api_key"], secrets["api_secret"], secrets["access_token"], secrets["access_token_secret"]
        ).apply_auth()
        self._client.session.trust_env = False
        self._client.session.mount("https://", _carrier(self._server, timeout_s, self._noted))
        self._id = ""
        self._uploads = Uploads(account.name, self._upload, lambda action, ids: self.meter(action, ids))

    def warm_up(self) -> None:
        """Whether a text has a link, and so what it costs, takes X's own parser: 0.2 s to load."""
        _links("")

    def identify(self) -> Identity:
        response = self._ask(lambda: self._client.request("GET", "/2/users/me", user_auth=True))
        me = self._json(response)["data"]
        level = response.headers.get("x-access-level", "")
        may = level in ("", "read-write", "read-write-directmessages")
        detail = "" if may else "The keys may only read: set the app to Read and write, then make new keys."
        return Identity(str(me["username"]), may, detail)

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        if part.repost is not None:
            return self._repost(part.repost.remote_id, ready)
        media = [
            self._uploads.ready(attachment, label=part.label, language=part.language) for attachment in part.attachments
        ]
        poll: dict[str, Any] = {}
        if part.poll is not None:
            poll = {"poll_options": list(part.poll.options), "poll_duration_minutes": part.poll.duration_min}
        ready()
        created = self._ask(
            lambda: self._client.create_tweet(
                text=part.text,
                media_ids=media or None,
                in_reply_to_tweet_id=part.parent.remote_id if part.parent else None,
                quote_tweet_id=part.quote.remote_id if part.quote else None,
                reply_settings=REPLY_SETTINGS[part.replies] if part.replies else None,
                user_auth=True,
                **poll,
            ),
            "create",
        )
        remote_id = str((created.data or {}).get("id", ""))
        if not remote_id:
            raise Unconfirmed(self.account, "X took the post but gave no id; it may be there.")
        self.meter(_create_action(part.text), [remote_id])
        return self._receipt(remote_id)

    def _repost(self, original: str, ready: Callable[[], None]) -> Receipt:
        """X reposts a post of an account once: doing it again does nothing. It has no id to rely on, so ours names the
        original."""
        path = f"/2/users/{self._own_id()}/retweets"
        ready()
        answer = self._ask(
            lambda: self._client.request("POST", path, json={"tweet_id": original}, user_auth=True), "create"
        )
        try:
            done = answer.json()["data"]["retweeted"]
        except (ValueError, KeyError, TypeError) as error:
            raise Unconfirmed(self.account, "X gave no usable answer; the repost may be there.") from error
        if not done:
            raise Rejected(self.account, "X did not repost it")
        return self._receipt(original, REPOSTED)

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Read the own timeline back to `since`, comparing texts with their links written out."""
        wanted = _comparable(part.text)
        token = ""

        def is_it(post: Any) -> bool:
            if part.repost is not None:
                return _reposted(post) == part.repost.remote_id
            return not _reposted(post) and _comparable(_written_out(post)) == wanted and str(post.id) not in known

        for _ in range(LOOK_PAGES):
            page = self._ask(partial(self._own_posts, since, token))
            self.meter("read of an own post", [str(post.id) for post in page.data or []])
            for post in page.data or []:
                if not is_it(post):
                    continue
                if part.repost is not None:
                    return Lookup(self._receipt(part.repost.remote_id, REPOSTED), conclusive=True)
                self.meter(_create_action(part.text), [str(post.id)])  # its answer was lost, so nobody has yet
                return Lookup(self._receipt(str(post.id)), conclusive=True)
            token = str((page.meta or {}).get("next_token") or "")
            if not token:
                return Lookup(None, conclusive=True)
        return Lookup(None, conclusive=False)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """By id, up to 100 in one call. (The own timeline is cheaper per post; it is read by later work.)"""
        posts, polls = self._posts(remote_ids)
        return {str(post.id): _counts(post.data, polls) for post in posts}

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """A poll travels with its post; its options have positions."""
        found: dict[str, Sequence[int]] = {}
        posts, polls = self._posts(remote_ids)
        for post in posts:
            ids = (post.data.get("attachments") or {}).get("poll_ids") or []
            poll = polls.get(ids[0]) if ids else None
            if poll is not None and poll.voting_status == "closed":
                options = sorted(poll.options, key=lambda option: option["position"])
                found[str(post.id)] = [int(option["votes"]) for option in options]
        return found

    def _posts(self, remote_ids: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
        own = [one for one in remote_ids if not one.endswith(REPOSTED)]  # people engage with the post itself
        if not own:
            return [], {}
        answer = self._ask(
            lambda: self._client.get_tweets(
                own,
                tweet_fields=["public_metrics", "attachments"],
                expansions=["attachments.poll_ids"],
                poll_fields=["options", "voting_status"],
                user_auth=True,
            )
        )
        self.meter("read of a post", [str(post.id) for post in answer.data or []])
        return list(answer.data or []), {poll.id: poll for poll in answer.includes.get("polls", [])}

    def followers(self) -> int | None:
        answer = self._ask(lambda: self._client.get_me(user_fields=["public_metrics"], user_auth=True))
        metrics = answer.data.public_metrics or {}
        return metrics.get("followers_count")

    def retract(self, remote_id: str) -> None:
        from tweepy.errors import NotFound

        def delete() -> None:
            try:
                if remote_id.endswith(REPOSTED):
                    original = remote_id.removesuffix(REPOSTED)
                    path = f"/2/users/{self._own_id()}/retweets/{original}"
                    self._client.request("DELETE", path, user_auth=True)
                else:
                    self._client.delete_tweet(remote_id, user_auth=True)
            except NotFound:
                return

        self._ask(delete)

    def automation(self, by: str) -> Automation:
        """X has no field for it that a program can read or write: only the profile's text can be looked at."""
        answer = self._ask(lambda: self._client.get_me(user_fields=["description"], user_auth=True))
        return Automation(None, bool(by) and by in str(answer.data.description or ""), STEP.format(by=by))

    def mark_automated(self, by: str) -> Automation:
        return self.automation(by)

    def close(self) -> None:
        self._client.session.close()

    def _own_id(self) -> str:
        if not self._id:
            self._id = str(self._ask(lambda: self._client.get_me(user_auth=True)).data.id)
        return self._id

    def _own_posts(self, since: datetime, token: str) -> Any:
        return self._client.get_users_tweets(
            self._own_id(),
            start_time=since.astimezone(UTC).replace(microsecond=0),
            max_results=PAGE,
            pagination_token=token or None,
            tweet_fields=["created_at", "entities", "referenced_tweets"],
            user_auth=True,
        )

    def _upload(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One request of an upload: files go as forms, for which tweepy has no call."""

        def send() -> Any:
            return self._client.session.request(method, f"{SIGNED_HOST}{path}", auth=self._auth, **more)

        answer = self._ask(send, "upload")
        if answer.status_code not in (200, 201, 202):
            raise self._refused(answer, "upload")
        return answer.json().get("data") or {} if path.endswith("/append") else self._json(answer)["data"]

    def _noted(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """X names two limits in its answers: that of the window of 15 minutes, and sometimes that of the day."""
        bucket = BUCKETS.get((method, path), "")
        self._note(bucket, headers, "x-rate-limit-", _instant(headers.get("x-rate-limit-reset", "")))
        if bucket == "publish":
            day = "x-user-limit-24hour-"
            self._note("publish a day", headers, day, _instant(headers.get(f"{day}reset", "")))

    def _receipt(self, remote_id: str, suffix: str = "") -> Receipt:
        return Receipt(remote_id + suffix, f"https://x.com/{self._handle or 'i'}/status/{remote_id}")

    def _json(self, response: Any) -> dict[str, Any]:
        try:
            found = response.json()
        except ValueError as error:
            raise Unavailable(self.account, f"{self._server} answered with a page instead of data.") from error
        if not isinstance(found, dict) or "data" not in found:
            raise Unavailable(self.account, f"{self._server} answered without what was asked for.")
        return found  # pyright: ignore[reportUnknownVariableType]

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        from tweepy.errors import HTTPException

        try:
            return request()
        except HTTPException as error:
            raise self._refused(error.response, stage) from error
        except _failures() as error:
            told = type(error).__name__
            if _never_left(error):
                raise Unavailable(self.account, f"{self._server} cannot be reached ({told}).") from error
            if stage == "create":
                raise Unconfirmed(
                    self.account, f"{self._server} gave no usable answer ({told}); the post may be there."
                ) from error
            raise Unavailable(self.account, f"{self._server} gave no usable answer ({told}).") from error

    def _refused(self, response: Any, stage: Stage) -> NetworkError:
        """Our error for an answer of X's, by its status and its words."""
        status, words, kinds = response.status_code, *_problem_of(response)
        answer = f"{self._server} answered {status}: {words}"
        if status == 402 or kinds & {
            "credits",
            "spend-cap-reached",
            "SpendCapReached",
            "UsageCapExceeded",
            "usage-capped",
        }:
            return BudgetReached(
                self.account, f"{answer}.", advice="Raise the spending limit in X's developer console."
            )
        if status == 429:
            return RateLimited(self.account, "X asks for fewer requests.", until=_reset_of(response))
        if status == 403 and "duplicate content" in words and stage == "create":
            # A hint that an earlier attempt arrived, but no proof: look.
            return Unconfirmed(self.account, f"{answer}; it may be there already.")
        if status == 401 or (status == 403 and stage != "create") or "not permitted" in words.lower():
            return AuthError(self.account, f"{answer}.", advice="Check the account's keys and that its app may write.")
        if status >= 500:
            if stage == "create" and status != 503:
                return Unconfirmed(self.account, f"{answer}; the post may be there.")
            return Unavailable(self.account, f"{answer}.")
        return Unavailable(self.account, f"{answer}.") if stage == "read" else Rejected(self.account, f"{answer}.")


@cache
def _text_parser() -> Any:
    """Takes 0.6 s to import; only where a text for X is measured."""
    import twitter_text

    return twitter_text


@cache
def _weighted(text: str) -> int:
    return int(_text_parser().parse_tweet(text).weightedLength)


def _links(text: str) -> list[Any]:
    """Links as X sees them, bare domains too."""
    from twitter_text.extract_urls import extract_urls_with_indices

    return extract_urls_with_indices(text)


def _create_action(text: str) -> str:
    return "post with a link" if _links(text) else "post"


def _carrier(server: str, timeout_s: float, noted: Callable[[str, str, Mapping[str, str]], None]) -> Any:
    """A requests adapter that carries what tweepy sends to X's host to another server, and gives up in time."""
    from requests.adapters import HTTPAdapter

    class Carrier(HTTPAdapter):
        def send(self, request: Any, **options: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            request.url = request.url.replace(SIGNED_HOST, server, 1)
            given: dict[str, Any] = {**options, "timeout": timeout_s, "proxies": {}}
            answer = super().send(request, **given)
            noted(request.method, urlsplit(request.url).path, answer.headers)
            return answer

        def get_connection_with_tls_context(
            self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
        ) -> Any:
            return super().get_connection_with_tls_context(request, verify, proxies=None, cert=cert)

    return Carrier(max_retries=0)  # a retried POST is a second post


def _reposted(post: Any) -> str:
    """The id of the post that this one reposts; empty for one of its own. X calls them by two names."""
    for one in post.data.get("referenced_tweets") or post.data.get("referenced_posts") or []:
        if one.get("type") in ("retweeted", "reposted"):
            return str(one["id"])
    return ""


def _written_out(post: Any) -> str:
    """The text with X's short links replaced by what they stand for, and its HTML entities by their characters."""
    text = str(post.text)
    for url in ((post.data.get("entities") or {}).get("urls")) or []:
        # The link that X adds for a picture or video was not in the text.
        written = "" if url.get("media_key") else url.get("expanded_url") or url["url"]
        text = text.replace(url["url"], written)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _comparable(text: str) -> str:
    """White space folded, and links without what X adds to them: it writes example.org out as http://example.org."""
    return " ".join(re.sub(r"https?://", "", unicodedata.normalize("NFC", text)).split())


def _counts(post: Mapping[str, Any], polls: Mapping[Any, Any]) -> Counts:
    """Both of X's vocabularies: retweet_count is repost_count in newer answers."""
    metrics: Mapping[str, int | None] = post.get("public_metrics") or {}
    poll = next((polls[one] for one in (post.get("attachments") or {}).get("poll_ids", []) if one in polls), None)
    return Counts(
        likes=metrics.get("like_count"),
        reposts=metrics.get("retweet_count", metrics.get("repost_count")),
        replies=metrics.get("reply_count"),
        quotes=metrics.get("quote_count"),
        bookmarks=metrics.get("bookmark_count"),
        impressions=metrics.get("impression_count"),
        poll_votes=sum(option["votes"] for option in poll.options) if poll is not None else None,
    )


def _problem_of(response: Any) -> tuple[str, set[str]]:
    """What X says is wrong, and the names of its problems; X writes these in several shapes."""
    try:
        body: Any = response.json()
    except ValueError:
        return "a page instead of data", set()
    if not isinstance(body, dict):
        return "no reason given", set()
    first: Any = next(iter(body.get("errors") or []), {})
    words = body.get("detail") or first.get("detail") or first.get("message") or body.get("title") or "no reason given"
    kinds = {
        str(one).rpartition("/")[2]
        for one in (body.get("type"), first.get("type"), body.get("title"), body.get("reason"))
        if one
    }
    return str(words)[:300].rstrip("."), kinds


def _reset_of(response: Any) -> datetime | None:
    return _instant(response.headers.get("x-rate-limit-reset", ""))


def _instant(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() else None


def _never_left(error: Exception) -> bool:
    """Nobody listened or was found: no byte of the request left."""
    import requests

    if isinstance(error, requests.ConnectTimeout):
        return True
    return isinstance(error, requests.ConnectionError) and any(
        words in str(error) for words in ("NewConnectionError", "Failed to resolve", "NameResolutionError")
    )


@cache
def _failures() -> tuple[type[Exception], ...]:
    """What leaks through tweepy: requests' errors, and what parsing an answer that is not what it says can raise."""
    import requests
    from tweepy.errors import TweepyException

    return (TweepyException, requests.RequestException, ValueError, KeyError, TypeError, AttributeError)
