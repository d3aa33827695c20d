"""The timeline page: what the local networks hold, as readers would see it. Marked SIMULATED, in both languages."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from PIL import Image

from campaign_bot.sandbox.world import LocalMedia, LocalPost, World

TITLES = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}
PREVIEW_WIDTH = 480  # pixels: the page stays small, and pictures are shown no wider
_LINK = re.compile(r"https?://[^\s<>\"«»“”]+")
#: count -> its words, (English, French)
COUNTS = {
    "likes": ("likes", "mentions J’aime"),
    "reposts": ("reposts", "partages"),
    "replies": ("replies", "réponses"),
    "quotes": ("quotes", "citations"),
}
TOLD = {"x": ("likes", "reposts", "replies", "quotes"), "mastodon": ("likes", "reposts", "replies")}


def render(world: World, *, now: datetime) -> str:
    """The page: one column a network, newest post first, the parts of a thread together."""
    env = Environment(
        loader=PackageLoader("campaign_bot.sandbox"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
    )
    with world.lock:
        columns = [
            {
                "network": name,
                "title": TITLES.get(name, name),
                "posts": [_shown(world, p) for p in _first_parts(world, name)],
            }
            for name in sorted({account.network for account in world.accounts.values()})
        ]
    return env.get_template("timeline.html.j2").render(columns=columns, now=now)


def write(world: World, path: Path) -> None:
    """Leave the page behind as one self-contained file."""
    path.write_text(render(world, now=world.now()), encoding="utf-8")


def _first_parts(world: World, network: str) -> list[LocalPost]:
    return [p for p in reversed(world.posts) if p.network == network and not p.deleted and not p.reply_to]


def _shown(world: World, post: LocalPost) -> dict[str, Any]:
    account, counts = world.accounts[post.account], world.counts(post)
    french = post.language == "fr"
    votes = world.poll_votes(post) if post.poll_options else []
    told = TOLD.get(post.network, tuple(COUNTS))
    return {
        "handle": account.handle,
        "language": post.language,
        "created": post.created,
        "warning": post.content_warning,
        "parts": [_with_links(part.text) for part in _thread(world, post)],
        "media": [
            {"src": _preview(one), "alt": one.alt, "width": one.width, "height": one.height} for one in post.media
        ],
        "poll": [
            {"option": option, "votes": vote, "share": round(100 * vote / sum(votes)) if sum(votes) else 0}
            for option, vote in zip(post.poll_options, votes, strict=False)
        ],
        "votes_word": "votes",
        "alt_word": "Description de l’image" if french else "Picture description",
        "warning_word": "Avertissement" if french else "Content warning",
        "counts": [(COUNTS[name][french], getattr(counts, name)) for name in told],
    }


def _thread(world: World, first: LocalPost) -> list[LocalPost]:
    """The post and the replies of its own account to it, in order."""
    parts = [first]
    while (after := next((p for p in world.posts if p.reply_to == parts[-1].id and not p.deleted), None)) is not None:
        parts.append(after)
    return parts


def _with_links(text: str) -> Markup:
    pieces: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        url = match[0].rstrip(".,;:!?")
        pieces += [
            escape(text[end : match.start()]),
            Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(url),
        ]
        end = match.start() + len(url)
    return Markup("").join([*pieces, escape(text[end:])])


def _preview(media: LocalMedia) -> str:
    return _small(media.data)


@lru_cache(maxsize=512)
def _small(data: bytes) -> str:
    with Image.open(BytesIO(data)) as image:
        image.thumbnail((PREVIEW_WIDTH, PREVIEW_WIDTH))
        kept = BytesIO()
        image.convert("RGB").save(kept, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(kept.getvalue()).decode()
