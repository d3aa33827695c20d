"""The local X's media: uploads in one piece or in chunks, their preparing, alt text, warnings and captions."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile

from campaign_bot.library.videos import VideoFacts, video_facts
from campaign_bot.sandbox.world import LocalMedia, World
from campaign_bot.sandbox.x_wire import Call, Json, invalid, not_found

MAX_MEDIA, MAX_ALT, MAX_CHUNK = 4, 1000, 5_000_000
#: category -> (types, bytes) that are taken in one piece, and in chunks
WHOLE = {"tweet_image": (("image/jpeg", "image/png", "image/webp"), 5_000_000),
         "subtitles": (("text/vtt", "text/srt"), 500_000)}  # fmt: skip
CHUNKED = {**WHOLE, "tweet_gif": (("image/gif",), 15_000_000), "tweet_video": (("video/mp4",), 512_000_000)}
VIDEO_SECONDS = 140
WARNINGS = ("adult_content", "graphic_violence", "other")


class Media:
    """The media of all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._begun: dict[str, Json] = {}  # by media id: what was announced, and the segments that came

    async def upload(self, call: Call) -> tuple[int, Json]:
        form = await call.request.form()
        file, category = form.get("media"), str(form.get("media_category") or "")
        if not isinstance(file, UploadFile):
            raise invalid("media is required")
        if category not in WHOLE:
            raise invalid(f"media_category: [{category}] is not one of {', '.join(WHOLE)}")
        data, kind = await file.read(), str(form.get("media_type") or file.content_type or "")
        return 200, self._told(self._keep(call, data, kind, category, WHOLE))

    async def initialize(self, call: Call) -> tuple[int, Json]:
        body = call.body
        category, kind, size = str(body.get("media_category")), str(body.get("media_type")), body.get("total_bytes")
        types, most = CHUNKED.get(category, ((), 0))
        if kind not in types or not isinstance(size, int) or not 0 < size <= most:
            raise invalid("The media is of a type or size that is not accepted.")
        number = self._number()
        self._begun[number] = {"account": call.account.name, "category": category, "kind": kind, "size": size,
                               "segments": dict[int, bytes]()}  # fmt: skip
        key = f"7_{number}"
        return 200, {"data": {"id": number, "media_key": key, "expires_after_secs": 86_400}, "meta": {}}

    async def append(self, call: Call) -> tuple[int, Json]:
        begun, form = self._announced(call), await call.request.form()
        file, number = form.get("media"), str(form.get("segment_index") or "")
        if not isinstance(file, UploadFile) or not number.isdecimal() or int(number) > 999:
            raise invalid("media and segment_index are required")
        data = await file.read()
        if len(data) > MAX_CHUNK:
            raise invalid("A segment has at most 5 MB.")
        begun["segments"][int(number)] = data
        expires = int((self._world.now() + timedelta(days=1)).timestamp())
        return 200, {"data": {"expires_at": expires}, "meta": {}}

    async def finalize(self, call: Call) -> tuple[int, Json]:
        begun = self._announced(call)
        data = b"".join(begun["segments"][one] for one in sorted(begun["segments"]))
        if len(data) != begun["size"]:
            raise invalid("The segments do not add up to total_bytes.")
        number = call.request.path_params["id"]
        return 200, self._told(self._keep(call, data, begun["kind"], begun["category"], CHUNKED, number))

    async def status(self, call: Call) -> tuple[int, Json]:
        if call.request.query_params.get("command", "STATUS") != "STATUS":
            raise invalid("command must be STATUS")
        return 200, self._told(self._own(call, call.request.query_params.get("media_id", "")))

    async def describe(self, call: Call) -> tuple[int, Json]:
        media = self._own(call, str(call.body.get("id", "")))
        metadata: Json = call.body.get("metadata") or {}
        alt = str((metadata.get("alt_text") or {}).get("text") or "")
        warning: Json = metadata.get("sensitive_media_warning") or {}
        if "alt_text" in metadata and not 1 <= len(alt) <= MAX_ALT:
            raise invalid(f"alt_text.text must have between 1 and {MAX_ALT} characters")
        if set(warning) - set(WARNINGS):
            raise invalid("sensitive_media_warning: unknown warning")
        with self._world.lock:
            media.alt = alt or media.alt
            media.label = next((name for name, on in warning.items() if on), media.label)
        return 200, {"data": {"id": media.id, "associated_metadata": metadata}}

    async def caption(self, call: Call) -> tuple[int, Json]:
        video = self._own(call, str(call.body.get("id", "")))
        told: Json = call.body.get("subtitles") or {}
        file = self._own(call, str(told.get("id", "")))
        if video.mime_type != "video/mp4" or file.mime_type not in WHOLE["subtitles"][0]:
            raise invalid("Subtitles belong to a video.")
        if self._preparing(video):
            raise invalid("The media is not ready.")
        with self._world.lock:
            video.captions = file.data.decode("utf-8", "replace")
        category = call.body.get("media_category")
        return 200, {"data": {"id": video.id, "media_category": category, "associated_subtitles": [told]}}

    def attached(self, call: Call) -> list[LocalMedia]:
        """The media that a post names, if X would take them."""
        ids = [str(one) for one in (call.body.get("media") or {}).get("media_ids") or []]
        if len(ids) > MAX_MEDIA:
            raise invalid("media.media_ids: at most 4")
        found = [media for one in ids if (media := self._world.media.get(f"x/{one}")) is not None]
        if len(found) < len(ids) or any(one.account != call.account.name or self._preparing(one) for one in found):
            raise invalid("Your media IDs are invalid.")
        if any(one.mime_type in ("image/gif", "video/mp4") for one in found) and len(found) > 1:
            raise invalid("A post has up to 4 photos, or 1 animated GIF, or 1 video.")
        return found

    def _keep(
        self, call: Call, data: bytes, kind: str, category: str, taken: dict[str, tuple[tuple[str, ...], int]],
        number: str = "",
    ) -> LocalMedia:  # fmt: skip
        types, most = taken[category]
        if kind not in types or len(data) > most:
            raise invalid("The media is of a type or size that is not accepted.")
        size, moving = (0, 0), kind in ("image/gif", "video/mp4")
        if kind == "video/mp4":
            facts = video_facts(data)
            if not isinstance(facts, VideoFacts) or facts.duration_s > VIDEO_SECONDS:
                raise invalid("The media could not be read as a video of at most 140 seconds.")
            size = (facts.width, facts.height)
        elif kind.startswith("image/"):
            try:
                with Image.open(BytesIO(data)) as image:
                    size = image.size
            except (UnidentifiedImageError, OSError) as error:
                raise invalid("The media could not be read as an image.") from error
        media = LocalMedia(number or self._number(), call.account.name, kind, data, "", *size)
        if moving:
            media.ready_at = self._world.now() + timedelta(seconds=self._world.behaviour.preparing_s)
        with self._world.lock:
            self._world.media[f"x/{media.id}"] = media
        return media

    def _told(self, media: LocalMedia) -> Json:
        data: Json = {
            "id": media.id,
            "media_key": f"3_{media.id}",
            "size": len(media.data),
            "expires_after_secs": 86_400,
        }
        if media.ready_at is not None:
            waiting = self._preparing(media)
            state: Json = {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50} if waiting else {
                "state": "succeeded", "progress_percent": 100}  # fmt: skip
            data["processing_info"] = {"type": "object", **state}  # OpenAPI requires `type`, and does not say of what
        return {"data": data, "meta": {}}  # required by OpenAPI 2.166, which does not say what is in it

    def _preparing(self, media: LocalMedia) -> bool:
        return media.ready_at is not None and media.ready_at > self._world.now()

    def _announced(self, call: Call) -> Json:
        begun = self._begun.get(call.request.path_params["id"])
        if begun is None or begun["account"] != call.account.name:
            raise not_found("media")
        return begun

    def _own(self, call: Call, number: str) -> LocalMedia:
        media = self._world.media.get(f"x/{number}")
        if media is None or media.account != call.account.name:
            raise not_found("media")
        return media

    def _number(self) -> str:
        return str(self._world.next_id() + 1_400_000_000_000_000_000)
