"""X through tweepy's client of the API v2, with the account's own OAuth 1.0a keys.

X has no idempotency key: a post is sent at most once, and after any doubt the account's own timeline decides.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any, ClassVar, Literal, TypeVar, cast

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
from campaign_bot.networks.base import COPY_ADDRESS, DOCUMENTED, Cell, Connection, Limits, Network, Price
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, instant, never_left, why
from campaign_bot.networks.x_media import Uploads
from campaign_bot.networks.x_reading import (
    FIELDS,
    PRIVATE_FIELDS,
    Json,
    counts_of,
    parameters,
    polls_of,
    posts_of,
    result_of,
    stretches,
    window,
)
from campaign_bot.networks.x_sign_in import sign_in

T = TypeVar("T")

#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]

#: tweepy signs and asks this host; requests to it are carried to the account's server.
SIGNED_HOST = "https://api.twitter.com"
PRICES, PRICES_READ = "docs.x.com, pay-per-use pricing", "2026-08"
#: The requests whose limits we pace ourselves by.
BUCKETS = {
    ("POST", "/2/tweets"): "publish",
    ("POST", "/2/media/upload"): "upload",
    ("GET", "/2/tweets"): "counts by id",
}
OWN_POSTS = re.compile(r"/2/users/\d+/tweets")
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
        return _weighted(unicodedata.normalize("NFC", text))

    def links(self, text: str) -> list[tuple[int, int]]:
        """Bare domains too."""
        return list(_link_places(text))

    def check(self, content: Content) -> list[Problem]:
        found = shared_problems(self, content)
        if any(_link_places(part.text) for part in content.parts):
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

    def sign_in(self, account: Account, person: Person, *, server: str = "", timeout_s: float = 15.0) -> SignedIn:
        return sign_in(account, person, (server or account.server or SIGNED_HOST).rstrip("/"), timeout_s)

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> XConnection:
        return XConnection(account, credentials.reveal(), server or account.server or self.default_server, timeout_s)


class XConnection(Connection):
    """One account by its own keys."""

    def __init__(self, account: Account, secrets: Mapping[str, str], server: str, timeout_s: float) -> None:
        import tweepy

        # X's newer answers call it edit_history_post_ids; nobody here reads it.
        warnings.filterwarnings("ignore", "Tweet data missing default", RuntimeWarning)
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
        for scheme in ("https://", "http://"):
            adapter = bounded_adapter(timeout_s, carry=self._carried, noted=self._noted)
            self._client.session.mount(scheme, adapter)
        # An access token begins with the id of its account, which saves asking for it.
        begin, dash, _ = secrets["access_token"].partition("-")
        self._id = begin if dash and begin.isdecimal() else ""
        self._clicks_are_told = True
        self._uploads = Uploads(account.name, self._upload, lambda action, ids: self.meter(action, ids))

    def _carried(self, url: str) -> str:
        """tweepy signs and asks X's own host; the account's server gets it."""
        return url.replace(SIGNED_HOST, self._server, 1)

    def warm_up(self) -> None:
        """Whether a text has a link, and so what it costs, takes X's own parser: 0.2 s to load."""
        _link_places(".")

    def identify(self) -> Identity:
        response = self._ask(lambda: self._client.request("GET", "/2/users/me", user_auth=True))
        me = self._ask(lambda: _user(self._json(response)["data"]))
        self._id = me["id"]
        self.meter("read of a user", [self._id])
        level = response.headers.get("x-access-level", "")
        may = level in ("", "read-write", "read-write-directmessages")
        detail = "" if may else "The keys may only read: set the app to Read and write, then make new keys."
        return Identity(me["username"], may, detail)

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
        remote_id = str(created.data.get("id") or "") if isinstance(created.data, dict) else ""
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
        """From the own timeline, at a fifth of the price; what is not there, by its id."""

        def read() -> Mapping[str, Counts]:
            posts, polls = self._posts(remote_ids)
            return {one: counts_of(post, polls) for one, post in posts.items()}

        return self._ask(read)

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        def read() -> Mapping[str, Sequence[int]]:
            posts, polls = self._posts(remote_ids)
            results = {one: result_of(post, polls) for one, post in posts.items()}
            return {one: votes for one, votes in results.items() if votes is not None}

        return self._ask(read)

    def _posts(self, remote_ids: Sequence[str]) -> tuple[dict[str, Json], dict[str, Json]]:
        """The posts that are there, and their polls. A post for which X refuses a field may be left out whole: it is
        asked for once more without that field before it counts as gone. Of a repost nobody asks: people engage with the
        post itself."""
        missing = {one for one in remote_ids if one.isdecimal()}
        posts, polls = dict[str, Json](), dict[str, Json]()

        def read(path: str, more: Mapping[str, str], fields: str, action: str) -> None:
            answer = self._read(path, {**more, **parameters(fields)})
            self.meter(action, list(posts_of(answer)))
            found = {one: post for one, post in posts_of(answer).items() if one in missing}
            posts.update(found)
            polls.update(polls_of(answer))
            missing.difference_update(found)

        timeline = f"/2/users/{self._own_id()}/tweets"
        for fields in (PRIVATE_FIELDS, FIELDS) if self._clicks_are_told else (FIELDS,):
            for run in stretches(missing):
                try:
                    read(timeline, window(run), fields, "read of an own post")
                except AuthError:
                    if fields != PRIVATE_FIELDS:
                        raise
                    self._clicks_are_told = False
                    break
        if missing:
            read("/2/tweets", {"ids": ",".join(sorted(missing))}, FIELDS, "read of a post")
        return posts, polls

    def _read(self, path: str, parameters: Mapping[str, str]) -> Json:
        """Answers in the words of either of X's vocabularies, as they are."""
        response = self._ask(lambda: self._client.request("GET", path, params=dict(parameters), user_auth=True))
        return self._json(response, "data", "meta", "errors")

    def _own_id(self) -> str:
        if not self._id:
            self._id = str(self._me()["id"])
        return self._id

    def _me(self) -> Json:
        answer = self._read("/2/users/me", {"user.fields": "public_metrics"})
        me = self._ask(lambda: _user(answer["data"]))
        self.meter("read of a user", [me["id"]])
        return me

    def followers(self) -> int | None:
        found = (self._me().get("public_metrics") or {}).get("followers_count")
        return None if found is None else int(found)

    def locate(self, url: str) -> Receipt:
        found = re.fullmatch(r"https?://[^?]+/status/(\d+)(?:[/?].*)?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)
        answer = self._ask(lambda: self._client.get_tweets([found[1]], tweet_fields=["author_id"], user_auth=True))
        posts = [post for post in answer.data or [] if str(post.author_id) == self._own_id()]
        self.meter("read of a post", [str(post.id) for post in answer.data or []])
        if not posts:
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return self._receipt(found[1])

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

    def _own_posts(self, since: datetime, token: str) -> Any:
        page = self._client.get_users_tweets(
            self._own_id(),
            start_time=since.astimezone(UTC).replace(microsecond=0),
            max_results=PAGE,
            pagination_token=token or None,
            tweet_fields=["created_at", "entities", "referenced_tweets"],
            user_auth=True,
        )
        if "result_count" not in page.meta:  # else anything would pass for an empty timeline: “surely not there”
            raise ValueError("no page of a timeline")
        return page

    def _upload(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One request of an upload: files go as forms, for which tweepy has no call."""

        def send() -> Any:
            return self._client.session.request(method, f"{SIGNED_HOST}{path}", auth=self._auth, **more)

        answer = self._ask(send, "upload")
        if answer.status_code not in (200, 201, 202):
            raise self._refused(answer, "upload")
        return answer.json().get("data") or {} if path.endswith("/append") else self._json(answer)["data"]

    def _noted(self, method: str, path: str, headers: MutableMapping[str, str]) -> None:
        """X names two limits in its answers: that of the window of 15 minutes, and sometimes that of the day."""
        if instant(headers.get("x-rate-limit-reset", "")) is None:
            headers.pop("x-rate-limit-reset", None)  # tweepy takes any for a number
        bucket = "counts" if OWN_POSTS.fullmatch(path) else BUCKETS.get((method, path), "")
        self._note(bucket, headers, "x-rate-limit-", instant(headers.get("x-rate-limit-reset", "")))
        if bucket == "publish":
            day = "x-user-limit-24hour-"
            self._note("publish a day", headers, day, instant(headers.get(f"{day}reset", "")))

    def _receipt(self, remote_id: str, suffix: str = "") -> Receipt:
        return Receipt(remote_id + suffix, f"https://x.com/{self._handle or 'i'}/status/{remote_id}")

    def _json(self, response: Any, *any_of: str) -> dict[str, Any]:
        """An answer that has what it must: `data`, or any of these."""
        try:
            found = response.json()
        except (ValueError, RecursionError) as error:
            raise Unavailable(self.account, f"{self._server} answered with a page instead of data.") from error
        if not isinstance(found, dict) or not any(
            isinstance(found.get(one), dict | list) for one in any_of or ("data",)
        ):
            raise Unavailable(self.account, f"{self._server} answered without what was asked for.")
        return cast("dict[str, Any]", found)

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        from tweepy.errors import HTTPException

        try:
            return request()
        except HTTPException as error:
            raise self._refused(error.response, stage) from error
        except _failures() as error:
            told = why(error)
            if never_left(error):
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
        if status >= 500 or status < 400:
            if stage == "create" and status != 503:
                return Unconfirmed(self.account, f"{answer}; the post may be there.")
            return Unavailable(self.account, f"{answer}.")
        return Unavailable(self.account, f"{answer}.") if stage == "read" else Rejected(self.account, f"{answer}.")


@cache
def _text_parser() -> Any:
    """Takes 0.6 s to import; only where a text for X is measured."""
    import twitter_text

    return twitter_text


#: Letters that weigh 1 and cannot begin an emoji: X's own ranges without © and ®.
_LIGHT = re.compile("[\x00-\xa8\xaa-\xad\xaf-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]*")
LINK_WEIGHT = 23


@lru_cache(maxsize=20_000)
def _weighted(text: str) -> int:
    """X's parser looks for emoji at length; a text that can have none is only looked through for links."""
    if _LIGHT.fullmatch(text):
        return len(text) + sum(LINK_WEIGHT - (end - start) for start, end in _link_places(text))
    return int(_text_parser().parse_tweet(text).weightedLength)


@lru_cache(maxsize=20_000)
def _link_places(text: str) -> tuple[tuple[int, int], ...]:
    """Links as X sees them, bare domains too."""
    if "." not in text:
        return ()
    from twitter_text.extract_urls import extract_urls_with_indices

    return tuple((found["indices"][0], found["indices"][1]) for found in extract_urls_with_indices(text))


def _create_action(text: str) -> str:
    return "post with a link" if _link_places(text) else "post"


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


def _user(data: Any) -> Json:
    """Raises ValueError for what is no user."""
    if not isinstance(data, dict) or not all(isinstance(data.get(one), str) for one in ("id", "username")):
        raise ValueError("no user")
    return cast("Json", data)


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
    return instant(response.headers.get("x-rate-limit-reset", ""))


@cache
def _failures() -> tuple[type[Exception], ...]:
    """All that a request through tweepy may raise."""
    from tweepy.errors import TweepyException

    return (TweepyException, *failures_of_requests())
