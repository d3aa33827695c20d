"""What the local Bluesky accepts as a post, and the content identifiers that it gives back.

The rules and the sentences are those of a real server (@atproto/pds 0.5.35), asked one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import libipld
import regex

from campaign_bot.sandbox import bluesky_embeds

COLLECTION = "app.bsky.feed.post"
TEXT_GRAPHEMES, TEXT_BYTES = 300, 3000
TAG_GRAPHEMES, TAG_BYTES = 64, 640
LANGUAGES = 3
REPOSTS, GATES, PROFILE = "app.bsky.feed.repost", "app.bsky.feed.threadgate", "app.bsky.actor.profile"
GATE_RULES = ("mentionRule", "followerRule", "followingRule", "listRule")

_TID = regex.compile(r"[234567a-j][234567a-z]{12}")
_LANGUAGE = regex.compile(r"(i|[a-z]{2,3})(-[A-Za-z0-9-]+)?")
_URI = regex.compile(r"\w+:(//)?[^\s/]\S*")
_AT_URI = regex.compile(r"at://[^/\s]+(/[^/\s]+){0,2}")
_DAG_CBOR, _RAW = 0x71, 0x55

Json = dict[str, Any]


class Refusal(Exception):
    """An answer other than 200: the status, and the name and message of the body."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


def invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidRequest", message)


def cid_of_record(record: Json) -> str:
    """The content identifier of a record: CIDv1, dag-cbor, sha-256."""
    return _cid(_DAG_CBOR, libipld.encode_dag_cbor(_with_links(record)))


def cid_of_bytes(data: bytes) -> str:
    """The content identifier of a blob: CIDv1, raw, sha-256."""
    return _cid(_RAW, data)


def check_key(rkey: str) -> None:
    """Raises Refusal for a record key that is no timestamp identifier."""
    if not _TID.fullmatch(rkey):
        raise invalid(f'Invalid record key for {COLLECTION}: Invalid TID string (got "{rkey}") at $')


def check_post(record: Json) -> None:
    """Raises Refusal with the first thing that the lexicon of a post forbids."""
    for problem in _problems(record):
        raise invalid(f"Invalid {COLLECTION} record: {problem}")


def check_repost(record: Json) -> None:
    """Raises Refusal for what is no repost."""
    for problem in _reference_problems(record.get("subject"), "$.record.subject"):
        raise invalid(f"Invalid {REPOSTS} record: {problem}")
    if not _is_instant(str(record.get("createdAt", ""))):
        raise invalid(f"Invalid {REPOSTS} record: Invalid datetime at $.record.createdAt")


def check_gate(record: Json, rkey: str) -> str:
    """Who may answer, by the names of the rules; `nobody` where there is none. Raises Refusal."""
    if str(record.get("post", "")).rpartition("/")[2] != rkey:
        raise invalid(f"Invalid {GATES} record: its key must be that of the post")
    rules = [str(one.get("$type", "")).rpartition("#")[2] for one in record.get("allow", [])]
    if any(rule not in GATE_RULES for rule in rules):
        raise invalid(f"Invalid {GATES} record: unknown rule at $.record.allow")
    return "+".join(rules) or "nobody"


def parent_of(record: Json) -> str:
    """The record key that a post replies to; empty when it begins a thread."""
    reply: Json = record.get("reply") or {}
    return reply["parent"]["uri"].rpartition("/")[2] if reply else ""


def _problems(record: Json) -> Iterator[str]:
    if record.get("$type", COLLECTION) != COLLECTION:
        yield f'Expected "{COLLECTION}" (got "{record["$type"]}") at $.record.$type'
    for name in ("createdAt", "text"):
        if name not in record:
            yield f'Missing required key "{name}" at $.record'
        elif not isinstance(record[name], str):
            yield f"Expected string value type at $.record.{name}"
    yield from _too_big(record["text"], "$.record.text", TEXT_GRAPHEMES, TEXT_BYTES)
    if not _is_instant(record["createdAt"]):
        yield f'Invalid datetime (got "{record["createdAt"]}") at $.record.createdAt'
    yield from _language_problems(record.get("langs", []))
    for index, facet in enumerate(record.get("facets", [])):
        yield from _facet_problems(facet, f"$.record.facets[{index}]")
    for end in ("root", "parent") if "reply" in record else ():
        yield from _reference_problems(record["reply"].get(end), f"$.record.reply.{end}")
    yield from bluesky_embeds.problems(record)


def _too_big(text: str, place: str, graphemes: int, size: int) -> Iterator[str]:
    if (got := len(text.encode())) > size:
        yield f"string too big (maximum {size}, got {got}) at {place}"
    if (got := len(regex.findall(r"\X", text))) > graphemes:
        yield f"grapheme too big (maximum {graphemes}, got {got}) at {place}"


def _language_problems(languages: list[str]) -> Iterator[str]:
    if len(languages) > LANGUAGES:
        yield f"array too big (maximum {LANGUAGES}, got {len(languages)}) at $.record.langs"
    for index, language in enumerate(languages):
        if not _LANGUAGE.fullmatch(language):
            yield f'Invalid language (got "{language}") at $.record.langs[{index}]'


def _facet_problems(facet: Json, place: str) -> Iterator[str]:
    """A range beyond the text is none: the server keeps it, and readers' apps pass over it."""
    index = facet.get("index", {})
    for name in ("byteStart", "byteEnd"):
        if not isinstance(index.get(name), int) or index[name] < 0:
            yield f"Expected a byte offset at {place}.index.{name}"
    for number, feature in enumerate(facet.get("features", [])):
        kind, at = feature.get("$type", "").rpartition("#")[2], f"{place}.features[{number}]"
        if kind == "link" and not _URI.fullmatch(feature.get("uri", "")):
            yield f'Invalid uri (got "{feature.get("uri")}") at {at}.uri'
        if kind == "tag":
            yield from _too_big(feature.get("tag", ""), f"{at}.tag", TAG_GRAPHEMES, TAG_BYTES)


def _reference_problems(reference: Json | None, place: str) -> Iterator[str]:
    """The post itself need not exist: servers do not look at each other's posts here."""
    for name in ("cid", "uri"):
        if not (reference or {}).get(name):
            yield f'Missing required key "{name}" at {place}'
    if reference and not _AT_URI.fullmatch(reference["uri"]):
        yield f'Invalid AT-URI (got "{reference["uri"]}") at {place}.uri'


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False


def _cid(codec: int, data: bytes) -> str:
    return libipld.encode_cid(bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest())


def _with_links(value: object) -> object:
    """JSON's {"$link": cid} as the bytes that DAG-CBOR writes as a link."""
    if isinstance(value, dict):
        fields = cast("Json", value)
        if fields.keys() == {"$link"}:
            return libipld.decode_multibase(fields["$link"])[1]
        return {name: _with_links(item) for name, item in fields.items()}
    if isinstance(value, list):
        return [_with_links(item) for item in cast("list[object]", value)]
    return value


def new_key(now: datetime, number: int) -> str:
    """A timestamp identifier for what came without a key of its own: of now, told apart by a number."""
    value = int(now.timestamp() * 1_000_000) << 10 | number % 1024
    return "".join("234567abcdefghijklmnopqrstuvwxyz"[value >> shift & 31] for shift in range(60, -1, -5))
