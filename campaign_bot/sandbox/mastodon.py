"""The local Mastodon: those REST methods that a client needs to publish, look and count, as Mastodon 4.3 answers them.

Limits and refusals follow its defaults and its own sentences; engagement comes from the simulated audience.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from campaign_bot.sandbox.limits import RateLimiter
from campaign_bot.sandbox.mastodon_wire import (
    MAX_ALT,
    MAX_CHARACTERS,
    MAX_IMAGE_BYTES,
    MAX_MEDIA,
    MAX_VIDEO_BYTES,
    MOVING,
    TAG,
    TYPES,
    URL_LENGTH,
    Call,
    Json,
    Refusal,
    as_html,
    configuration,
    fields_of,
    iso,
    length,
    limit_headers,
    media_wire,
    poll_seconds,
    quote_link,
    size_of,
)
from campaign_bot.sandbox.world import LocalAccount, LocalMedia, LocalPost, World

SECRET_FIELDS = ("access_token",)
KEY_KEPT = timedelta(hours=1)
BATCH, PAGE = 20, 40
PROFILE_FIELDS = 4
VISIBILITIES = ("public", "unlisted", "private", "direct")
#: bucket -> (requests, seconds)
LIMITS = {"any": (300, 300), "create": (300, 10_800), "media": (30, 1800), "delete": (30, 1800)}
Handler = Callable[["Call"], Awaitable[Any]]


def router(world: World) -> APIRouter:
    return _Server(world).router()


class _Server:
    def __init__(self, world: World) -> None:
        self._world = world
        self._limiter = RateLimiter()
        self._keys: dict[tuple[str, str], tuple[datetime, str]] = {}

    def router(self) -> APIRouter:
        made = APIRouter()
        for method, path, bucket, handler in (
            ("GET", "/api/v1/instance", "any", self._instance_v1),
            ("GET", "/api/v2/instance", "any", self._instance),
            ("GET", "/api/v1/apps/verify_credentials", "any", self._application),
            ("GET", "/api/v1/accounts/verify_credentials", "any", self._me),
            ("PATCH", "/api/v1/accounts/update_credentials", "any", self._profile),
            ("GET", "/api/v1/accounts/{id}", "any", self._account),
            ("GET", "/api/v1/accounts/{id}/statuses", "any", self._timeline),
            ("POST", "/api/v2/media", "media", self._upload),
            ("POST", "/api/v1/media", "media", self._upload),
            ("GET", "/api/v1/media/{id}", "any", self._media),
            ("GET", "/api/v1/statuses", "any", self._statuses),
            ("POST", "/api/v1/statuses", "create", self._create),
            ("GET", "/api/v1/statuses/{id}", "any", self._status),
            ("PUT", "/api/v1/statuses/{id}", "any", self._edit),
            ("DELETE", "/api/v1/statuses/{id}", "delete", self._delete),
            ("POST", "/api/v1/statuses/{id}/reblog", "create", self._reblog),
            ("POST", "/api/v1/statuses/{id}/unreblog", "delete", self._unreblog),
        ):
            made.add_api_route(path, self._endpoint(bucket, handler), methods=[method])
        return made

    def _endpoint(self, bucket: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            account = self._whose(request)
            limit, window_s = LIMITS[bucket]
            allowance = self._limiter.take(account.name if account else "", bucket, limit, window_s, self._world.now())
            try:
                if not allowance.allowed:
                    return JSONResponse({"error": "Too many requests"}, 429, headers=limit_headers(allowance))
                body: Any = await handler(Call(request, account, await fields_of(request)))
                if isinstance(body, Response):
                    body.headers.update(limit_headers(allowance))
                    return body
                return JSONResponse(body, headers=limit_headers(allowance))
            except Refusal as refusal:
                return JSONResponse({"error": refusal.error}, refusal.status, headers=limit_headers(allowance))

        return answer

    def _whose(self, request: Request) -> LocalAccount | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self._world.account_with("mastodon", "access_token", token) if scheme.lower() == "bearer" else None

    # ---- who and where

    async def _instance(self, call: Call) -> Json:
        server = str(call.request.base_url).rstrip("/")
        return {
            "domain": call.request.url.netloc,
            "title": "Local Mastodon (SIMULATED)",
            "version": "4.5.0",
            "source_url": "",
            "description": "Nobody outside this machine sees this.",
            "usage": {"users": {"active_month": 0}},
            "thumbnail": {"url": f"{server}/thumbnail.png"},
            "languages": ["en", "fr"],
            "configuration": self._configuration(),
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": None},
            "rules": [],
            "api_versions": {"mastodon": 7},
        }

    def _configuration(self) -> Json:
        told = configuration()
        for section, keys in self._world.behaviour.configuration.items():
            told[section] = keys if keys is None else {**told[section], **keys}
        return told

    async def _instance_v1(self, call: Call) -> Json:
        told = await self._instance(call)
        return {**told, "uri": told["domain"], "short_description": "", "email": "", "urls": {}, "stats": {}}

    async def _application(self, call: Call) -> Json:
        scopes = ["read", "write"] if call.account.may_publish else ["read"]
        return {
            "id": "1",
            "name": "campaign-bot",
            "website": None,
            "scopes": scopes,
            "redirect_uris": [],
            "redirect_uri": "",
        }

    async def _me(self, call: Call) -> Json:
        account = call.account
        source = {
            "privacy": "public", "language": account.language, "note": account.about, "sensitive": False,
            "fields": [{"name": name, "value": value, "verified_at": None} for name, value in account.fields],
            "follow_requests_count": 0,
        }  # fmt: skip
        return {**self._shown(account, call), "source": source}

    async def _profile(self, call: Call) -> Json:
        """What a request does not name stays; the fields are all replaced, if it names any."""
        account = call.account
        if not account.may_publish:
            raise Refusal(403, "This action is outside the authorized scopes")
        names = [
            (call.text(f"fields_attributes[{number}][name]"), call.text(f"fields_attributes[{number}][value]"))
            for number in range(PROFILE_FIELDS + 1)
        ]
        if names[-1] != ("", ""):
            raise Refusal(422, "Validation failed: Fields is too long")
        with self._world.lock:
            account.automated = call.text("bot").lower() in ("true", "1") if call.text("bot") else account.automated
            account.about = call.text("note") or account.about
            if any(name for name, _ in names):
                account.fields = [(name, value) for name, value in names if name]
        return await self._me(call)

    async def _account(self, call: Call) -> Json:
        return self._shown(self._by_id(call.request.path_params["id"]), call)

    async def _timeline(self, call: Call) -> list[Json]:
        """Newest first; `max_id`, `since_id` and `limit` as everywhere in Mastodon."""
        owner = self._by_id(call.request.path_params["id"])
        limit = min(int(call.text("limit") or 20), PAGE)
        newest, oldest = call.text("max_id"), call.text("since_id") or call.text("min_id")
        posts = [
            post
            for post in self._world.listed(owner.name)
            if (not newest or int(post.id) < int(newest)) and (not oldest or int(post.id) > int(oldest))
        ]
        return [self._wire(post, call) for post in posts[:limit]]

    # ---- media

    async def _upload(self, call: Call) -> Json | Response:
        account, file = call.account, call.file("file")
        if not account.may_publish:
            raise Refusal(403, "This action is outside the authorized scopes")
        if file is None:
            raise Refusal(422, "Validation failed: File can't be blank")
        data, kind = await file.read(), file.content_type or ""
        if kind not in TYPES:
            raise Refusal(422, "Validation failed: File content type is invalid")
        if len(data) > (MAX_VIDEO_BYTES if kind == "video/mp4" else MAX_IMAGE_BYTES):
            raise Refusal(422, "Validation failed: File file size must be less than 16 MB")
        alt = call.text("description")
        if len(alt) > MAX_ALT:
            raise Refusal(422, f"Validation failed: Description is too long (maximum is {MAX_ALT} characters)")
        media = LocalMedia(str(self._world.next_id()), account.name, kind, data, alt, *size_of(data, kind))
        if kind in MOVING:
            media.ready_at = self._world.now() + timedelta(seconds=self._world.behaviour.preparing_s)
        with self._world.lock:
            self._world.media[media.id] = media
        return self._media_told(media, call, waiting=202)

    def _media_told(self, media: LocalMedia, call: Call, *, waiting: int) -> Json | Response:
        """What is being prepared has no address yet, and an answer of its own."""
        told = media_wire(media, call)
        return JSONResponse({**told, "url": None}, waiting) if self._preparing(media) else told

    def _preparing(self, media: LocalMedia) -> bool:
        return media.ready_at is not None and media.ready_at > self._world.now()

    async def _media(self, call: Call) -> Json | Response:
        media = self._world.media.get(call.request.path_params["id"])
        if media is None or media.account != call.account.name:
            raise Refusal(404, "Record not found")
        return self._media_told(media, call, waiting=206)

    # ---- statuses

    async def _create(self, call: Call) -> Json:
        account, now = call.account, self._world.now()
        if not account.may_publish:
            raise Refusal(403, "This action is outside the authorized scopes")
        key = "" if self._world.behaviour.forgetful else call.request.headers.get("idempotency-key", "")
        with self._world.lock:
            made_at, id_before = self._keys.get((account.name, key), (now - 2 * KEY_KEPT, ""))
            before = self._world.post("mastodon", id_before) if key and now - made_at < KEY_KEPT else None
            if before is not None:
                return self._wire(before, call)
            post = self._world.add_post(self._checked(call, account, now))
            if key:
                self._keys[account.name, key] = (now, post.id)
            return self._wire(post, call)

    def _checked(self, call: Call, account: LocalAccount, now: datetime) -> LocalPost:
        """The status that a request describes, if Mastodon would take it."""
        text, warning = call.text("status"), call.text("spoiler_text")
        options, ids = call.list("poll[options]"), call.list("media_ids")
        if not text.strip() and not ids and not warning:
            raise Refusal(422, "Validation failed: Text can't be blank")
        told = self._configuration().get("statuses") or {}
        most, url = told.get("max_characters", MAX_CHARACTERS), told.get("characters_reserved_per_url", URL_LENGTH)
        if length(text, url) + length(warning, url) > most:
            raise Refusal(422, f"Validation failed: Text character limit of {most} exceeded")
        visibility = call.text("visibility") or "public"
        if visibility not in VISIBILITIES:
            raise Refusal(422, "Validation failed: Visibility is not included in the list")
        reply_to = call.text("in_reply_to_id")
        if reply_to and self._world.post("mastodon", reply_to) is None:
            raise Refusal(404, "The post you are trying to reply to does not appear to exist.")
        quotes = call.text("quoted_status_id")
        if quotes and self._world.post("mastodon", quotes) is None:
            raise Refusal(404, "Record not found")
        if quotes and (ids or options):
            raise Refusal(422, "Validation failed: Quoted status cannot be combined with media or a poll")
        return LocalPost(
            id=str(int(now.timestamp() * 1000) << 16 | self._world.next_id() & 0xFFFF),
            network="mastodon",
            account=account.name,
            text=text,
            language=call.text("language") or account.language,
            created=now,
            media=self._attached(ids, account, bool(options)),
            poll_options=options,
            poll_ends=now + timedelta(seconds=poll_seconds(call, options)) if options else None,
            visibility=visibility,
            content_warning=warning,
            reply_to=reply_to,
            quotes=quotes,
            label="sensitive" if call.text("sensitive").lower() in ("true", "1") else "",
            key=call.request.headers.get("idempotency-key", ""),
        )

    def _attached(self, ids: list[str], account: LocalAccount, poll: bool) -> list[LocalMedia]:
        if ids and poll:
            raise Refusal(422, "Cannot attach files to a poll")
        if len(ids) > MAX_MEDIA:
            raise Refusal(422, "Cannot attach more than 4 files")
        media = [self._world.media.get(one) for one in ids]
        if any(one is None or one.account != account.name for one in media):
            raise Refusal(422, "Validation failed: Media not found")
        if any(one is not None and self._preparing(one) for one in media):
            raise Refusal(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        if any(one is not None and one.mime_type in MOVING for one in media) and len(media) > 1:
            raise Refusal(422, "Cannot attach a video to a post that already contains images")
        return [one for one in media if one is not None]

    async def _statuses(self, call: Call) -> list[Json]:
        wanted = [] if self._world.behaviour.batchless else call.list("id")[:BATCH]
        found = [self._world.post("mastodon", one) for one in wanted]
        return [self._wire(post, call) for post in found if post is not None]

    async def _status(self, call: Call) -> Json:
        return self._wire(self._post(call), call)

    async def _edit(self, call: Call) -> Json:
        """What the request does not name is gone afterwards: pictures, poll, content warning; as in Mastodon."""
        post = self._post(call)
        if post.account != call.account.name:
            raise Refusal(404, "Record not found")
        checked = self._checked(call, call.account, post.created)
        with self._world.lock:
            for name in ("text", "language", "media", "poll_options", "content_warning"):
                setattr(post, name, getattr(checked, name))
            return {**self._wire(post, call), "edited_at": iso(self._world.now())}

    async def _delete(self, call: Call) -> Json:
        post = self._post(call)
        if post.account != call.account.name:
            raise Refusal(404, "Record not found")
        with self._world.lock:
            shown = {**self._wire(post, call), "text": post.text}
            post.deleted = True
        return shown

    async def _reblog(self, call: Call) -> Json:
        """Once an account and post: asking again gives the same."""
        account, original, now = call.account, self._post(call), self._world.now()
        if not account.may_publish:
            raise Refusal(403, "This action is outside the authorized scopes")
        with self._world.lock:
            before = next((p for p in self._world.posts_of(account.name) if p.reposts == original.id), None)
            made = before or self._world.add_post(
                LocalPost(
                    id=str(int(now.timestamp() * 1000) << 16 | self._world.next_id() & 0xFFFF),
                    network="mastodon", account=account.name, text="", language=original.language, created=now,
                    visibility=original.visibility, reposts=original.id,
                )
            )  # fmt: skip
        return self._wire(made, call)

    async def _unreblog(self, call: Call) -> Json:
        original = self._post(call)
        with self._world.lock:
            for post in self._world.posts_of(call.account.name):
                post.deleted = post.deleted or post.reposts == original.id
        return self._wire(original, call)

    def _post(self, call: Call) -> LocalPost:
        post = self._world.post("mastodon", call.request.path_params["id"])
        if post is None:
            raise Refusal(404, "Record not found")
        return post

    # ---- the wire

    def _by_id(self, id: str) -> LocalAccount:  # noqa: A002
        found = next((a for a in self._world.accounts.values() if a.network == "mastodon" and a.id == id), None)
        if found is None:
            raise Refusal(404, "Record not found")
        return found

    def _shown(self, account: LocalAccount, call: Call) -> Json:
        server = str(call.request.base_url).rstrip("/")
        picture = f"{server}/avatar.png"
        return {
            "id": account.id, "username": account.handle, "acct": account.handle, "display_name": account.handle,
            "locked": False, "bot": account.automated, "discoverable": True, "group": False, "created_at": "2026-01-01T00:00:00.000Z",
            "note": account.about, "url": f"{server}/@{account.handle}", "uri": f"{server}/users/{account.handle}",
            "avatar": picture, "avatar_static": picture, "header": picture, "header_static": picture,
            "followers_count": self._world.followers(account), "following_count": 0,
            "statuses_count": len(self._world.posts_of(account.name)), "last_status_at": None, "emojis": [],
            "fields": [{"name": name, "value": value, "verified_at": None} for name, value in account.fields],
        }  # fmt: skip

    def _wire(self, post: LocalPost, call: Call) -> Json:
        counts, account = self._world.counts(post), self._world.accounts[post.account]
        url = f"{str(call.request.base_url).rstrip('/')}/@{account.handle}/{post.id}"
        original = self._world.post("mastodon", post.reposts) if post.reposts else None
        quoted = self._world.post("mastodon", post.quotes) if post.quotes else None
        quote = {"state": "accepted", "quoted_status": self._wire(quoted, call)} if quoted else None
        return {
            "id": post.id, "created_at": iso(post.created), "in_reply_to_id": post.reply_to or None,
            "in_reply_to_account_id": account.id if post.reply_to else None, "sensitive": bool(post.content_warning or post.label),
            "spoiler_text": post.content_warning, "visibility": post.visibility, "language": post.language,
            "uri": url, "url": url, "replies_count": counts.replies, "reblogs_count": counts.reposts,
            "favourites_count": counts.likes, "quotes_count": counts.quotes, "edited_at": None,
            "favourited": False, "reblogged": False, "muted": False, "bookmarked": False, "pinned": False,
            "content": quote_link(quote) + as_html(post.text), "quote": quote,
            "reblog": self._wire(original, call) if original else None, "application": {"name": "campaign-bot", "website": None},
            "account": self._shown(account, call), "media_attachments": [media_wire(one, call) for one in post.media],
            "mentions": [], "tags": [{"name": tag.lower(), "url": f"/tags/{tag}"} for tag in TAG.findall(post.text)],
            "emojis": [], "card": None, "poll": self._poll(post),
        }  # fmt: skip

    def _poll(self, post: LocalPost) -> Json | None:
        if not post.poll_options or post.poll_ends is None:
            return None
        votes = self._world.poll_votes(post)
        return {
            "id": post.id, "expires_at": iso(post.poll_ends), "expired": post.poll_ends <= self._world.now(),
            "multiple": False, "votes_count": sum(votes), "voters_count": sum(votes), "emojis": [], "voted": True,
            "own_votes": [],
            "options": [{"title": t, "votes_count": v} for t, v in zip(post.poll_options, votes, strict=True)],
        }  # fmt: skip
