"""Who may decide what, and whether what is about to leave is what they decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from campaign_bot import approve
from campaign_bot.app.checking import said
from campaign_bot.app.queueing import Queueing
from campaign_bot.check.judge import as_problem, bench_of, of_network
from campaign_bot.errors import StateError
from campaign_bot.model import NOT_SENT, Delivery, Problem, State
from campaign_bot.pairs import other_sides
from campaign_bot.store.record import Objection

#: Who approves on local networks where the campaign says that nobody has to.
NOBODY = "nobody (approvals are off in rehearsals)"

#: A side in one of these states does not leave when its pair is due.
LOST = (State.FAILED, State.MISSED, State.CANCELLED, State.DRAFT)


class Deciding(Queueing):
    """Approvals as surfaces ask for them, and as the sender asks right before anything leaves."""

    #: In a rehearsal: the name under which everything is approved. In the record it can't be taken for a person.
    stand_in: str = ""

    @property
    def rules(self) -> approve.Rules:
        campaign = self.library.campaign
        stand_in = self.stand_in
        if self.simulated and campaign.approvals is not None and campaign.approvals.in_rehearsals == "none":
            stand_in = stand_in or NOBODY
        return approve.Rules.of(campaign, stand_in)

    def address(self, account_name: str) -> str | None:
        """The login and server that an account is now, by the campaign's file: an approval is for them too."""
        account = self.library.campaign.accounts.get(account_name)
        if account is None:
            return None
        server = account.server or self.network(account.network).default_server
        return f"{account.handle or account.name} at {server}"

    def approve(
        self, deliveries: Sequence[Delivery], findings: Mapping[str, Sequence[Problem]], *, person: str, note: str = ""
    ) -> list[approve.Decision]:
        return approve.approve(
            self.store,
            deliveries,
            findings,
            self.network,
            rules=self.rules,
            to=self.address,
            person=person,
            note=note,
            now=self.clock(),
            max_lateness=self.library.campaign.max_lateness,
        )

    def reject(self, deliveries: Sequence[Delivery], *, person: str, note: str = "") -> list[approve.Decision]:
        return approve.reject(self.store, deliveries, person=person, note=note, now=self.clock())

    def objection(self, delivery: Delivery) -> Objection | None:
        """Why this may not leave although it says that it is approved. Asked right before it is sent."""
        if damaged := self.store.damaged(delivery.content):
            return Objection(State.FAILED, damaged)
        return self._objection(delivery) or self._outgrown([delivery]).get(delivery.key) or self._lost_side(delivery)

    def _objection(self, delivery: Delivery) -> Objection | None:
        post = self.store.posts_by_key([delivery.post]).get(delivery.post)
        return approve.objection(
            delivery,
            self.store.trail(delivery.key),
            self.rules,
            series=post.series if post else "",
            to=self.address(delivery.account),
            now=self.clock(),
        )

    def recheck(self) -> int:
        """What is approved and would not suffice any more (another rule, another account, too old) is a draft again now,
        and not only when it is due: somebody can still approve it. Returns how many."""
        now, done = self.clock(), 0
        approved = self.store.deliveries((State.APPROVED,), since=now)
        outgrown = self._outgrown(approved)
        for one in approved:
            found = self._objection(one) or outgrown.get(one.key)
            if found is not None and found.after is State.DRAFT:
                done += self.store.void(one.key, now=now, actor="plan", why=NOT_SENT + found.why)
        return done

    def _outgrown(self, deliveries: Sequence[Delivery]) -> dict[str, Objection]:
        """What was approved by other limits than the account's server tells by now: it would refuse it. By key. What the
        campaign lets pass (`allow`, or a rule that is off) passes here too."""
        told = self.told_limits(self.library)
        asked = [one for one in deliveries if told.get(one.account)]
        if not asked:
            return {}
        on, posts = (
            bench_of(self.library, self.network, told),
            self.store.posts_by_key(sorted({one.post for one in asked})),
        )
        found: dict[str, Objection] = {}
        for one in (one for one in asked if one.post in posts):
            (as_said,) = said(self.library, posts[one.post], [one])
            refused = next((problem for problem in map(as_problem, of_network(on, as_said)) if problem.blocks), None)
            if refused is not None:
                why = f"the account's server would refuse it: {refused.message}"
                found[one.key] = Objection(State.DRAFT, why)
        return found

    def _lost_side(self, delivery: Delivery) -> Objection | None:
        """A post is one thing: where one side will not leave, the other waits for a person, who may let it go."""
        if self.library.campaign.pairs.when_one_fails == "send":
            return None
        sides = other_sides(delivery, self.store.of_post(delivery.post))
        lost = next((side for side in sides if side.state in LOST), None)
        if lost is None or any(one.action == "released" for one in self.store.events(delivery.key)):
            return None
        why = f"its other side, {lost.account} ({lost.language}), is {lost.state}"
        return Objection(State.APPROVED, f"{why}: {lost.reason}" if lost.reason else why)

    def move(self, deliveries: Sequence[Delivery], due: datetime) -> list[tuple[Delivery, bool]]:
        """Another due time for a post, all its sides: they are due together. By less than the tolerance an approval holds.
        Raises StateError where only one side is meant."""
        keys = {one.key for one in deliveries}
        for one in deliveries:
            left = [
                side for side in other_sides(one, self.store.of_post(one.post)) if side.key not in keys and side.open
            ]
            if left:
                post = self.name_of(one).partition("@")[0]
                raise StateError(
                    f"{self.name_of(one)} goes together with {' and '.join(side.account for side in left)}.",
                    advice=f"A post is due at one time in all its languages: move {post}.",
                )
        return [(one, self._move(one, due)) for one in deliveries]

    def _move(self, one: Delivery, due: datetime) -> bool:
        approvals = self.store.trail(one.key).approvals
        bound = [given.due_ms for given in approvals]
        kept = one.state is State.APPROVED and bool(approvals) and all(
            ms is not None and abs(due.timestamp() - ms / 1000) <= self.rules.tolerance.total_seconds() for ms in bound
        )  # fmt: skip
        return self.store.move(one.key, due, now=self.clock(), actor=self.person, kept=kept)

    def may_edit(self, delivery: Delivery) -> str:
        """Why this person may not change what is out already; empty where they may. An edit is approved by who makes it."""
        post = self.store.posts()[delivery.post]
        rules = self.rules
        rule = rules.rule(post.series, delivery.account)
        if why := rules.forbids(self.person, rule):
            return why
        if rule.needed > 1:
            return f"{rule.needed} people have to approve what it says, and an edit is the word of one"
        return "" if rule.self_approval else "who changes a post may not be the only one to approve it"
