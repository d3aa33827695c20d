"""The timeline page: what the local networks hold, as readers would see it. Marked SIMULATED, in both languages."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from PIL import Image, ImageOps

from campaign_bot.compose.filters import ordinal
from campaign_bot.sandbox.world import LocalMedia, LocalPost, World
from campaign_bot.whole import write_whole

TITLES = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}
PREVIEW = (480, 960)  # pixels, width and height: no column is wider, and 300 pictures stay below 10 MB
#: How much of a link a network shows, after `https://www.`. Bluesky shows what the post says.
LINK_SHOWN = {"x": 27, "mastodon": 30}
#: The counts that a network shows its readers.
TOLD = {"mastodon": ("likes", "reposts", "replies")}
TOLD_ELSEWHERE = ("likes", "reposts", "replies", "quotes")
#: language -> the page's words; a count has (one, many).
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "locale": "en_CA", "is_one": (1,), "picture": "Picture description: ", "no_preview": "no preview", "part": "Part",
        "warning": "Content warning: ", "votes": ("vote", "votes"), "ends": "ends", "ended": "ended",
        "likes": ("like", "likes"), "reposts": ("repost", "reposts"), "replies": ("reply", "replies"),
        "quotes": ("quote", "quotes"),
    },
    "fr": {
        "locale": "fr_CA", "is_one": (0, 1), "picture": "Description de l’image\u00a0: ", "no_preview": "aucun aperçu", "part": "Partie",
        "warning": "Avertissement\u00a0: ", "votes": ("vote", "votes"), "ends": "se termine", "ended": "terminé",
        "likes": ("mention J’aime", "mentions J’aime"), "reposts": ("partage", "partages"),
        "replies": ("réponse", "réponses"), "quotes": ("citation", "citations"),
    },
}  # fmt: skip
_LINK_OR_TAG = re.compile(r"(?P<link>https?://[^\s<>\"«»“”]+)|(?<!\w)(?P<tag>#\w+)")


@dataclass(frozen=True, slots=True)
class _Thread:
    """The parts that one account joined, the first first."""

    parts: tuple[LocalPost, ...]

    @property
    def first(self) -> LocalPost:
        return self.parts[0]


def render(world: World, *, now: datetime) -> str:
    """The page: a column a network, newest first, the parts of a thread together. Works without scripts."""
    env = Environment(
        loader=PackageLoader("campaign_bot.sandbox"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    threads = _threads(world)
    networks = sorted({account.network for account in world.accounts.values()})
    columns = [
        {
            "network": name,
            "title": TITLES.get(name, name),
            "posts": [_shown(world, one, now) for one in threads if one.first.network == name],
        }
        for name in networks
    ]
    languages = sorted({one.first.language for one in threads})
    return env.get_template("timeline.html.j2").render(columns=columns, languages=languages, now=now)


def write(world: World, path: Path) -> None:
    """Leave the page behind as one self-contained file."""
    write_whole(path, render(world, now=world.now()))


def listing(world: World, *, now: datetime) -> dict[str, Any]:
    """The page's content for programs: every post that is still there, newest first."""
    return {"simulated": True, "now": now.isoformat(), "posts": [_listed(world, one) for one in _threads(world)]}


def _listed(world: World, thread: _Thread) -> dict[str, Any]:
    first, counts = thread.first, world.counts(thread.first)
    return {
        "network": first.network,
        "account": first.account,
        "handle": world.accounts[first.account].handle,
        "language": first.language,
        "created": first.created.isoformat(),
        "content_warning": first.content_warning,
        "parts": [
            {
                "id": part.id,
                "text": part.text,
                "alt": [media.alt for media in part.media],
                "poll": dict(zip(part.poll_options, world.poll_votes(part), strict=True)),
            }
            for part in thread.parts
        ],
        "counts": {name: getattr(counts, name) for name in _told(first.network)},
    }


def _threads(world: World) -> list[_Thread]:
    """All posts that are still there, newest first. A reply that continues no thread stands by itself: nothing is hidden."""
    with world.lock:
        posts = [post for post in world.posts if not post.deleted]
    threads: list[list[LocalPost]] = []
    ending_in: dict[tuple[str, str, str], list[LocalPost]] = {}
    for post in posts:
        thread = ending_in.pop((post.network, post.account, post.reply_to), None) if post.reply_to else None
        if thread is None:
            threads.append(thread := [])
        thread.append(post)
        ending_in[post.network, post.account, post.id] = thread
    return [_Thread(tuple(parts)) for parts in reversed(threads)]


def _shown(world: World, thread: _Thread, now: datetime) -> dict[str, Any]:
    """One article of the page. Its labels are in the post's language, or in English."""
    post, counts = thread.first, world.counts(thread.first)
    labels = post.language if post.language in WORDS else "en"
    words = WORDS[labels]
    return {
        "handle": world.accounts[post.account].handle,
        "language": post.language,
        "labels": labels,
        "words": words,
        "created": post.created,
        "when": _at(post.created, words["locale"]),
        "warning": post.content_warning,
        "parts": [
            {
                "text": marked_up(part.text, post.network),
                "media": [_picture(one) for one in part.media],
                "poll": _poll(part, world.poll_votes(part), words, now),
            }
            for part in thread.parts
        ],
        "counts": [_counted(name, getattr(counts, name), words) for name in _told(post.network)],
    }


def _told(network: str) -> Sequence[str]:
    return TOLD.get(network, TOLD_ELSEWHERE)


def _poll(post: LocalPost, votes: list[int], words: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Empty where there is none. Shares are of all votes, and may not add up to 100 % when rounded."""
    if not post.poll_options:
        return {}
    total = sum(votes)
    shares = [vote / total if total else 0.0 for vote in votes]
    return {
        "options": [
            {"text": text, "width": round(100 * share), "share": format_percent(share, locale=words["locale"])}
            for text, share in zip(post.poll_options, shares, strict=True)
        ],
        "votes": " ".join(_counted("votes", total, words)),
        "state": words["ended"] if post.poll_ends and post.poll_ends <= now else words["ends"],
        "ends": _at(post.poll_ends, words["locale"]) if post.poll_ends else "",
    }


def _at(instant: datetime, locale: str) -> str:
    return ordinal(format_datetime(instant, "d MMM y, HH:mm", locale=locale), instant, Locale.parse(locale))


def _counted(name: str, count: int, words: dict[str, Any]) -> tuple[str, str]:
    """(1,204, likes): the number as the language writes it, and the word in the right number."""
    one, many = words[name]
    return format_decimal(count, locale=words["locale"]), one if count in words["is_one"] else many


def marked_up(text: str, network: str) -> Markup:
    """Links that can be followed and shortened as the network shows them, hashtags set off, all else escaped."""
    pieces: list[Markup] = []
    end = 0
    for match in _LINK_OR_TAG.finditer(text):
        found = match[0].rstrip(".,;:!?)") if match["link"] else match[0]
        pieces += [escape(text[end : match.start()]), _link(found, network) if match["link"] else _tag(found)]
        end = match.start() + len(found)
    return Markup("").join([*pieces, escape(text[end:])])


def _link(url: str, network: str) -> Markup:
    shown, most = url, LINK_SHOWN.get(network)
    if most is not None:
        bare = re.sub(r"^https?://(www\.)?", "", url)
        shown = bare if len(bare) <= most else f"{bare[:most]}…"
    return Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(url, shown)


def _tag(tag: str) -> Markup:
    return Markup('<span class="tag">{}</span>').format(tag)


def _picture(media: LocalMedia) -> dict[str, Any]:
    """`src` is empty for what is not a picture that we can show: a video, broken bytes."""
    src, width, height = small(media.data)
    return {"src": src, "width": width, "height": height, "alt": media.alt}


@lru_cache(maxsize=512)
def small(data: bytes) -> tuple[str, int, int]:
    """A preview as a data URI, with its width and height in pixels."""
    try:
        with Image.open(BytesIO(data)) as image:
            image.draft("RGB", PREVIEW)
            small = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return "", 0, 0
    small.thumbnail(PREVIEW)
    flat = Image.new("RGB", small.size, "white")  # JPEG knows no transparency
    flat.paste(small, mask=small)
    kept = BytesIO()
    flat.save(kept, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(kept.getvalue()).decode(), flat.width, flat.height
