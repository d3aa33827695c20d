"""What a server that speaks Mastodon's API says of itself (its answer to /api/v2/instance or /api/v1/instance), as our
limits and as what it cannot do.

Pleroma, Akkoma, GoToSocial, Pixelfed and Sharkey say some of it, in their own sizes and under older names: each key is
taken by itself, and one that is missing or makes no sense leaves the table in force. Nobody is asked for the name of the
software. `tests/networks/instances.py` has the answers of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from campaign_bot.networks.base import LACKS, Tells

#: Limit -> (where it is said, the least that makes sense). Of two places the first that makes sense wins: `configuration`
#: came with Mastodon 3.4; what stands beside it at the top are Pleroma's older names.
_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "text": (("configuration", "statuses", "max_characters"), ("max_toot_chars",)),
    "media": (("configuration", "statuses", "max_media_attachments"), ("max_media_attachments",)),
    "url": (("configuration", "statuses", "characters_reserved_per_url"),),
    "alt": (("configuration", "media_attachments", "description_limit"), ("description_limit",)),
    "media_bytes": (("configuration", "media_attachments", "image_size_limit"), ("upload_limit",)),
    "gif_bytes": (("configuration", "media_attachments", "image_size_limit"), ("upload_limit",)),
    "media_pixels": (("configuration", "media_attachments", "image_matrix_limit"),),
    "video_bytes": (("configuration", "media_attachments", "video_size_limit"), ("upload_limit",)),
    "poll_options": (("configuration", "polls", "max_options"), ("poll_limits", "max_options")),
    "poll_option_length": (
        ("configuration", "polls", "max_characters_per_option"),
        ("poll_limits", "max_option_chars"),
    ),
}
_SHORTEST = (("configuration", "polls", "min_expiration"), ("poll_limits", "min_expiration"))
_LONGEST = (("configuration", "polls", "max_expiration"), ("poll_limits", "max_expiration"))
_TYPES = ("configuration", "media_attachments", "supported_mime_types")
#: These may be 0: none are taken, or there is no such rule.
_FROM_ZERO = ("media", "url", "poll_options")
#: More than this is no limit that anybody meant.
MOST = 2**53
#: Pictures that we can make; what else a server takes is of no use to us.
PICTURES = ("image/jpeg", "image/png", "image/webp")
#: The version of Mastodon's API (not of the server) that has quotes.
QUOTES_FROM = 7


def told_by(instance: object) -> Tells:
    """By the names of `Limits`, and `lacks`; nothing where the answer is none."""
    found: dict[str, int | list[str]] = {
        limit: number
        for limit, places in _KEYS.items()
        if (number := _number(instance, places, 0 if limit in _FROM_ZERO else 1)) is not None
    }
    if "text" in found and "url" not in found and not _at(instance, ("configuration", "statuses")):
        found["url"] = 0  # who has only the older names counts addresses in full
    shortest, longest = _number(instance, _SHORTEST, 0), _number(instance, _LONGEST, 60)
    if shortest is None or longest is None or shortest <= longest:
        if shortest is not None:
            found["poll_min_minutes"] = -(-shortest // 60)
        if longest is not None:
            found["poll_max_minutes"] = longest // 60
    types = _texts(_at(instance, _TYPES))
    if types & {*PICTURES}:
        found["media_types"] = [kind for kind in PICTURES if kind in types]
        found |= {
            name: 0 for name, kind in (("gif_bytes", "image/gif"), ("video_bytes", "video/mp4")) if kind not in types
        }
    return {**found, LACKS: lacks} if (lacks := _lacks(instance)) else found


def can_quote(instance: object) -> bool:
    """A server that does not know of quotes passes over them: the post would go out without what it quotes."""
    return (_number(instance, (("api_versions", "mastodon"),), 0) or 0) >= QUOTES_FROM


def _lacks(instance: object) -> list[str]:
    """What the server cannot do: by the version of its API, and by Pleroma's list of features, where there is one."""
    if not isinstance(_at(instance, ("version",)), str):
        return []
    features = _texts(_at(instance, ("pleroma", "metadata", "features")))
    found = {
        "quote": not can_quote(instance),
        "poll": bool(features) and "polls" not in features,
        "edit": bool(features) and "editing" not in features,
    }
    return [name for name, lacking in found.items() if lacking]


def _at(of: object, path: tuple[str, ...]) -> object:
    for name in path:
        of = cast("Mapping[str, object]", of).get(name) if isinstance(of, Mapping) else None
    return of


def _number(of: object, places: tuple[tuple[str, ...], ...], least: int) -> int | None:
    """The first that makes sense."""
    numbers = (_at(of, place) for place in places)
    return next((told for told in numbers if type(told) is int and least <= told <= MOST), None)


def _texts(told: object) -> set[str]:
    return {one for one in cast("list[object]", told) if isinstance(one, str)} if isinstance(told, list) else set()
