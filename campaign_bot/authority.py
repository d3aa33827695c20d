"""Who may do what to posts: the campaign's `people` and `approvals`, and the table of acts.

Stopping is anybody's; what makes something leave takes somebody who may approve it; all else takes one of the campaign's
people. Where campaign.yaml lists no people, everybody who can run commands is one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from campaign_bot.library.files import ApprovalRule, Approvals, CampaignFile

Who = Literal["anybody", "people", "approvers"]

#: Every act that changes what leaves, what is out or what is kept of it: who may, and why.
ACTS: dict[str, tuple[Who, str]] = {
    "pause": ("anybody", "a stop too many does no harm, and one too late may"),
    "queue": ("people", "it waits for approval like every other post"),
    "move": ("people", "it has to be approved again, unless it moves by less than the tolerance"),
    "cancel": ("people", "nothing leaves by it"),
    "reject": ("people", "nothing leaves by it"),
    "retract": ("people", "nothing leaves by it, and it may be urgent"),
    "resolve": ("people", "it says what somebody saw on the network; what was approved stays what may leave"),
    "import": ("people", "it changes what reports say"),
    "end": ("people", "nothing leaves by it: what changes by it has to be approved again"),
    "label": ("people", "it changes the account's profile"),
    "approve": ("approvers", "it makes the post leave"),
    "release": ("approvers", "it makes the post leave"),
    "resume": ("approvers", "it makes what is approved leave again"),
    "edit": ("approvers", "it changes what is out, and is approved by who makes it"),
    "accept": ("approvers", "it goes on with a record that was altered"),
    "dispose": ("approvers", "it cannot be taken back"),
}

#: A reason has so many letters at least.
SHORTEST_REASON = 3
#: Names under which the program itself acts; nobody may go by them.
OF_THE_PROGRAM = ("plan", "publisher", "daemon", "collect", "campaign-bot")


def same(person: str) -> str:
    """One person is one person, however the name is typed: `Alex ` is no second one beside `alex`."""
    return " ".join(unicodedata.normalize("NFKC", person).casefold().split())


def people(names: Iterable[str]) -> set[str]:
    """So many different people."""
    return {same(name) for name in names}


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may approve what: the campaign's `approvals` and `people`. Without `approvals`, one person."""

    approvals: Approvals | None = None
    people: Mapping[str, tuple[str, ...]] | None = None
    stand_in: str = ""  # of a rehearsal: approves by itself, so that it can go on

    @classmethod
    def of(cls, campaign: CampaignFile, stand_in: str = "") -> Rules:
        return cls(campaign.approvals, campaign.people, stand_in)

    def rule(self, series: str = "", account: str = "") -> ApprovalRule:
        """The first special rule that fits, over the general one."""
        if self.approvals is None or self.stand_in:
            return ApprovalRule(self_approval="alone")
        return self.approvals.rule_for(series, account)

    @property
    def tolerance(self) -> timedelta:
        return (self.approvals or Approvals()).tolerance

    def forbids(self, person: str, rule: ApprovalRule) -> str:
        """Why this person's yes does not count here; empty where it does."""
        if self.stand_in and person == self.stand_in:
            return ""
        if why := self._no_person(person):
            return why
        roles = next((told for name, told in (self.people or {}).items() if same(name) == same(person)), ())
        if rule.roles and not set(rule.roles) & set(roles):
            return f"{person} has not the role it takes: {' or '.join(rule.roles)}"
        return ""

    def forbids_act(self, act: str, person: str, rule: ApprovalRule) -> str:
        """Why this person may not do this to a post of that rule; empty where they may."""
        who, _ = ACTS[act]
        if who == "anybody":
            return ""
        return self.forbids(person, rule) if who == "approvers" else self._no_person(person)

    def able(self, act: str, rule: ApprovalRule) -> list[str]:
        """Who may, of the people whom campaign.yaml lists."""
        return [name for name in self.people or {} if not self.forbids_act(act, name, rule)]

    def _no_person(self, person: str) -> str:
        if same(person) in OF_THE_PROGRAM:
            return f"“{person}” is a name of the program, and no person’s"
        if self.people and same(person) not in people(self.people):
            return f"{person} is not one of the campaign's people"
        return ""
