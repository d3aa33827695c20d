"""Who may do what, asked in one place: every verb of the app that changes what leaves begins here."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_bot.app.servers import Servers
from campaign_bot.authority import Rules
from campaign_bot.errors import ContentError, StateError
from campaign_bot.library.files import ApprovalRule, CampaignFile
from campaign_bot.model import Delivery

#: Who approves on local networks where the campaign says that nobody has to.
NOBODY = "nobody (approvals are off in rehearsals)"


class Permitting(Servers):
    """The campaign's rules, and the person who is at work."""

    #: In a rehearsal: the name under which everything is approved. In the record it can't be taken for a person.
    stand_in: str = ""

    @property
    def rules(self) -> Rules:
        return self._rules(self.library.campaign)

    def permit(self, act: str, deliveries: Sequence[Delivery] = (), *, account: str = "") -> None:
        """Raises StateError where this person may not do this to these (or to an account's; else to any). It is enough
        that campaign.yaml can be read: in an emergency another file may be broken."""
        rules = self._rules(self._campaign())
        of = [rules.rule("", account)] if not deliveries else self._rules_of(rules, deliveries)
        for rule in of:
            if why := rules.forbids_act(act, self.person, rule):
                able = rules.able(act, rule)
                who = f"Ask {' or '.join(able)}" if able else "Ask who looks after content/campaign.yaml"
                raise StateError(
                    f"{why}: {self.person} may not {act} this.",
                    advice=f"{who}; docs/approvals.md says who may do what. Who you are: CAMPAIGN_BOT_PERSON.",
                )

    def _rules_of(self, rules: Rules, deliveries: Sequence[Delivery]) -> list[ApprovalRule]:
        posts = self.store.posts_by_key(list({one.post for one in deliveries}))
        return [rules.rule(posts[one.post].series if one.post in posts else "", one.account) for one in deliveries]

    def _campaign(self) -> CampaignFile:
        try:
            return self.library.campaign
        except ContentError:
            sound, _ = self.load_sound()
            if sound is None:
                raise
            return sound.campaign

    def _rules(self, campaign: CampaignFile) -> Rules:
        stand_in = self.stand_in
        if self.simulated and campaign.approvals is not None and campaign.approvals.in_rehearsals == "none":
            stand_in = stand_in or NOBODY
        return Rules.of(campaign, stand_in)
