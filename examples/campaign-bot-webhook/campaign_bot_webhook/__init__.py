"""A website's news feed as a network: what it takes, and one account's connection to it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from campaign_bot.config import Credentials, Secret
from campaign_bot.errors import AuthError, NetworkError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.library.files import Account
from campaign_bot.model import Automation, Content, Counts, Identity, Lookup, Outgoing, Problem, Receipt
from campaign_bot.networks.base import Cell, Connection, Limits, Network
from campaign_bot.networks.checks import shared_problems
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, instant, never_left, why


class WebhookCredentials(Credentials):
    token: Secret


class Webhook(Network):
    name: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Website"
    limits: ClassVar[Limits] = Limits(
        text=1000,
        media=4,
        media_bytes=5_000_000,
        media_types=("image/jpeg", "image/png"),
        alt=1000,
        poll_options=0,
        poll_option_length=0,
        poll_min_minutes=0,
        poll_max_minutes=0,
        poll_with_media=False,
        batch=50,
        source="campaign_bot_webhook/local.py",
    )
    cells: ClassVar[Mapping[str, Cell]] = {
        **{name: Cell("yes", "a field of the post") for name in ("text", "pictures", "content_warning", "language")},
        "thread": Cell("yes", "reply_to"),
        "retract": Cell("yes", "DELETE"),
        "counts": Cell("yes", "50 in one call"),
        "followers": Cell("yes", "/me"),
    }
    credentials: ClassVar[type[Credentials]] = WebhookCredentials
    counts: ClassVar[frozenset[str]] = frozenset({"likes", "reposts", "replies"})
    key_lifetime: ClassVar[timedelta | None] = timedelta.max  # the website keeps a post's key as long as the post
    default_server: ClassVar[str] = "http://127.0.0.1"

    def measure(self, text: str) -> int:
        return len(text)

    def check(self, content: Content) -> list[Problem]:
        return shared_problems(self, content)

    def keys(self, delivery: str, content_hash: str, due: datetime, parts: int) -> tuple[str, ...]:
        return tuple(hashlib.sha256(f"{delivery}/{part}".encode()).hexdigest()[:24] for part in range(parts))

    def connect(
        self, account: Account, credentials: Credentials, *, server: str = "", timeout_s: float = 15.0
    ) -> WebhookConnection:
        address = (server or account.server or self.default_server).rstrip("/")
        return WebhookConnection(account.name, credentials.reveal()["token"], address, timeout_s)


class WebhookConnection(Connection):
    """One account by its token."""

    def __init__(self, account: str, token: str, server: str, timeout_s: float) -> None:
        import requests

        super().__init__(account)
        self._server = server
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, bounded_adapter(timeout_s))

    def identify(self) -> Identity:
        me = self._ask("GET", "/webhook/me", needed=("handle",))
        may = me.get("may_publish") is True
        return Identity(me["handle"], may, "" if may else "The token may only read.")

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        if part.poll is not None:  # never dropped in silence
            raise Rejected(self.account, "The website has no polls.", advice="Ask for replies.")
        body = {
            "key": part.key,
            "text": part.text,
            "language": part.language,
            "warning": part.content_warning,
            "reply_to": part.parent.remote_id if part.parent else "",
            "pictures": [
                {
                    "type": one.media.mime_type,
                    "alt": one.media.alt,
                    "data": base64.b64encode(one.data).decode(),
                }
                for one in part.attachments
            ],
        }
        ready()
        return self._receipt(self._ask("POST", "/webhook/posts", body, create=True, needed=("id", "url")))

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """By its key: conclusive both ways."""
        found = self._ask("GET", f"/webhook/posts?key={part.key}", needed=("posts",))["posts"]
        if not isinstance(found, list):
            raise Unavailable(self.account, f"{self._server} answered without what was asked for.")
        return Lookup(self._receipt(found[0]) if found else None, conclusive=True)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        told = self._ask("GET", f"/webhook/counts?ids={','.join(remote_ids)}", needed=("counts",))["counts"]
        names = sorted(Webhook.counts)
        return {one: Counts(**{name: counts.get(name) for name in names}) for one, counts in told.items()}

    def followers(self) -> int | None:
        return self._ask("GET", "/webhook/me", needed=("handle",)).get("followers")

    def automation(self, by: str) -> Automation:
        """The feed is the website's own: there is no profile to mark."""
        return Automation(None, False, f"Say on the page of the feed that it is filled by a program, run by {by}.")

    def mark_automated(self, by: str) -> Automation:
        return self.automation(by)

    def retract(self, remote_id: str) -> None:
        self._ask("DELETE", f"/webhook/posts/{remote_id}")

    def close(self) -> None:
        self._session.close()

    def _receipt(self, post: Mapping[str, Any]) -> Receipt:
        return Receipt(str(post["id"]), str(post["url"]))

    def _ask(
        self, method: str, path: str, body: Any = None, *, create: bool = False, needed: Sequence[str] = ()
    ) -> dict[str, Any]:
        """One request. What its failure means depends on whether it may have made a post."""
        try:
            answer = self._session.request(method, self._server + path, json=body)
            told: Any = answer.json() if answer.status_code < 400 else None
        except failures_of_requests() as error:
            if never_left(error):
                raise Unavailable(self.account, f"{self._server} cannot be reached ({why(error)}).") from error
            raise self._doubt(create, why(error)) from error
        if answer.status_code >= 400:
            raise self._refused(answer, create)
        if not isinstance(told, dict) or any(one not in told for one in needed):
            raise self._doubt(create, "not what was asked for")
        return told

    def _doubt(self, create: bool, words: str) -> NetworkError:
        kind = Unconfirmed if create else Unavailable
        return kind(self.account, f"{self._server} gave no usable answer ({words}).")

    def _refused(self, answer: Any, create: bool) -> NetworkError:
        status = answer.status_code
        if status == 429:
            until = instant(answer.headers.get("x-rate-limit-reset", ""))
            return RateLimited(self.account, f"{self._server} asks for fewer requests.", until=until)
        if status in (401, 403):
            return AuthError(self.account, f"{self._server} does not take the token.", advice="Make a new one.")
        if status >= 500:
            return self._doubt(create and status != 503, f"it answered {status}")
        kind = Rejected if create else Unavailable
        return kind(self.account, f"{self._server} answered {status}.")
