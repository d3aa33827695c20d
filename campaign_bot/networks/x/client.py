"""X over HTTP: tweepy's client with the account's own keys, each request's outcome as an answer or as one of our errors."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeVar, cast

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
from campaign_bot.networks.base import Connection
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, instant, never_left, why
from campaign_bot.networks.x.media import Uploads
from campaign_bot.networks.x.reading import Json

T = TypeVar("T")

#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]

#: tweepy signs and asks this host; requests to it are carried to the account's server.
SIGNED_HOST = "https://api.twitter.com"
#: The requests whose limits we pace ourselves by.
BUCKETS = {
    ("POST", "/2/tweets"): "publish",
    ("POST", "/2/media/upload"): "upload",
    ("GET", "/2/tweets"): "counts by id",
}
OWN_POSTS = re.compile(r"/2/users/\d+/tweets")


class XClient(Connection):
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
        me = self._ask(lambda: user_of(answer["data"]))
        self.meter("read of a user", [me["id"]])
        return me

    def close(self) -> None:
        self._client.session.close()

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
        except failures() as error:
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


def user_of(data: Any) -> Json:
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
def failures() -> tuple[type[Exception], ...]:
    """All that a request through tweepy may raise."""
    from tweepy.errors import TweepyException

    return (TweepyException, *failures_of_requests())
