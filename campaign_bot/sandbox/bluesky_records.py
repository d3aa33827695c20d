"""What the local Bluesky accepts as a post, and the content identifiers that it gives back.

The rules and the sentences are those of a real server (@atproto/pds 0.5.35), asked one by one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, cast

import libipld
import regex

from campaign_bot.sandbox.lexicon import POST, REPOST, Thing, problems

COLLECTION = "app.bsky.feed.post"
REPOSTS, GATES, PROFILE = "app.bsky.feed.repost", "app.bsky.feed.threadgate", "app.bsky.actor.profile"
GATE_RULES = ("mentionRule", "followerRule", "followingRule", "listRule")

_TID = regex.compile(r"[234567a-j][234567a-z]{12}")
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
    _check(POST, COLLECTION, record)


def check_repost(record: Json) -> None:
    """Raises Refusal for what is no repost."""
    _check(REPOST, REPOSTS, record)


def _check(lexicon: Thing, collection: str, record: Json) -> None:
    if (kind := record.get("$type", collection)) != collection:
        raise invalid(f"Invalid $type: expected {collection}, got {kind}")
    for message, place in problems(lexicon, record, "$.record"):
        raise invalid(f"Invalid {collection} record: {message} at {place}")


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


#: Files say themselves what they are, whatever the client says.
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def type_of_bytes(data: bytes, declared: str) -> str:
    """What a blob is, by its first bytes; else what it was said to be."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for begin, kind in _SIGNATURES.items() if data.startswith(begin)), declared)


def new_key(now: datetime, number: int) -> str:
    """A timestamp identifier for what came without a key of its own: of now, told apart by a number."""
    value = int(now.timestamp() * 1_000_000) << 10 | number % 1024
    return "".join("234567abcdefghijklmnopqrstuvwxyz"[value >> shift & 31] for shift in range(60, -1, -5))
