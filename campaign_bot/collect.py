"""Collect: read how people engaged, at the ages that the campaign asked for, in as few calls as the network allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from campaign_bot.errors import NetworkError
from campaign_bot.model import Counts
from campaign_bot.networks.base import Connection
from campaign_bot.store.base import DueSnapshot, Store


def collect(
    store: Store, due: Sequence[DueSnapshot], connection: Connection, *, batch: int, now: datetime
) -> tuple[int, NetworkError | None]:
    """Read and keep the counts of one account's posts. Returns how many were kept, and what stopped it, if anything:
    what was read before that stays; the rest is due again at the next wake."""
    kept = 0
    for start in range(0, len(due), batch):
        some = due[start : start + batch]
        try:
            counts = connection.metrics([one.remote_id for one in some])
        except NetworkError as error:
            return kept, error
        taken: list[tuple[DueSnapshot, Counts | None]] = [
            (one, without_own(counts.get(one.remote_id), parts=len(store.receipts(one.delivery)))) for one in some
        ]
        kept += store.record_snapshots(taken, now=now)
    return kept, None


def without_own(counts: Counts | None, *, parts: int) -> Counts | None:
    """The counts of a thread's first part without the reply that its own next part is: every network counts that one."""
    if counts is None or not counts.replies or parts < 2:
        return counts
    return replace(counts, replies=counts.replies - 1)
