"""Signing in to X with OAuth 1.0a and a PIN: the app's two keys, then its owner's or another account's consent.

OAuth 1.0a and not OAuth 2: its tokens do not end and are not renewed, so there is no secret that changes by itself and
could be lost between two machines."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from campaign_bot.errors import AuthError, NetworkError, Unavailable
from campaign_bot.library.files import Account
from campaign_bot.networks.sign_in import Person, SignedIn
from campaign_bot.networks.wire import bounded_adapter, failures_of_requests, why

CONSOLE = "https://console.x.com"


def sign_in(account: Account, person: Person, server: str, timeout_s: float) -> SignedIn:
    """Raises AuthError for keys or a PIN that X does not take."""
    person.tell(
        f"In {CONSOLE}, signed in as {account.handle or account.name}, make an app of this account's own (then reading its"
        " own counts costs a fifth), set its user authentication to “Read and write”, and copy its API key and secret."
    )
    key, secret = person.ask("The API key", hidden=True), person.ask("The API key secret", hidden=True)
    request = _post(account, server, timeout_s, "/oauth/request_token", client=(key, secret), callback_uri="oob")
    person.tell(
        f"Open this address in a browser where you are signed in as {account.handle or account.name}, authorize the app, and"
        f" copy the PIN that is shown:\n\n    {server}/oauth/authorize?oauth_token={request['oauth_token']}\n"
    )
    pin = person.ask("The PIN", hidden=True)
    token = _post(
        account, server, timeout_s, "/oauth/access_token", client=(key, secret), verifier=pin,
        resource_owner_key=request["oauth_token"], resource_owner_secret=request["oauth_token_secret"],
    )  # fmt: skip
    return SignedIn(
        {
            "api_key": key,
            "api_secret": secret,
            "access_token": token["oauth_token"],
            "access_token_secret": token["oauth_token_secret"],
        }
    )


def _post(
    account: Account, server: str, timeout_s: float, path: str, *, client: tuple[str, str], **more: Any
) -> dict[str, str]:
    """One signed step. requests-oauthlib signs X's own address and the adapter carries it to the account's server."""
    import requests
    from requests_oauthlib import OAuth1

    from campaign_bot.networks.x.client import SIGNED_HOST

    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, bounded_adapter(timeout_s, carry=lambda url: url.replace(SIGNED_HOST, server, 1)))
    auth: Any = OAuth1(*client, **more)
    try:
        answer = session.post(SIGNED_HOST + path, auth=auth)
    except failures_of_requests() as error:
        raise Unavailable(account.name, f"{server} gave no usable answer ({why(error)}).") from error
    if answer.status_code != 200:
        raise _refused(account, server, answer.status_code)
    found = dict(parse_qsl(str(answer.text)))
    if not all(found.get(one) for one in ("oauth_token", "oauth_token_secret")):
        raise Unavailable(account.name, f"{server} answered without a token.")
    return found


def _refused(account: Account, server: str, status: int) -> NetworkError:
    if status in (400, 401, 403):
        return AuthError(
            account.name, f"{server} did not take that.",
            advice="Are the keys complete, the PIN fresh, and does the app allow “Read and write”?",
        )  # fmt: skip
    return Unavailable(account.name, f"{server} answered {status}.")
