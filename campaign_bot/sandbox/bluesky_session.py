"""Sessions of the local Bluesky: signed tokens that run out by the world's clock, as a real server issues them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from campaign_bot.sandbox.bluesky_records import Json, Refusal
from campaign_bot.sandbox.world import LocalAccount, World

ACCESS, REFRESH = "com.atproto.appPass", "com.atproto.refresh"

_TYPES = {ACCESS: "at+jwt", REFRESH: "refresh+jwt"}
_LIFETIMES = {ACCESS: timedelta(hours=2), REFRESH: timedelta(days=90)}


class Sessions:
    """Issues and reads JSON Web Tokens. The signing key comes from the world's seed: a restarted server still knows
    its tokens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = hashlib.sha256(f"bluesky {world.seed}".encode()).digest()
        self._ended: set[str] = set()

    def sign_in(self, identifier: str, password: str) -> LocalAccount:
        """Raises Refusal for an unknown account and for a wrong password alike."""
        account = self.account(identifier)
        if account is None or not hmac.compare_digest(account.secrets["app_password"].encode(), password.encode()):
            raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        return account

    def account(self, actor: str) -> LocalAccount | None:
        """By handle or DID."""
        with self._world.lock:
            accounts = [a for a in self._world.accounts.values() if a.network == "bluesky"]
        return next((a for a in accounts if actor.lower() in (a.handle.lower(), a.id.lower())), None)

    def token(self, account: LocalAccount, scope: str) -> str:
        now = self._world.now()
        claims = {
            "scope": scope,
            "aud": "did:web:localhost",
            "sub": account.id,
            "jti": f"{self._world.next_id()}",
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFETIMES[scope]).timestamp()),
        }
        signed = f"{_segment({'typ': _TYPES[scope], 'alg': 'HS256'})}.{_segment(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def read(self, authorization: str, scope: str) -> tuple[LocalAccount, Json]:
        """Whose token this is, and its claims. Raises Refusal in a real server's words."""
        kind, _, token = authorization.partition(" ")
        if not kind:
            raise Refusal(401, "AuthMissing", "Authentication Required")
        if kind.lower() != "bearer":
            raise Refusal(400, "InvalidToken", "Unexpected authorization type")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            raise Refusal(400, "InvalidToken", "Token could not be verified")
        payload = signed.partition(".")[2]
        claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        account = self.account(claims["sub"])
        if account is None or claims["scope"] != scope:
            raise Refusal(400, "InvalidToken", "Token could not be verified")
        if claims["exp"] <= self._world.now().timestamp():
            raise Refusal(400, "ExpiredToken", "Token has expired")
        if claims["jti"] in self._ended:
            raise Refusal(400, "ExpiredToken", "Token has been revoked")
        return account, claims

    def end(self, claims: Json) -> None:
        """The refresh token is worth nothing from now on; access tokens run out by themselves."""
        self._ended.add(claims["jti"])

    def _signature(self, signed: str) -> str:
        return _unpadded(hmac.digest(self._key, signed.encode(), "sha256"))


def _segment(value: dict[str, Any]) -> str:
    return _unpadded(json.dumps(value, separators=(",", ":")).encode())


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
