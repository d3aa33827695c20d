"""Publish: send what is approved and due, once.

The order of things is the promise: the intent is written down before the first byte leaves, each part's receipt as
soon as the network gives it, the outcome after. Whatever happens in between, the delivery is never sent again before
looks at the network have shown that it is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign_bot.errors import (
    AuthError,
    BudgetReached,
    NetworkError,
    NotReady,
    RateLimited,
    Rejected,
    Unavailable,
    Unconfirmed,
)
from campaign_bot.library.durations import format_duration
from campaign_bot.model import NOT_SENT, Allowance, Attachment, Delivery, Media, Outgoing, Receipt, State
from campaign_bot.networks.base import Connection
from campaign_bot.store.base import Store
from campaign_bot.store.record import Objection


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take and how far apart they are tried."""

    #: A sender that is silent for so long is taken for dead. Network timeouts are less than half of it.
    lease: timedelta = timedelta(minutes=2)
    #: Looks that must all say "not there" before a delivery is sent again; spaced, since listings lag.
    looks: int = 2
    look_spacing: timedelta = timedelta(seconds=30)
    first_backoff: timedelta = timedelta(seconds=30)
    longest_backoff: timedelta = timedelta(minutes=15)
    attempts: int = 6
    #: Where a network asks for fewer requests and does not say until when.
    rate_limit_pause: timedelta = timedelta(minutes=15)


#: Who voids what may not leave, in the record.
PUBLISHER = "publisher"
#: Clocks differ and are set: a look reads so far back before the first attempt.
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, for the lease and the log; and the clock, since a send takes time."""

    store: Store
    owner: str
    clock: Callable[[], datetime]
    #: Why something may not leave although it says that it is approved. Asked right before its first byte leaves.
    objection: Callable[[Delivery], Objection | None]
    timing: Timing = field(default_factory=Timing)
    #: Why nothing leaves at an instant (a quiet period); empty at others.
    quiet: Callable[[datetime], str] = lambda now: ""
    #: The campaign's choice: also resend where the network has no key that would make a second post impossible.
    resend: bool = False
    max_lateness: timedelta = timedelta(hours=2)

    @property
    def not_due_before(self) -> datetime:
        """What was due earlier is too late by now."""
        return self.clock() - self.max_lateness


class _Stop(Exception):
    """A pause came, or the lease is lost: what has not left yet stays here."""


def send(sender: Sender, delivery: Delivery, connection: Connection) -> State:
    """Send one due delivery, or resume a thread after the parts that have receipts. Returns its state afterwards."""
    store, owner = sender.store, sender.owner
    delivery = store.delivery(delivery.key) or delivery  # it was read before others of its account were sent
    if (until := _used_up(sender, delivery)) is not None:
        why = "the network's allowance is used up"
        store.postpone(delivery.key, not_before=until, now=sender.clock(), why=why)
        return State.APPROVED
    if why := sender.quiet(sender.clock()):
        store.hold(delivery.key, now=sender.clock(), why=why)
        return State.APPROVED
    if (found := sender.objection(delivery)) is not None:
        return _keep_here(sender, delivery, found)
    claimed = store.begin_attempt(
        delivery.key, delivery.content_hash, owner=owner, lease_until=_lease(sender),
        not_due_before=sender.not_due_before, now=sender.clock(),
    )  # fmt: skip
    if claimed is None:
        return delivery.state
    if _judged(claimed) != _judged(delivery):  # what leaves is what was looked at: it is looked at anew
        now, why = sender.clock(), "it changed while it was claimed"
        store.settle_later(delivery.key, owner=owner, not_before=now, counted=False, now=now, why=why)
        return State.APPROVED
    delivery = claimed
    try:
        _send_parts(sender, delivery, connection)
    except _Stop:
        now = sender.clock()
        why = "stopped before it left"
        store.settle_later(delivery.key, owner=owner, not_before=now, counted=False, now=now, why=why)
        return State.APPROVED
    except NetworkError as error:
        return _settle_error(sender, delivery, error)
    finally:
        store.record_allowances(delivery.account, connection.allowances())
    store.settle_sent(delivery.key, owner=owner, now=sender.clock())
    return State.SENT


def _judged(delivery: Delivery) -> tuple[object, ...]:
    """What `objection` has looked at."""
    return (
        delivery.content, delivery.content_hash, delivery.post, delivery.account, delivery.network, delivery.language,
        delivery.due, delivery.network_keys,
    )  # fmt: skip


def _keep_here(sender: Sender, delivery: Delivery, found: Objection) -> State:
    """What may not leave after all: nothing was tried."""
    now, why = sender.clock(), NOT_SENT + found.why
    if found.after is State.APPROVED:
        sender.store.hold(delivery.key, now=now, why=why)
    elif not sender.store.void(delivery.key, now=now, actor=PUBLISHER, why=why, after=found.after):
        return delivery.state
    return found.after


def look_up(sender: Sender, delivery: Delivery, connection: Connection, *, key_lifetime: timedelta | None) -> State:
    """Is an unconfirmed delivery there? Found: sent. Surely not, in spaced looks: approved again, where its key or the
    campaign's word make that safe. Else a person decides."""
    store, now, timing = sender.store, sender.clock(), sender.timing
    looks, receipts = store.looks(delivery.key), store.receipts(delivery.key)
    part, first = len(receipts), store.first_attempt(delivery.key) or delivery.due
    if part == len(delivery.content.parts):  # the last receipt came in after the lease had ended
        store.settle_sent(delivery.key, owner="", now=now)
        return State.SENT

    def unconfirmed(look_at: datetime | None, why: str, *, looked: bool) -> State:
        store.settle_unconfirmed(
            delivery.key, owner="", look_at=look_at, now=now, why=why, looks=looks, looked=looked
        )  # fmt: skip
        return State.UNCONFIRMED

    def again(why: str) -> State:
        store.settle_later(delivery.key, owner="", not_before=now, counted=True, now=now, why=why, looks=looks)
        after = store.delivery(delivery.key)
        return after.state if after else State.APPROVED

    try:
        lookup = connection.find(
            outgoing(store, delivery, part, receipts, looking=True),
            first - LOOK_BACK,
            store.known_ids(delivery.account),
        )
    except NetworkError as error:
        wait = min(max((now - first) / 4, timing.look_spacing), timing.longest_backoff)
        return unconfirmed(now + wait, f"could not look: {error.message}", looked=False)
    if lookup.receipt is not None:
        store.record_receipt(delivery.key, part, lookup.receipt, now=now)
        if part + 1 == len(delivery.content.parts):
            store.settle_sent(delivery.key, owner="", now=now)
            return State.SENT
        return again("the next part of the thread follows")
    if not lookup.conclusive:
        return unconfirmed(None, "the network cannot say whether it was sent: look and decide", looked=True)
    if looks + 1 < timing.looks:
        why = "not found there; looking once more before anything is sent again"
        return unconfirmed(now + timing.look_spacing, why, looked=True)
    if delivery.doubted and not store.trail(delivery.key).approvals:
        return again("not found there, and nobody had approved it when the copy was made")
    if delivery.doubted:
        why = (
            "not found there, but since that copy was made somebody may have retracted or cancelled it: look and decide"
        )
        return unconfirmed(None, why, looked=True)
    if sender.resend or (key_lifetime is not None and now - first < key_lifetime):
        return again("surely not sent; sending again")
    return unconfirmed(None, "not found there, but a second post cannot be ruled out: look and decide", looked=True)


def outgoing(
    store: Store, delivery: Delivery, number: int, receipts: dict[int, Receipt], *, looking: bool = False
) -> Outgoing:
    """Part `number` as a network is asked to publish it: the approved bytes, under the key of its approval. `looking`:
    it is only looked for; then no pictures are needed, and it does not matter what became of the post that it quotes or
    reposts."""
    part, content = delivery.content.parts[number], delivery.content
    earlier = None
    if number == 0 and content.earlier:
        earlier = store.receipts(content.earlier).get(0) if looking else _earlier(store, delivery)
    card = None if looking else part.link_card
    return Outgoing(
        text=part.text,
        language=content.language,
        visibility=content.visibility,
        content_warning=content.content_warning,
        label=content.label,
        replies=content.replies if number == 0 else "",  # a thread has one rule, that of its first part
        key=delivery.network_keys[number] if delivery.network_keys else "",
        written_at=delivery.due,
        attachments=tuple(
            Attachment(media, _approved_bytes(store, delivery, media)) for media in part.media if not looking
        ),
        poll=part.poll,
        link_card=card,
        thumb=Attachment(card.thumb, _approved_bytes(store, delivery, card.thumb)) if card and card.thumb else None,
        quote=earlier if content.quotes else None,
        repost=earlier if content.reposts else None,
        root=receipts.get(0) if number else None,
        parent=receipts.get(number - 1) if number else None,
    )


def _approved_bytes(store: Store, delivery: Delivery, media: Media) -> bytes:
    """The picture's bytes, hashed once more on their way out. Raises Rejected where they are not the approved ones."""
    data = store.picture(media.sha256)
    if hashlib.sha256(data).hexdigest() != media.sha256:
        raise Rejected(delivery.account, f"the bytes of {media.file} are not the ones that were approved")
    return data


#: States in which an earlier post is not there and never will be, in words.
GONE = {State.FAILED: "could not be published", State.MISSED: "was never published",
        State.CANCELLED: "was cancelled", State.RETRACTED: "was retracted"}  # fmt: skip


def _earlier(store: Store, delivery: Delivery) -> Receipt:
    """Where the post is that this one quotes or reposts. Raises Rejected where it is gone, Unavailable while it is not
    out yet: in both cases nothing of this one has left."""
    verb = "quotes" if delivery.content.quotes else "reposts"
    before = store.delivery(delivery.content.earlier)
    if before is None or before.state in GONE:
        why = GONE[before.state] if before else "is not known any more"
        raise Rejected(delivery.account, f"the post that it {verb} {why}", advice="Choose another post, queue it anew.")
    receipt = store.receipts(before.key).get(0)
    if before.state is not State.SENT or receipt is None:
        raise Unavailable(delivery.account, f"the post that it {verb} is not out yet: it is {before.state}")
    if not store.trail(before.key).knows(0, receipt):
        raise Rejected(delivery.account, f"the post that it {verb} is not where the record says that it was published")
    return receipt


def backoff(key: str, attempts: int, timing: Timing) -> timedelta:
    """30 s, 1, 2, 4 min... at most 15, with a jitter that is the delivery's own: accounts do not retry in step."""
    base = min(timing.first_backoff * 2 ** max(attempts - 1, 0), timing.longest_backoff)
    jitter = int.from_bytes(hashlib.sha256(f"{key}{attempts}".encode()).digest()[:2]) / 65_535
    return base * (0.75 + 0.5 * jitter)


def miss_overdue(store: Store, *, max_lateness: timedelta, now: datetime) -> int:
    """What is too late never leaves as a surprise: it is missed, and says why."""
    missed = 0
    for delivery in store.overdue(now - max_lateness):
        unapproved = delivery.state is State.DRAFT
        why = (
            "nobody approved it in time"
            if unapproved
            else f"more than {format_duration(max_lateness)} late: {delivery.reason or 'nothing tried to send it in time'}"
        )
        missed += store.miss(delivery.key, now - max_lateness, now=now, why=why)
    return missed


def _lease(sender: Sender) -> datetime:
    return sender.clock() + sender.timing.lease


def _used_up(sender: Sender, delivery: Delivery) -> datetime | None:
    """When the network's own allowance for publishing is there again, if it is used up: no 429 is earned that could
    have been foreseen."""
    parts = delivery.content.parts[len(sender.store.receipts(delivery.key)) :]
    pictures = sum(len(part.media) for part in parts)
    resets = [
        left.reset
        for bucket, left in sender.store.allowances(delivery.account).items()
        # More than the whole quota can never be there: then it is tried as far as it goes.
        if left.remaining < min(pictures if bucket == "upload" else len(parts), left.quota)
        and left.reset > sender.clock()
        and (bucket == "upload" or bucket.startswith("publish"))
    ]
    return max(resets, default=None)


def _send_parts(sender: Sender, delivery: Delivery, connection: Connection) -> None:
    """Raises _Stop when what is left may not leave now."""
    store = sender.store

    def ready() -> None:
        if not store.go_on(
            delivery.key, owner=sender.owner, lease_until=_lease(sender),
            not_due_before=sender.not_due_before, now=sender.clock(),
        ):  # fmt: skip
            raise _Stop

    if delivery.content.sha256 != delivery.content_hash:
        raise Rejected(delivery.account, "its bytes are not the ones that were approved")
    receipts = store.receipts(delivery.key)
    for number in range(len(receipts), len(delivery.content.parts)):
        receipts[number] = connection.publish(outgoing(store, delivery, number, receipts), ready)
        store.record_receipt(delivery.key, number, receipts[number], now=sender.clock())


def _settle_error(sender: Sender, delivery: Delivery, error: NetworkError) -> State:
    """What an error means for this delivery (design 9)."""
    store, owner, now, why = sender.store, sender.owner, sender.clock(), error.message
    attempts = delivery.attempts
    if there := len(store.receipts(delivery.key)):
        why = f"part {there + 1} of {len(delivery.content.parts)}: {why}"

    def later(not_before: datetime, *, counted: bool) -> None:
        store.settle_later(delivery.key, owner=owner, not_before=not_before, counted=counted, now=now, why=why)

    match error:
        case Rejected():
            store.settle_failed(delivery.key, owner=owner, now=now, why=why)
            return State.FAILED
        case Unconfirmed():
            store.settle_unconfirmed(delivery.key, owner=owner, look_at=now, now=now, why=why)
            return State.UNCONFIRMED
        case AuthError():
            later(now, counted=False)
            store.pause(delivery.account, now=now, why=why)
        case RateLimited() | BudgetReached():
            until = max(error.until or now + sender.timing.rate_limit_pause, now)
            later(until, counted=False)
            # What else is due of this account would earn the same answer.
            store.record_allowances(delivery.account, [Allowance("publish", 1, 0, until)])
        case NotReady():  # ever less often: a short clip is ready in seconds, a long one in minutes
            waited = now - (store.first_attempt(delivery.key) or now)
            wait = max(timedelta(seconds=max(error.after_s, 1.0)), waited / 4)
            later(now + min(wait, sender.timing.longest_backoff), counted=False)
        case Unavailable() if attempts < sender.timing.attempts:
            later(now + backoff(delivery.key, attempts, sender.timing), counted=True)
        case _:
            store.settle_failed(delivery.key, owner=owner, now=now, why=f"{why} (tried {attempts} times)")
            return State.FAILED
    return State.APPROVED
