"""The purse: what a network's budget for a month leaves, for accounts that send side by side."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from campaign_bot import bill
from campaign_bot.model import Spend
from campaign_bot.store.base import Store


class Room(NamedTuple):
    """Whether a month's budget has room for a send, beside what is spent or on its way."""

    enough: bool
    spent_usd: float


class Purse:
    """What is in the ledger and what sends under way may still cost are together never more than the budget, and no dollar of
    a send counts in both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # for what is reserved, and for what takes its place in the ledger
        self._reserved: dict[tuple[str, str], float] = {}  # US dollars for the send under way, by network and account

    def charge(self, store: Store, spends: Sequence[Spend], now: datetime) -> None:
        """Write down what was spent, in place of what was reserved for it. Raises StoreError; then it stays reserved."""
        with self._lock:
            store.record_spend(spends, now=now)
            for one in spends:
                key = one.network, one.account
                if key in self._reserved:
                    self._reserved[key] = max(0.0, self._reserved[key] - one.usd)

    @contextmanager
    def reserved(
        self, store: Store, network: str, account: str, usd: float, *, budget_usd: float, now: datetime
    ) -> Generator[Room]:
        """Keep so much of this month's budget free meanwhile, if there is room for it."""
        with self._lock:
            on_their_way = sum(cost for (name, _), cost in self._reserved.items() if name == network)
            spent = spent_in_month(store, network, now) + on_their_way
            enough = spent + usd <= budget_usd
            if enough:
                self._reserved[network, account] = usd
        try:
            yield Room(enough, spent)
        finally:
            if enough:
                with self._lock:
                    del self._reserved[network, account]


def spent_in_month(store: Store, network: str, now: datetime) -> float:
    """US dollars, in this calendar month (UTC) so far."""
    return store.spent(*bill.month_of(now)).get(network, 0.0)
