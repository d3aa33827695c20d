"""The same questions to any server that speaks Bluesky's protocol: ordinary ones, and what goes wrong in each way."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.real.servers import POST

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
KEY, OTHER_KEY = "3jzfcijpj2z2a", "3jzfcijpj2z2c"
CID = "bafyreihjodco5auscuouboolgg7ljzlt3mdk6dg4mrvzoxxtwpqjubpsfq"
RECORD = {"$type": POST, "text": "hello", "createdAt": "2027-01-18T17:00:00.000Z"}
STRANGER = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.exemple"}
TAG, MENTION = "app.bsky.richtext.facet#tag", "app.bsky.richtext.facet#mention"

SIGN_INS = 30  # as many as an account may in five minutes

Asked = Iterator[tuple[str, httpx.Response]]


class Caller:
    """Asks one server by hand, as one account."""

    def __init__(self, server: str, did: str, handle: str, password: str, before: Callable[[str], None]) -> None:
        self.did, self.handle, self.password = did, handle, password
        self.token = ""
        self._before = before
        self._http = httpx.Client(base_url=f"{server}/xrpc/", trust_env=False, timeout=20)

    def close(self) -> None:
        self._http.close()

    def ask(self, verb: str, method: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        """`token` replaces the account's own; empty: none is shown."""
        self._before(method)
        shown = self.token if token is None else token
        headers = {"authorization": shown if " " in shown else f"Bearer {shown}"} if shown else {}
        return self._http.request(verb, method, headers={**headers, **more.pop("headers", {})}, **more)

    def get(self, method: str, *, token: str | None = None, **params: Any) -> httpx.Response:
        return self.ask("GET", method, token=token, params=params)

    def post(self, method: str, body: Any, **more: Any) -> httpx.Response:
        return self.ask("POST", method, json=body, **more)

    def sign_in(self, **given: Any) -> httpx.Response:
        return self.post("com.atproto.server.createSession", given, token="")

    def create(self, changed: Any = None, **fields: Any) -> httpx.Response:
        """A post, with these things of its record changed; None takes one away."""
        record: Any = {name: value for name, value in (RECORD | (changed or {})).items() if value is not None}
        body = {"repo": self.did, "collection": POST, "record": record, **fields}
        return self.post("com.atproto.repo.createRecord", body)

    def upload(self, data: bytes, kind: str = "image/png") -> httpx.Response:
        headers = {"content-type": kind} if kind else {}
        return self.ask("POST", "com.atproto.repo.uploadBlob", content=data, headers=headers)


def everything(c: Caller) -> Asked:
    """(what was asked, the answer), in order: later questions need what earlier ones did."""
    yield from _sessions(c)
    yield from _keys_and_repositories(c)
    yield from _records(c)
    yield from _blobs_and_embeds(c)
    yield from _reading(c)
    yield from _leaving(c)


def _sessions(c: Caller) -> Asked:
    session, sign_in = "com.atproto.server.getSession", "com.atproto.server.createSession"
    yield "describe", c.get("com.atproto.server.describeServer", token="")
    yield "sign in: wrong password", c.sign_in(identifier=c.handle, password="no")
    yield "sign in: nobody", c.sign_in(identifier="nobody.test", password="no")
    yield "sign in: nothing", c.sign_in()
    yield "sign in: no password", c.sign_in(identifier=c.handle)
    yield "sign in: a number", c.sign_in(identifier=c.handle, password=1)
    yield "sign in: no type", c.ask("POST", sign_in, content=b"{}", token="")
    yield "sign in: text", c.ask("POST", sign_in, content=b"x", headers={"content-type": "text/plain"}, token="")
    yield "sign in: GET", c.ask("GET", sign_in, token="")
    yield "sign in: by DID", c.sign_in(identifier=c.did, password=c.password)
    yield "sign in: with @", c.sign_in(identifier=f"@{c.handle}", password=c.password)
    yield "sign in: capitals", c.sign_in(identifier=c.handle.upper(), password=c.password)
    signed_in = c.sign_in(identifier=c.handle, password=c.password)
    yield "sign in", signed_in
    access, refresh = signed_in.json()["accessJwt"], signed_in.json()["refreshJwt"]
    yield "session", c.get(session, token=access)
    for name, token in {
        "none": "",
        "basic": "Basic abc",
        "bad": "xyz",
        "refresh": refresh,
        "forged": access[:-6] + "AAAAAA",
    }.items():
        yield f"session: {name} token", c.get(session, token=token)
    yield "refresh", c.ask("POST", "com.atproto.server.refreshSession", token=refresh)
    yield "refresh: again", c.ask("POST", "com.atproto.server.refreshSession", token=refresh)
    yield "refresh: access token", c.ask("POST", "com.atproto.server.refreshSession", token=access)
    yield "refresh: none", c.ask("POST", "com.atproto.server.refreshSession", token="")
    c.token = access


def _keys_and_repositories(c: Caller) -> Asked:
    yield "create", c.create()
    yield "create: key", c.create(rkey=KEY)
    yield "create: taken key", c.create({"text": "other"}, rkey=KEY)
    for name, key in {"space": "bad key", "long": "a" * 600, "no TID": "self", "empty": ""}.items():
        yield f"create: key {name}", c.create(rkey=key)
    yield "create: by handle", c.create(repo=c.handle)
    yield "create: another's", c.create(repo=STRANGER)
    yield "create: nobody", c.ask("POST", "com.atproto.repo.createRecord", token="", json={})
    yield "create: no collection's name", c.create(collection="nonsense")
    yield "create: nothing", c.post("com.atproto.repo.createRecord", {})
    for record in ("x", 1.5, None, ["x"]):
        body = {"repo": c.did, "collection": POST, "record": record}
        yield f"create: record {record}", c.post("com.atproto.repo.createRecord", body)


def _records(c: Caller) -> Asked:
    index, reference = {"byteStart": 0, "byteEnd": 2}, {"uri": f"at://{c.did}/{POST}/{KEY}", "cid": CID}
    labels = "com.atproto.label.defs#selfLabels"
    changes: dict[str, list[Any]] = {
        "$type": [None, "app.bsky.feed.like"],
        "text": [None, 1, "é" * 300, "é" * 301, "👨‍👩‍👧‍👦" * 121, "👨‍👩‍👧‍👦" * 120, ""],
        "langs": [["en", "fr", "de"], ["en", "fr", "de", "es"], ["english!"], "en", []],
        "createdAt": [None, "yesterday", "2027-01-18T17:00:00", "2027-01-18T12:00:00-05:00", "2027-01-18"],
        "nonsense": [{"a": [1, "b"]}, 1.5],
        "facets": [
            [{"index": index, "features": [one]}]
            for one in (
                LINK, {**LINK, "uri": "nope"}, {"$type": LINK["$type"]}, {"$type": "app.bsky.richtext.facet#glow"},
                {"uri": "https://a.exemple"}, {"$type": TAG, "tag": "a" * 64}, {"$type": TAG, "tag": "a" * 65},
                {"$type": MENTION, "did": "nope"},
            )
        ]
        + [
            [{"index": place, "features": [LINK]}]
            for place in (
                {"byteStart": 0, "byteEnd": 500}, {"byteStart": -1, "byteEnd": 2}, {"byteStart": 3, "byteEnd": 2},
                {"byteStart": "0", "byteEnd": 2}, {"byteStart": 0},
            )
        ]
        + [[{"features": [LINK]}], [{"index": index}], {}],
        "reply": [
            {"root": reference, "parent": reference},
            {"root": {"uri": reference["uri"]}, "parent": reference},
            {"root": reference},
            {"root": {**reference, "uri": "x"}, "parent": reference},
            {"root": {**reference, "cid": "x"}, "parent": reference},
            "x",
        ],
        "labels": [{"$type": labels, "values": [{"val": word}] * times} for word, times in (("a", 1), ("a", 11), ("x" * 129, 1))],
        "tags": [["a"] * 8, ["a"] * 9],
    }  # fmt: skip
    for name, values in changes.items():
        for number, value in enumerate(values):
            yield f"record: {name} {number}", c.create({name: value})


def _blobs_and_embeds(c: Caller) -> Asked:
    for name, data, kind in (
        ("png", PIXEL, "image/png"), ("no type", PIXEL, ""), ("called jpeg", PIXEL, "image/jpeg"), ("empty", b"", "image/png"),
        ("any type", b"hello", "*/*"), ("too big", PIXEL + bytes(51 * 1024 * 1024), "image/png"),
    ):  # fmt: skip
        yield f"upload: {name}", c.upload(data, kind)
    blob = c.upload(PIXEL).json()["blob"]
    text = c.upload(b"hello there", "text/plain").json()["blob"]
    big = c.upload(PIXEL + bytes(2_000_000)).json()["blob"]
    unknown = {**blob, "ref": {"$link": big["ref"]["$link"][:-4] + "aaaa"}}

    def images(image: Any = None, times: int = 1, **changed: Any) -> dict[str, Any]:
        one = {"alt": "a", "image": image, "aspectRatio": {"width": 1, "height": 1}, **changed}
        one = {name: value for name, value in one.items() if value is not None}
        return {"$type": "app.bsky.embed.images", "images": [one] * times}

    def card(**changed: Any) -> dict[str, Any]:
        about = {"uri": "https://a.exemple", "title": "t", "description": "d", "thumb": blob, **changed}
        about = {name: value for name, value in about.items() if value is not None}
        return {"$type": "app.bsky.embed.external", "external": about}

    quoted = {"uri": f"at://{c.did}/{POST}/{KEY}", "cid": CID}
    embeds = [
        images(big), images({**big, "size": 100}), images({**big, "size": 100, "mimeType": "image/jpeg"}), images(blob),
        images(blob, 4), images(blob, 5), images(blob, 0), images({**blob, "mimeType": "image/jpeg"}), images(text),
        images(unknown), images({**blob, "ref": {"$link": "nope"}}), images(blob, alt=None), images(),
        images(blob, alt="x" * 20_000), images(blob, aspectRatio={"width": 0, "height": 1}), images(blob, aspectRatio=None),
        card(), card(title=None), card(uri="nope"), card(thumb=big), card(thumb=None),
        {"$type": "app.bsky.embed.record", "record": quoted}, {"$type": "app.bsky.embed.record", "record": {"uri": "x"}},
        {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": quoted}, "media": images(blob)},
        {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": quoted}, "media": images(blob, 5)},
        {"$type": "com.example.embed"}, {"a": 1}, "x",
    ]  # fmt: skip
    for number, embed in enumerate(embeds):
        yield f"embed {number}", c.create({"embed": embed})
    link, missing = blob["ref"]["$link"], unknown["ref"]["$link"]
    for name, cid in {"there": link, "missing": missing, "no CID": "x"}.items():
        yield f"blob: {name}", c.get("com.atproto.sync.getBlob", token="", did=c.did, cid=cid)


def _reading(c: Caller) -> Asked:
    get, listing, posts = "com.atproto.repo.getRecord", "com.atproto.repo.listRecords", "app.bsky.feed.getPosts"
    asked = {"repo": c.did, "collection": POST, "rkey": KEY}
    for name, changed in {
        "there": {}, "by handle": {"repo": c.handle}, "missing": {"rkey": OTHER_KEY}, "bad key": {"rkey": "bad key"},
        "like": {"collection": "app.bsky.feed.like"}, "bad repository": {"repo": "x y"}, "nobody": {"repo": "nobody.test"},
        "another version": {"cid": CID[:-1] + "a"},
    }.items():  # fmt: skip
        yield f"get: {name}", c.get(get, token="", **(asked | changed))
    yield "get: no repository", c.get(get, token="", collection=POST, rkey=KEY)
    for name, changed in {
        "two": {"limit": "2"}, "oldest": {"limit": "1", "reverse": "true"}, "too many": {"limit": "101"},
        "none": {"limit": "0"}, "no number": {"limit": "x"}, "nobody": {"repo": "nobody.test"},
        "reposts": {"collection": "app.bsky.feed.repost"},
    }.items():  # fmt: skip
        yield f"list: {name}", c.get(listing, token="", **({"repo": c.did, "collection": POST} | changed))
    here = f"at://{c.did}/{POST}/{KEY}"
    for name, uris in {
        "one": here, "missing": here[:-1] + "c", "25": [here] * 25, "26": [here] * 26, "no URI": "x", "none": [],
    }.items():  # fmt: skip
        yield f"posts: {name}", c.get(posts, uris=uris)
    yield "posts: signed out", c.get(posts, token="", uris=here)
    yield "profile", c.get("app.bsky.actor.getProfile", actor=c.did)
    yield "profile: nobody", c.get("app.bsky.actor.getProfile", actor="nobody.test")
    yield "feed", c.get("app.bsky.feed.getAuthorFeed", actor=c.did, limit="2")
    yield "no such method", c.get("com.example.nothing")


def _leaving(c: Caller) -> Asked:
    delete, named = "com.atproto.repo.deleteRecord", {"repo": c.did, "collection": POST, "rkey": KEY}
    yield "delete", c.post(delete, named)
    yield "delete: again", c.post(delete, named)
    yield "delete: another's", c.post(delete, {**named, "repo": STRANGER})
    yield "delete: bad key", c.post(delete, {**named, "rkey": "bad key"})
    yield "create: key of a deleted one", c.create(rkey=KEY)
    refresh = c.sign_in(identifier=c.handle, password=c.password).json()["refreshJwt"]
    yield "end", c.ask("POST", "com.atproto.server.deleteSession", token=refresh)
    yield "refresh: ended", c.ask("POST", "com.atproto.server.refreshSession", token=refresh)
    answer = c.sign_in(identifier=c.handle, password="no")
    for _ in range(SIGN_INS - 1):
        answer = c.sign_in(identifier=c.handle, password="no")
    yield "sign in: too often", answer
