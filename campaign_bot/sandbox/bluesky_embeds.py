"""What may stand below a post on the local Bluesky: pictures, a video, a link's card, another post. As the lexicons say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex

from campaign_bot.sandbox.world import LocalMedia

IMAGES, IMAGE_BYTES, THUMB_BYTES = 4, 2_000_000, 1_000_000
VIDEO_BYTES, VIDEO_ALT_GRAPHEMES = 300_000_000, 1000
CAPTIONS, CAPTION_BYTES = 20, 20_000
PREFIX = "app.bsky.embed."
#: What a label may say of a post, of those that ask a reader first.
LABEL_BYTES, LABELS = 128, 10

Json = dict[str, Any]


def parts_of(record: Json) -> dict[str, Json]:
    """The embeds of a post by their kind: images, video, external, record."""
    embed: Json = record.get("embed") or {}
    kind = str(embed.get("$type", "")).removeprefix(PREFIX)
    if kind == "recordWithMedia":
        media: Json = embed.get("media") or {}
        return {"record": embed.get("record") or {}, str(media.get("$type", "")).removeprefix(PREFIX): media}
    return {kind: embed} if kind else {}


def shown_of(record: Json) -> list[tuple[Json, Json]]:
    """What a post shows, as (blob, what is said about it): its pictures, or its video."""
    embeds = parts_of(record)
    pictures = [(one.get("image") or {}, one) for one in embeds.get("images", {}).get("images", [])]
    return [*pictures, *((one.get("video") or {}, one) for one in (embeds.get("video"),) if one)]


def quoted_by(record: Json) -> str:
    """The uri of the post that a post quotes; empty for none."""
    return str((parts_of(record).get("record", {}).get("record") or {}).get("uri", ""))


def label_of(record: Json) -> str:
    values: list[Json] = (record.get("labels") or {}).get("values", [])
    return str(values[0].get("val", "")) if values else ""


def blobs_of(record: Json) -> Iterator[tuple[Json, str]]:
    """Every blob that a post refers to, and its alt text."""
    embeds = parts_of(record)
    for image in embeds.get("images", {}).get("images", []):
        yield image["image"], image["alt"]
    if video := embeds.get("video"):
        yield video["video"], str(video.get("alt", ""))
        for caption in video.get("captions") or []:
            yield caption["file"], ""
    if thumb := (embeds.get("external", {}).get("external") or {}).get("thumb"):
        yield thumb, ""


def problems(record: Json) -> Iterator[str]:
    """What the lexicons forbid."""
    for kind, embed in parts_of(record).items():
        if kind not in _CHECKS:
            yield f'Unknown embed (got "{kind}") at $.record.embed'
        else:
            yield from _CHECKS[kind](embed)
    values: list[Json] = (record.get("labels") or {}).get("values", [])
    if len(values) > LABELS:
        yield f"array too big (maximum {LABELS}, got {len(values)}) at $.record.labels.values"
    if any(not 0 < len(str(one.get("val", "")).encode()) <= LABEL_BYTES for one in values):
        yield f"string too big (maximum {LABEL_BYTES}) at $.record.labels.values"


def _images(embed: Json) -> Iterator[str]:
    """Alt text has no limit here: the 2,000 characters are the app's own."""
    images: list[Json] = embed.get("images", [])
    if len(images) > IMAGES:
        yield f"array too big (maximum {IMAGES}, got {len(images)}) at $.record.embed.images"
    for number, image in enumerate(images):
        place = f"$.record.embed.images[{number}]"
        if not isinstance(image.get("alt"), str):
            yield f'Missing required key "alt" at {place}'
        yield from _blob(image.get("image"), "image/", IMAGE_BYTES, f"{place}.image")


def _video(embed: Json) -> Iterator[str]:
    yield from _blob(embed.get("video"), "video/mp4", VIDEO_BYTES, "$.record.embed.video")
    if (got := len(regex.findall(r"\X", str(embed.get("alt") or "")))) > VIDEO_ALT_GRAPHEMES:
        yield f"grapheme too big (maximum {VIDEO_ALT_GRAPHEMES}, got {got}) at $.record.embed.alt"
    captions: list[Json] = embed.get("captions") or []
    if len(captions) > CAPTIONS:
        yield f"array too big (maximum {CAPTIONS}, got {len(captions)}) at $.record.embed.captions"
    for number, caption in enumerate(captions):
        place = f"$.record.embed.captions[{number}]"
        if not caption.get("lang"):
            yield f'Missing required key "lang" at {place}'
        yield from _blob(caption.get("file"), "text/vtt", CAPTION_BYTES, f"{place}.file")


def _external(embed: Json) -> Iterator[str]:
    card: Json = embed.get("external") or {}
    for name in ("uri", "title", "description"):
        if not isinstance(card.get(name), str):
            yield f'Missing required key "{name}" at $.record.embed.external'
    if not regex.fullmatch(r"\w+:(//)?[^\s/]\S*", str(card.get("uri", ""))):
        yield f'Invalid uri (got "{card.get("uri")}") at $.record.embed.external.uri'
    if "thumb" in card:
        yield from _blob(card["thumb"], "image/", THUMB_BYTES, "$.record.embed.external.thumb")


def _record(embed: Json) -> Iterator[str]:
    reference: Json = embed.get("record") or {}
    for name in ("cid", "uri"):
        if not reference.get(name):
            yield f'Missing required key "{name}" at $.record.embed.record'


def _blob(blob: Json | None, kind: str, most: int, place: str) -> Iterator[str]:
    if not blob:
        yield f"Missing required key at {place}"
        return
    if not str(blob.get("mimeType", "")).startswith(kind):
        yield f'Blob type "{blob.get("mimeType")}" is not accepted at {place}'
    if (size := int(blob.get("size", 0))) > most:
        yield f"blob too big (maximum {most}, got {size}) at {place}"


_CHECKS = {"images": _images, "video": _video, "external": _external, "record": _record}


def with_captions(media: LocalMedia, record: Json, files: dict[str, LocalMedia]) -> LocalMedia:
    """The video with the text of its captions, for people who look at the timeline."""
    for caption in parts_of(record).get("video", {}).get("captions") or []:
        file = files.get(caption["file"]["ref"]["$link"])
        if file is not None:
            media.captions = file.data.decode("utf-8", "replace")
    return media
