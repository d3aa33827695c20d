"""Rows to values: how a delivery, a post, a receipt come out of the database."""

from __future__ import annotations

import json
from typing import Any

from campaign_bot.model import Content, Counts, Delivery, Part, Post, Receipt, State
from campaign_bot.store.connection import from_ms, from_ms_or_none

COUNT_FIELDS = Counts.__struct_fields__


def to_delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(
        key=row["key"],
        post=row["post"],
        account=row["account"],
        network=row["network"],
        language=row["language"],
        due=from_ms(row["due_ms"]),
        state=State(row["state"]),
        content=_content(row),
        content_hash=row["content_hash"],
        length=row["length"],
        limit=row["length_limit"],
        network_keys=_keys(row["network_keys"]),
        attempts=row["attempts"],
        not_before=from_ms_or_none(row["not_before_ms"]),
        reason=row["reason"] or "",
        moved=bool(row["moved"]),
        held=row["held"],
        doubted=bool(row["doubted"]),
    )


def _content(row: dict[str, Any]) -> Content:
    """What somebody has broken by hand is empty, has not the hash that it should have, and so can't leave; it must not
    stop the others either."""
    try:
        return Content.from_json(row["content"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return Content(row["language"], (Part("(unreadable)"),))


def _keys(text: str) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(text)))
    except (ValueError, TypeError):
        return ()


def to_post(row: dict[str, Any]) -> Post:
    return Post(
        key=row["key"],
        name=row["name"],
        schedule=row["schedule"],
        series=row["series"],
        item=row["item"],
        slot=from_ms(row["slot_ms"]),
        wall_time=row["wall_time"],
        priority=row["priority"],
        commitments=tuple(json.loads(row["commitments"])),
        rung=row["rung"],
        answers=row["answers"],
    )


def to_receipt(row: dict[str, Any]) -> Receipt:
    return Receipt(row["remote_id"], row["url"], row["cid"])


def to_counts(row: dict[str, Any]) -> Counts:
    return Counts(**{name: row[name] for name in COUNT_FIELDS})
