"""What a part becomes on Bluesky: the records that one create request writes, from what was uploaded before.

Everything in a record is frozen with the approval: the same part makes the same records at every attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

import regex

from campaign_bot.model import Attachment, Outgoing, Receipt

if TYPE_CHECKING:  # atproto takes 1.5 s to import: see bluesky.py
    from atproto import models

POSTS, REPOSTS, GATES = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.threadgate"
PROFILE = "app.bsky.actor.profile"
#: Of a profile: what it may say, and the label that says that a program writes here.
PROFILE_GRAPHEMES, BOT = 256, "bot"
#: Uploads one file with its type, and gives what a record refers to it by.
Upload = Callable[[bytes, str], Any]


def written_at(part: Outgoing) -> str:
    return part.written_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def collection_of(uri: str) -> str:
    """at://did/collection/key -> collection"""
    _did, *rest = uri.removeprefix("at://").split("/")
    return rest[0] if len(rest) > 1 else POSTS


def repost(part: Outgoing) -> models.AppBskyFeedRepost.Record:
    from atproto import models

    assert part.repost is not None  # noqa: S101 - the caller looked
    return models.AppBskyFeedRepost.Record(subject=_reference(part.repost), created_at=written_at(part))


def reply(part: Outgoing) -> models.AppBskyFeedPost.ReplyRef | None:
    from atproto import models

    if part.root is None or part.parent is None:
        return None
    return models.AppBskyFeedPost.ReplyRef(root=_reference(part.root), parent=_reference(part.parent))


def labels(part: Outgoing) -> models.ComAtprotoLabelDefs.SelfLabels | None:
    from atproto import models

    if not part.label:
        return None
    return models.ComAtprotoLabelDefs.SelfLabels(values=[models.ComAtprotoLabelDefs.SelfLabel(val=part.label)])


def gate(part: Outgoing, uri: str) -> models.AppBskyFeedThreadgate.Record | None:
    """Who may answer the post at `uri`; None where everybody may. An empty list: nobody."""
    from atproto import models

    if not part.replies:
        return None
    rules = {
        "following": [models.AppBskyFeedThreadgate.FollowingRule()],
        "followers": [models.AppBskyFeedThreadgate.FollowerRule()],
        "mentioned": [models.AppBskyFeedThreadgate.MentionRule()],
        "nobody": [],
    }
    allow: Any = rules[part.replies]
    return models.AppBskyFeedThreadgate.Record(post=uri, created_at=written_at(part), allow=allow)


def embed(part: Outgoing, upload: Upload) -> Any:
    """What stands below the text: pictures, a video or a link's card; a quoted post, alone or beside one of them."""
    from atproto import models

    media = _media(part, upload)
    if part.quote is None:
        return media
    quoted = models.AppBskyEmbedRecord.Main(record=_reference(part.quote))
    return models.AppBskyEmbedRecordWithMedia.Main(record=quoted, media=media) if media else quoted


def _media(part: Outgoing, upload: Upload) -> Any:
    from atproto import models

    videos = [one for one in part.attachments if one.media.mime_type.startswith("video/")]
    if videos:
        return _video(videos[0], part.language, upload)
    if part.attachments:
        images = [
            models.AppBskyEmbedImages.Image(
                alt=one.media.alt, image=upload(one.data, one.media.mime_type), aspect_ratio=_ratio(one)
            )
            for one in part.attachments
        ]
        return models.AppBskyEmbedImages.Main(images=images)
    if part.link_card is None:
        return None
    card, thumb = part.link_card, part.thumb
    return models.AppBskyEmbedExternal.Main(
        external=models.AppBskyEmbedExternal.External(
            uri=card.link,
            title=card.title,
            description=card.description,
            thumb=upload(thumb.data, thumb.media.mime_type) if thumb else None,
        )
    )


def _video(video: Attachment, language: str, upload: Upload) -> models.AppBskyEmbedVideo.Main:
    from atproto import models

    captions = None
    if video.media.captions:
        file = upload(video.media.captions.encode(), "text/vtt")
        captions = [models.AppBskyEmbedVideo.Caption(file=file, lang=language)]
    return models.AppBskyEmbedVideo.Main(
        video=upload(video.data, video.media.mime_type),
        alt=video.media.alt,
        captions=captions,
        aspect_ratio=_ratio(video),
    )


def marked(profile: dict[str, Any], sentence: str, by: str) -> dict[str, Any]:
    """The profile with the label `bot` and a sentence that names who runs it; all else as it was."""
    after = {"$type": PROFILE, **profile}
    values = [one["val"] for one in (profile.get("labels") or {}).get("values", [])]
    if BOT not in values:
        told = [{"val": value} for value in [*values, BOT]]
        after["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": told}
    description = str(profile.get("description") or "")
    longer = f"{description}\n\n{sentence}".strip()
    if by and by not in description and len(regex.findall(r"\X", longer)) <= PROFILE_GRAPHEMES:
        after["description"] = longer
    return after


def _ratio(one: Attachment) -> models.AppBskyEmbedDefs.AspectRatio | None:
    from atproto import models

    media = one.media
    return models.AppBskyEmbedDefs.AspectRatio(width=media.width, height=media.height) if media.height else None


def _reference(receipt: Receipt) -> models.ComAtprotoRepoStrongRef.Main:
    from atproto import models

    return models.ComAtprotoRepoStrongRef.Main(uri=receipt.remote_id, cid=receipt.cid)
