"""How the service is: per account, and what needs a person, each with what to do. Read by `status`, the health port,
metrics and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from campaign_bot.bill import THIN_FROM
from campaign_bot.model import ALL, NOT_SENT, Delivery, State, Tally
from campaign_bot.store.base import Store

#: What vanished from a network is told for so long.
VANISHED_FOR = timedelta(days=7)
#: Approved and this late without a reason that anybody wrote down: something is wrong.
OVERDUE_AFTER = timedelta(minutes=1)
#: A draft that is due so soon needs somebody's yes or no.
APPROVE_WITHIN = timedelta(hours=24)
#: A daemon says every 20 s that it is alive.
SILENT_AFTER = timedelta(seconds=60)


class Concern(Struct, frozen=True):
    """One thing that needs a person. `key` stays the same as long as it is the same thing."""

    kind: str  # failed, missed, unconfirmed, held, overdue, unapproved, paused, refused, no-credentials, budget, ...
    subject: str  # post@account, an account, a network
    message: str
    advice: str
    key: str
    seen_by: str = ""  # who has taken note of it


class AccountHealth(Struct, frozen=True):
    account: str
    network: str
    states: Mapping[State, int]
    next_due: datetime | None
    last_sent: datetime | None
    overdue: int
    held: int
    paused: str  # why; empty: it is not
    missing_settings: tuple[str, ...]


class Budget(Struct, frozen=True):
    network: str
    month: str
    spent: float  # US dollars
    budget: float | None


class Health(Struct, frozen=True):
    at: datetime
    accounts: tuple[AccountHealth, ...]
    budgets: tuple[Budget, ...]
    daemons: Mapping[str, datetime]  # who was seen lately, and when
    concerns: tuple[Concern, ...] = ()

    @property
    def open_concerns(self) -> tuple[Concern, ...]:
        """What nobody has taken note of."""
        return tuple(one for one in self.concerns if not one.seen_by)

    @property
    def next_due(self) -> datetime | None:
        return min((one.next_due for one in self.accounts if one.next_due), default=None)

    @property
    def last_sent(self) -> datetime | None:
        return max((one.last_sent for one in self.accounts if one.last_sent), default=None)


def health(
    store: Store,
    accounts: Mapping[str, str],  # name -> network
    *,
    missing: Mapping[str, Sequence[str]],  # the settings that each account lacks
    budgets: Sequence[Budget],
    others: Sequence[Concern],  # what only the caller knows: of files and copies
    now: datetime,
    command: str,  # what people type before a command: campaign-bot -C there
    local: str = "",  # the name of the database where the networks are the local ones
) -> Health:
    """Everything that the store knows, and what a person has to do about it."""
    waiting = store.deliveries((State.DRAFT, State.APPROVED, State.UNCONFIRMED, State.FAILED, State.MISSED))
    paused, names = store.paused(), _names(store, waiting)
    overdue = [one for one in waiting if _is_overdue(one, now) and not {one.account, ALL} & set(paused)]
    daemons = {owner: seen for owner, seen in store.daemons().items() if now - seen < SILENT_AFTER}
    tally = store.tally()
    found = [
        *_of_service(tally, daemons, command),
        *others,
        *_of_accounts(store, tally, missing, command),
        *_of_vanished(store, now, command, local),
        *(_concern(one, names[one.key], overdue, now, command, _parts_out(store, one)) for one in waiting),
        *(concern for budget in budgets for concern in _of_budget(budget, command)),
    ]
    seen = store.seen_alerts()
    return Health(
        at=now,
        accounts=tuple(
            _account(name, network, tally, waiting, overdue, paused.get(name) or paused.get(ALL), missing.get(name, ()))
            for name, network in accounts.items()
        ),
        budgets=tuple(budgets),
        daemons=daemons,
        concerns=tuple(
            Concern(one.kind, one.subject, one.message, one.advice, one.key, seen.get(one.key, ("", None))[0])
            for one in found
            if one is not None
        ),
    )


def _names(store: Store, deliveries: Sequence[Delivery]) -> dict[str, str]:
    posts = store.posts() if deliveries else {}
    return {one.key: f"{posts[one.post].name}@{one.account}" for one in deliveries}


def _is_overdue(one: Delivery, now: datetime) -> bool:
    start = max(one.due, one.not_before or one.due)
    return one.state is State.APPROVED and not one.held and now - start > OVERDUE_AFTER


def _account(
    name: str, network: str, tally: Sequence[Tally], waiting: Sequence[Delivery], overdue: Sequence[Delivery],
    pause: object, missing: Sequence[str],
) -> AccountHealth:  # fmt: skip
    own = [one for one in tally if one.account == name]
    return AccountHealth(
        account=name,
        network=network,
        states={one.state: one.number for one in own},
        next_due=min((one.next_due for one in own if one.next_due), default=None),
        last_sent=max((one.last_sent for one in own if one.last_sent), default=None),
        overdue=sum(one.account == name for one in overdue),
        held=sum(one.account == name and bool(one.held) for one in waiting),
        paused=getattr(pause, "reason", ""),
        missing_settings=tuple(missing),
    )


def _of_service(tally: Sequence[Tally], daemons: Mapping[str, datetime], command: str) -> list[Concern]:
    to_do = sum(one.number for one in tally if one.state in (State.DRAFT, State.APPROVED, State.UNCONFIRMED))
    if not to_do or daemons:
        return []
    message = "No daemon has been seen for a minute; nothing leaves."
    return [Concern("silent", "", message, f"Start it: `{command} run`.", "silent")]


def _of_accounts(
    store: Store, tally: Sequence[Tally], missing: Mapping[str, Sequence[str]], command: str
) -> list[Concern]:
    found: list[Concern] = []
    for one in store.paused().values():
        option = "" if one.account == ALL else f" --account {one.account}"
        resume = f"`{command} resume{option}` when it may publish again."
        key = f"paused/{one.account}/{one.since.isoformat()}"
        if one.actor == "publisher":
            advice = f"Mend its credentials, see `{command} accounts check`, then {resume}"
            found.append(Concern("refused", one.account, f"Its credentials are refused: {one.reason}", advice, key))
        else:
            who = "Everything is paused" if one.account == ALL else "It is paused"
            found.append(Concern("paused", one.account, f"{who}: {one.reason}.", resume, key))
    busy = {one.account for one in tally if one.state in (State.APPROVED, State.UNCONFIRMED)}
    found += [
        Concern(
            "no-credentials", name, f"It has posts to send and no credentials: {', '.join(settings)}.",
            "Put them into .env; .env.example explains each.", f"no-credentials/{name}",
        )
        for name, settings in missing.items()
        if settings and name in busy
    ]  # fmt: skip
    return found


def _of_vanished(store: Store, now: datetime, command: str, local: str) -> list[Concern]:
    """One for each account: who deletes posts, a network or somebody with its password, often deletes many. Local networks
    are in memory: there, a restart is what posts vanish by."""
    look = (
        "The local networks forget everything when they stop: after a restart nothing is wrong. To begin anew, stop the"
        f" daemon and delete {local}."
        if local
        else "Look at the account: was it moderated, or did somebody delete it there?"
    )
    by_account: dict[str, list[tuple[str, datetime]]] = {}
    for account, name, at in store.vanished(now - VANISHED_FOR):
        by_account.setdefault(account, []).append((name, at))
    return [
        Concern(
            "gone", account, f"The network no longer shows {_posts(names)}, and nobody here took it back.",
            f"{look} `{command} status --seen` takes note of it.",
            f"gone/{account}/{names[0][1].isoformat()}",
        )
        for account, names in by_account.items()
    ]  # fmt: skip


def _posts(names: Sequence[tuple[str, datetime]]) -> str:
    more = f" and {len(names) - 1} more of its posts" if len(names) > 1 else ""
    return f"{names[0][0]}{more}"


def _parts_out(store: Store, one: Delivery) -> int:
    """How many parts of a thread that has stopped half-way are public."""
    stopped = one.state in (State.FAILED, State.MISSED) and len(one.content.parts) > 1
    return len(store.receipts(one.key)) if stopped else 0


def _concern(
    one: Delivery, name: str, overdue: Sequence[Delivery], now: datetime, command: str, parts_out: int
) -> Concern | None:
    """What one delivery needs of a person, if anything."""

    def concern(kind: str, message: str, advice: str) -> Concern:
        return Concern(kind, name, message, advice, f"{kind}/{one.key}/{one.due.isoformat()}")

    seen = f"`{command} status --seen` takes note of it."
    if parts_out:
        message = f"It has stopped half-way, and {parts_out} of {len(one.content.parts)} parts are public: {one.reason}"
        advice = f"`{command} retract {name} --reason WHY` deletes what is out, then queue it anew; {seen}"
        return concern(str(one.state), message, advice)
    match one.state:
        case State.FAILED:
            return concern("failed", f"It was refused: {one.reason}", f"Mend it and queue it anew; {seen}")
        case State.MISSED:
            advice = f"`{command} queue move {name} --at TIME` gives it another time; {seen}"
            return concern("missed", f"It did not leave: {one.reason}", advice)
        case State.UNCONFIRMED if one.not_before is None:
            advice = (
                f"Look at the account, then `{command} resolve {name} sent URL` or `{command} resolve {name} not-sent`."
            )
            return concern("unconfirmed", f"It may have been sent: {one.reason}", advice)
        case State.APPROVED if one.held:
            advice = f"`{command} queue release {name}` lets it go; or move or cancel it."
            return concern("held", f"It is held: {one.held}", advice)
        case State.APPROVED if one in overdue:
            advice = "Is the daemon running and the network up? The log has a line for each attempt."
            return concern("overdue", f"It was due at {one.due:%Y-%m-%d %H:%M} UTC. {one.reason}".strip(), advice)
        case State.DRAFT if one.reason.startswith(NOT_SENT):
            advice = f"Look at it: `{command} audit post {name}`; then approve it anew, or cancel it."
            return concern("unapproved", f"It did not leave. {one.reason}", advice)
        case State.DRAFT if (
            one.due < now + APPROVE_WITHIN
        ):  # also what is late: it can still be approved until it is missed
            post = name.partition("@")[0]  # in all its languages or not at all
            advice = f"`{command} preview {post}`, then `{command} approve {post}`."
            is_due = "is" if now < one.due else "was"
            told = f"It {is_due} due at {one.due:%Y-%m-%d %H:%M} UTC and is not approved. {one.reason}".strip()
            return concern("unapproved", told, advice)
        case _:
            return None


def _of_budget(one: Budget, command: str) -> list[Concern]:
    if one.budget is None or one.spent < THIN_FROM * one.budget:
        return []
    spent = f"${one.spent:.2f} of ${one.budget:.2f} for {one.month} (UTC) are spent"
    if one.spent >= one.budget:
        message, level = f"{spent}: counts are not read, and what costs is held.", "all"
    else:
        message, level = f"{spent}: counts are read at the last age only.", "near"
    advice = f"Raise `budget` in content/campaign.yaml, or leave it; `{command} plan` shows what is still to come."
    return [Concern("budget", one.network, message, advice, f"budget/{one.network}/{one.month}/{level}")]
