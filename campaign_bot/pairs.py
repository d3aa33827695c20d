"""A post is one thing in every language of the campaign: which deliveries are its sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol, TypeVar

from campaign_bot.model import State


class Said(Protocol):
    """What a side needs to have: a delivery, or what came of one."""

    @property
    def post(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def language(self) -> str: ...


T = TypeVar("T", bound=Said)

#: What has begun, or should have: only such posts can lack a language.
BEGUN = (State.SENT, State.RETRACTED, State.FAILED, State.MISSED, State.UNCONFIRMED)


def pairs(said: Iterable[T]) -> list[tuple[T, ...]]:
    """The sides that belong together: those of one post on one network. Networks on which a post has one language only
    stand together, so that English on one network and French on another are a pair too. A post in one language is its
    own only side."""
    by_post: dict[str, dict[str, list[T]]] = {}
    for one in said:
        by_post.setdefault(one.post, {}).setdefault(one.network, []).append(one)
    found: list[tuple[T, ...]] = []
    for networks in by_post.values():
        alone: list[T] = []
        for sides in networks.values():
            if len({one.language for one in sides}) > 1:
                found.append(tuple(sides))
            else:
                alone += sides
        if len({one.language for one in alone}) > 1:
            found.append(tuple(alone))
        else:
            found += [(one,) for one in alone]
    return found


def other_sides(one: T, of_post: Iterable[T]) -> tuple[T, ...]:
    """The sides of the same post that say it in other languages, as they are in `of_post`."""
    pair = next((sides for sides in pairs(of_post) if any(side.account == one.account for side in sides)), ())
    return tuple(side for side in pair if side.language != one.language)


def seen_code(content_hashes: Iterable[str]) -> str:
    """A short code for all that a post says in all its languages: another byte, another code."""
    return hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()[:8]
