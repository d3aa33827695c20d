"""What a wake does: look-ups, sends and counts of every account that is not busy."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from campaign_bot import bill, collect, publish
from campaign_bot.app.proving import Proving
from campaign_bot.app.purse import spent_in_month
from campaign_bot.app.stages import Stages
from campaign_bot.errors import AuthError, BudgetReached, CampaignBotError, ConfigError, NetworkError, RateLimited
from campaign_bot.library.files import Account
from campaign_bot.log import log
from campaign_bot.model import Delivery, State
from campaign_bot.networks.base import Connection, Network
from campaign_bot.store.base import DuePoll, DueSnapshot

#: Followers are counted daily, and at each send unless that was done so lately: posts of one hour share a count.
FOLLOWERS_DAILY, FOLLOWERS_FRESH = timedelta(hours=24), timedelta(hours=1)
#: A reading may wait a little beyond its age for others.
READ_BY = 1.1
#: Counts that could not be read are asked for again after this.
COUNT_AGAIN = timedelta(minutes=5)
#: What was prepared stays so for this long: sessions end, followers change.
PREPARE_AGAIN = timedelta(minutes=30)
#: How long planning waits for what servers say of their limits.
ANSWERED_S = 5.0
#: Before an account is tried again that could not send what is due (another process is at it), or whose work broke.
REST, LONG_REST = timedelta(seconds=1), timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Worked:
    """What one wake did."""

    sent: int = 0
    not_sent: int = 0
    missed: int = 0
    collected: int = 0
    freed: int = 0  # looked up, and to be sent (again) at the next wake

    def __add__(self, other: Worked) -> Worked:
        return Worked(
            self.sent + other.sent,
            self.not_sent + other.not_sent,
            self.missed + other.missed,
            self.collected + other.collected,
            self.freed + other.freed,
        )


@dataclass(slots=True)
class Waiting:
    """What one account has to do now."""

    look_up: list[Delivery] = field(default_factory=list[Delivery])
    due: list[Delivery] = field(default_factory=list[Delivery])
    counts: list[DueSnapshot] = field(default_factory=list[DueSnapshot])
    polls: list[DuePoll] = field(default_factory=list[DuePoll])
    followers: bool = False

    def __bool__(self) -> bool:
        return bool(self.look_up or self.due or self.counts or self.polls or self.followers)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What a wake began, and as of when: how many were missed, and the work of each account."""

    at: datetime
    missed: int
    futures: list[Future[Worked]]


class Working(Stages, Proving):
    """The work of a daemon, of a single run and of a rehearsal."""

    _told_fault: str = ""

    def work(self) -> Worked:
        """All that is due now, done: for a single run and for rehearsals. One account's trouble never stops another;
        it is logged, written down, and raised at the end where it is ours."""
        done, again = Worked(), True
        while again:
            dispatched = self.dispatch()
            now = Worked(missed=dispatched.missed)
            for future in dispatched.futures:
                now += future.result()
            done += now
            again = now.freed > 0
        return done

    def dispatch(self, when_done: Callable[[], None] = lambda: None) -> Dispatched:
        """Begin all that is due now and return: leases that ended, what is too late or held, and for every account
        that is not busy its look-ups, sends and counts. `when_done` is called from an account's thread at its end."""
        now = self.clock()
        if self.clock_was_set.is_set():
            self.store.forget_future(now, longest=self.timing.longest_backoff)
            with self._lock:
                for waits in (self._rests, self._prepared, self._count_again):
                    waits.clear()  # they are instants of the old clock
            self.clock_was_set.clear()
        fault = self.store.record_fault()  # at each wake: what was seen once cannot be taken back unnoticed
        if fault != self._told_fault and fault:
            log.error("the record cannot be trusted", why=fault)
        self._told_fault = fault
        self.store.expire_leases(now)
        self.store.hold_due(now, everything=self._quiet(now))
        missed = publish.miss_overdue(self.store, max_lateness=self.library.campaign.max_lateness, now=now)
        futures: list[Future[Worked]] = []
        for name, waiting in self._waiting(now).items():
            if waiting and self._take(name):
                futures.append(self._pool.submit(self._worker, name, when_done, waiting))
        return Dispatched(now, missed, futures)

    def _waiting(self, now: datetime) -> dict[str, Waiting]:
        """By account. Reading gives way for a while after a reading that failed."""
        found = {name: Waiting() for name in self.library.campaign.accounts}
        for one in self.store.to_look_up(now):
            found.get(one.account, Waiting()).look_up.append(one)
        for one in self.store.due(now):
            found.get(one.account, Waiting()).due.append(one)
        for one in self.store.due_snapshots(self.ages, now):
            found.get(one.account, Waiting()).counts.append(one)
        for one in self.store.due_polls(now):
            found.get(one.account, Waiting()).polls.append(one)
        for name, waiting in found.items():
            waiting.followers = self._followers_due(name) <= now <= self.measured_until
            if self._count_again.get(name, now) > now:
                waiting.counts, waiting.polls, waiting.followers = [], [], False
        return found

    @property
    def measured_until(self) -> datetime:
        """Until when the last post may still be read."""
        return self.campaign_end() + max(self.ages, default=timedelta()) * READ_BY

    def _followers_due(self, account: str) -> datetime:
        """When the account's followers are to be counted again: daily, from its first send on."""
        last = self._followers_counted.get(account) or self.store.last_followers(account)
        if last is None:
            return datetime.max.replace(tzinfo=UTC)
        self._followers_counted[account] = last
        return last + FOLLOWERS_DAILY

    def prepare(self, within: timedelta, when_done: Callable[[], None] = lambda: None) -> None:
        """For accounts with something due soon: load the client, sign in, count followers, so that the post itself has
        nothing to wait for. `when_done` is called at the end, from its thread: by then something may be due."""
        now = self.clock()
        soon = {one.account for one in self.store.due(now + within) if one.due > now}
        for name in soon & set(self.library.campaign.accounts):
            if self._prepared.get(name, now) <= now and self._take(name):
                self._prepared[name] = now + PREPARE_AGAIN
                self._pool.submit(self._prepare, name, when_done)

    def _prepare(self, account: str, when_done: Callable[[], None]) -> None:
        try:
            connection = self.connection(account)
            connection.warm_up()
            if self._is_its_own(account, connection, Waiting()):
                self._count_followers(account, connection, FOLLOWERS_FRESH)
        except CampaignBotError as error:  # the send itself will meet it, and say so
            log.warning("not prepared", account=account, why=error.message)
        finally:
            with self._lock:
                self._busy.discard(account)
            when_done()

    def ask_servers(self, when_done: Callable[[], None] = lambda: None) -> None:
        """Ask the servers of accounts that are not busy what they take, each once a day, before what is planned by that.
        `when_done` is called from an account's thread at its end; who answers late is heard at the next planning."""
        asked = [
            self._pool.submit(self._ask_server, account, when_done)
            for name, account in self.library.campaign.accounts.items()
            if self.network(account.network).servers_tell
            and not self.missing_settings(account)
            and self.limits_are_due(account)
            and self._take(name)
        ]
        wait(asked, timeout=ANSWERED_S)

    def _ask_server(self, account: Account, when_done: Callable[[], None]) -> None:
        try:
            self.ask_limits(account)
        except CampaignBotError as error:  # the limits that are known stay in force
            log.warning("limits not asked", account=account.name, why=error.message)
        finally:
            with self._lock:
                self._busy.discard(account.name)
            when_done()

    @property
    def ages(self) -> tuple[timedelta, ...]:
        return self.library.campaign.collect_at

    @property
    def busy(self) -> bool:
        """Whether any account is at work."""
        with self._lock:
            return bool(self._busy)

    def next_wake(self, after: datetime | None = None) -> datetime | None:
        """The next instant after `after` (now) at which something falls due or may be tried again; None where nothing will.
        After a dispatch ask from when it was: what fell due while it worked would be passed over, and wait for chance."""
        now = after or self.clock()
        with self._lock:
            rests = [until for until in (*self._rests.values(), *self._count_again.values()) if until > now]
        counting = [self._followers_due(name) for name in self.library.campaign.accounts]
        rests += [at for at in counting if now < at <= self.measured_until]
        return min([*rests, *filter(None, [self.store.next_due(now, self.ages)])], default=None)

    def _take(self, account: str) -> bool:
        """One worker an account: its deliveries leave in their order, one at a time."""
        with self._lock:
            if account in self._busy or self._rests.get(account, self.clock()) > self.clock():
                return False
            self._busy.add(account)
            return True

    def _worker(self, account: str, when_done: Callable[[], None], waiting: Waiting) -> Worked:
        """One account's work in its thread; then it is free for the next, after trouble only in a while: nothing spins."""
        rest = LONG_REST
        try:
            worked = self._work_account(account, waiting)
        except ConfigError as error:
            log.warning("account has no credentials", account=account, waiting=len(waiting.due), why=str(error))
            rest = COUNT_AGAIN
            return Worked(not_sent=len(waiting.due))
        except Exception as error:
            log.error("work stopped", account=account, why=str(error), kind=type(error).__name__)
            raise
        else:
            rest = REST if worked.not_sent else timedelta()
            return worked
        finally:
            with self._lock:
                self._busy.discard(account)
                self._rests[account] = self.clock() + rest
            self._drop_stale()
            when_done()

    def _quiet(self, now: datetime) -> str:
        """Why nothing leaves today; empty on other days."""
        day = now.astimezone(self.zone).date()
        language = self.library.campaign.languages[0]
        return next(
            (
                f"quiet period: {period.reason[language]}"
                for period in self.library.campaign.quiet_periods
                if period.starts <= day <= period.ends
            ),
            "",
        )

    def _work_account(self, name: str, waiting: Waiting) -> Worked:
        look_up, due = waiting.look_up, waiting.due
        connection = self.connection(name)
        network = self.network(self.library.account(name).network)
        sender = publish.Sender(
            self.store, self.owner, self.clock, self.objection, self.timing, self._quiet,
            resend=self.library.campaign.resend_unconfirmed, max_lateness=self.library.campaign.max_lateness,
        )  # fmt: skip
        if (look_up or due) and not self._is_its_own(name, connection, waiting):
            return Worked(not_sent=len(due))
        freed = 0
        for delivery in look_up:
            state = publish.look_up(sender, delivery, connection, key_lifetime=network.key_lifetime)
            self._log_attempt("looked up", delivery, state)
            freed += state is State.APPROVED
        if freed:  # the next wake asks whether they may still leave, and keeps the account's order
            return Worked(freed=freed)
        if due:
            self._count_followers(name, connection, FOLLOWERS_FRESH)
        elif waiting.followers:
            self._count_followers(name, connection, FOLLOWERS_DAILY)
        sent = sum(self._send(sender, delivery, connection, network) for delivery in due)
        return Worked(sent=sent, not_sent=len(due) - sent, collected=self._read(name, connection, network, waiting))

    def _is_its_own(self, name: str, connection: Connection, waiting: Waiting) -> bool:
        """Whether these are the account's own credentials, asked before anything is sent with them or looked for: another
        account's posts would say that ours are surely not there. If not, the account is paused; where nobody can be asked,
        what is due and what is to be looked for wait."""
        now = self.clock()
        try:
            fault = self.prove(self.library.account(name), connection)
        except AuthError as error:
            fault = error.message
        except NetworkError as error:
            told = error.until if isinstance(error, RateLimited | BudgetReached) else None
            until = max(told or now + self.timing.first_backoff, now)
            why = f"nobody could be asked whose credentials these are: {error.message}"
            for one in waiting.due:
                self.store.postpone(one.key, not_before=until, now=now, why=why)
            for one in waiting.look_up:
                looks = self.store.looks(one.key)
                self.store.settle_unconfirmed(one.key, owner="", look_at=until, now=now, why=why, looks=looks)
            log.warning("not proven", account=name, why=error.message)
            return False
        if fault:
            self.store.pause(name, now=now, why=fault)
            log.error("paused", account=name, why=fault)
        return not fault

    def _read(self, name: str, connection: Connection, network: Network, waiting: Waiting) -> int:
        """Counts and poll results that are due. Returns how many counts were kept."""
        if self.stopping.is_set():
            return 0
        kept, batch = 0, network.limits.batch
        error: NetworkError | None = None
        if counts := self._affordable(network, name, waiting.counts):
            kept, error = collect.collect(self.store, counts, connection, batch=batch, now=self.clock())
        if waiting.polls and error is None:
            _, error = collect.collect_polls(self.store, waiting.polls, connection, batch=batch, now=self.clock())
        if error is not None:
            self._count_again[name] = self.clock() + COUNT_AGAIN
            log.warning("counts not read", account=name, left=len(counts) - kept, why=error.message)
        return kept

    @contextmanager
    def _within_budget(self, network: Network, delivery: Delivery) -> Generator[bool]:
        """Whether this month's budget has room for this delivery, which is kept free while it is sent: accounts work
        side by side. If not, it is held, and a person decides."""
        budget, cost = self.library.campaign.budget.get(network.name), network.cost(delivery.content)
        if budget is None or not cost:
            yield True
            return
        now = self.clock()
        with self._purse.reserved(self.store, network.name, delivery.account, cost, budget_usd=budget, now=now) as room:
            if not room.enough:
                why = (
                    f"budget: ${room.spent_usd:.2f} of {network.title}'s ${budget:.2f} for {now:%Y-%m} (UTC) are spent or on"
                    f" their way, and this takes ${cost:.3f}"
                )
                if self.store.hold(delivery.key, now=now, why=why):
                    log.warning("held", post=self.name_of(delivery), why=why)
            yield room.enough

    def _affordable(self, network: Network, account: str, counts: Sequence[DueSnapshot]) -> Sequence[DueSnapshot]:
        """The counts that the network's allowance and the budget leave room for: metrics give way before posts do."""
        left = self.store.allowances(account).get("counts") if counts else None
        if left is not None and left.remaining == 0 and left.reset > self.clock():
            self._count_again[account] = left.reset
            return ()
        budget = self.library.campaign.budget.get(network.name)
        if not counts or budget is None or not network.count_action:
            return counts
        share = spent_in_month(self.store, network.name, self.clock()) / budget
        if share < bill.THIN_FROM:
            return counts
        return [one for one in counts if share < 1 and one.age == max(self.ages)]

    def _send(self, sender: publish.Sender, delivery: Delivery, connection: Connection, network: Network) -> bool:
        """One send, unless we are asked to leave: what is in hand is finished, nothing new is begun."""
        if self.stopping.is_set():
            return False
        with self._within_budget(network, delivery) as room:
            if not room:
                return False
            state = publish.send(sender, delivery, connection)
        self._log_attempt("attempt", delivery, state)
        if state is State.SENT:
            self.when_sent(delivery.network, (self.clock() - delivery.due).total_seconds())
        return state is State.SENT

    def _log_attempt(self, what: str, delivery: Delivery, state: State) -> None:
        now = self.store.delivery(delivery.key)
        log.info(
            what,
            post=self.name_of(delivery),
            state=str(state),
            late_s=round((self.clock() - delivery.due).total_seconds(), 3),
            **({"why": now.reason} if now is not None and now.reason else {}),
        )

    def _count_followers(self, name: str, connection: Connection, fresh: timedelta) -> None:
        """The denominator of engagement rates, kept before the send. Its failure never holds a post back."""
        last, now = self.store.last_followers(name), self.clock()
        if last is not None and now - last < fresh:
            return
        try:
            followers = connection.followers()
        except NetworkError as error:
            self._count_again[name] = now + COUNT_AGAIN
            log.warning("followers not counted", account=name, why=error.message)
            return
        self._followers_counted[name] = now
        if followers is not None:
            self.store.record_followers(name, followers, now=now)
