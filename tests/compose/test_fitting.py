"""Pictures made to fit: type, size, upright, without what tells where they were taken; the same bytes each time."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from campaign_bot.compose.fitting import DoesNotFit, Room, fit

ROOM = Room(("image/jpeg", "image/png"), 200_000)
OTTAWA = {1: "N", 2: (45.0, 25.0, 17.4), 3: "W", 4: (75.0, 41.0, 49.9)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 400), mode: str = "RGB", **options: Any) -> bytes:
    kept = io.BytesIO()
    left = Image.new(mode, size, "white")
    left.paste(Image.new(mode, (size[0] // 2, size[1]), "red"))  # its left half is red: turning it shows
    left.save(kept, kind, **options)
    return kept.getvalue()


def noise(kind: str, size: tuple[int, int]) -> bytes:
    kept = io.BytesIO()
    Image.effect_noise(size, 120).convert("RGB").save(kept, kind)
    return kept.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F] = "A camera"
    told.get_ifd(0x8825).update(OTTAWA)
    return told


def opened(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def test_a_picture_that_fits_is_left_as_it_is() -> None:
    for kind in ("PNG", "JPEG"):
        data = picture(kind)
        assert fit(data, ROOM).data == data


def test_place_and_camera_are_left_out_and_the_picture_stays() -> None:
    data = picture(exif=exif())
    assert b"A camera" in data
    fitted = fit(data, ROOM)
    assert b"A camera" not in fitted.data
    assert not opened(fitted.data).getexif()
    assert opened(fitted.data).tobytes()[:60] == opened(data).tobytes()[:60]


def test_a_picture_that_lies_on_its_side_is_turned_before_that_is_forgotten() -> None:
    fitted = fit(picture(exif=exif(orientation=6)), ROOM)
    assert (fitted.width, fitted.height) == (400, 600)
    assert opened(fitted.data).getpixel((200, 20))[0] > 200 > opened(fitted.data).getpixel((200, 20))[1]  # type: ignore[index]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_whatever_else_tells_about_it_is_left_out_too(kind: str) -> None:
    fitted = fit(picture(kind, exif=exif()), ROOM)
    assert b"A camera" not in fitted.data
    comment = fit(picture("JPEG", comment=b"shot at home"), ROOM)
    assert b"shot at home" not in comment.data


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "WEBP", "AVIF", "GIF"])
def test_a_type_that_is_not_taken_is_converted(kind: str) -> None:
    assert fit(picture(kind), ROOM).mime_type == "image/png"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_a_picture_that_is_too_large_becomes_smaller_until_it_fits(kind: str) -> None:
    data = noise(kind, (1500, 1000))
    assert len(data) > ROOM.max_bytes
    fitted = fit(data, ROOM)
    assert len(fitted.data) <= ROOM.max_bytes
    assert fitted.width / fitted.height == pytest.approx(1.5, rel=0.01)


def test_too_many_pixels_are_fewer_afterwards() -> None:
    fitted = fit(picture("PNG", (1000, 1000)), Room(("image/png",), 5_000_000, max_pixels=250_000))
    assert fitted.width * fitted.height <= 250_000


def test_what_one_sees_through_stays_so_or_stands_on_white() -> None:
    kept = io.BytesIO()
    Image.new("RGBA", (60, 40), (200, 0, 0, 100)).save(kept, "WEBP")
    data = kept.getvalue()
    assert opened(fit(data, ROOM).data).mode == "RGBA"
    jpeg_only = fit(data, Room(("image/jpeg",), 200_000))
    assert opened(jpeg_only.data).mode == "RGB"


def test_colours_of_print_become_those_of_screens() -> None:
    fitted = fit(picture("TIFF", mode="CMYK"), ROOM)
    assert opened(fitted.data).mode == "RGB"


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = noise("PNG", (900, 600))
    first = fit(data, ROOM)
    fit.cache_clear()
    assert fit(data, ROOM) == first


def test_a_gif_that_moves_stays_one_where_it_is_taken() -> None:
    data = picture("GIF", save_all=True, append_images=[Image.new("RGB", (600, 400), "blue")])
    assert fit(data, Room((), 1, max_animation_bytes=1_000_000)).data == data
    with pytest.raises(DoesNotFit, match="only a still picture"):
        fit(data, ROOM)
    with pytest.raises(DoesNotFit, match="a GIF may have 10"):
        fit(data, Room((), 1, max_animation_bytes=10))


def test_what_cannot_be_made_to_fit_says_so() -> None:
    with pytest.raises(DoesNotFit, match="into 10 bytes"):
        fit(picture(), Room(("image/jpeg",), 10))
