"""Names by which people call posts: each has one, and keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campaign_bot.model import Post
from campaign_bot.store.base import Planned
from campaign_bot.values import replace


def named(planned: Sequence[Planned], stored: Mapping[str, Post]) -> list[Planned]:
    """The same, each post under a name that no other post has: a post that is stored keeps the name it has there."""
    keys = {post.name: key for key, post in stored.items()}
    found: list[Planned] = []
    for one in planned:
        known = stored.get(one.post.key)
        name = known.name if known else free_name(one.post.name, one.post.key, keys)
        keys[name] = one.post.key
        found.append(replace(one, post=replace(one.post, name=name)))
    return found


def free_name(name: str, key: str, keys: Mapping[str, str]) -> str:
    """The name, with a number where another post has it. `keys`: the posts that have names, by name."""
    number, free = 1, name
    while keys.get(free, key) != key:
        number += 1
        free = f"{name}-{number}"
    return free
