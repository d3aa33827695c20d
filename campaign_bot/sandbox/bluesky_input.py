"""What each method of the local Bluesky wants to be asked with, checked as a real server does: before anything is
counted against a limit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from campaign_bot.sandbox.bluesky_records import Refusal, invalid
from campaign_bot.sandbox.lexicon import Array, Integer, Problem, Schema, Text, Thing, problems

BLOB_BYTES = 50 * 1024 * 1024

_REPO, _COLLECTION = Text(form="at-identifier"), Text(form="nsid")
_KEY = Text(size=512, form="record-key")
_PAGE = Integer(1, 100)

#: method -> its JSON body
BODIES: dict[str, Thing] = {
    "com.atproto.server.createSession": Thing({"identifier": Text(), "password": Text()}, ("identifier", "password")),
    "com.atproto.repo.createRecord": Thing(
        {"repo": _REPO, "collection": _COLLECTION, "rkey": _KEY, "record": Thing()}, ("repo", "collection", "record")
    ),
    "com.atproto.repo.applyWrites": Thing({"repo": _REPO, "writes": Array(Thing())}, ("repo", "writes")),
    "com.atproto.repo.putRecord": Thing(
        {"repo": _REPO, "collection": _COLLECTION, "rkey": _KEY, "record": Thing()},
        ("repo", "collection", "rkey", "record"),
    ),
    "com.atproto.repo.deleteRecord": Thing(
        {"repo": _REPO, "collection": _COLLECTION, "rkey": _KEY}, ("repo", "collection", "rkey")
    ),
}
#: method -> its parameters
PARAMETERS: dict[str, Thing] = {
    "com.atproto.repo.getRecord": Thing(
        {"repo": _REPO, "collection": _COLLECTION, "rkey": Text(form="record-key"), "cid": Text(form="cid")},
        ("repo", "collection", "rkey"),
    ),
    "com.atproto.repo.listRecords": Thing(
        {"repo": _REPO, "collection": _COLLECTION, "limit": _PAGE}, ("repo", "collection")
    ),
    "com.atproto.sync.getBlob": Thing({"did": Text(form="did"), "cid": Text(form="cid")}, ("did", "cid")),
    "app.bsky.feed.getPosts": Thing({"uris": Array(Text(form="at-uri"), 25)}, ("uris",)),
    "app.bsky.feed.getAuthorFeed": Thing({"actor": _REPO, "limit": _PAGE}, ("actor",)),
    "app.bsky.actor.getProfile": Thing({"actor": _REPO}, ("actor",)),
}


def check_input(method: str, params: Mapping[str, Sequence[str]], mime_type: str, body: bytes) -> None:
    """Raises Refusal for the first thing that the method could not be asked with."""
    if method in PARAMETERS:
        for message, _ in problems(PARAMETERS[method], _typed(PARAMETERS[method], params), "$"):
            raise invalid(f"Invalid {method} params: {message}")
    if method == "com.atproto.repo.uploadBlob":
        _check_encoding(mime_type, mime_type)
        if len(body) > BLOB_BYTES:
            raise Refusal(413, "PayloadTooLarge", "request entity too large")
    if method in BODIES:
        _check_encoding(mime_type, "application/json")
        given = _read(body)
        for message, place in [*problems(BODIES[method], given, "$"), *_fractions(given, "$")]:
            raise invalid(f"{message} at {place}")


def _check_encoding(mime_type: str, wanted: str) -> None:
    if not mime_type:
        raise invalid("Request encoding (Content-Type) required but not provided")
    if mime_type.partition(";")[0].strip() != wanted.partition(";")[0].strip():
        raise invalid(f"Wrong request encoding (Content-Type): {mime_type}")


def _typed(schema: Thing, params: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Parameters arrive as text; numbers and lists are made of it where the method wants them."""
    found: dict[str, Any] = {}
    for name, texts in params.items():
        wanted: Schema | None = schema.fields.get(name)
        if isinstance(wanted, Array):
            found[name] = list(texts)
        elif isinstance(wanted, Integer) and texts[-1].lstrip("-").isdecimal():
            found[name] = int(texts[-1])
        else:
            found[name] = texts[-1]
    return found


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Refusal(400, "SyntaxError", str(error)) from error


def _fractions(value: Any, place: str) -> Iterator[Problem]:
    """The protocol's data has no fractions."""
    if isinstance(value, float):
        kinds = "null, boolean, integer, string, cid, bytes, array or object"
        yield f"Expected one of {kinds} value type (got {json.dumps(value)})", place
    elif isinstance(value, dict):
        for name, one in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _fractions(one, f"{place}.{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):  # pyright: ignore[reportUnknownArgumentType]
            yield from _fractions(one, f"{place}[{number}]")
