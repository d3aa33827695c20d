"""Is this file a picture that can be published?"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, UnidentifiedImageError

#: What Pillow reads and people have; each network gets the type that it takes. MPO is what phones call JPEG.
FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
MAX_PIXELS = 50_000_000  # more is a decompression bomb, or nothing that a network takes
MEDIA = "content/media"


def media_path(directory: Path, file: str) -> Path | None:
    """The file in content/media that is meant; None where it is not there, or leads out of the folder."""
    if "\0" in file:
        return None
    root = os.path.realpath(directory / MEDIA)
    path = Path(os.path.realpath(Path(root, file)))
    try:
        return path if path.is_relative_to(root) and path.is_file() else None
    except OSError:  # a name that is too long, a folder that may not be entered
        return None


def picture_problem(path: Path) -> str | None:
    """What is wrong with the file as a picture, as a sentence; None when it opens whole."""
    try:
        if path.stat().st_size == 0:
            return "it is empty"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MAX_PIXELS is stricter
            with Image.open(path) as picture:
                if picture.format not in FORMATS:
                    return f"it is a {picture.format}, which cannot be read as a picture here"
                if picture.width * picture.height > MAX_PIXELS:
                    return f"it has {picture.width} × {picture.height} pixels, more than {MAX_PIXELS:,} in all"
                if picture.format not in ("GIF", "MPO") and getattr(picture, "n_frames", 1) > 1:
                    return "it holds several pictures; only a GIF may move"
                picture.load()
    except UnidentifiedImageError:
        return "it is not a picture"
    except Image.DecompressionBombError:
        return f"it has far more than {MAX_PIXELS:,} pixels"
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
    ) as error:
        return f"it is damaged or cut short ({error})"
    return None
