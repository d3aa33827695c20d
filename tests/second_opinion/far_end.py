"""What the contract asks of the other end, answered by mastodon-mock: a Mastodon that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from campaign_bot.sandbox.world import Fault, LocalAccount, LocalMedia, LocalPost, World
from tests.networks.conftest import UnderTest

INSTANT = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:00)"')


class MockEnd(World):
    """One account of a mastodon-mock server, somebody who reads it, and the faults that its gate lets happen."""

    def __init__(self, server: str, *, account: str, handle: str, now: Callable[[], datetime]) -> None:
        super().__init__(seed=0, now=now)
        self._http = httpx.Client(base_url=server, trust_env=False)
        self._own, self._reader = self._sign_up(handle), self._sign_up(f"reader_of_{handle}")
        self._shift = now() - datetime.now(UTC)
        id = self._ask("GET", "/api/v1/accounts/verify_credentials", self._own)["id"]  # noqa: A001
        secrets = {"access_token": self.authorize(handle, "read write")}
        self.add_account(LocalAccount(account, "mastodon", "en", handle, id, secrets))

    def close(self) -> None:
        self._http.close()

    def authorize(self, handle: str, scopes: str) -> str:
        """A token as people get one: an app is registered, the person allows it, the code is exchanged."""
        app = self._ask("POST", "/api/v1/apps", self._own, {"client_name": "campaign-bot", "scopes": scopes})
        allowed = {"client_id": app["client_id"], "username": handle}
        page = self._http.post("/oauth/authorize", data=allowed, headers={"authorization": f"Bearer {self._own}"}).text
        (code,) = re.findall(r"Authorization code: ([^<]+)<", page)
        given = {"grant_type": "authorization_code", "code": code, "client_id": app["client_id"]}
        return self._ask("POST", "/oauth/token", self._own, given)["access_token"]

    def by_our_clock(self, answer: bytes, gate: str) -> bytes:
        """Its clock is the machine's, ours stands still somewhere in the campaign: the same instants, told by ours."""
        if not answer.startswith((b"{", b"[")):
            return answer

        def shifted(found: re.Match[bytes]) -> bytes:
            instant = datetime.fromisoformat(found[1].decode()).replace(tzinfo=UTC) + self._shift
            return f'"{instant.isoformat(timespec="milliseconds")}"'.encode()

        return INSTANT.sub(shifted, answer)

    def meets(self, method: str, path: str) -> Fault | None:
        return self.take_fault(next(iter(self.accounts)), method, path)

    def posts_of(self, account: str) -> list[LocalPost]:
        found = self._ask("GET", f"/api/v1/accounts/{self.accounts[account].id}/statuses?limit=40", self._own)
        return [self._post(account, status) for status in found]

    def followers(self, account: LocalAccount) -> int:
        return self._ask("GET", f"/api/v1/accounts/{account.id}", self._own)["followers_count"]

    def engage(self, id: str, how: str) -> None:  # noqa: A002
        """The reader does something to a status: favourite, reblog, bookmark, unfavourite…"""
        self._ask("POST", f"/api/v1/statuses/{id}/{how}", self._reader)

    def reply(self, id: str) -> None:  # noqa: A002
        self._ask("POST", "/api/v1/statuses", self._reader, {"status": "And why?", "in_reply_to_id": id})

    def fault(self, method: str, path: str, **effect: Any) -> None:
        """The next such request meets one of mastodon-mock's own faults."""
        rule = {"match": {"methods": [method], "path": path}, "effect": effect, "count": 1}
        self._ask("POST", "/api/v1/_mock/faults", self._own, rule)

    def _sign_up(self, handle: str) -> str:
        """A new account's own token, for what the tests do themselves."""
        given = {"username": handle, "email": f"{handle}@mail.example", "password": "x", "agreement": "true"}
        # Limits are kept by whatever token is shown.
        answer = self._http.post("/api/v1/accounts", data=given, headers={"authorization": f"Bearer new-{handle}"})
        return answer.json()["access_token"]

    def _ask(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, path, json=body, headers={"authorization": f"Bearer {token}"})
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _post(self, account: str, status: dict[str, Any]) -> LocalPost:
        source = self._ask("GET", f"/api/v1/statuses/{status['id']}/source", self._own)
        poll = status["poll"] or {}
        return LocalPost(
            id=status["id"],
            network="mastodon",
            account=account,
            text=source["text"],
            language=status["language"] or "",
            created=datetime.fromisoformat(status["created_at"]),
            media=[
                LocalMedia(one["id"], account, "image/png", self._http.get(one["url"]).content, one["description"])
                for one in status["media_attachments"]
            ],
            poll_options=[option["title"] for option in poll.get("options", [])],
            poll_ends=datetime.fromisoformat(poll["expires_at"]) if poll else None,
            visibility=status["visibility"],
            content_warning=source["spoiler_text"],
            reply_to=status["in_reply_to_id"] or "",
            reposts=(status["reblog"] or {}).get("id", ""),
            quotes=((status.get("quote") or {}).get("quoted_status") or {}).get("id", ""),
            label="sensitive" if status["sensitive"] else "",
        )


@dataclass
class MockUnderTest(UnderTest):
    """Mastodon's client on mastodon-mock."""

    @property
    def end(self) -> MockEnd:
        assert isinstance(self.world, MockEnd)
        return self.world

    def secrets(self) -> dict[str, str]:
        ours = self.world.accounts[self.account.name]
        return ours.secrets if ours.may_publish else {"access_token": self.end.authorize(ours.handle, "read")}

    def advance(self, by: timedelta) -> None:
        """Its clock stays; a reader does now what many would have done meanwhile."""
        super().advance(by)
        for post in self.posts():
            self.end.engage(post.id, "favourite")
