"""Posts that are in no file, and what people say became of a delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from campaign_bot import check, plan
from campaign_bot.app.permitting import Permitting
from campaign_bot.authority import SHORTEST_REASON
from campaign_bot.errors import StateError
from campaign_bot.library.files import Account
from campaign_bot.library.words import advice_for, printable
from campaign_bot.model import Delivery, State
from campaign_bot.networks.base import COPY_ADDRESS
from campaign_bot.store.base import Planned

#: What may still be out in time.
COMING = (State.DRAFT, State.APPROVED, State.SENDING, State.UNCONFIRMED)


class Queueing(Permitting):
    """What people do to one delivery."""

    def queue(
        self, accounts: Sequence[str], text: str | Mapping[str, str], due: datetime,
        pictures: Sequence[tuple[Path, str | Mapping[str, str]]] = (),
        *, quote: str = "", repost: str = "", allow: Mapping[str, str] | None = None,
    ) -> list[Delivery]:  # fmt: skip
        """Add a post that is in no file: one text for all accounts, or one a language, and so the alt texts. `quote` and
        `repost` name an own earlier post; `allow`: rules that it may break, and why. Raises StateError where a language
        lacks its text, or the same post is queued already."""
        self.permit("queue")
        now = self.clock()
        if due <= now:
            raise StateError("That time has passed.", advice="Choose a later one.")
        every = list(self.library.campaign.accounts) if list(accounts) == ["all"] else accounts
        chosen = [self.library.account(self.account_names(name)[0]) for name in dict.fromkeys(every)]
        languages = list(dict.fromkeys(one.language for one in chosen))
        shown = [(file, _each_language(alt, languages, f"the alt text of {file}")) for file, alt in pictures]
        wanted = plan.Queued(
            _each_language(text, languages, "the text"), due, shown,
            self._earlier(quote, chosen, due), self._earlier(repost, chosen, due), _known_rules(allow or {}),
        )  # fmt: skip
        names = {one.name for one in self.store.posts().values()}
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
        self.permit("resolve", [delivery])
        now, why = self.clock(), f"{self.person} looked: it is not there"
        if url:
            if not url.isprintable() or " " in url:
                raise StateError(f"“{printable(url)}” is not the address of a post.", advice=COPY_ADDRESS)
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


def _each_language(said: str | Mapping[str, str], languages: Sequence[str], what: str) -> dict[str, str]:
    """What is said in each language of the chosen accounts. Raises StateError where one lacks it, or nobody speaks it."""
    texts = dict.fromkeys(languages, said) if isinstance(said, str) else dict(said)
    if any("\ud800" <= letter <= "\udfff" for text in texts.values() for letter in text):
        raise StateError("The text is not UTF-8.", advice="Save it as UTF-8, or type it again.")
    if more := [one for one in texts if one not in languages]:
        raise StateError(
            f"No chosen account speaks {more[0]}, and {what} is there in it.", advice="Add --account of that language."
        )
    if lacking := [one for one in languages if one not in texts]:
        kind = "alt" if "alt" in what else "text"
        raise StateError(f"There is no {lacking[0]} version of {what}.", advice=f"Add --{kind}-{lacking[0]}.")
    return texts


def _known_rules(allow: Mapping[str, str]) -> Mapping[str, str]:
    """The same. Raises StateError for a rule that does not exist, or has no reason."""
    for rule, reason in allow.items():
        if rule not in check.RULES:
            raise StateError(f"There is no rule “{rule}”.", advice=advice_for(rule, check.RULES, "rule"))
        if len(reason.strip()) < SHORTEST_REASON:
            raise StateError(f"Why may it break {rule}?", advice=f'Write --allow "{rule}: the reason".')
    return allow
