"""The local X: the routes of the API v2 that a client needs to publish, look and count.

OAuth 1.0a signatures are really verified. Answers follow OpenAPI 2.166, or 2.167 (`x_vocabulary.py`); refusals use X's
own sentences.
"""

from __future__ import annotations

import hashlib
import html
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from oauthlib.oauth1.rfc5849 import signature
from twitter_text import parse_tweet
from twitter_text.extract_urls import extract_urls_with_indices

from campaign_bot.sandbox.limits import Allowance, RateLimiter
from campaign_bot.sandbox.world import LocalAccount, LocalPost, World
from campaign_bot.sandbox.x_media import Media
from campaign_bot.sandbox.x_vocabulary import newer
from campaign_bot.sandbox.x_wire import PROBLEMS, Json, Refusal, not_found, refused
from campaign_bot.sandbox.x_wire import Call as _Call
from campaign_bot.sandbox.x_wire import invalid as _invalid

SECRET_FIELDS = ("api_key", "api_secret", "access_token", "access_token_secret")
SIGNED_HOST = "https://api.twitter.com"  # what clients sign, wherever the request is carried to

MAX_WEIGHT = 280
WINDOW_S = 900
PRIVATE_FOR = timedelta(days=30)  # how long X tells an author what only the author may know
#: method and path -> requests in 15 minutes
LIMITS = {"create": 100, "delete": 50, "lookup": 5000, "timeline": 900, "me": 75, "upload": 500,
          "chunk": 1875, "metadata": 500, "repost": 50}  # fmt: skip
#: Who may answer, and what each plan of keys lets an account do only if X allowed it.
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")

Handler = Callable[[_Call], Awaitable[tuple[int, Json]]]


def router(world: World) -> APIRouter:
    return _Server(world).router()


class _Server:
    def __init__(self, world: World) -> None:
        self._world = world
        self._limiter = RateLimiter()
        self._media = Media(world)

    def router(self) -> APIRouter:
        made = APIRouter()
        for method, path, bucket, handler in (
            ("GET", "/2/users/me", "me", self._me),
            ("GET", "/2/users/{id}/tweets", "timeline", self._timeline),
            ("GET", "/2/tweets", "lookup", self._lookup),
            ("POST", "/2/tweets", "create", self._create),
            ("DELETE", "/2/tweets/{id}", "delete", self._delete),
            ("POST", "/2/users/{id}/retweets", "repost", self._repost),
            ("DELETE", "/2/users/{id}/retweets/{source_tweet_id}", "repost", self._unrepost),
            ("POST", "/2/media/upload", "upload", self._media.upload),
            ("GET", "/2/media/upload", "chunk", self._media.status),
            ("POST", "/2/media/upload/initialize", "chunk", self._media.initialize),
            ("POST", "/2/media/upload/{id}/append", "chunk", self._media.append),
            ("POST", "/2/media/upload/{id}/finalize", "chunk", self._media.finalize),
            ("POST", "/2/media/metadata", "metadata", self._media.describe),
            ("POST", "/2/media/subtitles", "metadata", self._media.caption),
        ):
            made.add_api_route(path, self._endpoint(bucket, handler), methods=[method])
        return made

    def _endpoint(self, bucket: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                account = self._whose(request)
                allowance = self._limiter.take(account.name, bucket, LIMITS[bucket], WINDOW_S, self._world.now())
                level = "read-write" if account.may_publish else "read"
                headers = {**_headers(allowance), "x-access-level": level}
                if not allowance.allowed:
                    return JSONResponse({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, 429, headers)
                status, body = await handler(_Call(request, account, await _body(request)))
                return JSONResponse(self._worded(body), status, headers)
            except Refusal as refusal:
                body = self._worded(refusal.body)
                return JSONResponse(body, refusal.status, headers, media_type="application/problem+json")

        return answer

    def _worded(self, body: Json) -> Json:
        return newer(body) if self._world.behaviour.newer_words else body

    def _whose(self, request: Request) -> LocalAccount:
        """The account whose keys signed this request. Raises Refusal 401 for any other signature."""
        given = authorization(request)
        account = self._world.account_with("x", "access_token", given.get("oauth_token", ""))
        if account is None or given.get("oauth_consumer_key") != account.secrets["api_key"]:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if not signed_by(request, given, account.secrets["api_secret"], account.secrets["access_token_secret"]):
            raise Refusal(401, "Unauthorized", "Unauthorized")
        return account

    # ---- users

    async def _me(self, call: _Call) -> tuple[int, Json]:
        user: Json = {"id": call.account.id, "name": call.account.handle, "username": call.account.handle}
        if "description" in call.fields("user.fields"):
            user["description"] = call.account.about
        if "public_metrics" in call.fields("user.fields"):
            user["public_metrics"] = {
                "followers_count": self._world.followers(call.account), "following_count": 0, "listed_count": 0,
                "tweet_count": len(self._world.posts_of(call.account.name)), "like_count": 0,
            }  # fmt: skip
        return 200, {"data": user}

    # ---- posts

    async def _create(self, call: _Call) -> tuple[int, Json]:
        account, body, now = call.account, call.body, self._world.now()
        if not account.may_publish:
            raise Refusal(
                403, "Forbidden", "You are not permitted to perform this action.", PROBLEMS + "client-forbidden"
            )
        with self._world.lock:
            text = unicodedata.normalize("NFC", str(body.get("text") or ""))
            media = self._media.attached(call)
            if not text.strip() and not media:
                raise _invalid("You must provide text or media.")
            if parse_tweet(text).weightedLength > MAX_WEIGHT:
                raise Refusal(403, "Forbidden", "Your Tweet text is too long. Please try shortening it.")
            if not self._world.behaviour.forgetful and any(
                post.text == text and not post.reposts for post in self._world.posts_of(account.name)
            ):
                raise Refusal(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
            reply_to = str((body.get("reply") or {}).get("in_reply_to_tweet_id") or "")
            parent = self._world.post("x", reply_to) if reply_to else None
            if reply_to and (parent is None or parent.account != account.name or "thread" not in account.may):
                raise refused("Reply to this conversation is not allowed.")
            quotes = self._quoted(call, bool(media))
            settings = str(body.get("reply_settings") or "")
            if settings and settings not in REPLY_SETTINGS:
                raise _invalid(f"reply_settings: [{settings}] is not one of {', '.join(REPLY_SETTINGS)}")
            poll = _poll(body, bool(media))
            post = self._world.add_post(
                LocalPost(
                    id=str((int(now.timestamp() * 1000) - 1_288_834_974_657 << 22) + self._world.next_id()),
                    network="x",
                    account=account.name,
                    text=text,
                    language=account.language,
                    created=now,
                    media=media,
                    poll_options=[str(one) for one in poll.get("options", [])],
                    poll_ends=now + timedelta(minutes=poll["duration_minutes"]) if poll else None,
                    reply_to=reply_to,
                    quotes=quotes,
                    replies=settings,
                    label=next((one.label for one in media if one.label), ""),
                )
            )
        shown = self._wire(post, set())
        return 201, {"data": {"id": shown["id"], "text": shown["text"], "edit_history_tweet_ids": [post.id]}}

    def _quoted(self, call: _Call, beside_media: bool) -> str:
        """The post that is quoted, if X would take it."""
        one = str(call.body.get("quote_tweet_id") or "")
        if one and "quote" not in call.account.may:
            raise refused("You are not permitted to quote with this access level.")
        if one and (beside_media or call.body.get("poll")):
            raise _invalid("quote_tweet_id is mutually exclusive with media and poll")
        if one and self._world.post("x", one) is None:
            raise refused("The Tweet that is quoted does not exist.")
        return one

    async def _repost(self, call: _Call) -> tuple[int, Json]:
        """Once an account and post: asking again changes nothing."""
        account, now = self._self(call), self._world.now()
        with self._world.lock:
            original = self._world.post("x", str(call.body.get("tweet_id") or ""))
            if original is None:
                raise not_found("tweet")
            if not any(post.reposts == original.id for post in self._world.posts_of(account.name)):
                self._world.add_post(
                    LocalPost(
                        id=str((int(now.timestamp() * 1000) - 1_288_834_974_657 << 22) + self._world.next_id()),
                        network="x", account=account.name, text=f"RT @{account.handle}: {original.text}",
                        language=original.language, created=now, reposts=original.id,
                    )
                )  # fmt: skip
        return 200, {"data": {"id": original.id, "retweeted": True}}

    async def _unrepost(self, call: _Call) -> tuple[int, Json]:
        account, source = self._self(call), call.request.path_params["source_tweet_id"]
        with self._world.lock:
            for post in self._world.posts_of(account.name):
                post.deleted = post.deleted or post.reposts == source
        return 200, {"data": {"retweeted": False}}

    def _self(self, call: _Call) -> LocalAccount:
        if call.request.path_params["id"] != call.account.id:
            raise _invalid("The `id` path parameter must be that of the authenticated user.")
        if not call.account.may_publish:
            raise refused("You are not permitted to perform this action.")
        return call.account

    async def _lookup(self, call: _Call) -> tuple[int, Json]:
        ids = [one for one in (call.request.query_params.get("ids") or "").split(",") if one]
        if not 1 <= len(ids) <= 100:
            raise _invalid("The `ids` query parameter must have between 1 and 100 ids.")
        found = {one: self._world.post("x", one) for one in ids}
        answer = self._listing([post for post in found.values() if post is not None], call)
        missing = [one for one, post in found.items() if post is None]
        if missing:
            answer["errors"] = [*answer.get("errors", []), *(_not_found(one) for one in missing)]
        return 200, answer

    async def _timeline(self, call: _Call) -> tuple[int, Json]:
        """The account's own posts, newest first, in pages."""
        if call.request.path_params["id"] != call.account.id:
            raise Refusal(403, "Forbidden", "Only the own timeline is served here.")
        query = call.request.query_params
        since = datetime.fromisoformat(query["start_time"].replace("Z", "+00:00")) if "start_time" in query else None
        size, start = int(query.get("max_results", 10)), int(query.get("pagination_token") or 0)
        if not 5 <= size <= 100:
            raise _invalid(f"The `max_results` query parameter value [{size}] is not between 5 and 100")
        after, before = int(query.get("since_id") or 0), int(query.get("until_id") or 1 << 64)
        posts = [
            post
            for post in self._world.listed(call.account.name)
            if (since is None or post.created >= since) and after < int(post.id) < before
        ]
        page = posts[start : start + size]
        answer = self._listing(page, call)
        meta: Json = {"result_count": len(answer.get("data", []))}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if start + size < len(posts):
            meta["next_token"] = str(start + size)
        return 200, {**answer, "meta": meta}

    async def _delete(self, call: _Call) -> tuple[int, Json]:
        post = self._world.post("x", call.request.path_params["id"])
        if post is None or post.account != call.account.name:
            raise Refusal(404, "Not Found Error", "Could not find tweet with id.", PROBLEMS + "resource-not-found")
        with self._world.lock:
            post.deleted = True
        return 200, {"data": {"deleted": True}}

    # ---- the wire

    def _listing(self, posts: list[LocalPost], call: _Call) -> Json:
        fields = call.fields("tweet.fields")
        answer: Json = {}
        if "non_public_metrics" in fields:
            # X leaves out a post whole for which it may not tell a field that was asked for.
            old = [post for post in posts if self._world.now() - post.created > PRIVATE_FOR]
            posts = [post for post in posts if post not in old]
            if old:
                answer["errors"] = [_no_field(post.id, "non_public_metrics") for post in old]
        if posts:
            answer["data"] = [self._wire(post, fields) for post in posts]
        polls = [self._poll_wire(post, call.fields("poll.fields")) for post in posts if post.poll_options]
        if polls and "attachments.poll_ids" in call.fields("expansions"):
            answer["includes"] = {"polls": polls}
        return answer

    def _wire(self, post: LocalPost, fields: set[str]) -> Json:
        counts = self._world.counts(post)
        text, urls = _shortened(post)
        every: Json = {
            "created_at": _iso(post.created),
            "author_id": self._world.accounts[post.account].id,
            "lang": post.language,
            "entities": {"urls": urls} if urls else {},
            "attachments": {"poll_ids": [post.id]} if post.poll_options else {"media_keys": [f"3_{m.id}" for m in post.media]},
            "public_metrics": {
                "like_count": counts.likes, "retweet_count": counts.reposts, "reply_count": counts.replies,
                "quote_count": counts.quotes, "bookmark_count": counts.bookmarks, "impression_count": counts.impressions,
            },
            "non_public_metrics": {"impression_count": counts.impressions} | ({"url_link_clicks": counts.link_clicks} if urls else {}),
        }  # fmt: skip
        kinds = (("replied_to", post.reply_to), ("quoted", post.quotes), ("retweeted", post.reposts))
        every["referenced_tweets"] = [{"type": kind, "id": one} for kind, one in kinds if one]
        shown = {name: value for name, value in every.items() if name in fields and value}
        if shown.get("attachments") == {"media_keys": []}:
            del shown["attachments"]
        return {"id": post.id, "text": text, "edit_history_tweet_ids": [post.id], **shown}

    def _poll_wire(self, post: LocalPost, fields: set[str]) -> Json:
        votes = self._world.poll_votes(post)
        over = post.poll_ends is not None and post.poll_ends <= self._world.now()
        asked: Json = {"voting_status": "closed" if over else "open"} if "voting_status" in fields else {}
        return asked | {
            "id": post.id,
            "options": [
                {"position": number, "label": label, "votes": count}
                for number, (label, count) in enumerate(zip(post.poll_options, votes, strict=True), 1)
            ],
        }


def authorization(request: Request) -> dict[str, str]:
    """The OAuth 1.0a parameters of a request."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    return dict(
        signature.collect_parameters(headers={"Authorization": f"{scheme} {rest}"}, exclude_oauth_signature=False)
    )


def signed_by(request: Request, given: dict[str, str], client_secret: str, token_secret: str) -> bool:
    """HMAC-SHA1 over method, the real URL and the parameters, as RFC 5849 wants."""
    parameters = [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
    parameters += parse_qsl(request.url.query, keep_blank_values=True)
    base = signature.signature_base_string(
        cast("Any", request.method),
        signature.base_string_uri(SIGNED_HOST + request.url.path),
        signature.normalize_parameters(cast("Any", parameters)),
    )
    expected = signature.sign_hmac_sha1_with_client(base, _Keys(client_secret, token_secret))
    return expected == given.get("oauth_signature")


class _Keys:
    """What oauthlib's signing reads from a client."""

    def __init__(self, client_secret: str, token_secret: str) -> None:
        self.client_secret = client_secret
        self.resource_owner_secret = token_secret


async def _body(request: Request) -> Json:
    if "json" not in request.headers.get("content-type", ""):
        return {}
    found: Any = await request.json()
    if not isinstance(found, dict):
        raise _invalid("The body must be a JSON object.")
    return cast("Json", found)


def _poll(body: Json, has_media: bool) -> Json:
    poll: Json = body.get("poll") or {}
    if not poll:
        return {}
    options: list[Any] = poll.get("options") or []
    if has_media:
        raise _invalid("poll and media are mutually exclusive")
    if not 2 <= len(options) <= 4 or any(not 1 <= len(str(one)) <= 25 for one in options):
        raise _invalid("poll.options: 2 to 4 options of 1 to 25 characters")
    if not 5 <= int(poll.get("duration_minutes") or 0) <= 10_080:
        raise _invalid("poll.duration_minutes must be between 5 and 10080")
    return poll


def _shortened(post: LocalPost) -> tuple[str, list[Json]]:
    """The text as X gives it back: HTML entities, every link a t.co one, and what those stand for."""
    text, urls, end = "", list[Json](), 0
    for found in extract_urls_with_indices(post.text):
        start, stop = found["indices"]
        url = found["url"]
        short = "https://t.co/" + hashlib.sha256(f"{post.id}{url}".encode()).hexdigest()[:10]
        text += html.escape(post.text[end:start], quote=False)
        full = url if "://" in url else f"http://{url}"
        urls.append({"start": len(text), "end": len(text) + len(short), "url": short, "expanded_url": full,
                     "display_url": full.partition("://")[2][:30]})  # fmt: skip
        text, end = text + short, stop
    text += html.escape(post.text[end:], quote=False)
    if post.media:  # X adds a link of its own for what is attached
        short = "https://t.co/" + hashlib.sha256(post.id.encode()).hexdigest()[:10]
        text += f" {short}"
        urls.append({"start": len(text) - len(short), "end": len(text), "url": short,
                     "expanded_url": f"https://x.com/i/status/{post.id}/photo/1",
                     "display_url": "pic.x.com/" + short[-10:], "media_key": f"3_{post.media[0].id}"})  # fmt: skip
    return text, urls


def _not_found(one: str) -> Json:
    return {"value": one, "detail": f"Could not find tweet with ids: [{one}].", "title": "Not Found Error",
            "resource_type": "tweet", "parameter": "ids", "resource_id": one,
            "type": PROBLEMS + "resource-not-found"}  # fmt: skip


def _no_field(one: str, field: str) -> Json:
    return {"value": one, "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet.", "field": field,
            "title": "Field Authorization Error", "section": "data", "resource_type": "tweet", "parameter": "ids",
            "resource_id": one, "type": PROBLEMS + "not-authorized-for-field"}  # fmt: skip


def _headers(allowance: Allowance) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(allowance.limit),
        "x-rate-limit-remaining": str(allowance.remaining),
        "x-rate-limit-reset": str(int(allowance.reset.timestamp())),
    }


def _iso(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
