"""Such a website, on the local networks: for tests and rehearsals, and the description of what a real one answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from PIL import Image

from campaign_bot.sandbox.world import LocalAccount, LocalMedia, LocalPost, World

SECRET_FIELDS = ("token",)
LONGEST = 1000


def router(world: World) -> APIRouter:
    made = APIRouter(prefix="/webhook")

    def whose(request: Request) -> LocalAccount | None:
        return world.account_with("webhook", "token", request.headers.get("authorization", "").removeprefix("Bearer "))

    def shown(post: LocalPost) -> dict[str, str]:
        return {"id": post.id, "url": f"http://127.0.0.1/news/{post.id}"}

    def of(account: LocalAccount) -> list[LocalPost]:
        return world.posts_of(account.name)

    async def me(request: Request, account: LocalAccount) -> Any:
        return {
            "handle": account.handle, "may_publish": account.may_publish, "followers": world.followers(account),
        }  # fmt: skip

    async def create(request: Request, account: LocalAccount) -> Any:
        body = await request.json()
        if not account.may_publish:
            return JSONResponse({"error": "read only"}, 403)
        if not 1 <= len(body["text"]) <= LONGEST:
            return JSONResponse({"error": f"1 to {LONGEST} characters"}, 422)
        with world.lock:
            same = [one for one in of(account) if one.key == body["key"]]
            if same:
                return shown(same[0])
            pictures = [_picture(world, account, one) for one in body["pictures"]]
            post = LocalPost(
                id=str(world.next_id()), network="webhook", account=account.name, text=body["text"],
                language=body["language"], created=world.now(), media=pictures, key=body["key"],
                content_warning=body["warning"], reply_to=body["reply_to"],
            )  # fmt: skip
            return JSONResponse(shown(world.add_post(post)), 201)

    async def look(request: Request, account: LocalAccount) -> Any:
        return {"posts": [shown(one) for one in of(account) if one.key == request.query_params.get("key")]}

    async def counts(request: Request, account: LocalAccount) -> Any:
        ids = (request.query_params.get("ids") or "").split(",")
        told = {one.id: world.counts(one) for one in of(account) if one.id in ids}
        names = ("likes", "reposts", "replies")
        return {"counts": {one: {name: getattr(found, name) for name in names} for one, found in told.items()}}

    async def delete(request: Request, account: LocalAccount) -> Any:
        for one in of(account):
            one.deleted = one.deleted or one.id == request.path_params["id"]
        return {}

    def guarded(answer: Callable[[Request, LocalAccount], Any]) -> Any:
        async def serve(request: Request) -> Any:
            account = whose(request)
            return JSONResponse({"error": "who?"}, 401) if account is None else await answer(request, account)

        return serve

    for method, path, answer in (
        ("GET", "/me", me), ("POST", "/posts", create), ("GET", "/posts", look), ("GET", "/counts", counts),
        ("DELETE", "/posts/{id}", delete),
    ):  # fmt: skip
        made.add_api_route(path, guarded(answer), methods=[method], response_model=None)
    return made


def _picture(world: World, account: LocalAccount, given: dict[str, str]) -> LocalMedia:
    data = base64.b64decode(given["data"])
    with Image.open(BytesIO(data)) as image:
        size = image.size
    return LocalMedia(str(world.next_id()), account.name, given["type"], data, given["alt"], *size)
