"""The networks that are installed, by name. Each is imported only when somebody asks for it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from campaign_bot.errors import NotFound

if TYPE_CHECKING:
    from campaign_bot.networks.base import Network

GROUP = "campaign_bot.networks"


@cache
def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def names() -> tuple[str, ...]:
    """Every network that campaigns may name."""
    return tuple(_installed())


@cache
def get(name: str) -> Network:
    """The knowledge about one network. Raises NotFound with the nearest right word."""
    if name not in _installed():
        near = get_close_matches(name, names(), n=1)
        advice = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names())}."
        raise NotFound(f"There is no network “{name}”.", advice=advice)
    return _installed()[name].load()()
