"""What servers that speak Mastodon's API say of themselves, each in its own shape: as their sources answered in November
2026, in what matters here. `v2` is the answer to /api/v2/instance (None: 404), `v1` that to /api/v1/instance.

Read in: GoToSocial `internal/typeutils` (its own tests), Pleroma `instance_view.ex` (of before and after it had
`configuration`), Pixelfed `ApiV2Controller` and `config/pixelfed.php`, Sharkey `endpoints/instance.ts`, Mastodon's
documentation of both entities.
"""

from __future__ import annotations

from typing import Any

MB = 1024 * 1024
MOVING = ["image/gif", "video/mp4"]
STILL = ["image/jpeg", "image/png", "image/webp"]


def _configuration(
    *, characters: int, media: int, url: int, types: list[str], image: int, pixels: int, video: int,
    poll: tuple[int, int, int, int], **more: Any,
) -> dict[str, Any]:  # fmt: skip
    options, characters_each, shortest, longest = poll
    return {
        "statuses": {"max_characters": characters, "max_media_attachments": media, "characters_reserved_per_url": url},
        "media_attachments": {
            "supported_mime_types": types, "image_size_limit": image, "image_matrix_limit": pixels,
            "video_size_limit": video, "video_frame_rate_limit": 60, "video_matrix_limit": pixels, **more,
        },
        "polls": {
            "max_options": options, "max_characters_per_option": characters_each,
            "min_expiration": shortest, "max_expiration": longest,
        },
    }  # fmt: skip


MONTH = 2_629_746
_MASTODON: dict[str, Any] = {
    "characters": 500, "media": 4, "url": 23, "types": [*STILL, "image/heic", *MOVING, "audio/ogg"],
    "image": 16 * MB, "pixels": 33_177_600, "video": 99 * MB, "poll": (4, 50, 300, MONTH),
}  # fmt: skip

INSTANCES: dict[str, dict[str, Any]] = {
    "Mastodon 4.5": {
        "v2": {
            "domain": "local", "version": "4.5.0", "api_versions": {"mastodon": 7},
            "configuration": _configuration(**_MASTODON, description_limit=1500),
        },
    },
    "Mastodon 4.3": {
        "v2": {
            "domain": "local", "version": "4.3.4", "api_versions": {"mastodon": 2},
            "configuration": _configuration(**_MASTODON, description_limit=1500),
        },
    },
    "Mastodon 3.5": {
        "v2": None,
        "v1": {"uri": "local", "version": "3.5.19", "configuration": _configuration(**_MASTODON)},
    },
    "GoToSocial": {
        "v2": {
            "domain": "local", "account_domain": "local", "version": "0.20.0",
            "configuration": _configuration(
                characters=5000, media=6, url=25, image=40 * MB, pixels=2**31 - 1, video=40 * MB,
                types=["image/jpeg", "image/gif", "image/webp", "image/png", "image/apng", "video/mp4", "audio/mp2"],
                poll=(6, 50, 300, MONTH), description_limit=500,
            ),
        },
    },
    "Pleroma": {
        "v2": {
            "domain": "local", "version": "2.7.2 (compatible; Pleroma 2.9.1)",
            "configuration": {
                "statuses": {"max_characters": 5000, "max_media_attachments": 16, "characters_reserved_per_url": 0},
                "media_attachments": {"image_size_limit": 16_000_000, "video_size_limit": 16_000_000},
                "polls": {
                    "max_options": 20, "max_characters_per_option": 200, "min_expiration": 0, "max_expiration": 31_536_000,
                },
            },
            "pleroma": {"metadata": {"features": ["pleroma_api", "mastodon_api", "polls", "editing", "quote_posting"]}},
        },
    },
    "Pleroma before configuration": {
        "v2": None,
        "v1": {
            "uri": "https://local", "version": "2.7.2 (compatible; Pleroma 2.2.50)", "max_toot_chars": 5000,
            "poll_limits": {"max_options": 20, "max_option_chars": 200, "min_expiration": 0, "max_expiration": 31_536_000},
            "upload_limit": 16_000_000, "description_limit": 5000,
            "pleroma": {"metadata": {"features": ["pleroma_api", "mastodon_api", "polls", "multifetch"]}},
        },
    },
    "Pixelfed": {
        "v2": {
            "domain": "local", "version": "0.12.4",
            "configuration": _configuration(
                characters=500, media=4, url=23, types=["image/jpeg", "image/png", "image/gif"],
                image=15_000 * 1024, pixels=3_686_400, video=15_000 * 1024, poll=(4, 50, 300, MONTH),
            ),
        },
    },
    "Sharkey": {
        "v2": {
            "domain": "local", "version": "3.0.0 (compatible; Sharkey 2025.4.3; like Akkoma)", "api_versions": {},
            "configuration": _configuration(
                characters=3000, media=16, url=13, types=[*STILL, "image/avif", *MOVING, "video/webm", "audio/flac"],
                image=10 * MB, pixels=16_777_216, video=40 * MB, poll=(10, 150, 50, MONTH), description_limit=20_000,
            ),
        },
    },
    "a server without media yet": {
        "v2": {
            "domain": "local", "version": "4.3.0 (compatible; something new)",
            "configuration": _configuration(
                characters=500, media=4, url=23, types=[], image=0, pixels=0, video=0, poll=(4, 50, 300, MONTH),
            ),
        },
    },
}  # fmt: skip
