"""What AT Protocol lexicons allow, as far as a client of ours can offend them, in a real server's own sentences.

A schema says what a value must be; `problems` yields what is wrong with one, and where. The sentences were read from
@atproto/pds 0.5.35, and `tests/real/test_differences.py` compares them with whatever version is installed there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import regex

Problem = tuple[str, str]  # what is wrong, and where: "$.record.langs[0]"


@dataclass(frozen=True, slots=True)
class Text:
    graphemes: int = 0  # 0: no limit
    size: int = 0  # bytes of UTF-8
    form: str = ""  # one of FORMS


@dataclass(frozen=True, slots=True)
class Integer:
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Array:
    of: Schema
    most: int = 0


@dataclass(frozen=True, slots=True)
class Thing:
    """An object. What it has beyond its fields is kept as it is."""

    fields: Mapping[str, Schema] = field(default_factory=dict[str, "Schema"])
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Union:
    """One of several things, by its $type. A type that is not known is let through: others may know it."""

    kinds: Mapping[str, Thing]


@dataclass(frozen=True, slots=True)
class Blob:
    accept: str  # image/*, video/mp4
    most: int  # bytes


Schema = Text | Integer | Array | Thing | Union | Blob

#: format -> (how a server calls it, what it looks like)
FORMS: dict[str, tuple[str, str]] = {
    "language": ("language", r"(i|[a-z]{2,3})(-[A-Za-z0-9-]+)?"),
    "uri": ("uri", r"\w+:(//)?[^\s/]\S*"),
    "at-uri": ("at-uri", r"at://[^/\s]+(/[^/\s]+){0,2}"),
    "cid": ("CID string", r"[a-zA-Z0-9+=]{8,256}"),
    "did": ("DID", r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]"),
    "nsid": ("NSID", r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+\.[a-zA-Z][a-zA-Z0-9]*"),
    "at-identifier": ("AT identifier", r"did:[a-z]+:\S+|([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*"),
    "record-key": ("record key", r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}"),
}


def problems(schema: Schema, value: Any, place: str) -> Iterator[Problem]:
    """What is wrong with a value, first things first."""
    match schema:
        case Text():
            yield from _text_problems(schema, value, place)
        case Integer():
            yield from _integer_problems(schema, value, place)
        case Array():
            yield from _array_problems(schema, value, place)
        case Thing():
            yield from _thing_problems(schema, value, place)
        case Union():
            yield from _union_problems(schema, value, place)
        case Blob():
            yield from _blob_problems(schema, value, place)


def got(value: Any) -> str:
    """A value as a server repeats it: of an object only what it begins with."""
    if isinstance(value, dict) and value:
        names = [json.dumps(name) + ": ..." for name in cast("dict[str, Any]", value)]
        return "{" + ", ".join(names[:2] + ["..."] * (len(names) > 2)) + "}"
    return json.dumps(value, ensure_ascii=False)


def _text_problems(schema: Text, value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield f"Expected string value type (got {got(value)})", place
        return
    if schema.size and (size := len(value.encode())) > schema.size:
        yield f"string too big (maximum {schema.size}, got {size})", place
    if schema.graphemes and (number := len(regex.findall(r"\X", value))) > schema.graphemes:
        yield f"grapheme too big (maximum {schema.graphemes}, got {number})", place
    if schema.form == "datetime" and not _is_instant(value):
        yield f"Invalid datetime (got {got(value)})", place
    elif schema.form in FORMS:
        name, pattern = FORMS[schema.form]
        if not regex.fullmatch(pattern, value):
            yield f"Invalid {name} (got {got(value)})", place


def _integer_problems(schema: Integer, value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"Expected integer value type (got {got(value)})", place
    elif value < schema.least:
        yield f"integer too small (minimum {schema.least}, got {value})", place
    elif schema.most and value > schema.most:
        yield f"integer too big (maximum {schema.most}, got {value})", place


def _array_problems(schema: Array, value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield f"Expected array value type (got {got(value)})", place
        return
    items = cast("list[Any]", value)
    if schema.most and len(items) > schema.most:
        yield f"array too big (maximum {schema.most}, got {len(items)})", place
    for number, item in enumerate(items):
        yield from problems(schema.of, item, f"{place}[{number}]")


def _thing_problems(schema: Thing, value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield f"Expected object value type (got {got(value)})", place
        return
    given = cast("dict[str, Any]", value)
    for name, wanted in schema.fields.items():
        if name in given:
            yield from problems(wanted, given[name], f"{place}.{name}")
        elif name in schema.required:
            yield f'Missing required key "{name}"', place


def _union_problems(schema: Union, value: Any, place: str) -> Iterator[Problem]:
    kind = cast("dict[str, Any]", value).get("$type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        yield f'Expected an object which includes the "$type" property value type (got {got(value)})', place
    elif kind in schema.kinds:
        yield from problems(schema.kinds[kind], value, place)


def _blob_problems(schema: Blob, value: Any, place: str) -> Iterator[Problem]:
    given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    link: Any = given.get("ref")
    whole = (
        given.get("$type") == "blob"
        and isinstance(given.get("mimeType"), str)
        and isinstance(given.get("size"), int)
        and isinstance(link, dict)
        and regex.fullmatch(FORMS["cid"][1], str(cast("dict[str, Any]", link).get("$link", "")))
    )
    if not whole:
        yield f"Expected blob value type (got {got(value)})", place
        return
    if given["size"] > schema.most:
        yield f"blob too big (maximum {schema.most}, got {given['size']})", place
    if not regex.fullmatch(schema.accept.replace("*", ".+"), given["mimeType"]):
        yield f'Expected "{schema.accept}" (got {got(given["mimeType"])})', f"{place}.mimeType"


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False


_REFERENCE = Thing({"uri": Text(form="at-uri"), "cid": Text(form="cid")}, ("cid", "uri"))
_RATIO = Thing({"width": Integer(1), "height": Integer(1)}, ("height", "width"))
_IMAGE = Thing({"image": Blob("image/*", 2_000_000), "alt": Text(), "aspectRatio": _RATIO}, ("alt", "image"))
_CARD = Thing(
    {"uri": Text(form="uri"), "title": Text(), "description": Text(), "thumb": Blob("image/*", 1_000_000)},
    ("description", "title", "uri"),
)
_CAPTION = Thing({"lang": Text(form="language"), "file": Blob("text/vtt", 20_000)}, ("file", "lang"))
_MEDIA = {
    "app.bsky.embed.images": Thing({"images": Array(_IMAGE, 4)}, ("images",)),
    "app.bsky.embed.external": Thing({"external": _CARD}, ("external",)),
    "app.bsky.embed.video": Thing(
        {
            "video": Blob("video/mp4", 300_000_000),
            "captions": Array(_CAPTION, 20),
            "alt": Text(1000, 10_000),
            "aspectRatio": _RATIO,
        },
        ("video",),
    ),
}
_QUOTE = Thing({"record": _REFERENCE}, ("record",))
_FACET = Thing(
    {
        "index": Thing({"byteStart": Integer(), "byteEnd": Integer()}, ("byteEnd", "byteStart")),
        "features": Array(
            Union(
                {
                    "app.bsky.richtext.facet#link": Thing({"uri": Text(form="uri")}, ("uri",)),
                    "app.bsky.richtext.facet#tag": Thing({"tag": Text(64, 640)}, ("tag",)),
                    "app.bsky.richtext.facet#mention": Thing({"did": Text(form="did")}, ("did",)),
                }
            )
        ),
    },
    ("features", "index"),
)
_LABELS = Thing({"values": Array(Thing({"val": Text(size=128)}, ("val",)), 10)}, ("values",))

#: app.bsky.feed.post. Alt text of pictures has no limit there: the 2,000 characters are the app's own.
POST = Thing(
    {
        "text": Text(300, 3000),
        "createdAt": Text(form="datetime"),
        "langs": Array(Text(form="language"), 3),
        "facets": Array(_FACET),
        "reply": Thing({"root": _REFERENCE, "parent": _REFERENCE}, ("parent", "root")),
        "embed": Union(
            {
                **_MEDIA,
                "app.bsky.embed.record": _QUOTE,
                "app.bsky.embed.recordWithMedia": Thing(
                    {"record": _QUOTE, "media": Union(_MEDIA)}, ("media", "record")
                ),
            }
        ),
        "labels": Union({"com.atproto.label.defs#selfLabels": _LABELS}),
        "tags": Array(Text(64, 640), 8),
    },
    ("createdAt", "text"),
)
#: app.bsky.feed.repost
REPOST = Thing({"subject": _REFERENCE, "createdAt": Text(form="datetime")}, ("subject", "createdAt"))
