"""What the server of an account takes: as it says itself, asked once a day, and only else as the table says."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.app.names import Names
from campaign_bot.errors import ConfigError, NetworkError, StoreError
from campaign_bot.library.files import Account, Library
from campaign_bot.model import OPEN_STATES
from campaign_bot.networks.base import NOTHING_TOLD, Limits, Network, Tells, ToldLimits
from campaign_bot.store.base import Told

#: Where a limit is 0: what there is none of.
NONE_TAKEN = {"gif_bytes": "pictures that move", "video_bytes": "video", "poll_options": "polls", "media": "pictures"}
#: What a server said of its limits is asked again after this.
ASK_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InForce:
    """By which limits an account's posts are composed and checked."""

    told: Tells  # empty: by the table
    asked: datetime | None
    sentence: str


class Servers(Names):
    """What servers say of themselves."""

    def server_of(self, account: Account) -> str:
        return self.sandbox_url or account.server or self.network(account.network).default_server

    def told_limits(self, library: Library) -> ToldLimits:
        """What servers said of their limits, by account. Where nobody was asked yet, or nothing can be read, the table
        holds; no database is made for it."""
        if not self.database.exists():
            return NOTHING_TOLD
        with contextlib.suppress(StoreError):
            told = self.store.told()
            return {
                name: told[name].limits
                for name, account in library.campaign.accounts.items()
                if name in told and told[name].server == self.server_of(account)
            }
        return NOTHING_TOLD

    def network_of(self, account: Account) -> Network:
        """The account's network, as its server says that it is."""
        return self.network(account.network).told(self.told_limits(self.library).get(account.name, {}))

    def ask_limits(self, account: Account) -> None:
        """Ask what the account's server takes, unless that was done within a day. What waits is measured by it at once; no
        approval is touched. Raises NetworkError, ConfigError."""
        if not self.limits_are_due(account):
            return
        before = self._told(account)
        told = Told(self.server_of(account), self.connection(account.name).told_limits(), self.clock())
        self.store.record_told(account.name, told)
        if before is None or before.limits != told.limits:
            self._measure_again(account)

    def limits_now(self, account: Account) -> InForce:
        """The same after asking, if that is due; where nobody answers, what was known stays. Raises StoreError."""
        with contextlib.suppress(NetworkError, ConfigError):
            self.ask_limits(account)
        return self.limits_in_force(account)

    def limits_are_due(self, account: Account) -> bool:
        """Whether to ask again. A clock that was set back asks."""
        told = self._told(account)
        return told is None or not timedelta() <= self.clock() - told.at < ASK_AGAIN

    def limits_in_force(self, account: Account) -> InForce:
        """By what the account's posts are composed and checked now, in words."""
        told, network = self._told(account), self.network_of(account)
        if told is None:
            return InForce(
                {}, None, f"limits by the table ({network.limits.text} characters); its server was not asked yet"
            )
        when = f"{told.at.astimezone(self.zone):%Y-%m-%d %H:%M}"
        if not told.limits:
            return InForce(
                {}, told.at, f"limits by the table ({network.limits.text} characters); its server tells none ({when})"
            )
        differs = "; ".join(_differences(network, self.network(account.network).limits)) or "the same as the table"
        return InForce(told.limits, told.at, f"limits as its server told on {when}: {differs}")

    def _told(self, account: Account) -> Told | None:
        told = self.store.told().get(account.name)
        return told if told is not None and told.server == self.server_of(account) else None

    def _measure_again(self, account: Account) -> None:
        network = self.network_of(account)
        waiting = [one for one in self.store.deliveries(tuple(OPEN_STATES)) if one.account == account.name]
        self.store.measure_again(
            (one, max(network.measure(part.text) for part in one.content.parts), network.limits.text) for one in waiting
        )


def _differences(network: Network, table: Limits) -> Iterator[str]:
    """In words, what an account's server takes otherwise than the table has it."""
    for name in Limits.__slots__:
        now, before = getattr(network.limits, name), getattr(table, name)
        if now == before:
            continue
        if name == "media_types":
            yield f"no {', no '.join(kind for kind in before if kind not in now)}"
        elif name == "url":
            yield f"{f'a link counts {now}' if now else 'a link counts in full'}, not {before}"
        elif name in NONE_TAKEN and not now:
            yield f"no {NONE_TAKEN[name]}"
        else:
            yield f"{name.replace('_', ' ')} {now}, not {before}"
    yield from (f"no {name}" for name in sorted(network.lacks))
