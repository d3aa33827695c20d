"""The simulated audience: how people who do not exist engage with a post, as a pure function of seed, post and time.

Nothing here is drawn from the order of calls or from ids: the same campaign and seed give the same figures, on any
machine. Engagement is heavy-tailed, grows fast and then levels off, and reacts a little to what a post is (a picture,
a question, a poll, the hour), so that a report has something to find. The figures describe nobody.
"""

from __future__ import annotations

import hashlib
import math
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaign_bot.model import Counts

if TYPE_CHECKING:
    from campaign_bot.sandbox.world import LocalAccount, LocalPost

#: Typical engagements of a post, and followers at the start, by network.
SIZE = {"x": 14.0, "mastodon": 9.0, "bluesky": 11.0}
FOLLOWERS = {"x": 900, "mastodon": 420, "bluesky": 560}
#: How an engagement divides.
SHARES = {"likes": 0.62, "reposts": 0.16, "replies": 0.09, "quotes": 0.04, "bookmarks": 0.09}
HALF_LIFE_H = 5.0
SPREAD = 0.7  # of the lognormal: one post in twenty gets three times the median or more


def counts(seed: int, post: LocalPost, now: datetime, *, own_replies: int = 0) -> Counts:
    """All engagement that this post has by now. `own_replies`: the account's own thread parts, which networks count."""
    total = _final(seed, post)
    grown = _grown(post, now)
    found = {name: math.floor(total * share * _noise(seed, post, name) * grown) for name, share in SHARES.items()}
    found["replies"] += own_replies
    return Counts(
        **found,
        impressions=math.floor(total * 45 * _noise(seed, post, "impressions") * grown),
        link_clicks=math.floor(total * 0.8 * _noise(seed, post, "clicks") * grown),
        poll_votes=sum(poll_votes(seed, post, now)) if post.poll_options else None,
    )


def poll_votes(seed: int, post: LocalPost, now: datetime) -> list[int]:
    """Votes per option. They stop when the poll ends."""
    end = min(now, post.poll_ends) if post.poll_ends else now
    votes = _final(seed, post) * 1.8 * _grown(post, end)
    weights = [_noise(seed, post, f"option-{number}") for number, _ in enumerate(post.poll_options)]
    return [math.floor(votes * weight / sum(weights)) for weight in weights]


def followers(seed: int, account: LocalAccount, now: datetime) -> int:
    """Followers grow slowly and steadily, by the day of the calendar."""
    draw = random.Random(f"{seed}/{account.network}/{account.name}")  # noqa: S311 - a simulation, no secret
    start = FOLLOWERS.get(account.network, 300) * draw.uniform(0.7, 1.3) * _language(account.language)
    days = now.timestamp() / 86_400 - 20_000
    return math.floor(start + max(days, 0) * draw.uniform(0.6, 1.6))


def _final(seed: int, post: LocalPost) -> float:
    """The engagements that this post ends with."""
    size = SIZE.get(post.network, 8.0) * _language(post.language)
    size *= 1.35 if post.media else 1.0
    size *= 1.20 if "?" in post.text else 1.0
    size *= 1.25 if post.poll_options else 1.0
    size *= 1.15 if 15 <= post.created.astimezone(UTC).hour <= 23 else 0.9
    return size * math.exp(SPREAD * _draw(seed, post, "size").gauss(0, 1))


def _grown(post: LocalPost, now: datetime) -> float:
    hours = max((now - post.created).total_seconds() / 3600, 0.0)
    return 1 - 0.5 ** (hours / HALF_LIFE_H)


def _language(language: str) -> float:
    return 0.85 if language == "fr" else 1.0


def _noise(seed: int, post: LocalPost, name: str) -> float:
    return math.exp(0.35 * _draw(seed, post, name).gauss(0, 1))


def _draw(seed: int, post: LocalPost, name: str) -> random.Random:
    text = hashlib.sha256(post.text.encode()).hexdigest()
    created = post.created.astimezone(UTC).isoformat()
    words = (str(seed), post.network, post.account, text, created, name)
    return random.Random("/".join(words))  # noqa: S311
