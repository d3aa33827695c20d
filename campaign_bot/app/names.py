"""What people ask for by name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from msgspec import to_builtins

from campaign_bot.app.known import Knowing
from campaign_bot.errors import ContentError, NotFound
from campaign_bot.model import Delivery, Event


class Names(Knowing):
    """Deliveries and accounts as people type them."""

    def names(self, deliveries: Sequence[Delivery]) -> dict[str, str]:
        """post@account, the name that people type, by delivery key."""
        posts = self.store.posts()
        return {one.key: f"{posts[one.post].name}@{one.account}" for one in deliveries}

    def name_of(self, delivery: Delivery) -> str:
        return self.names([delivery])[delivery.key]

    def find(self, name: str) -> list[Delivery]:
        """The deliveries that a name means: a post, post@account, or the beginning of a key."""
        posts = self.store.posts()
        post, _, account = name.partition("@")
        found = [
            one
            for one in self.store.deliveries()
            if (posts[one.post].name == post and account in ("", one.account))
            or (len(name) >= 6 and one.key.startswith(name))
        ]
        if not found:
            names = [one.name for one in posts.values()]
            near = get_close_matches(post, names, n=1)
            advice = (
                f"Did you mean {near[0]}?"
                if near
                else "`campaign-bot plan` and `campaign-bot queue list` show what there is."
            )
            raise NotFound(f"There is no post “{name}”.", advice=advice)
        return found

    def account_names(self, name: str) -> list[str]:
        """One account, or all where no name is given. Raises NotFound with the nearest right word. A name that is right is
        known while a file is broken too: a stop does not wait until that is mended."""
        try:
            names = list(self.known.accounts)
        except ContentError:
            names = self._accounts_in_part()
            if not get_close_matches(name, names, n=1):  # it may be one of what is broken
                raise
        if name and name not in names:
            near = get_close_matches(name, names, n=1)
            raise NotFound(
                f"There is no account “{name}”.",
                advice=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}.",
            )
        return [name] if name else names

    def _accounts_in_part(self) -> list[str]:
        """The accounts of what is right in the files, and of what was planned."""
        sound, _ = self.load_sound()
        planned = [one.account for one in self.store.tally()]
        return list(dict.fromkeys([*(sound.campaign.accounts if sound else ()), *planned]))

    def history(self, delivery: Delivery) -> list[Event]:
        return self.store.events(delivery.key)

    def describe(self, delivery: Delivery) -> dict[str, object]:
        """A delivery as JSON."""
        receipts = self.store.receipts(delivery.key)
        return {
            "name": self.name_of(delivery),
            "key": delivery.key,
            "account": delivery.account,
            "network": delivery.network,
            "language": delivery.language,
            "due": delivery.due.isoformat(),
            "state": str(delivery.state),
            "reason": delivery.reason,
            "length": delivery.length,
            "limit": delivery.limit,
            "content_hash": delivery.content_hash,
            "content": to_builtins(delivery.content),
            "urls": [receipt.url for receipt in receipts.values()],
            "simulated": self.simulated,
        }
