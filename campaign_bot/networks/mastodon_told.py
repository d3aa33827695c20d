"""What a server that speaks Mastodon's API says of its limits (`configuration` of its instance), as our `Limits`.

Pleroma, Akkoma, GoToSocial, Pixelfed and Sharkey say some of it, in their own sizes: each key is taken by itself, and one
that is missing or makes no sense leaves the table in force. Nobody is asked for the name of the software.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

#: Limit -> (where it is said, the least that makes sense).
_KEYS: Mapping[str, tuple[str, str, int]] = {
    "text": ("statuses", "max_characters", 1),
    "media": ("statuses", "max_media_attachments", 0),
    "url": ("statuses", "characters_reserved_per_url", 0),
    "alt": ("media_attachments", "description_limit", 1),
    "media_bytes": ("media_attachments", "image_size_limit", 1),
    "gif_bytes": ("media_attachments", "image_size_limit", 1),
    "media_pixels": ("media_attachments", "image_matrix_limit", 1),
    "video_bytes": ("media_attachments", "video_size_limit", 1),
    "poll_options": ("polls", "max_options", 0),
    "poll_option_length": ("polls", "max_characters_per_option", 1),
}
#: More than this is no limit that anybody meant.
MOST = 2**53


def limits_of(instance: object) -> dict[str, int]:
    """By the names of `Limits`."""
    configuration = _section(instance, "configuration")
    found = {
        limit: told
        for limit, (section, key, least) in _KEYS.items()
        if (told := _number(_section(configuration, section).get(key), least)) is not None
    }
    polls = _section(configuration, "polls")
    shortest, longest = _number(polls.get("min_expiration"), 0), _number(polls.get("max_expiration"), 60)
    if shortest is not None and longest is not None and shortest > longest:
        return found
    if shortest is not None:
        found["poll_min_minutes"] = -(-shortest // 60)
    if longest is not None:
        found["poll_max_minutes"] = longest // 60
    return found


def _section(of: object, name: str) -> Mapping[str, object]:
    told = cast("Mapping[str, object]", of).get(name) if isinstance(of, Mapping) else None
    return cast("Mapping[str, object]", told) if isinstance(told, Mapping) else {}


def _number(told: object, least: int) -> int | None:
    return told if type(told) is int and least <= told <= MOST else None
