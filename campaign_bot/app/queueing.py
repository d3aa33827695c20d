"""Posts that are in no file, and what people say became of a delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from campaign_bot import plan
from campaign_bot.app.servers import Servers
from campaign_bot.errors import StateError
from campaign_bot.library.files import Account
from campaign_bot.library.words import visible
from campaign_bot.model import Delivery, State
from campaign_bot.networks.base import COPY_ADDRESS
from campaign_bot.store.base import Planned

#: What may still be out in time.
COMING = (State.DRAFT, State.APPROVED, State.SENDING, State.UNCONFIRMED)


class Queueing(Servers):
    """What people do to one delivery."""

    def queue(
        self, accounts: Sequence[str], text: str, due: datetime, pictures: Sequence[tuple[Path, str]] = (),
        *, quote: str = "", repost: str = "",
    ) -> list[Delivery]:  # fmt: skip
        """Add a post that is in no file. `quote` and `repost` name an own earlier post. Raises StateError where the same
        one is queued already."""
        now = self.clock()
        if due <= now:
            raise StateError("That time has passed.", advice="Choose a later one.")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise StateError("The text is not UTF-8.", advice="Save it as UTF-8, or type it again.")
        chosen = [self.library.account(self.account_names(name)[0]) for name in dict.fromkeys(accounts)]
        names = {one.name for one in self.store.posts().values()}
        wanted = plan.Queued(
            text, due, pictures, self._earlier(quote, chosen, due), self._earlier(repost, chosen, due)
        )  # fmt: skip
        planned = plan.queued(
            self.library, self.network, chosen, wanted, names, self.person, self.told_limits(self.library)
        )
        if not self.store.add(planned, now=now, actor=self.person) and not self._queued_again(planned, now):
            raise StateError("The same post is queued for the same time already.")
        return [one for one in self.store.deliveries() if one.post == planned.post.key]

    def _queued_again(self, planned: Planned, now: datetime) -> int:
        """A post that was queued and cancelled may be queued again. Returns how many of its deliveries were."""
        drafts = {draft.key: draft for draft in planned.drafts}
        cancelled = [one for one in self.store.of_post(planned.post.key) if one.state is State.CANCELLED]
        return sum(
            self.store.revive(drafts[one.key], now=now, actor=self.person) for one in cancelled if one.key in drafts
        )

    def _earlier(self, name: str, accounts: Sequence[Account], due: datetime) -> dict[str, str]:
        """The deliveries of an earlier post on these accounts, by account. Raises StateError for one that is not there
        and will not be by then."""
        if not name:
            return {}
        found = {one.account: one for one in self.find(name)}
        for account in accounts:
            before = found.get(account.name)
            if before is None:
                raise StateError(f"“{name}” does not go to {account.name}.", advice="Name a post that does.")
            if before.state is not State.SENT and (before.state not in COMING or before.due >= due):
                raise StateError(f"{self.name_of(before)} is {before.state}: it will not be out by then.")
        return {account.name: found[account.name].key for account in accounts}

    def resolve(self, delivery: Delivery, url: str) -> None:
        """A person says what became of an unconfirmed delivery: where it (of a thread: its next part) is, or (no url) that
        it is not there. Raises Rejected where no post of this account is there, StateError where it is another one's."""
        now, why = self.clock(), f"{self.person} looked: it is not there"
        if url:
            if not url.isprintable() or " " in url:
                raise StateError(f"“{visible(url)}” is not the address of a post.", advice=COPY_ADDRESS)
            receipt, part = self.connection(delivery.account).locate(url), len(self.store.receipts(delivery.key))
            if receipt.remote_id in self.store.known_ids(delivery.account):
                raise StateError(f"{url} is another delivery's post.", advice="Look for the one with this text.")
            self.store.record_receipt(delivery.key, part, receipt, now=now)
            if part + 1 == len(delivery.content.parts):
                self.store.settle_sent(delivery.key, owner="", now=now)
                return
            why = f"{self.person} found part {part + 1}; the next part of the thread follows"
        looks = self.store.looks(delivery.key)
        self.store.settle_later(delivery.key, owner="", not_before=now, counted=True, now=now, why=why, looks=looks)
