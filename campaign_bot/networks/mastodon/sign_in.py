"""Signing in to Mastodon and its like: register an application, let its page be approved in a browser, change the code
for a token. With requests alone: the library's own call follows addresses that a server names for its tokens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from campaign_bot.errors import AuthError, Unavailable
from campaign_bot.library.files import Account
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, why

#: Who am I, publish, upload; nothing about followers, messages, blocks.
SCOPES = "read:accounts read:statuses write:statuses write:media"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def sign_in(account: Account, person: Person, server: str, timeout_s: float) -> SignedIn:
    """Raises AuthError for a code that is not taken, Unavailable for a server that does not do this."""
    client = _Client(account.name, server, timeout_s)
    about = {"client_name": "campaign-bot", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES}
    app = client.post("/api/v1/apps", about, "client_id", "client_secret")
    asked = {"client_id": app["client_id"], "redirect_uri": OUT_OF_BAND, "response_type": "code", "scope": SCOPES}
    person.tell(
        f"Open this address in a browser where you are signed in as {account.handle or account.name}, allow campaign-bot to"
        f" publish, and copy the code that is shown:\n\n    {server}/oauth/authorize?{urlencode(asked)}\n"
    )
    given = {
        "grant_type": "authorization_code", "code": person.ask("The code", hidden=True), "client_id": app["client_id"],
        "client_secret": app["client_secret"], "redirect_uri": OUT_OF_BAND, "scope": SCOPES,
    }  # fmt: skip
    token = client.post("/oauth/token", given, "access_token")
    seconds = token.get("expires_in")
    lifetime = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
    return SignedIn({"access_token": token["access_token"]}, lifetime)


class _Client:
    def __init__(self, account: str, server: str, timeout_s: float) -> None:
        import requests

        self._account, self._server = account, server
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, bounded_adapter(timeout_s))

    def post(self, path: str, form: dict[str, str], *needed: str) -> dict[str, Any]:

        try:
            answer = self._session.post(self._server + path, data=form)
            found = json.loads(answer.text)
        except failures_of_requests() as error:
            raise Unavailable(
                self._account, f"{self._server} gave no usable answer ({why(error)}).", advice="Is this its address?"
            ) from error
        if answer.status_code in (400, 401, 403) and path == "/oauth/token":
            raise AuthError(
                self._account, f"{self._server} did not take the code.",
                advice="A code serves once and for some minutes: begin again.",
            )  # fmt: skip
        if (
            answer.status_code != 200
            or not isinstance(found, dict)
            or not all(isinstance(found.get(one), str) for one in needed)
        ):
            raise Unavailable(
                self._account, f"{self._server} answered {answer.status_code} without what was asked for.",
                advice="Does it speak Mastodon's API?",
            )  # fmt: skip
        return found
