"""Whether readers of an account are told that a program writes there."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_bot.app.permitting import Permitting
from campaign_bot.library.files import Account
from campaign_bot.model import Automation


@dataclass(frozen=True, slots=True)
class Labelled:
    """How an account is marked, and what to do about it; an empty sentence where all is well."""

    automation: Automation
    sentence: str = ""


class Labelling(Permitting):
    def automation(self, account: Account) -> Labelled:
        """Ask the network; nothing is changed. Raises NetworkError."""
        found = self.connection(account.name).automation(account.automated_by)
        if not account.automated_by:
            return Labelled(found, "readers are not told who runs it: add `automated_by` in content/campaign.yaml.")
        if found.marked is False:
            return Labelled(found, f"it is not marked as automated: campaign-bot accounts label {account.name}")
        if not found.names_who:
            return Labelled(found, f"its profile does not name {account.automated_by}. {found.step}".strip())
        return Labelled(found)

    def label(self, account: Account) -> Automation:
        """Mark the account, as far as its network lets a program do that."""
        self.permit("label", account=account.name)
        return self.connection(account.name).mark_automated(account.automated_by)
