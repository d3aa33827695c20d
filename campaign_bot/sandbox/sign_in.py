"""How people sign in on the local networks: X's PIN (OAuth 1.0a) and Mastodon's code (OAuth 2), for trying the walk.

Both have /oauth/authorize; they are told apart by what they bring. Its page asks nobody for a password: it lists the
accounts, and who follows a link is that account."""

from __future__ import annotations

import html
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from campaign_bot.sandbox.world import LocalAccount, World
from campaign_bot.sandbox.x import authorization, signed_by


@dataclass(slots=True)
class _Asked:
    """What a person is asked to allow, and the code for who did."""

    network: str
    client: dict[str, str]  # what the application is known by
    account: str = ""
    code: str = ""


@dataclass(slots=True)
class _SignIn:
    world: World
    asked: dict[str, _Asked] = field(default_factory=dict[str, _Asked])  # by request token or client id

    # ---- the page that a person sees

    async def authorize(self, request: Request) -> Response:
        query = request.query_params
        asked = self.asked.get(query.get("oauth_token") or query.get("client_id") or "")
        if asked is None:
            return HTMLResponse("<h1>Nobody asked for this</h1>", 400)
        account = self.world.accounts.get(query.get("account", ""))
        if account is not None and account.network == asked.network:
            asked.account = account.name
            asked.code = str(secrets.randbelow(9_000_000) + 1_000_000)
            return HTMLResponse(
                f"<h1>SIMULATED: {html.escape(account.handle)}</h1><p>Code: <code>{asked.code}</code></p>"
            )
        links = "".join(
            f'<li><a href="?{html.escape(urlencode({**query, "account": one.name}))}">{html.escape(one.handle)}</a></li>'
            for one in self.world.accounts.values()
            if one.network == asked.network
        )
        return HTMLResponse(f"<h1>SIMULATED: who allows campaign-bot to publish?</h1><ul>{links}</ul>")

    def _taken(self, key: str, code: str) -> LocalAccount | None:
        """Whose code this is; it serves once."""
        asked = self.asked.get(key)
        if asked is None or not asked.code or asked.code != code:
            return None
        del self.asked[key]
        return self.world.accounts[asked.account]

    # ---- Mastodon

    async def register(self, request: Request) -> Response:
        form = await request.form()
        client = {"client_id": secrets.token_hex(8), "client_secret": secrets.token_hex(8)}
        self.asked[client["client_id"]] = _Asked("mastodon", client)
        return JSONResponse(
            {"id": "1", "name": str(form.get("client_name")), "redirect_uri": form.get("redirect_uris"), **client}
        )

    async def token(self, request: Request) -> Response:
        form = await request.form()
        key = str(form.get("client_id"))
        asked = self.asked.get(key)
        right = asked is not None and asked.client["client_secret"] == form.get("client_secret")
        account = self._taken(key, str(form.get("code"))) if right else None
        if account is None:
            return JSONResponse({"error": "invalid_grant", "error_description": "The grant is invalid."}, 400)
        return JSONResponse(
            {"access_token": account.secrets["access_token"], "token_type": "Bearer", "scope": form.get("scope"),
             "created_at": int(self.world.now().timestamp())}
        )  # fmt: skip

    # ---- X

    async def request_token(self, request: Request) -> Response:
        given = authorization(request)
        owner = self.world.account_with("x", "api_key", given.get("oauth_consumer_key", ""))
        if owner is None or not signed_by(request, given, owner.secrets["api_secret"], ""):
            return JSONResponse({"errors": [{"code": 32, "message": "Could not authenticate you."}]}, 401)
        token = {"oauth_token": secrets.token_hex(8), "oauth_token_secret": secrets.token_hex(8)}
        self.asked[token["oauth_token"]] = _Asked("x", {**token, "api_secret": owner.secrets["api_secret"]})
        return PlainTextResponse(urlencode({**token, "oauth_callback_confirmed": "true"}))

    async def access_token(self, request: Request) -> Response:
        given = authorization(request)
        key = given.get("oauth_token", "")
        asked = self.asked.get(key)
        right = asked is not None and signed_by(
            request, given, asked.client["api_secret"], asked.client["oauth_token_secret"]
        )
        account = self._taken(key, given.get("oauth_verifier", "")) if right else None
        if account is None:
            return JSONResponse({"errors": [{"code": 89, "message": "Invalid or expired token."}]}, 401)
        told = {
            "oauth_token": account.secrets["access_token"],
            "oauth_token_secret": account.secrets["access_token_secret"],
        }
        return PlainTextResponse(urlencode({**told, "user_id": account.id, "screen_name": account.handle}))


def router(world: World) -> APIRouter:
    local = _SignIn(world)
    made = APIRouter()
    for method, path, answer in (
        ("GET", "/oauth/authorize", local.authorize),
        ("POST", "/api/v1/apps", local.register),
        ("POST", "/oauth/token", local.token),
        ("POST", "/oauth/request_token", local.request_token),
        ("POST", "/oauth/access_token", local.access_token),
    ):
        made.add_api_route(path, answer, methods=[method], response_model=None)
    return made
