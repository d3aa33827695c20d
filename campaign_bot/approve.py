"""Approve: people allow exactly these bytes, by the campaign's rules. Anything that changes later makes it void.

Who may say yes is asked twice: when somebody approves, and again right before the post leaves (`objection`), by the
record alone: what a table of the database says is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.authority import Rules, people, same
from campaign_bot.library.files import ApprovalRule
from campaign_bot.model import OPEN_STATES, Delivery, Problem, State
from campaign_bot.networks.base import Network
from campaign_bot.pairs import other_sides, pairs
from campaign_bot.store.base import Approving, Store
from campaign_bot.store.record import Approval, Objection, Trail


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one delivery that was to be approved or rejected. `given` of `needed` people have approved it."""

    delivery: Delivery
    done: bool
    why: str = ""
    given: int = 1
    needed: int = 1

    @property
    def complete(self) -> bool:
        return self.done and self.given >= self.needed


def approve(
    store: Store,
    deliveries: Sequence[Delivery],
    findings: Mapping[str, Sequence[Problem]],
    networks: Callable[[str], Network],
    *,
    rules: Rules,
    to: Callable[[str], str | None],
    person: str,
    note: str,
    now: datetime,
    max_lateness: timedelta,
) -> list[Decision]:
    """Approve each draft that no error stands against, all sides of a post or none, and mint its network's keys.
    `findings` are by delivery key; `to` tells an account's login and server."""
    series = {key: post.series for key, post in store.posts().items()}
    asked = {one.key: one for one in deliveries}
    asking = _Asking(store, findings, networks, rules, to, series, person, note, now, now - max_lateness)
    found: dict[str, Decision] = {}
    for post in dict.fromkeys(one.post for one in deliveries):
        for sides in pairs(store.of_post(post)):
            # What the person saw, and not what is there by now.
            if chosen := [asked[side.key] for side in sides if side.key in asked]:
                left_out = [side for side in sides if side.key not in asked and side.state is State.DRAFT]
                found |= {decision.delivery.key: decision for decision in asking.approve(chosen, left_out)}
    return [found[one.key] for one in deliveries if one.key in found]


def _noted(problem: Problem) -> str:
    """A finding as the record keeps it: its rule, and why it was let pass where a person allowed it."""
    return f"{problem.rule} (allowed: {problem.allowed})" if problem.allowed else problem.rule


@dataclass(frozen=True, slots=True)
class _Step:
    """Where one delivery stands before this person says yes, and why they may not."""

    delivery: Delivery
    given: int
    needed: int
    why: str


@dataclass(frozen=True, slots=True)
class _Asking:
    """One person's yes, with all that is needed to judge it."""

    store: Store
    findings: Mapping[str, Sequence[Problem]]
    networks: Callable[[str], Network]
    rules: Rules
    to: Callable[[str], str | None]
    series: Mapping[str, str]  # by the post's key
    person: str
    note: str
    now: datetime
    earliest: datetime

    def approve(self, sides: Sequence[Delivery], left_out: Sequence[Delivery]) -> list[Decision]:
        """The sides of one post that were asked for; `left_out`: drafts of it that were not."""
        steps = [self._step(one) for one in sides]
        # A side that is approved or has left already says so, and does not keep the others back.
        open_steps = [step for step in steps if step.delivery.state is State.DRAFT]
        needed = max(step.needed for step in steps)
        refused = {step.delivery.key: step.why for step in open_steps if step.why}
        if open_steps and not refused and not left_out:
            # Sides are complete together: the one with fewer approvals decides.
            complete = min(step.given for step in open_steps) + 1 >= needed
            approvings = [self._approving(step, needed, complete=complete) for step in open_steps]
            if not self.store.approve_together(approvings, person=self.person, note=self.note, now=self.now):
                why = "it changed while it was being approved; look at it again"
                refused = {step.delivery.key: why for step in open_steps}
        decisions: list[Decision] = []
        for step in steps:
            one = step.delivery
            why = refused.get(one.key) or step.why or _other_side(refused, left_out, sides)
            decisions.append(Decision(one, not why, why, step.given + (not why), needed))
        return decisions

    def _approving(self, step: _Step, needed: int, *, complete: bool) -> Approving:
        one = step.delivery
        return Approving(
            delivery=one,
            keys=self.networks(one.network).keys(one.key, one.content_hash, one.due, len(one.content.parts)),
            given=step.given,
            needed=needed,
            complete=complete,
            to=self.to(one.account),
            warnings=tuple(sorted({_noted(problem) for problem in self.findings.get(one.key, ())})),
        )

    def _step(self, one: Delivery) -> _Step:
        rule, trail = self.rules.rule(self.series.get(one.post, ""), one.account), self.store.trail(one.key)
        why = (
            refusal(one, self.findings.get(one.key, ()), self.earliest)
            or self.rules.forbids(self.person, rule)
            or self.store.damaged(one.content)
        )
        if not why and (trail.altered or trail.fault):
            why = f"the record cannot be trusted: {trail.altered or trail.fault}"
        if not why and rule.expires is not None and one.due - self.now > rule.expires:
            days = rule.expires.days
            why = f"it is due {one.due:%Y-%m-%d}, and an approval counts for {days} days: approve it later"
        before = [given for given in trail.approvals if given.content_hash == one.content_hash]
        lapsed = next((told for given in before if (told := _lapsed(given, self.rules, rule, self.now))), "")
        if lapsed:  # it does not count, and must not wait for others to complete it
            if not why:
                self.store.void(one.key, now=self.now, actor=self.person, why=lapsed)
            before = []
        given = people(each.person for each in before)
        return _Step(one, len(given), rule.needed, why or self._own_word(given, trail, rule))

    def _own_word(self, given: set[str], trail: Trail, rule: ApprovalRule) -> str:
        """Why this person's yes adds nothing: it was said before, or it would be about their own words only."""
        me, authors = same(self.person), people(trail.authors)
        if me in given:
            return f"{self.person} has approved it already; another person is needed"
        if rule.self_approval == "never" and me in authors:
            return f"{self.person} wrote or changed it, so another person has to approve it"
        last = len(given) + 1 >= rule.needed
        if last and rule.self_approval == "counts-as-one" and not (given | {me}) - authors:
            return f"{self.person} wrote or changed it, so another person has to approve it"
        return ""


def refusal(delivery: Delivery, findings: Sequence[Problem], earliest: datetime) -> str:
    """Why this delivery cannot be approved; empty when it can. What was due before `earliest` is too late to leave."""
    if delivery.state is not State.DRAFT:
        return f"it is {delivery.state}, and only a draft can be approved"
    if delivery.due <= earliest:
        return "its time has passed; move it to a later one first"
    blocking = [problem for problem in findings if problem.blocks]
    return "; ".join(f"{problem.message} ({problem.rule})" for problem in blocking)


def _other_side(refused: Mapping[str, str], left_out: Sequence[Delivery], sides: Sequence[Delivery]) -> str:
    """Why a delivery that is right in itself is not approved: a post is one thing in all its languages."""
    accounts = {side.key: side.account for side in sides}
    for key, why in refused.items():
        return f"it goes together with {accounts[key]}, and that cannot be approved: {why}"
    if left_out:
        names = " and ".join(f"{side.account} ({side.language})" for side in left_out)
        return (
            f"it goes together with {names}: approve the post, and both are; a post is one thing in all its languages"
        )
    return ""


def objection(
    delivery: Delivery,
    trail: Trail,
    rules: Rules,
    *,
    series: str,
    to: str | None,
    now: datetime,
) -> Objection | None:
    """Why this may not leave although it says that it is approved, by what the record says: asked right before it is
    sent. Altered bytes fail for good; an approval that does not suffice (any more) makes it a draft again."""
    if trail.altered:
        return Objection(State.FAILED, f"the record of its approval was altered: {trail.altered}")
    if delivery.content.sha256 != delivery.content_hash or delivery.content.language != delivery.language:
        return Objection(State.FAILED, "its bytes are not the ones that were approved")
    if trail.fault:
        return Objection(State.APPROVED, f"the record cannot be trusted: {trail.fault}")
    approvals = trail.approvals
    if not approvals:
        return Objection(State.DRAFT, "the record knows nobody who approved it")
    if trail.state not in OPEN_STATES:
        return Objection(State.APPROVED, f"the record says that it is {trail.state} already")
    for one in approvals:
        if altered := _altered(one, delivery, series, rules.tolerance):
            return Objection(State.FAILED, f"{altered}, since {one.person} approved it")
    if moved := next((one.to for one in approvals if one.to is not None and one.to != to), None):
        return Objection(State.DRAFT, f"it was approved for {moved}, and the account is now {to}")
    rule = rules.rule(series, delivery.account)
    for one in approvals:
        if lapsed := _lapsed(one, rules, rule, now):
            return Objection(State.DRAFT, lapsed)
    if (few := _too_few(trail, rule)) is not None:
        return few
    if approvals[-1].keys is not None and approvals[-1].keys != delivery.network_keys:
        return Objection(State.FAILED, "the network's keys are not the ones of its approval")
    return None


def _too_few(trail: Trail, rule: ApprovalRule) -> Objection | None:
    """Whether the people who approved it are fewer, or others, than it takes."""
    given, authors = people(one.person for one in trail.approvals), people(trail.authors)
    count = given - authors if rule.self_approval == "never" else given
    names = " and ".join(sorted(one.person for one in trail.approvals))
    if not count or (rule.self_approval == "counts-as-one" and not given - authors):
        return Objection(State.DRAFT, f"only {names} approved it, who wrote or changed it")
    if len(count) < rule.needed:
        return Objection(State.DRAFT, f"{len(count)} of {rule.needed} approvals")
    return None


def _altered(one: Approval, delivery: Delivery, series: str, tolerance: timedelta) -> str:
    """What is not as it was when it was approved."""
    if one.content_hash != delivery.content_hash:
        return "its bytes are not the same"
    for was, told, name in (
        (one.account, delivery.account, "account"), (one.network, delivery.network, "network"),
        (one.series, series, "series"), (one.post, delivery.post, "post"),
    ):  # fmt: skip
        if was is not None and was != told:
            return f"its {name} is {told} and was {was}"
    if one.due_ms is not None and abs(one.due_ms / 1000 - delivery.due.timestamp()) > tolerance.total_seconds():
        return "its time was moved"
    return ""


def _lapsed(one: Approval, rules: Rules, rule: ApprovalRule, now: datetime) -> str:
    """Why an approval that was right does not count any more."""
    if rule.expires is not None and now - one.at > rule.expires:
        return f"the approval of {one.person} of {one.at:%Y-%m-%d} has expired"
    return rules.forbids(one.person, rule)


def reject(store: Store, deliveries: Sequence[Delivery], *, person: str, note: str, now: datetime) -> list[Decision]:
    """Say no, with a reason: the delivery stays a draft that shows it, and an approval it or its other side had is void."""
    decisions: list[Decision] = []
    chosen = {one.key for one in deliveries}
    for delivery in deliveries:
        done = store.reject(delivery.key, delivery.content_hash, person=person, note=note, now=now)
        why = "" if done else f"it is {delivery.state}, and only a draft or approved delivery can be rejected"
        decisions.append(Decision(delivery, done, why))
        if done:
            void_others(store, delivery, chosen, now=now, actor=person, why=f"{delivery.account} was rejected")
    return decisions


def void_others(
    store: Store, delivery: Delivery, but: set[str], *, now: datetime, actor: str, why: str
) -> None:  # fmt: skip
    """What was approved of a post's other sides is void too: they were approved as one thing."""
    for side in other_sides(delivery, store.of_post(delivery.post)):
        if side.key not in but and (side.state is State.APPROVED or store.trail(side.key).approvals):
            store.void(side.key, now=now, actor=actor, why=why)
