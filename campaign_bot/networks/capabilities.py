"""The rows of the table of capabilities. Each network says in `cells` what it can do of each, in its own file."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_bot.networks.base import Cell, Network

#: What a campaign may want of a network, in the order of the table.
CAPABILITIES = {
    "text": "text at the exact limit",
    "pictures": "pictures with alt text",
    "gif": "a picture that moves",
    "video": "video",
    "captions": "captions of a video",
    "poll": "poll",
    "poll_results": "a poll's votes at its end",
    "thread": "thread",
    "content_warning": "content warning",
    "label": "label on what pictures show",
    "language": "language of the post",
    "visibility": "who sees the post",
    "replies": "who may answer",
    "link_card": "card of a link, by us",
    "quote": "quote of an own earlier post",
    "repost": "repost of an own earlier post",
    "edit": "edit",
    "retract": "retract",
    "counts": "counts of engagement",
    "followers": "followers",
    "automated": "account marked as automated",
}


def row(name: str, networks: Iterable[Network]) -> list[Cell]:
    return [network.cell(name) for network in networks]
