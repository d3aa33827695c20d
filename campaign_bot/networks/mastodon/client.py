"""A server that speaks Mastodon's API, over HTTP: Mastodon.py's client with one account's token, each request's outcome as an
answer or as one of our errors."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, TypeVar

from campaign_bot.errors import AuthError, NetworkError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.library.files import Account
from campaign_bot.networks.base import Connection
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, instant, never_left, why

T = TypeVar("T")
#: How far a request had come decides what its failure means: a `create` that got no answer may have happened.
Stage = Literal["read", "upload", "create"]


class MastodonClient(Connection):
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
        self._left_out_is_gone: bool | None = None  # what a batch leaves out; not tried yet
        self._last_body = b""
        self._reset: datetime | None = None  # of the limit that the last answer told
        self._language = account.language
        self._quotes: bool | None = None  # whether the server can; not asked yet
        self._preparing: dict[str, str] = {}  # ids of what was uploaded for a post that is not out yet

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

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        try:
            return request()
        except failures() as error:
            raise self._ours(error, stage) from error

    def _ours(self, error: Exception, stage: Stage) -> NetworkError:
        from mastodon.errors import MastodonAPIError, MastodonNetworkError, MastodonRatelimitError

        # With other words: the answer is there, but the library can't read a header of it.
        if isinstance(error, MastodonRatelimitError) and error.args == ("Hit rate limit.",):
            return RateLimited(self.account, f"{self._server} asks for fewer requests.", until=self._reset)
        if isinstance(error, MastodonAPIError) and status_of(error):
            return self._refused(error, status_of(error), stage)
        # Without a status: the library could not read the answer.
        told = (
            "not the data that was asked for"
            if isinstance(error, MastodonAPIError)
            else why(error.__context__ or error)
        )
        if isinstance(error, MastodonNetworkError) and never_left(error.__context__):
            return Unavailable(self.account, f"{self._server} cannot be reached ({told}).")
        if stage == "create":
            return Unconfirmed(self.account, f"{self._server} gave no usable answer ({told}); the post may be there.")
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


def _instant(text: str) -> datetime | None:
    """When a limit begins anew: ISO 8601 from Mastodon, seconds from GoToSocial; others write what they like."""
    if text.isdecimal():
        return instant(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def status_of(error: Exception) -> int:
    """Mastodon.py raises (message, status, reason, detail)."""
    return next((arg for arg in error.args if isinstance(arg, int)), 0)


def _words(error: Exception) -> str:
    words = [str(arg) for arg in error.args if isinstance(arg, str) and not arg.startswith("Mastodon API")]
    text = words[-1] if words else "no reason given"
    return "a page instead of data" if text.lstrip().startswith("<") else text[:300].rstrip(".")


@cache
def failures() -> tuple[type[Exception], ...]:
    """All that a request through the library may raise."""
    from mastodon.errors import MastodonError

    return (MastodonError, *failures_of_requests())
