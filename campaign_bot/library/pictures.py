"""Is this file a picture that can be published?"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MAX_PIXELS is stricter
            with Image.open(path) as picture:
                if picture.format not in FORMATS:
                    return f"it is a {picture.format}, and networks take PNG, JPEG, GIF and WebP"
                if picture.width * picture.height > MAX_PIXELS:
                    return f"it has {picture.width} × {picture.height} pixels, more than {MAX_PIXELS:,} in all"
                picture.load()
    except UnidentifiedImageError:
        return "it is not a picture"
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
    ) as error:
        return f"it is damaged or cut short ({error})"
    return None
