"""What the rooms of the local X share: a request as it was read, and a refusal in X's own shape."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from campaign_bot.sandbox.world import LocalAccount

PROBLEMS = "https://api.twitter.com/2/problems/"
Json = dict[str, Any]


class Refusal(Exception):
    """A request that X answers with a problem."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank") -> None:
        super().__init__(detail)
        self.status = status
        self.body: Json = {"title": title, "detail": detail, "type": kind, "status": status}


class Call:
    def __init__(self, request: Request, account: LocalAccount, body: Json) -> None:
        self.request = request
        self.account = account
        self.body = body

    def fields(self, name: str) -> set[str]:
        """A list parameter: tweet.fields=a,b. The newer name (post.fields) is understood too."""
        text = self.request.query_params.get(name) or self.request.query_params.get(name.replace("tweet", "post")) or ""
        return {one for one in text.split(",") if one}


def invalid(detail: str) -> Refusal:
    return Refusal(400, "Invalid Request", detail, PROBLEMS + "invalid-request")


def not_found(what: str) -> Refusal:
    return Refusal(404, "Not Found Error", f"Could not find {what} with id.", PROBLEMS + "resource-not-found")


def refused(detail: str) -> Refusal:
    return Refusal(403, "Forbidden", detail)
