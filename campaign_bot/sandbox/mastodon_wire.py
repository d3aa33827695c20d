"""What the local Mastodon reads and writes: requests as fields, statuses as HTML, its limits as it tells them."""

from __future__ import annotations

import html
from datetime import datetime
from io import BytesIO
from typing import Any, cast

import regex
from fastapi import Request
from PIL import Image, UnidentifiedImageError
from starlette.datastructures import FormData, UploadFile

from campaign_bot.library.videos import VideoFacts, video_facts
from campaign_bot.sandbox.limits import Allowance
from campaign_bot.sandbox.world import LocalAccount, LocalMedia

MAX_CHARACTERS, URL_LENGTH, MAX_MEDIA, MAX_ALT = 500, 23, 4, 1500
MAX_IMAGE_BYTES = 16_777_216
POLL_OPTIONS, POLL_OPTION_LENGTH, POLL_MIN_S, POLL_MAX_S = 4, 50, 300, 2_629_746
MAX_VIDEO_BYTES = 103_809_024
MOVING = ("image/gif", "video/mp4")
TYPES = ("image/jpeg", "image/png", "image/webp", *MOVING)
Json = dict[str, Any]
_URL = regex.compile(r"https?://[^\s<>\"«»“”]+", regex.I)
TAG = regex.compile(r"(?<![\w/])#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)")
_MENTION = regex.compile(r"(?<![\w/])(@[\w.-]*\w)@[\w.-]+\w")


class Refusal(Exception):
    """A request that Mastodon answers with an error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Call:
    """One request, read: whose it is, and its fields, whether they came as form or as JSON."""

    def __init__(self, request: Request, account: LocalAccount | None, fields: dict[str, list[Any]]) -> None:
        self.request = request
        self._account = account
        self._fields = fields

    @property
    def account(self) -> LocalAccount:
        if self._account is None:
            raise Refusal(401, "The access token is invalid")
        return self._account

    def text(self, name: str) -> str:
        return str((self._fields.get(name) or [""])[0] or "")

    def list(self, name: str) -> list[str]:
        return [str(one) for one in self._fields.get(f"{name}[]", self._fields.get(name, []))]

    def file(self, name: str) -> UploadFile | None:
        found = (self._fields.get(name) or [None])[0]
        return found if isinstance(found, UploadFile) else None


def quote_link(quote: Json | None) -> str:
    """What the server puts before the text, for readers whose app knows no quotes."""
    if quote is None:
        return ""
    url = quote["quoted_status"]["url"]
    return f'<p class="quote-inline">RE: <a href="{url}" target="_blank" rel="nofollow noopener">{url}</a></p>'


def as_html(text: str) -> str:
    """A text as Mastodon shows it: paragraphs, links with their scheme hidden, hashtags."""

    def link(match: regex.Match[str]) -> str:
        url = match[0]
        scheme, _, rest = url.partition("://")
        return (
            f'<a href="{url}" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">'
            f'{scheme}://</span><span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
        )

    def tag(match: regex.Match[str]) -> str:
        return f'<a href="/tags/{match[1]}" class="mention hashtag" rel="tag">#<span>{match[1]}</span></a>'

    pieces: list[str] = []
    end = 0
    escaped = html.escape(text, quote=False)
    for match in _URL.finditer(escaped):
        pieces += [TAG.sub(tag, escaped[end : match.start()]), link(match)]
        end = match.end()
    body = "".join([*pieces, TAG.sub(tag, escaped[end:])])
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in body.split("\n\n"))


async def fields_of(request: Request) -> dict[str, list[Any]]:
    """Query, form or JSON as one mapping; nested JSON gets Rails' names (poll[options][])."""
    found: dict[str, list[Any]] = {}
    for name, value in request.query_params.multi_items():
        found.setdefault(name, []).append(value)
    if "json" in request.headers.get("content-type", ""):
        _flatten(await request.json(), "", found)
    elif request.method in ("POST", "PUT", "PATCH"):
        form: FormData = await request.form()
        for name, value in form.multi_items():
            found.setdefault(name, []).append(value)
    return found


def _flatten(value: Any, name: str, found: dict[str, list[Any]]) -> None:
    if isinstance(value, dict):
        for key, one in cast("Json", value).items():
            _flatten(one, f"{name}[{key}]" if name else key, found)
    elif isinstance(value, list):
        found.setdefault(f"{name}[]", []).extend(cast("list[Any]", value))
    else:
        found.setdefault(name, []).append(value)


def length(text: str, url: int) -> int:
    """`url`: what an address counts as; 0: its own length."""
    text = _URL.sub("x" * url, text) if url else text
    return len(regex.findall(r"\X", _MENTION.sub(r"\1", text)))


def poll_seconds(call: Call, options: list[str]) -> int:
    seconds = int(call.text("poll[expires_in]") or 0)
    if not 2 <= len(options) <= POLL_OPTIONS:
        raise Refusal(422, "Validation failed: Options must have between 2 and 4 items")
    if any(len(option) > POLL_OPTION_LENGTH for option in options):
        raise Refusal(422, "Validation failed: Options can't be longer than 50 characters each")
    if len(set(options)) < len(options):
        raise Refusal(422, "Validation failed: Options contain duplicate items")
    if seconds < POLL_MIN_S:
        raise Refusal(422, "Validation failed: Duration is too short")
    if seconds > POLL_MAX_S:
        raise Refusal(422, "Validation failed: Duration is too long")
    return seconds


def size_of(data: bytes, kind: str) -> tuple[int, int]:
    if kind == "video/mp4":
        facts = video_facts(data)
        if not isinstance(facts, VideoFacts):
            raise Refusal(422, "Validation failed: File content type is invalid")
        return facts.width, facts.height
    try:
        with Image.open(BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError) as error:
        raise Refusal(422, "Validation failed: File is not a valid image") from error


def media_wire(media: LocalMedia, call: Call) -> Json:
    url = f"{str(call.request.base_url).rstrip('/')}/media/{media.id}"
    size = {"width": media.width, "height": media.height, "size": f"{media.width}x{media.height}",
            "aspect": media.width / media.height}  # fmt: skip
    kind = {"image/gif": "gifv", "video/mp4": "video"}.get(media.mime_type, "image")
    return {"id": media.id, "type": kind, "url": url, "preview_url": url, "remote_url": None, "blurhash": None,
            "description": media.alt or None, "meta": {"original": size, "small": size}}  # fmt: skip


def configuration() -> Json:
    return {
        "urls": {"streaming": "wss://localhost"},
        "accounts": {"max_featured_tags": 10},
        "statuses": {
            "max_characters": MAX_CHARACTERS, "max_media_attachments": MAX_MEDIA,
            "characters_reserved_per_url": URL_LENGTH,
        },
        "media_attachments": {
            "supported_mime_types": list(TYPES), "description_limit": MAX_ALT, "image_size_limit": MAX_IMAGE_BYTES,
            "image_matrix_limit": 33_177_600, "video_size_limit": 103_809_024, "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": POLL_OPTIONS, "max_characters_per_option": POLL_OPTION_LENGTH, "min_expiration": POLL_MIN_S,
            "max_expiration": POLL_MAX_S,
        },
        "translation": {"enabled": False},
    }  # fmt: skip


def limit_headers(allowance: Allowance) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": iso(allowance.reset),
    }


def iso(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
