"""Plan: what the files say should go out, against what the store already has.

`desired` composes every post of the coming slots; `compare` decides what that changes; `apply` writes it down. Planning
twice changes nothing the second time: keys are derived from campaign, schedule entry, slot and account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_bot import schedule
from campaign_bot.compose import LeftOut, compose
from campaign_bot.errors import ContentError
from campaign_bot.library import lots
from campaign_bot.library.files import Account, Library, Row, Series
from campaign_bot.model import (
    OPEN_STATES,
    Assignment,
    Delivery,
    Post,
    Problem,
    State,
    derived_key,
)
from campaign_bot.networks.base import NOTHING_TOLD, Network, ToldLimits
from campaign_bot.pairs import other_sides
from campaign_bot.plan.names import named
from campaign_bot.plan.queued import Queued, queued
from campaign_bot.schedule import Slot
from campaign_bot.store.base import Draft, Planned, Store
from campaign_bot.values import replace

__all__ = ["Change", "Plan", "Queued", "apply", "compare", "desired", "difference", "named", "posts", "queued"]

#: What becomes of a side that stays as it is, when another one of its post changes.
VOIDED_WITH = "approval voided with its other side"
LEFT_SCHEDULE = "its slot left the schedule"

Networks = Callable[[str], Network]
#: A post that the files make: what it is, when, of which series and item, and its due time.
_Coming = tuple[Post, Slot, Series, Row, datetime]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that planning would do to one delivery."""

    kind: str  # added, changed, moved, approval voided (with its other side), cancelled
    post: Post | None
    draft: Draft | None
    delivery: Delivery | None
    why: str = ""


@dataclass(slots=True)
class Plan:
    """What the files want, the problems met on the way, and what it changes in the store."""

    after: datetime  # as of when
    planned: list[Planned] = field(default_factory=list[Planned])
    problems: list[Problem] = field(default_factory=list[Problem])
    changes: list[Change] = field(default_factory=list[Change])
    #: Every delivery of the whole campaign, whenever it is due: what is not among them has left the schedule.
    keys: set[str] = field(default_factory=set[str])
    left_out: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # (post's key, account), by choice


def desired(
    library: Library,
    networks: Networks,
    *,
    after: datetime,
    until: datetime,
    also: Collection[str] = (),
    assigned: Mapping[str, Assignment] | None = None,
    begun: Mapping[str, datetime] | None = None,
    told: ToldLimits = NOTHING_TOLD,
) -> Plan:
    """Every post with a due time in (after, until], composed for each of its accounts; and those whose keys are in `also`
    (somebody has moved them here). `assigned`: the variants of experiments that deliveries have already; they keep them;
    `begun`: when experiments did. `told`: what servers said of their limits."""
    plan = Plan(after)
    every = list(posts(library, plan.problems))
    dealer = lots.dealer(
        library,
        ((one[0].key, one[2].id, one[1].wall, one[1].instant) for one in every),
        assigned or {},
        begun or {},
        after,
    )
    for post, slot, series, row, due in every:
        accounts = library.accounts_of(library.schedules[slot.entry])
        turns = [_turn(library, dealer, post, slot, due, account) for account in accounts]
        plan.keys |= {turn.key for turn in turns}
        turns = [turn for turn in turns if after < turn.due <= until or post.key in also]
        if turns or (not accounts and after < due <= until):
            plan.planned.append(_compose_post(library, networks, told, every, plan, post, slot, series, row, turns))
    plan.planned.sort(
        key=lambda planned: (planned.drafts[0].due if planned.drafts else planned.post.slot, planned.post.name)
    )
    plan.problems = sorted(set(plan.problems))
    return plan


@dataclass(frozen=True, slots=True)
class _Turn:
    """One account's turn at a post: when, and as which variant of an experiment."""

    account: Account
    key: str
    due: datetime
    dealt: lots.Dealt | None


def _turn(library: Library, dealer: lots.Dealer, post: Post, slot: Slot, due: datetime, account: Account) -> _Turn:
    key = derived_key(post.key, account.name)
    dealt = dealer.deal(post.key, key, account)
    if dealt is not None and dealt.variant.at is not None:
        zone = ZoneInfo(library.campaign.timezone)
        due = datetime.combine(slot.wall.date(), dealt.variant.at, zone).astimezone(UTC)
    return _Turn(account, key, due, dealt)


def compare(
    wanted: Plan, known: Sequence[Delivery], *, after: datetime, until: datetime, tolerance: timedelta = timedelta()
) -> list[Change]:
    """What would change: a pure decision. Only deliveries that have not begun to leave can change. `known` has no
    queued posts: those are in no file. A time that moves by no more than `tolerance` leaves an approval as it is; where
    one side changes, the approval of the others is void too."""
    existing = {delivery.key: delivery for delivery in known}
    changes: list[Change] = []
    for one in wanted.planned:
        for draft in one.drafts:
            before = existing.get(draft.key)
            if before is None:
                changes.append(Change("added", one.post, draft, None))
            elif before.state in OPEN_STATES and (why := difference(before, draft)):
                changes.append(Change(_kind(before, draft, tolerance), one.post, draft, before, why))
            elif before.state is State.CANCELLED and before.reason == LEFT_SCHEDULE:
                changes.append(Change("added", one.post, draft, before, "its slot is back"))
    changes += [
        Change("cancelled", None, None, delivery, LEFT_SCHEDULE)
        for delivery in known
        if delivery.key not in wanted.keys and delivery.state in OPEN_STATES and after < delivery.due <= until
    ]
    return changes + _other_sides(changes, known)


def _kind(before: Delivery, draft: Draft, tolerance: timedelta) -> str:
    if before.state is not State.APPROVED:
        return "changed"
    a_little = before.content_hash == draft.content.sha256 and abs(before.due - draft.due) <= tolerance
    return "moved" if a_little else "approval voided"


def _other_sides(changes: Sequence[Change], known: Sequence[Delivery]) -> list[Change]:
    """A post was approved as one thing: sides that stay as they are lose their approval with one that changes."""
    of_post: dict[str, list[Delivery]] = {}
    for delivery in known:
        of_post.setdefault(delivery.post, []).append(delivery)
    done = {change.delivery.key for change in changes if change.delivery}
    found: list[Change] = []
    for change in changes:
        if change.delivery is None or change.kind not in ("changed", "approval voided"):
            continue
        for side in other_sides(change.delivery, of_post[change.delivery.post]):
            # A draft that some have approved already begins anew too.
            if side.key not in done and side.open:
                done.add(side.key)
                why = f"its other side {change.delivery.account}: {change.why}"
                found.append(Change(VOIDED_WITH, change.post, None, side, why))
    return found


def difference(before: Delivery, draft: Draft) -> str:
    """What is different, in words; empty where nothing is."""
    found = [
        words
        for words, differs in (
            ("text", before.content.text != draft.content.text),
            ("pictures", [p.pictures for p in before.content.parts] != [p.pictures for p in draft.content.parts]),
            ("poll", [p.poll for p in before.content.parts] != [p.poll for p in draft.content.parts]),
            ("time", before.due != draft.due and not before.moved),
        )
        if differs
    ]
    if not found and before.content_hash != draft.content.sha256:
        found = ["settings of the post"]
    return " and ".join(found) + (" changed" if found else "")


def apply(plan: Plan, store: Store, *, now: datetime, actor: str = "plan", tolerance: timedelta = timedelta()) -> int:
    """Write the changes down. Returns how many took effect (another process may have been faster)."""
    by_post = {planned.post.key: planned for planned in plan.planned}
    # What is there already gets its variant before it changes; what is new, with its draft.
    store.assign([one for planned in plan.planned for one in planned.assignments], now=now)
    done = 0
    added: dict[str, Planned] = {}
    for change in plan.changes:
        if change.kind == "added" and change.delivery is None and change.post:
            added[change.post.key] = by_post[change.post.key]
        elif change.kind == "cancelled" and change.delivery:
            done += store.cancel(change.delivery.key, now=now, actor=actor, why=change.why, seen=change.delivery)
        elif change.kind == VOIDED_WITH and change.delivery:
            done += store.void(change.delivery.key, now=now, actor=actor, why=change.why)
        elif change.draft and change.post and change.delivery:
            store.keep_pictures(by_post[change.post.key])
            draft = change.draft if not change.delivery.moved else _at(change.draft, change.delivery.due)
            if change.delivery.state is State.CANCELLED:
                done += store.revive(draft, now=now, actor=actor)
            elif change.kind == "moved" and _moves_a_little(change.delivery, draft, store, tolerance):
                done += store.move(draft.key, draft.due, now=now, actor=actor, kept=True, by_person=False)
            else:
                done += store.change(draft, now=now, actor=actor, why=change.why, seen=change.delivery)
    return done + sum(store.add(planned, now=now, actor=actor) for planned in added.values())


def _moves_a_little(before: Delivery, draft: Draft, store: Store, tolerance: timedelta) -> bool:
    """Whether its approval holds: small steps do not add up, so the time that was approved is what counts."""
    bound = [one.due_ms for one in store.trail(before.key).approvals]
    return bool(bound) and all(
        ms is not None and abs(draft.due.timestamp() - ms / 1000) <= tolerance.total_seconds() for ms in bound
    )


def posts(library: Library, problems: list[Problem]) -> Iterable[tuple[Post, Slot, Series, Row, datetime]]:
    """Every post of the whole campaign, so that a slot says the same item however far one plans."""
    campaign = library.campaign
    zone = ZoneInfo(campaign.timezone)
    pairs: list[tuple[Slot, Series, Row]] = []
    for series in library.series.values():
        found = [
            slot
            for entry_id, entry in library.schedules.items()
            if entry.series == series.id
            for slot in schedule.slots(entry_id, entry, series, zone=zone, starts=campaign.starts, ends=campaign.ends)
        ]
        said, empty = schedule.assign(series, found)
        pairs += [(slot, series, row) for slot, row in said]
        if empty:
            problems.append(_no_item_left(library, series, empty))
    dates = Counter((series.id, slot.wall.date()) for slot, series, _ in pairs)
    for slot, series, row in pairs:
        name = f"{series.id}-{slot.wall:%Y-%m-%d}"
        if dates[series.id, slot.wall.date()] > 1:
            name += f"-{slot.wall:%H%M}" + (f"-{slot.row}" if slot.row else "")
        post = Post(
            key=derived_key(campaign.id, slot.entry, slot.wall.isoformat(), slot.row),
            name=name,
            schedule=slot.entry,
            series=series.id,
            item=row.id,
            slot=slot.instant,
            wall_time=f"{slot.wall:%Y-%m-%d %H:%M} {campaign.timezone}",
            priority=row.priority or series.file.priority,
            commitments=row.commitments or series.file.commitments,
            rung=series.file.rung,
            answers=row.answers,
        )
        yield post, slot, series, row, schedule.due(slot, library.schedules[slot.entry], campaign.id)


def _compose_post(
    library: Library,
    networks: Networks,
    told: ToldLimits,
    every: Sequence[_Coming],
    plan: Plan,
    post: Post,
    slot: Slot,
    series: Series,
    row: Row,
    turns: Sequence[_Turn],
) -> Planned:
    """Composed for each of its accounts; those that it leaves out, or cannot be composed for, are told in the plan."""
    drafts: list[Draft] = []
    pictures: dict[str, tuple[str, bytes]] = {}
    zone = ZoneInfo(library.campaign.timezone)
    for turn in turns:
        account = turn.account
        network = networks(account.network).told(told.get(account.name, {}))
        try:
            made = compose(
                library, series, row, account,
                slot=slot.instant.astimezone(zone), days_left=slot.days_left, takes=network.takes(account),
                earlier=_earlier(library, every, series, row, account, turn.due),
                wording=turn.dealt.variant.wording if turn.dealt else "", post=post.key,
            )  # fmt: skip
        except LeftOut as choice:
            plan.left_out.add((post.key, account.name))
            name, message = f"{post.name}@{account.name}", f"nothing goes out there, by your choice: {choice}"
            plan.problems.append(Problem("", 0, 0, "left-out", "warning", message, post=name))
            continue
        except ContentError as error:
            plan.problems += error.problems
            continue
        kinds = {media.sha256: media.mime_type for part in made.content.parts for media in part.pictures}
        pictures |= {sha256: (kinds[sha256], data) for sha256, data in made.pictures.items()}
        drafts.append(
            Draft(
                key=turn.key,
                account=account.name,
                network=account.network,
                language=account.language,
                due=turn.due,
                content=made.content,
                length=made.length,
                limit=network.limits.text,
                authors=tuple(name for name in dict.fromkeys((row.author, series.file.author)) if name),
                links=made.links,
            )
        )
    made_keys = {draft.key for draft in drafts}
    assignments = tuple(
        Assignment(turn.key, turn.dealt.experiment, turn.dealt.name, turn.dealt.block)
        for turn in turns
        if turn.dealt is not None and turn.key in made_keys
    )
    return Planned(post, tuple(drafts), pictures, assignments)


def _earlier(
    library: Library, every: Sequence[_Coming], series: Series, row: Row, account: Account, due: datetime
) -> str:
    """The delivery that a post quotes or reposts: the latest one before it of the series that is named, about the same
    item, on the same account. Raises ContentError where there is none."""
    source = series.file.quotes or series.file.reposts
    if source is None:
        return ""
    before = [
        (when, post.key)
        for post, slot, other, item, when in every
        if other.id == source.series and item.id == row.id and when < due
        and account in library.accounts_of(library.schedules[slot.entry])
    ]  # fmt: skip
    if before:
        return derived_key(max(before)[1], account.name)
    verb = "quotes" if series.file.quotes else "reposts"
    message = f"No post of {source.series} about {row.id} goes out on {account.name} before this one, which {verb} it."
    advice = "Schedule this series later, or let it take only items that were said before (`items: only`)."
    place = series.place(verb)
    problem = Problem(f"content/series/{series.id}/series.yaml", *place, "no-earlier-post", "error", message, advice)
    raise ContentError(message, [problem], advice=advice)


def _no_item_left(library: Library, series: Series, empty: Sequence[Slot]) -> Problem:
    file, line, column = library.schedule_places[empty[0].entry]
    return Problem(
        file, line, column, "no-item-left", "warning",
        f"series {series.id} has {len(series.rows)} items and {len(empty)} more slots than that; the first slot with"
        f" nothing to say is {empty[0].wall:%Y-%m-%d %H:%M}",
        f"Add items to content/data/{series.file.items.data}.yaml, end the schedule earlier, or set `repeat: true`.",
    )  # fmt: skip


def _at(draft: Draft, due: datetime) -> Draft:
    return replace(draft, due=due)
