"""What goes along with a post on X: uploads of the API v2, in one piece or in chunks, with alt text, labels and captions.

tweepy has no calls for these; requests are signed with the account's own keys. What X is still preparing is asked for
again at a later attempt, and not uploaded twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_bot.errors import NotReady, Rejected
from campaign_bot.model import Attachment

#: Sends one signed request to a path, and gives the `data` of its answer; raises our errors.
Send = Callable[..., dict[str, Any]]
#: Tells the meter of a charged action.
Meter = Callable[[str, list[str]], None]
CHUNK = 4_000_000  # bytes; X takes 5 MB at most
CATEGORIES = {"image/gif": "tweet_gif", "video/mp4": "tweet_video"}
#: X's own words for what pictures show.
WARNINGS = {"graphic-media": "graphic_violence", "nudity": "adult_content", "sexual": "adult_content",
            "porn": "adult_content"}  # fmt: skip
LANGUAGES = {"en": "English", "fr": "Français"}


class Uploads:
    """The uploads of one account."""

    def __init__(self, account: str, send: Send, meter: Meter) -> None:
        self._account, self._send, self._meter = account, send, meter
        self._preparing: dict[str, str] = {}  # ids of what X is preparing for a post that is not out yet

    def ready(self, attachment: Attachment, *, label: str, language: str) -> str:
        """The id of a file that can be attached. Raises NotReady while X is preparing it."""
        media = attachment.media
        if media.mime_type not in CATEGORIES:
            media_id = self._whole(attachment)
            self._describe(media_id, media.alt, label)
            return media_id
        kept = f"{media.sha256}/{media.alt}/{label}"
        media_id = self._preparing.get(kept, "")
        told = self._state(media_id) if media_id else None
        if told is None:
            media_id, told = self._in_chunks(attachment)
            self._preparing[kept] = media_id
        state = told.get("state", "succeeded")
        if state in ("pending", "in_progress"):
            after = float(told.get("check_after_secs") or 5)
            raise NotReady(self._account, f"X is still preparing {media.file}", after_s=after)
        del self._preparing[kept]
        if state == "failed":
            why = str((told.get("error") or {}).get("message") or "no reason given")
            raise Rejected(self._account, f"X cannot use {media.file}: {why}")
        # X shows alt texts of pictures and GIFs; a video has its captions.
        self._describe(media_id, media.alt if media.mime_type == "image/gif" else "", label)
        if media.captions:
            self._caption(media_id, media.captions, language)
        return media_id

    def _whole(self, attachment: Attachment) -> str:
        media = attachment.media
        answer = self._send(
            "POST",
            "/2/media/upload",
            files={"media": (media.sha256[:16], attachment.data, media.mime_type)},
            data={"media_category": "tweet_image"},
        )
        return str(answer["id"])

    def _in_chunks(self, attachment: Attachment) -> tuple[str, dict[str, Any]]:
        """Upload, and what X says of its preparing: nothing where it is ready at once."""
        data, mime_type = attachment.data, attachment.media.mime_type
        begun = self._send(
            "POST",
            "/2/media/upload/initialize",
            json={"media_type": mime_type, "total_bytes": len(data), "media_category": CATEGORIES[mime_type]},
        )
        media_id = str(begun["id"])
        for number, start in enumerate(range(0, len(data), CHUNK)):
            self._send(
                "POST",
                f"/2/media/upload/{media_id}/append",
                files={"media": (f"{number}", data[start : start + CHUNK], "application/octet-stream")},
                data={"segment_index": str(number)},
            )
        finished = self._send("POST", f"/2/media/upload/{media_id}/finalize")
        return media_id, finished.get("processing_info") or {}

    def _state(self, media_id: str) -> dict[str, Any] | None:
        """How far X is; None where it knows nothing of it any more (uploads expire)."""
        try:
            told = self._send("GET", "/2/media/upload", params={"media_id": media_id, "command": "STATUS"})
        except Rejected:
            return None
        return told.get("processing_info") or {}

    def _describe(self, media_id: str, alt: str, label: str) -> None:
        metadata: dict[str, Any] = {"alt_text": {"text": alt}} if alt else {}
        if label:
            metadata["sensitive_media_warning"] = {WARNINGS[label]: True}
        if metadata:
            self._send("POST", "/2/media/metadata", json={"id": media_id, "metadata": metadata})
        if alt:
            self._meter("alt text", [media_id])

    def _caption(self, media_id: str, captions: str, language: str) -> None:
        file = self._send(
            "POST",
            "/2/media/upload",
            files={"media": ("captions.vtt", captions.encode(), "text/vtt")},
            data={"media_category": "subtitles", "media_type": "text/vtt"},
        )
        subtitles = {
            "id": str(file["id"]),
            "language_code": language[:2].upper(),
            "display_name": LANGUAGES.get(language, language),
        }
        body = {"id": media_id, "media_category": "TweetVideo", "subtitles": subtitles}
        self._send("POST", "/2/media/subtitles", json=body)
