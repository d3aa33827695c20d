"""A server of the AT Protocol, over HTTP: atproto's client with one account's session, each request's outcome as an answer or
as one of our errors. The session is kept and renewed: signing in is limited to 300 a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

from campaign_bot.errors import AuthError, NetworkError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.library.files import Account
from campaign_bot.networks.base import Connection
from campaign_bot.networks.wire import bounded_transport, failures_of_httpx, instant, why

if TYPE_CHECKING:  # atproto takes 1.5 s and 70 MB to import, so at run time only a connection does
    import httpx
    from atproto import Session, SessionEvent

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


class BlueskyClient(Connection):
    """One account, signed in at the first call."""

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

    def close(self) -> None:
        self._request.close()

    def _ask(self, request: Callable[[], T], stage: Stage = "read") -> T:
        """Make one request, signed in. A stale session is renewed and the request made again: it was refused at the
        door, so nothing was done. All that fails otherwise is raised as one of our errors."""
        self._signed_in()
        try:
            return request()
        except failures() as error:
            if told_by_failure(error).code not in STALE_SESSION:
                raise self._ours(error, stage) from error
        self._renew()
        try:
            return request()
        except failures() as error:
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
        except failures():  # not a session, or of another time: sign in
            self._session = None

    def _sign_in(self) -> None:
        self._client.update_base_url(self._server)  # a session may have moved it to the account's own host
        try:
            self._client.login(self._handle, self._app_password, fetch_bsky_profile=False)
        except failures() as error:
            raise self._ours(error, "read") from error

    def _renew(self) -> None:
        """The library renews by this machine's clock; this is for when the server's clock decides otherwise."""
        from atproto import Session

        old = self._signed_in()
        try:
            new = self._client.com.atproto.server.refresh_session(
                headers={"Authorization": f"Bearer {old.refresh_jwt}"}, ignore_session_check=True
            )
        except failures() as error:
            if told_by_failure(error).code not in STALE_SESSION:
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
        return _translated(self.account, self._server, told_by_failure(error), stage)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a failed request tells: the server's answer, or that there was none (status 0)."""

    status: int = 0
    code: str = ""
    message: str = ""
    reset: datetime | None = None
    never_left: bool = False


def told_by_failure(error: Exception) -> _Told:
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
def failures() -> tuple[type[Exception], ...]:
    """All that a request through the library may raise."""
    from atproto.exceptions import AtProtocolError

    return (AtProtocolError, *failures_of_httpx())
