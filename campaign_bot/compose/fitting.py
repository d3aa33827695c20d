"""Fit a picture to what a network takes: type, size and bytes. Where, when and with what it was taken is left out.

The same file gives the same bytes on any machine with the same version of Pillow; the fitted bytes are what is hashed,
previewed and approved. A picture that fits already, and tells nothing about its maker, is left as it is.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image, ImageOps

#: Tried from the best to the smallest: how much of each side is kept, and JPEG's or WebP's quality.
STEPS = [(scale, quality) for scale in (1.0, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2, 0.1) for quality in (90, 80, 70)]
ORIENTATION = 0x0112
#: Parts of a JPEG that are needed to show it; all others tell about it.
PLAIN_SEGMENTS = ("APP0", "APP2", "APP14")


@dataclass(frozen=True, slots=True)
class Room:
    """What a network takes of one picture."""

    types: tuple[str, ...]
    max_bytes: int
    max_pixels: int = 50_000_000
    max_animation_bytes: int = 0  # of an animated GIF; 0: it takes none
    max_video_bytes: int = 0  # 0: it takes none
    max_video_s: float = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    data: bytes
    mime_type: str
    width: int
    height: int


class DoesNotFit(Exception):
    """No way was found; the message is the end of a sentence that begins with the picture's name."""


def is_animated(data: bytes) -> bool:
    """Whether these bytes are a GIF that moves."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.format == "GIF" and getattr(picture, "n_frames", 1) > 1


def still(data: bytes) -> bytes:
    """The first picture of a GIF that moves."""
    kept = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(0)
        picture.convert("RGBA").save(kept, "PNG")
    return kept.getvalue()


@lru_cache(maxsize=16)
def fit(data: bytes, room: Room) -> Fitted:
    """The picture as the network takes it. Raises DoesNotFit. The bytes must have passed `picture_problem`."""
    with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        mime = Image.MIME[picture.format or "PNG"]
        if is_animated(data):
            if not room.max_animation_bytes:
                raise DoesNotFit("moves, and only a still picture is taken")
            if len(data) > room.max_animation_bytes:
                raise DoesNotFit(f"has {len(data):,} bytes; a GIF may have {room.max_animation_bytes:,}")
            return Fitted(data, mime, *picture.size)
        picture.load()
        small = picture.width * picture.height <= room.max_pixels
        if mime in room.types and small and len(data) <= room.max_bytes and not _tells(picture):
            return Fitted(data, mime, *picture.size)
        for fitted in _smaller_and_smaller(picture, mime, room):
            if len(fitted.data) <= room.max_bytes:
                return fitted
    raise DoesNotFit(f"cannot be made to fit into {room.max_bytes:,} bytes")


def _tells(picture: Image.Image) -> bool:
    """Whether the file holds anything about its making: EXIF, XMP, IPTC, comments."""
    segments = [name for name, _ in getattr(picture, "applist", ())]
    return bool(
        picture.getexif()
        or any(name not in PLAIN_SEGMENTS for name in segments)
        or getattr(picture, "text", None)
        or {"exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp"} & {str(name) for name in picture.info}
    )


def _smaller_and_smaller(picture: Image.Image, mime: str, room: Room) -> Iterator[Fitted]:
    """Ways to write the picture, the one that loses least first."""
    pixels = picture.width * picture.height
    upright = picture.getexif().get(ORIENTATION, 1) == 1
    profile = picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA", "L", "P") else None
    if picture.format == "JPEG" and mime in room.types and upright and pixels <= room.max_pixels:
        yield _written(picture, "JPEG", icc_profile=profile, quality="keep")  # the same picture, without the rest
    turned = ImageOps.exif_transpose(picture)
    see_through = turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info
    if turned.mode not in ("RGB", "L") or see_through:
        turned = turned.convert("RGBA" if see_through else "RGB")
    if pixels > room.max_pixels:
        turned = _scaled(turned, (room.max_pixels / pixels) ** 0.5)
    if mime not in ("image/jpeg", "image/mpo") and "image/png" in room.types:
        yield _written(turned, "PNG", icc_profile=profile)
    kind = "WEBP" if see_through and "image/webp" in room.types else "JPEG"
    if see_through and kind == "JPEG":
        on_white = Image.new("RGB", turned.size, "white")
        on_white.paste(turned, mask=turned.getchannel("A"))
        turned = on_white
    for scale, quality in STEPS:
        yield _written(_scaled(turned, scale), kind, icc_profile=profile, quality=quality)


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return picture
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _written(picture: Image.Image, kind: str, **options: Any) -> Fitted:
    kept = io.BytesIO()
    picture.info = {}  # Pillow writes some of it again
    picture.save(kept, kind, **{name: value for name, value in options.items() if value is not None})
    return Fitted(kept.getvalue(), Image.MIME[kind], *picture.size)
