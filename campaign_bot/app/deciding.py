"""Who may decide what, and whether what is about to leave is what they decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from campaign_bot import approve, check, networks
from campaign_bot.app import checking
from campaign_bot.app.queueing import Queueing
from campaign_bot.authority import people, same
from campaign_bot.errors import StateError
from campaign_bot.model import ALL, NOT_SENT, QUEUE, Delivery, Problem, State
from campaign_bot.pairs import other_sides
from campaign_bot.store.record import Objection

#: A side in one of these states does not leave when its pair is due.
LOST = (State.FAILED, State.MISSED, State.CANCELLED, State.DRAFT)

#: The sides of a post, and why one does not pass the checks, by its account.
Blocked = tuple[Sequence[Delivery], Mapping[str, str]]


class Deciding(Queueing):
    """Approvals as surfaces ask for them, and as the sender asks right before anything leaves."""

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

    def waits_for(self, delivery: Delivery) -> str:
        """Whose yes it still takes, in words; empty where it takes none."""
        post = self.store.posts_by_key([delivery.post])[delivery.post]
        rules, trail = self.rules, self.store.trail(delivery.key)
        rule = rules.rule(post.series, delivery.account)
        given = people(one.person for one in trail.approvals if one.content_hash == delivery.content_hash)
        left = rule.needed - len(given)
        if left <= 0:
            return ""
        spent = given | (people(trail.authors) if rule.self_approval == "never" else set())
        able = [name for name in rules.able("approve", rule) if same(name) not in spent]
        role = f" with the role {' or '.join(rule.roles)}" if rule.roles else ""
        who = f" ({' or '.join(able)})" if able else ""
        return f"{left} more {'person' if left == 1 else 'people'}{role}{who}"

    def has_approved(self, delivery: Delivery) -> bool:
        """Whether the person at work has said yes to these bytes already."""
        given = self.store.trail(delivery.key).approvals
        me = same(self.person)
        return any(same(one.person) == me and one.content_hash == delivery.content_hash for one in given)

    def reject(self, deliveries: Sequence[Delivery], *, person: str, note: str = "") -> list[approve.Decision]:
        self.permit("reject", deliveries)
        return approve.reject(self.store, deliveries, person=person, note=note, now=self.clock())

    def objection(self, delivery: Delivery) -> Objection | None:
        """Why this may not leave although it says that it is approved. Asked right before it is sent."""
        if damaged := self.store.damaged(delivery.content):
            return Objection(State.FAILED, damaged)
        return (
            self._objection(delivery)
            or self._elsewhere(delivery)
            or self._paused(delivery)
            or self._unfit(delivery, self._blocked(delivery.post))
            or self._lost_side(delivery)
        )

    def _elsewhere(self, delivery: Delivery) -> Objection | None:
        """Whether the account is another one by the campaign's file: of another network, or in another language."""
        account = self.library.campaign.accounts.get(delivery.account)
        for was, told in (
            (delivery.network, account.network if account else "gone"),
            (delivery.language, account.language if account else "gone"),
        ):
            if was != told:
                return Objection(
                    State.DRAFT, f"it was approved for {was}, and the account {delivery.account} is {told} now"
                )
        return None

    def _paused(self, delivery: Delivery) -> Objection | None:
        """A pause that was taken out of its table without being ended still holds."""
        if why := self.store.paused_by_record(delivery.account):
            return Objection(State.APPROVED, f"the record says that {why} is paused, and nobody has ended that")
        return None

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

    def _blocked(self, post_key: str) -> Blocked:
        """The checks of a post once more, by the settings and the servers' limits of now: they may have changed since it
        was approved. All its sides are judged together."""
        post = self.store.posts_by_key([post_key]).get(post_key)
        if post is None:
            return [], {}
        sides = [one for one in self.store.of_post(post_key) if one.network in networks.names()]
        allowed = self.store.allowed(post.key) if post.schedule == QUEUE else {}
        said = checking.said(self.library, post, sides, allowed)
        found = check.check_once_more(self.library, self.network, said, self.told_limits(self.library))
        return sides, {one.post.removeprefix(f"{post.name}@"): _why_unfit(one) for one in reversed(found)}

    def _unfit(self, delivery: Delivery, judged: Blocked) -> Objection | None:
        """Whether the checks let it go no more. Its other languages are read beside it: they are due at the same time, by
        another worker, and a post goes out in all of them or in none."""
        sides, blocked = judged
        if own := blocked.get(delivery.account):
            return Objection(State.DRAFT, own)
        together = self.library.campaign.pairs.when_one_fails == "hold"
        for side in other_sides(delivery, sides) if together else ():
            if side.open and (why := blocked.get(side.account)):
                return Objection(State.DRAFT, f"its other side, {side.account} ({side.language}): {why}")
        return None

    def recheck(self) -> int:
        """What is approved and would not suffice any more (another rule, another account, too old, other checks) is a draft
        again now, and not only when it is due: somebody can still mend and approve it. Returns how many."""
        now, done = self.clock(), 0
        blocked = cache(self._blocked)  # a post is judged once for all its sides
        for one in self.store.deliveries((State.APPROVED,), since=now):
            found = self._objection(one) or self._elsewhere(one) or self._unfit(one, blocked(one.post))
            if found is not None and found.after is State.DRAFT:
                done += self.store.void(one.key, now=now, actor="plan", why=NOT_SENT + found.why)
        return done

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
        self.permit("move", deliveries)
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

    def cancel(self, deliveries: Sequence[Delivery], reason: str) -> list[tuple[Delivery, bool]]:
        """Take them out, for good. False: it has left already."""
        self.permit("cancel", deliveries)
        why = f"cancelled by {self.person}" + (f": {reason}" if reason else "")
        now = self.clock()
        return [(one, self.store.cancel(one.key, now=now, actor=self.person, why=why)) for one in deliveries]

    def release(self, delivery: Delivery, at: datetime) -> bool:
        """Let one go that is held, from an instant on."""
        self.permit("release", [delivery])
        return self.store.release(delivery.key, not_before=at, now=self.clock(), actor=self.person)

    def resume(self, account: str) -> bool:
        """End a pause; what fell due meanwhile stays held. False: there was none."""
        self.permit("resume", account="" if account == ALL else account)
        now = self.clock()
        self.store.hold_due(now)  # what fell due while nobody was at work too
        for one in self.store.due(now):
            if found := self._paused(one):  # by the record alone
                self.store.hold(one.key, now=now, why=NOT_SENT + found.why)
        return self.store.resume(account, now=now, actor=self.person)

    def may_edit(self, delivery: Delivery) -> str:
        """Why this person may not change what is out already; empty where they may. An edit is approved by who makes it."""
        post = self.store.posts()[delivery.post]
        rules = self.rules
        rule = rules.rule(post.series, delivery.account)
        if why := rules.forbids(self.person, rule):
            return why
        if rule.needed > 1:
            return f"{rule.needed} people have to approve what it says, and an edit is the word of one"
        return "" if rule.self_approval == "alone" else "who changes a post may not be the only one to approve it"


def _why_unfit(problem: Problem) -> str:
    """What blocks it by now: what its account's server would refuse, or what the checks say."""
    if check.RULES[problem.rule].looks == "network":
        return f"the account's server would refuse it: {problem.message}"
    return f"it does not pass the checks any more: {problem.message} ({problem.rule})"
