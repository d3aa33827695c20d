"""What may stand below a post on the local Bluesky: pictures, a video, a link's card, another post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaign_bot.sandbox.world import LocalMedia

PREFIX = "app.bsky.embed."

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


def with_captions(media: LocalMedia, record: Json, files: dict[str, LocalMedia]) -> LocalMedia:
    """The video with the text of its captions, for people who look at the timeline."""
    for caption in parts_of(record).get("video", {}).get("captions") or []:
        file = files.get(caption["file"]["ref"]["$link"])
        if file is not None:
            media.captions = file.data.decode("utf-8", "replace")
    return media
