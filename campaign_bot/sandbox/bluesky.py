"""The local Bluesky: those XRPC methods of a personal data server and of the app's index that a client needs.

What it accepts, refuses and answers was compared with a real server (@atproto/pds 0.5.35): a taken record key is a
500 there too, signing in works while the account is deactivated, deleting twice is fine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from campaign_bot.sandbox import bluesky_embeds as embeds
from campaign_bot.sandbox.bluesky_records import (
    COLLECTION,
    GATES,
    PROFILE,
    REPOSTS,
    Json,
    Refusal,
    check_gate,
    check_key,
    check_post,
    check_repost,
    cid_of_bytes,
    cid_of_record,
    invalid,
    new_key,
    parent_of,
)
from campaign_bot.sandbox.bluesky_session import ACCESS, REFRESH, Sessions
from campaign_bot.sandbox.bluesky_views import author_view, post_view, record_view, session_view, uri_of
from campaign_bot.sandbox.limits import RateLimiter
from campaign_bot.sandbox.world import LocalAccount, LocalMedia, LocalPost, World

SECRET_FIELDS = ("app_password",)

BATCH, PAGE, BLOB_BYTES = 25, 50, 50 * 1024 * 1024

#: bucket -> (how many points, in how many seconds), as Bluesky publishes them; every window must have room
LIMITS: dict[str, tuple[tuple[int, int], ...]] = {
    "session": ((30, 300), (300, 86_400)),
    "write": ((5_000, 3_600), (35_000, 86_400)),
    "blob": ((1_000, 86_400),),
    "any": ((3_000, 300),),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read: whose it is, what it asks, where the server is for the one who asks."""

    account: LocalAccount | None
    claims: Json
    params: dict[str, list[str]]
    body: bytes
    mime_type: str
    server: str
    headers: dict[str, str] = field(default_factory=dict[str, str])  # of the answer

    @property
    def own(self) -> LocalAccount:
        if self.account is None:
            raise Refusal(401, "AuthMissing", "Authentication Required")
        return self.account

    def param(self, name: str) -> str:
        if name not in self.params:
            raise invalid(f'Missing required key "{name}" at $')
        return self.params[name][0]

    def json(self) -> Json:
        try:
            body: Any = json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, "SyntaxError", str(error)) from error
        return cast("Json", body) if isinstance(body, dict) else {}

    def field(self, name: str) -> Any:
        """A field of the JSON body."""
        body = self.json()
        if name not in body:
            raise invalid(f'Missing required key "{name}" at $')
        return body[name]


@dataclass(frozen=True, slots=True)
class Method:
    """How an XRPC method is reached: its verb, the token that it wants ("" for none), what it costs."""

    verb: str
    handle: Callable[[Call], Json | Response]
    scope: str = ACCESS
    bucket: str = "any"
    points: int = 1


def router(world: World) -> APIRouter:
    """The methods, under /xrpc."""
    server, routes = Server(world), APIRouter(prefix="/xrpc")
    for name, method in server.methods().items():
        routes.add_api_route(f"/{name}", _endpoint(server, method), methods=[method.verb], include_in_schema=False)
    return routes


def account_of(world: World, authorization: str) -> str:
    """The name of the account whose access token this is; empty for anybody else."""
    try:
        return Sessions(world).read(authorization, ACCESS)[0].name
    except Refusal:
        return ""


def _endpoint(server: Server, method: Method) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def answer(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            call = server.admit(method, request, await request.body())
            headers = call.headers
            server.charge(method, call)
            told = method.handle(call)
            response = told if isinstance(told, Response) else JSONResponse(told)
        except Refusal as refusal:
            response = JSONResponse({"error": refusal.error, "message": refusal.message}, refusal.status)
        response.headers.update(headers)
        return response

    return answer


class Server:
    """The methods by themselves: each takes a Call and gives the JSON of the answer, or raises Refusal."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = Sessions(world)
        self.limiter = RateLimiter()

    def methods(self) -> dict[str, Method]:
        return {
            "com.atproto.server.describeServer": Method("GET", self.describe, scope=""),
            "com.atproto.server.createSession": Method("POST", self.create_session, scope="", bucket="session"),
            "com.atproto.server.refreshSession": Method("POST", self.refresh_session, scope=REFRESH),
            "com.atproto.server.getSession": Method("GET", self.get_session),
            "com.atproto.server.deleteSession": Method("POST", self.delete_session, scope=REFRESH),
            "com.atproto.repo.uploadBlob": Method("POST", self.upload_blob, bucket="blob"),
            "com.atproto.repo.createRecord": Method("POST", self.create_record, bucket="write", points=3),
            "com.atproto.repo.applyWrites": Method("POST", self.apply_writes, bucket="write", points=6),
            "com.atproto.repo.putRecord": Method("POST", self.put_record, bucket="write", points=2),
            "com.atproto.repo.deleteRecord": Method("POST", self.delete_record, bucket="write"),
            "com.atproto.repo.getRecord": Method("GET", self.get_record, scope=""),
            "com.atproto.repo.listRecords": Method("GET", self.list_records, scope=""),
            "com.atproto.sync.getBlob": Method("GET", self.get_blob, scope=""),
            "app.bsky.feed.getPosts": Method("GET", self.get_posts),
            "app.bsky.feed.getAuthorFeed": Method("GET", self.get_author_feed),
            "app.bsky.actor.getProfile": Method("GET", self.get_profile),
        }

    def admit(self, method: Method, request: Request, body: bytes) -> Call:
        account, claims = None, dict[str, Any]()
        if method.scope:
            account, claims = self.sessions.read(request.headers.get("authorization", ""), method.scope)
        return Call(
            account,
            claims,
            parse_qs(request.url.query, keep_blank_values=True),
            body,
            request.headers.get("content-type", ""),
            str(request.url).partition("/xrpc/")[0],
        )

    def charge(self, method: Method, call: Call) -> None:
        """Take the method's points from every window of its bucket; the tightest one is told in the headers."""
        who = call.account.name if call.account else ""
        if method.bucket == "session":
            who = str(call.field("identifier"))
        now = self.world.now()
        taken = [
            (window_s, self.limiter.take(who, f"{method.bucket}/{window_s}", limit, window_s, now, cost=method.points))
            for limit, window_s in LIMITS[method.bucket]
        ]
        window_s, tightest = min(taken, key=lambda pair: (pair[1].allowed, pair[1].remaining))
        call.headers.update(
            {
                "ratelimit-limit": str(tightest.limit),
                "ratelimit-remaining": str(tightest.remaining),
                "ratelimit-reset": str(int(tightest.reset.timestamp())),
                "ratelimit-policy": f"{tightest.limit};w={window_s}",
            }
        )
        if not tightest.allowed:
            call.headers["retry-after"] = str(max(0, int((tightest.reset - now).total_seconds())))
            raise Refusal(429, "RateLimitExceeded", "Rate Limit Exceeded")

    def describe(self, call: Call) -> Json:
        return {
            "did": "did:web:localhost",
            "availableUserDomains": [".test"],
            "inviteCodeRequired": False,
            "blobUploadLimit": BLOB_BYTES,
            "links": {},
            "contact": {},
        }

    def create_session(self, call: Call) -> Json:
        account = self.sessions.sign_in(str(call.field("identifier")), str(call.field("password")))
        return self._tokens(account) | session_view(account, call.server)

    def refresh_session(self, call: Call) -> Json:
        return self._tokens(call.own) | session_view(call.own, call.server)

    def get_session(self, call: Call) -> Json:
        return session_view(call.own, call.server)

    def delete_session(self, call: Call) -> Json:
        self.sessions.end(call.claims)
        return {}

    def upload_blob(self, call: Call) -> Json:
        if len(call.body) > BLOB_BYTES:
            raise Refusal(413, "PayloadTooLarge", "request entity too large")
        cid = cid_of_bytes(call.body)
        with self.world.lock:
            # Each repository has its own: two accounts may send the same picture at once.
            self.world.media[f"{call.own.name}/{cid}"] = LocalMedia(cid, call.own.name, call.mime_type, call.body)
        link = {"$link": cid}
        return {"blob": {"$type": "blob", "ref": link, "mimeType": call.mime_type, "size": len(call.body)}}

    def create_record(self, call: Call) -> Json:
        account, collection = self._writer(call, str(call.field("collection"))), str(call.field("collection"))
        rkey = call.json().get("rkey") or new_key(self.world.now(), self.world.next_id())
        with self.world.lock:  # one writer may have a key, however many ask at once
            self._create(account, collection, rkey, call.field("record"))()
            made = self._record(account, collection, rkey)
        return {**made, "commit": self._commit(made["cid"]), "validationStatus": "valid"}

    def apply_writes(self, call: Call) -> Json:
        """All of them, or none. (Only creating is served here.)"""
        writes: list[Json] = call.field("writes")
        if any(one.get("$type") != "com.atproto.repo.applyWrites#create" for one in writes):
            raise invalid("Only #create is served here")
        done: list[Json] = []
        with self.world.lock:
            keyed = [(one, one.get("rkey") or new_key(self.world.now(), self.world.next_id())) for one in writes]
            ready = [
                self._create(self._writer(call, one["collection"]), one["collection"], rkey, one["value"])
                for one, rkey in keyed
            ]
            for write in ready:
                write()
            for one, rkey in keyed:
                made = self._record(call.own, one["collection"], rkey)
                kind = "com.atproto.repo.applyWrites#createResult"
                done.append({"$type": kind, **made, "validationStatus": "valid"})
        return {"commit": self._commit(done[0]["cid"]), "results": done}

    def _create(self, account: LocalAccount, collection: str, rkey: str, record: Json) -> Callable[[], None]:
        """What writes the record, once it is known that nothing is wrong with it. Raises Refusal."""
        check_key(rkey)
        record = {"$type": collection, **record}
        if collection == GATES:
            rule = check_gate(record, rkey)
            return lambda: self._gate(account, rkey, rule, record)
        if collection == REPOSTS and (before := self._reposting(account, record)):
            before.deleted = True  # as on a real server: a second repost of the same post takes the first one's place
        if self._post(account, rkey):
            raise Refusal(500, "InternalServerError", "Internal Server Error")
        check_repost(record) if collection == REPOSTS else check_post(record)
        post = LocalPost(
            id=rkey,
            network="bluesky",
            account=account.name,
            text=str(record.get("text", "")),
            language=next(iter(record.get("langs", [])), account.language),
            created=self.world.now(),
            media=self._media(account, record) if collection == COLLECTION else [],
            reply_to=parent_of(record),
            quotes=embeds.quoted_by(record).rpartition("/")[2],
            reposts=str(record["subject"]["uri"]).rpartition("/")[2] if collection == REPOSTS else "",
            label=embeds.label_of(record),
            link_card=embeds.parts_of(record).get("external", {}).get("external") or {},
            key=rkey,
            wire={"record": record, "cid": cid_of_record(record), "collection": collection},
        )

        def write() -> None:
            self.world.add_post(post)

        return write

    def _reposting(self, account: LocalAccount, record: Json) -> LocalPost | None:
        subject = str((record.get("subject") or {}).get("uri", "")).rpartition("/")[2]
        return next((post for post in self.world.posts_of(account.name) if post.reposts == subject), None)

    def _gate(self, account: LocalAccount, rkey: str, rule: str, record: Json) -> None:
        post = self._post(account, rkey)
        if post is not None:
            post.replies, post.wire["gate"] = rule, {"record": record, "cid": cid_of_record(record)}

    def _record(self, account: LocalAccount, collection: str, rkey: str) -> Json:
        post = self._post(account, rkey)
        assert post is not None  # noqa: S101 - it was just written
        kept = post.wire["gate"] if collection == GATES else post.wire
        return {"uri": uri_of(account, rkey, collection), "cid": kept["cid"]}

    def put_record(self, call: Call) -> Json:
        """The profile: the only record here that is written again."""
        account, record = self._writer(call, PROFILE), call.field("record")
        if call.field("collection") != PROFILE or call.field("rkey") != "self":
            raise invalid("Only the profile is put here")
        now = cid_of_record(account.profile) if account.profile else None
        if "swapRecord" in call.json() and call.json()["swapRecord"] != now:
            raise Refusal(400, "InvalidSwap", "Record was at another value")
        if len(str(record.get("description", "")).encode()) > 2560:
            raise invalid("string too big (maximum 2560) at $.record.description")
        with self.world.lock:
            account.profile = {"$type": PROFILE, **record}
        cid = cid_of_record(account.profile)
        return {"uri": uri_of(account, "self", PROFILE), "cid": cid, "commit": self._commit(cid)}

    def delete_record(self, call: Call) -> Json:
        collection = str(call.field("collection"))
        post = self._post(self._writer(call, collection), str(call.field("rkey")))
        if post is None or post.wire["collection"] != collection:
            return {}
        with self.world.lock:
            post.deleted = True
        return {"commit": self._commit(post.wire["cid"])}

    def get_record(self, call: Call) -> Json:
        account, rkey, collection = self._actor(call.param("repo")), call.param("rkey"), call.param("collection")
        if (collection, rkey) == (PROFILE, "self") and account.profile:
            uri, cid = uri_of(account, rkey, PROFILE), cid_of_record(account.profile)
            return {"uri": uri, "cid": cid, "value": account.profile}
        post = self._post(account, rkey)
        if post is None or post.wire["collection"] != collection:
            raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri_of(account, rkey, collection)}")
        return record_view(account, post)

    def list_records(self, call: Call) -> Json:
        account = self._actor(call.param("repo"))
        posts, cursor = self._page(call, account)
        return {"records": [record_view(account, post) for post in posts]} | cursor

    def get_blob(self, call: Call) -> Response:
        media = self.world.media.get(f"{self._actor(call.param('did')).name}/{call.param('cid')}")
        if media is None:
            raise Refusal(400, "BlobNotFound", "Blob not found")
        return Response(media.data, media_type=media.mime_type)

    def get_posts(self, call: Call) -> Json:
        """Posts that are gone are left out."""
        uris = call.params.get("uris", [])
        if len(uris) > BATCH:
            raise invalid(f"array too big (maximum {BATCH}, got {len(uris)}) at $.uris")
        found: list[Json] = []
        for uri in uris:
            did, _, rkey = uri.removeprefix("at://").replace(f"/{COLLECTION}/", " ").partition(" ")
            account = self.sessions.account(did)
            post = self._post(account, rkey) if account else None
            if account and post and not post.reposts:
                found.append(self._view(call, account, post))
        return {"posts": found}

    def get_author_feed(self, call: Call) -> Json:
        account = self._actor(call.param("actor"))
        posts, cursor = self._page(call, account)
        return {"feed": [{"post": self._view(call, account, post)} for post in posts]} | cursor

    def get_profile(self, call: Call) -> Json:
        account = self._actor(call.param("actor"))
        return {
            **author_view(account),
            "followersCount": self.world.followers(account),
            "followsCount": 0,
            "postsCount": len(self.world.posts_of(account.name)),
        }

    def _tokens(self, account: LocalAccount) -> Json:
        return {
            "accessJwt": self.sessions.token(account, ACCESS),
            "refreshJwt": self.sessions.token(account, REFRESH),
        }

    def _writer(self, call: Call, collection: str) -> LocalAccount:
        """Whose repository the call may change."""
        if self.sessions.account(str(call.field("repo"))) is not call.own:
            raise Refusal(403, "AccountNotFound", "Account not found")
        if not call.own.may_publish:
            raise Refusal(401, "AccountDeactivated", "Account is deactivated")
        if collection not in (COLLECTION, REPOSTS, GATES, PROFILE):
            raise invalid(f"Lexicon not found: {collection}")
        return call.own

    def _actor(self, actor: str) -> LocalAccount:
        account = self.sessions.account(actor)
        if account is None:
            raise invalid(f"Could not find repo: {actor}")
        return account

    def _post(self, account: LocalAccount, rkey: str) -> LocalPost | None:
        """Two accounts may use the same record key, so the world's look-up by id is not enough."""
        return next((post for post in self.world.posts_of(account.name) if post.id == rkey), None)

    def _page(self, call: Call, account: LocalAccount) -> tuple[list[LocalPost], Json]:
        limit, cursor = int(call.params.get("limit", [str(PAGE)])[0]), call.params.get("cursor", [""])[0]
        posts = sorted(self.world.posts_of(account.name), key=lambda post: post.id, reverse=True)
        page = [post for post in posts if not cursor or post.id < cursor][: min(limit, 100)]
        return page, {"cursor": page[-1].id} if page else {}

    def _media(self, account: LocalAccount, record: Json) -> list[LocalMedia]:
        """What a post shows: its pictures, or its video with captions. Raises Refusal for a blob that is not there."""
        files: dict[str, LocalMedia] = {}
        for blob, _ in embeds.blobs_of(record):
            cid = blob["ref"]["$link"]
            media = self.world.media.get(f"{account.name}/{cid}")
            if media is None:
                raise Refusal(400, "BlobNotFound", f"Could not find blob: {cid}")
            files[cid] = media
        found: list[LocalMedia] = []
        for blob, about in embeds.shown_of(record):
            ratio = about.get("aspectRatio", {})
            media = replace(
                files[blob["ref"]["$link"]],
                alt=str(about.get("alt", "")), width=ratio.get("width", 0), height=ratio.get("height", 0),
            )  # fmt: skip
            found.append(embeds.with_captions(media, record, files))
        return found

    def _commit(self, cid: str) -> Json:
        return {"cid": cid, "rev": new_key(self.world.now(), self.world.next_id())}

    def _view(self, call: Call, account: LocalAccount, post: LocalPost) -> Json:
        return post_view(account, post, self.world.counts(post), call.server)
