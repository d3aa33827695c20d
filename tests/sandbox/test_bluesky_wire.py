"""The local Bluesky on the wire. Statuses, names and content identifiers were copied from a real server
(@atproto/pds 0.5.35) that was sent the same requests."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from atproto import Client, Request, models

from campaign_bot.sandbox.server import LocalNetworks
from campaign_bot.sandbox.world import LocalAccount, World

NOW = datetime(2027, 1, 18, 17, tzinfo=UTC)
DID, KEY, POST = "did:plc:abcdefghijklmnopqrstuvwx", "3jzfcijpj2z2a", "app.bsky.feed.post"
RECORD = {"$type": POST, "text": "hello", "createdAt": "2027-01-18T17:00:00.000Z"}
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
PIXEL_CID = "bafkreicddtwwsfvcuinbk3ryoanp4vn3274is2p3x7cw277athkh6jsuma"


class Caller:
    """Sends XRPC by hand, signed in as the one account."""

    def __init__(self, server: str) -> None:
        self.http = httpx.Client(base_url=f"{server}/xrpc/", trust_env=False)
        self.session: dict[str, Any] = self.post(
            "com.atproto.server.createSession", {"identifier": "alice.test", "password": "abcd-efgh"}
        ).json()
        self.http.headers["authorization"] = f"Bearer {self.session['accessJwt']}"

    def post(self, method: str, body: dict[str, Any] | None = None, token: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.post(method, json=body, headers=headers)

    def get(self, method: str, **params: Any) -> httpx.Response:
        return self.http.get(method, params=params)

    def upload(self, data: bytes) -> dict[str, Any]:
        headers = {"content-type": "image/png"}
        return self.http.post("com.atproto.repo.uploadBlob", content=data, headers=headers).json()["blob"]

    def create(self, record: dict[str, Any], **fields: Any) -> httpx.Response:
        body = {"repo": DID, "collection": POST, "record": record, **fields}
        return self.post("com.atproto.repo.createRecord", body)


class Clock:
    now = NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(seed=1, now=lambda: clock.now)
    world.add_account(LocalAccount("bluesky-en", "bluesky", "en", "alice.test", DID, {"app_password": "abcd-efgh"}))
    return world


@pytest.fixture
def server(world: World) -> Iterator[str]:
    with LocalNetworks(world) as local:
        yield local.url


@pytest.fixture
def caller(server: str) -> Iterator[Caller]:
    caller = Caller(server)
    yield caller
    caller.http.close()


def images(blob: dict[str, Any], count: int = 1, alt: str = "a") -> dict[str, Any]:
    image = {"alt": alt, "image": blob, "aspectRatio": {"width": 1, "height": 1}}
    return {"$type": "app.bsky.embed.images", "images": [image] * count}


def test_content_identifiers_are_those_of_a_real_server(caller):
    blob = caller.upload(PIXEL)
    assert blob["ref"]["$link"] == PIXEL_CID

    text = caller.create({**RECORD, "langs": ["en"]}).json()
    picture = caller.create({**RECORD, "embed": images(blob)}).json()

    assert text["cid"] == "bafyreihjodco5auscuouboolgg7ljzlt3mdk6dg4mrvzoxxtwpqjubpsfq"
    assert picture["cid"] == "bafyreicxxz2za2pooizj33la54ecsbruabawz4sz36wvunzauhwbxzvmh4"


def test_a_taken_record_key_is_a_server_error_whatever_the_content(caller, world):
    assert caller.create(RECORD, rkey=KEY).status_code == 200

    again = caller.create({**RECORD, "text": "other"}, rkey=KEY)

    assert (again.status_code, again.json()["error"]) == (500, "InternalServerError")
    assert [post.text for post in world.posts] == ["hello"]


def test_a_deleted_record_frees_its_key_and_deleting_twice_is_fine(caller):
    caller.create(RECORD, rkey=KEY)
    named = {"repo": DID, "collection": POST, "rkey": KEY}

    answers = [caller.post("com.atproto.repo.deleteRecord", named) for _ in range(2)]
    looked = caller.get("com.atproto.repo.getRecord", **named)

    assert [(a.status_code, "commit" in a.json()) for a in answers] == [(200, True), (200, False)]
    assert (looked.status_code, looked.json()["error"]) == (400, "RecordNotFound")
    assert caller.create(RECORD, rkey=KEY).status_code == 200


LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.exemple"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"text": "é" * 301}, "grapheme too big (maximum 300, got 301) at $.record.text"),
        ({"text": "👨‍👩‍👧‍👦" * 121}, "string too big (maximum 3000, got 3025) at $.record.text"),
        ({"langs": ["en", "fr", "de", "es"]}, "array too big (maximum 3, got 4) at $.record.langs"),
        ({"langs": ["english!"]}, 'Invalid language (got "english!") at $.record.langs[0]'),
        ({"createdAt": "yesterday"}, 'Invalid datetime (got "yesterday") at $.record.createdAt'),
        (
            {"facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{**LINK, "uri": "nope"}]}]},
            'Invalid uri (got "nope") at $.record.facets[0].features[0].uri',
        ),
        (
            {"reply": {"root": {"uri": f"at://{DID}/{POST}/{KEY}"}, "parent": {"uri": "x", "cid": "y"}}},
            'Missing required key "cid" at $.record.reply.root',
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_record_that_the_lexicon_forbids_is_refused_in_a_real_servers_words(caller, world, changed, message):
    answer = caller.create(RECORD | changed)

    expected = {"error": "InvalidRequest", "message": f"Invalid {POST} record: {message}"}
    assert (answer.status_code, answer.json()) == (400, expected)
    assert not world.posts


def test_pictures_are_refused_for_their_number_their_size_and_when_unknown(caller):
    blob = caller.upload(PIXEL)
    big = caller.upload(PIXEL + bytes(2_000_000))
    unknown = {**blob, "ref": {"$link": big["ref"]["$link"][:-4] + "aaaa"}}

    answers = [caller.create(RECORD | {"embed": embed}) for embed in (images(blob, 5), images(big), images(unknown))]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert "array too big (maximum 4, got 5)" in answers[0].text
    assert "blob too big (maximum 2000000, got 2000068)" in answers[1].text
    assert answers[2].json()["error"] == "BlobNotFound"


def test_what_a_real_server_lets_pass_passes_here(caller):
    beyond = {"facets": [{"index": {"byteStart": 0, "byteEnd": 500}, "features": [LINK]}]}
    alt = {"embed": images(caller.upload(PIXEL), alt="x" * 20_000)}

    assert [caller.create(RECORD | changed).status_code for changed in (beyond, alt, {"text": ""})] == [200, 200, 200]


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("", (401, "AuthMissing")),
        ("Bearer xyz", (400, "InvalidToken")),
        ("Bearer {accessJwt}AAAA", (400, "InvalidToken")),
        ("Bearer {refreshJwt}", (400, "InvalidToken")),
    ],
)
def test_a_token_that_does_not_serve_is_told_as_a_real_server_tells_it(caller, authorization, expected):
    caller.http.headers["authorization"] = authorization.format(**caller.session)

    answer = caller.get("com.atproto.server.getSession")

    assert (answer.status_code, answer.json()["error"]) == expected


def test_an_access_token_lives_two_hours_and_a_refresh_token_ninety_days(caller, clock):
    def renewed() -> tuple[int, str]:
        answer = caller.post("com.atproto.server.refreshSession", token=caller.session["refreshJwt"])
        return answer.status_code, answer.json().get("error", "")

    clock.now = NOW + timedelta(hours=2)
    expired = caller.get("com.atproto.server.getSession")

    assert (expired.status_code, expired.json()["error"]) == (400, "ExpiredToken")
    assert renewed() == (200, "")
    clock.now = NOW + timedelta(days=90)
    assert renewed() == (400, "ExpiredToken")


def test_an_ended_session_cannot_be_renewed(caller):
    token = caller.session["refreshJwt"]
    assert caller.post("com.atproto.server.deleteSession", token=token).status_code == 200

    answer = caller.post("com.atproto.server.refreshSession", token=token)

    assert answer.json() == {"error": "ExpiredToken", "message": "Token has been revoked"}


def test_signing_in_thirty_times_in_five_minutes_is_enough(caller, clock):
    wrong = {"identifier": "alice.test", "password": "no"}
    statuses = [caller.post("com.atproto.server.createSession", wrong).status_code for _ in range(29)]

    refused = caller.post("com.atproto.server.createSession", wrong)

    assert statuses == [401] * 29
    assert (refused.status_code, refused.json()["error"]) == (429, "RateLimitExceeded")
    assert refused.headers["ratelimit-policy"] == "30;w=300"
    assert int(refused.headers["ratelimit-reset"]) > NOW.timestamp()
    clock.now += timedelta(minutes=6)
    assert caller.post("com.atproto.server.createSession", wrong).status_code == 401


def left(answer: httpx.Response) -> tuple[str, int]:
    return answer.headers["ratelimit-policy"], int(answer.headers["ratelimit-remaining"])


def test_a_create_costs_three_points_and_a_delete_one_and_the_tightest_limit_is_told(caller, clock):
    assert left(caller.create(RECORD)) == ("3000;w=300", 2998)  # one request of an address, after signing in

    for _ in range(667):
        caller.create(RECORD)
    clock.now += timedelta(minutes=6)
    created = caller.create(RECORD, rkey=KEY)
    deleted = caller.post("com.atproto.repo.deleteRecord", {"repo": DID, "collection": POST, "rkey": KEY})

    assert [left(answer) for answer in (created, deleted)] == [("5000;w=3600", 2993), ("5000;w=3600", 2992)]


def test_nobody_writes_into_anothers_repository(caller, world):
    answer = caller.create(RECORD, repo="did:plc:somebodyelse")

    assert (answer.status_code, answer.json()["error"]) == (403, "AccountNotFound")
    assert not world.posts


def test_answers_parse_in_the_real_librarys_models(caller, server):
    embed = images(caller.upload(PIXEL))
    for number, letter in enumerate("abc"):
        caller.create(RECORD | {"embed": embed, "text": f"post {number}"}, rkey=KEY[:-1] + letter)
    client = Client(server, request=Request(trust_env=False))
    profile = client.login("alice.test", "abcd-efgh")
    uris = [f"at://{DID}/{POST}/{KEY[:-1]}{letter}" for letter in "abz"]

    posts = client.get_posts(uris).posts
    listed = client.com.atproto.repo.list_records(
        models.ComAtprotoRepoListRecords.Params(collection=POST, repo="alice.test", limit=2)
    )
    feed = client.get_author_feed("alice.test").feed

    assert profile is not None
    assert profile.posts_count == 3
    assert [post.uri for post in posts] == uris[:2]
    assert isinstance(posts[0].embed, models.AppBskyEmbedImages.View)
    assert isinstance(posts[0].record, models.AppBskyFeedPost.Record)
    assert [record.value["text"] for record in listed.records] == ["post 2", "post 1"]  # newest key first
    assert [item.post.record["text"] for item in feed] == ["post 2", "post 1", "post 0"]
    assert caller.http.get(posts[0].embed.images[0].fullsize).content == PIXEL
    assert client.com.atproto.server.describe_server().did == "did:web:localhost"


def test_more_than_25_posts_at_once_are_refused(caller):
    uris = [f"at://{DID}/{POST}/{KEY}"] * 26

    answer = caller.get("app.bsky.feed.getPosts", uris=uris)

    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")


def test_the_index_may_lag_behind_the_server_but_the_record_is_there(caller, world, clock):
    world.behaviour.listing_lag_s = 2
    uri = caller.create(RECORD, rkey=KEY).json()["uri"]
    indexed = [len(caller.get("app.bsky.feed.getPosts", uris=[uri]).json()["posts"])]
    kept = caller.get("com.atproto.repo.getRecord", repo=DID, collection=POST, rkey=KEY)

    clock.now += timedelta(seconds=2)
    indexed.append(len(caller.get("app.bsky.feed.getPosts", uris=[uri]).json()["posts"]))

    assert (kept.status_code, indexed) == (200, [0, 1])
