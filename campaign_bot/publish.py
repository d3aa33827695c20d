"""Publish: send what is approved and due, once.

The order of things is the promise: the intent is written down before the first byte leaves, each part's receipt as
soon as the network gives it, the outcome after. Whatever happens in between, the delivery is never sent again before
a look at the network has shown that it is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.errors import AuthError, BudgetReached, NetworkError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.model import Attachment, Delivery, Outgoing, Receipt, State
from campaign_bot.networks.base import Connection
from campaign_bot.store.base import Store

#: A sender that is silent for so long is taken for dead. Network timeouts are less than half of it.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 6
#: Looks that must all say "not there" before a delivery is sent again; spaced, since listings lag.
LOOKS = 2
LOOK_SPACING = timedelta(seconds=30)
#: A look that could not be taken is tried this often before a person has to decide.
MAX_LOOKS = 12


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, for the lease and the log; and the clock, since a send takes time."""

    store: Store
    owner: str
    clock: Callable[[], datetime]


def send(sender: Sender, delivery: Delivery, connection: Connection) -> State:
    """Send one due delivery, or resume a thread after the parts that have receipts. Returns its state afterwards."""
    store = sender.store
    number = store.begin_attempt(
        delivery.key, delivery.content_hash, owner=sender.owner, lease_until=sender.clock() + LEASE, now=sender.clock()
    )
    if number is None:
        return delivery.state
    try:
        _send_parts(sender, delivery, connection)
    except NetworkError as error:
        return _settle_error(sender, delivery, error)
    store.settle_sent(delivery.key, now=sender.clock())
    return State.SENT


def look_up(sender: Sender, delivery: Delivery, connection: Connection) -> State:
    """Is an unconfirmed delivery there? Found: sent. Surely not, in spaced looks: approved again. Else: a person."""
    store, now = sender.store, sender.clock()
    receipts = store.receipts(delivery.key)
    part = len(receipts)
    since = (store.first_attempt(delivery.key) or delivery.due) - timedelta(minutes=1)
    looks = store.looks(delivery.key)
    try:
        lookup = connection.find(outgoing(store, delivery, part, receipts), since)
    except NetworkError as error:
        look_at = now + backoff(delivery.key, looks) if looks < MAX_LOOKS else None
        store.settle_unconfirmed(delivery.key, look_at=look_at, now=now, why=f"could not look: {error.message}")
        return State.UNCONFIRMED
    if lookup.receipt is not None:
        store.record_receipt(delivery.key, part, lookup.receipt, now=now)
        if part + 1 == len(delivery.content.parts):
            store.settle_sent(delivery.key, now=now)
            return State.SENT
        store.settle_later(
            delivery.key, not_before=now, counted=True, now=now, why="the next part of the thread follows"
        )
        return State.APPROVED
    if lookup.conclusive and looks < LOOKS:
        why = "not found there; looking once more before sending again"
        store.settle_unconfirmed(delivery.key, look_at=now + LOOK_SPACING, now=now, why=why)
        return State.UNCONFIRMED
    if lookup.conclusive and (not delivery.network_keys or delivery.network_keys[part]):
        store.settle_later(delivery.key, not_before=now, counted=True, now=now, why="surely not sent; sending again")
        return State.APPROVED
    why = "the network cannot say whether it was sent: look at the account and decide"
    store.settle_unconfirmed(delivery.key, look_at=None, now=now, why=why)
    return State.UNCONFIRMED


def outgoing(store: Store, delivery: Delivery, number: int, receipts: dict[int, Receipt]) -> Outgoing:
    """Part `number` as a network is asked to publish it: the approved bytes, under the key of its approval."""
    part = delivery.content.parts[number]
    return Outgoing(
        text=part.text,
        language=delivery.content.language,
        visibility=delivery.content.visibility,
        content_warning=delivery.content.content_warning,
        key=delivery.network_keys[number] if delivery.network_keys else "",
        written_at=delivery.due,
        attachments=tuple(Attachment(media, store.picture(media.sha256)) for media in part.media),
        poll=part.poll,
        root=receipts.get(0) if number else None,
        parent=receipts.get(number - 1) if number else None,
    )


def backoff(key: str, attempts: int) -> timedelta:
    """30 s, 1, 2, 4 min... at most 15, with a jitter that is the delivery's own: accounts do not retry in step."""
    base = min(30 * 2 ** max(attempts - 1, 0), 900)
    jitter = int.from_bytes(hashlib.sha256(f"{key}{attempts}".encode()).digest()[:2]) / 65_535
    return timedelta(seconds=base * (0.75 + 0.5 * jitter))


def miss_overdue(store: Store, *, max_lateness: timedelta, now: datetime) -> int:
    """What is too late never leaves as a surprise: it is missed, and says why."""
    missed = 0
    for delivery in store.overdue(now - max_lateness):
        unapproved = delivery.state is State.DRAFT
        why = (
            "nobody approved it in time"
            if unapproved
            else f"more than {max_lateness} late: {delivery.reason or 'the service was not running'}"
        )
        missed += store.miss(delivery.key, now=now, why=why)
    return missed


def _send_parts(sender: Sender, delivery: Delivery, connection: Connection) -> None:
    receipts = sender.store.receipts(delivery.key)
    for number in range(len(receipts), len(delivery.content.parts)):
        receipts[number] = connection.publish(outgoing(sender.store, delivery, number, receipts))
        sender.store.record_receipt(delivery.key, number, receipts[number], now=sender.clock())


def _settle_error(sender: Sender, delivery: Delivery, error: NetworkError) -> State:
    """What an error means for this delivery (design 9)."""
    store, now, why = sender.store, sender.clock(), error.message
    attempts = delivery.attempts + 1
    match error:
        case Rejected():
            store.settle_failed(delivery.key, now=now, why=why)
            return State.FAILED
        case Unconfirmed():
            store.settle_unconfirmed(delivery.key, look_at=now, now=now, why=why)
            return State.UNCONFIRMED
        case AuthError():
            store.settle_later(delivery.key, not_before=now, counted=False, now=now, why=why)
            store.pause(delivery.account, now=now, why=why)
        case RateLimited() | BudgetReached():
            until = error.until or now + timedelta(minutes=15)
            store.settle_later(delivery.key, not_before=max(until, now), counted=False, now=now, why=why)
        case Unavailable() if attempts < MAX_ATTEMPTS:
            store.settle_later(
                delivery.key, not_before=now + backoff(delivery.key, attempts), counted=True, now=now, why=why
            )
        case _:
            store.settle_failed(delivery.key, now=now, why=f"{why} (tried {attempts} times)")
            return State.FAILED
    return State.APPROVED
