"""Collect: read how people engaged, at the ages that the campaign asked for, in as few calls as the network allows.

Counts are kept as told. What is odd about them is marked, so that nobody mistakes it later:
`late` read long after its age (it never stands for that age) · `fell` lower than before · `jumped` a thousandfold ·
`impossible` no count at all (negative, not whole, beyond any audience), kept as unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign_bot.errors import NetworkError
from campaign_bot.model import Counts
from campaign_bot.networks.base import Connection
from campaign_bot.store.base import DuePoll, DueSnapshot, Store
from campaign_bot.values import replace

#: A reading is late when it is taken after its age by more than the larger of these: a time, and a share of the age.
LATE_AFTER, LATE_SHARE = timedelta(minutes=10), 0.1
#: More than this, and a thousand times what it was: a fault of the network, or a miracle.
JUMP, JUMP_FACTOR = 1_000_000, 1000
#: No network has told so many; a database cannot hold much more.
MOST = 10**15

NAMES = Counts.__struct_fields__


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
        taken = [
            (one, *judge(one, without_own(counts.get(one.remote_id), parts=len(store.receipts(one.delivery))), now))
            for one in some
        ]
        marks = {one.delivery: marks for one, _, marks in taken}
        kept += store.record_snapshots([(one, told) for one, told, _ in taken], now=now, marks=marks)
    return kept, None


def without_own(counts: Counts | None, *, parts: int) -> Counts | None:
    """The counts of a thread's first part without the reply that its own next part is: every network counts that one."""
    if counts is None or not counts.replies or parts < 2:
        return counts
    return replace(counts, replies=counts.replies - 1)


def judge(due: DueSnapshot, counts: Counts | None, now: datetime) -> tuple[Counts | None, tuple[str, ...]]:
    """The counts as they can be kept, and what is odd about them."""
    marks = ["late"] if due.sent and now - (due.sent + due.age) > max(LATE_AFTER, LATE_SHARE * due.age) else []
    if counts is None:
        return None, tuple(marks)
    told = {name: getattr(counts, name) for name in NAMES}
    wrong = [name for name, value in told.items() if value is not None and not _is_count(value)]
    if wrong:
        counts = replace(counts, **dict.fromkeys(wrong))
        marks.append("impossible")
    if due.before is not None:
        pairs = [(getattr(due.before, name), getattr(counts, name)) for name in NAMES]
        known = [(before, after) for before, after in pairs if before is not None and after is not None]
        marks += ["fell"] if any(after < before for before, after in known) else []
        jumped = any(after > JUMP and after > JUMP_FACTOR * max(before, 1) for before, after in known)
        marks += ["jumped"] if jumped else []
    return counts, tuple(marks)


def collect_polls(
    store: Store, due: Sequence[DuePoll], connection: Connection, *, batch: int, now: datetime
) -> tuple[int, NetworkError | None]:
    """Read and keep the results of one account's polls that are over, like `collect`."""
    kept = 0
    for start in range(0, len(due), batch):
        some = due[start : start + batch]
        try:
            results = connection.poll_results([one.remote_id for one in some])
        except NetworkError as error:
            return kept, error
        kept += store.record_polls([(one, _votes(one, results.get(one.remote_id))) for one in some], now=now)
    return kept, None


def _votes(due: DuePoll, votes: Sequence[int] | None) -> Sequence[int] | None:
    """None where the network did not tell one count for each option."""
    if votes is None or len(votes) != len(due.options) or not all(map(_is_count, votes)):
        return None
    return votes


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
