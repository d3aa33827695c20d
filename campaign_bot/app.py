"""The composition root: settings, clock, library, store and networks, put together once. Every surface calls this.

The only place that reads the clock and the environment. Stages get what they need as arguments.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from campaign_bot import approve, check, collect, networks, plan, publish
from campaign_bot.compose import parse_problems
from campaign_bot.config import Credentials, Environment
from campaign_bot.errors import ConfigError, ContentError, NetworkError, NotFound, StateError
from campaign_bot.evaluate import Evaluation, evaluate
from campaign_bot.library.files import Account, Library
from campaign_bot.library.load import load
from campaign_bot.model import QUEUE, Delivery, Event, Post, Problem, Receipt, State
from campaign_bot.networks.base import Connection, Network
from campaign_bot.sandbox.place import URL, secrets_of
from campaign_bot.store.base import Draft, DueSnapshot, Store
from campaign_bot.store.sqlite import SqliteStore

log = structlog.get_logger()

#: How far ahead planning writes drafts when nobody says otherwise.
HORIZON = timedelta(weeks=2)
#: Followers are counted at the first send after this.
FOLLOWERS_EVERY = timedelta(hours=20)
#: Counts that could not be read are asked for again after this.
COUNT_AGAIN = timedelta(minutes=5)
#: Before an account is tried again that could not send what is due (another process is at it), or whose work broke.
REST, LONG_REST = timedelta(seconds=1), timedelta(seconds=10)
#: Accounts work side by side, each one's deliveries in order.
MAX_SIDE_BY_SIDE = 20


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Worked:
    """What one wake did."""

    sent: int = 0
    not_sent: int = 0
    missed: int = 0
    collected: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(
            self.sent + other.sent,
            self.not_sent + other.not_sent,
            self.missed + other.missed,
            self.collected + other.collected,
        )


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What a wake began: how many were missed, and the work of each account."""

    missed: int
    futures: list[Future[Worked]]


class App:
    """One campaign directory, opened. `sandbox` sends everything to local networks and marks it
    SIMULATED; `sandbox_url` says where they are."""

    def __init__(
        self,
        directory: Path,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        sandbox: bool = False,
        sandbox_url: str = "",
        database: Path | None = None,
        timing: publish.Timing | None = None,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.environment = Environment.read(directory, environ)
        self.settings = self.environment.settings()
        self.sandbox_url = sandbox_url or self.settings.sandbox_url or (URL if sandbox else "")
        self.simulated = bool(self.sandbox_url)
        self._database = database
        self._connections: dict[str, Connection] = {}
        self._pool = ThreadPoolExecutor(max_workers=MAX_SIDE_BY_SIDE, thread_name_prefix="account")
        self.timing = timing or publish.Timing()
        self.stopping = threading.Event()
        self.clock_was_set = threading.Event()  # set until the first wake: nobody knows what was before
        self.clock_was_set.set()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._rests: dict[str, datetime] = {}
        self._count_again: dict[str, datetime] = {}

    # ---- parts

    def load(self) -> tuple[Library | None, list[Problem]]:
        """Read every file of the campaign; all problems at once."""
        return load(self.directory, networks=networks.names(), template_problems=parse_problems)

    @cached_property
    def library(self) -> Library:
        """The campaign's files. Raises ContentError with every problem when they are not right."""
        return self._read_library()

    def _read_library(self) -> Library:
        library, problems = self.load()
        if library is None:
            blocking = sum(problem.blocks for problem in problems)
            raise ContentError(
                f"The campaign's files have {blocking} {'error' if blocking == 1 else 'errors'}; nothing was done.",
                problems,
                advice="Mend them and try again; `campaign-bot check` shows them at any time.",
            )
        return library

    def reload(self) -> None:
        """Read the files again. Raises ContentError, with the old ones kept, when the new ones are not right."""
        self.__dict__["library"] = self._read_library()

    @cached_property
    def store(self) -> Store:
        return SqliteStore(self.database, simulated=self.simulated)

    @property
    def database(self) -> Path:
        """Real and simulated happenings never share a database."""
        if self._database is not None:
            return self._database
        return self.directory / (self.settings.sandbox_database if self.simulated else self.settings.database)

    @property
    def person(self) -> str:
        """Who is at the keyboard, for the record."""
        return self.settings.person or getpass.getuser()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.library.campaign.timezone)

    def network(self, name: str) -> Network:
        return networks.get(name)

    def credentials(self, account: Account) -> Credentials:
        """An account's secrets. Raises ConfigError naming the settings that it lacks."""
        kind = self.network(account.network).credentials
        if self.simulated:
            return kind.model_validate(secrets_of(account, tuple(kind.model_fields)))
        return self.environment.credentials(account.name, kind)

    def missing_settings(self, account: Account) -> list[str]:
        if self.simulated:
            return []
        return self.environment.missing(account.name, self.network(account.network).credentials)

    def secrets(self) -> list[str]:
        """Every secret in force, for the redactor."""
        found: list[str] = []
        for account in self.library.campaign.accounts.values():
            if not self.missing_settings(account):
                found += self.credentials(account).reveal().values()
        return found

    def connection(self, account_name: str) -> Connection:
        """The account's connection, made at the first use."""
        if account_name not in self._connections:
            account = self.library.account(account_name)
            self._connections[account_name] = self.network(account.network).connect(
                account, self.credentials(account), server=self.sandbox_url, timeout_s=self.settings.timeout_s
            )
        return self._connections[account_name]

    def close(self) -> None:
        self._pool.shutdown()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        if "store" in self.__dict__:
            self.store.close()

    # ---- stages

    def desired(self, *, until: datetime | None = None) -> plan.Plan:
        """What the files want from now on, and what that changes in the store. Nothing is written."""
        now = self.clock()
        until = until or now + HORIZON
        found = plan.desired(self.library, self.network, after=now, until=until)
        queued = {post.key for post in self.store.posts().values() if post.schedule == QUEUE}
        known = [one for one in self.store.deliveries() if one.post not in queued]
        found.changes = plan.compare(found.planned, known, after=now, until=until)
        return found

    def plan(self, *, until: datetime | None = None) -> plan.Plan:
        """Plan ahead and write it down. Raises ContentError, with nothing written, when a post cannot be composed."""
        found = self.desired(until=until)
        blocking = [problem for problem in found.problems if problem.blocks]
        if blocking:
            raise ContentError(
                f"{len(blocking)} posts cannot be composed; nothing was planned.", found.problems,
                advice="Mend their templates and try again.",
            )  # fmt: skip
        plan.apply(found, self.store, now=self.clock())
        return found

    def approve(
        self, deliveries: Sequence[Delivery], findings: Mapping[str, Sequence[Problem]], *, person: str, note: str = ""
    ) -> list[approve.Decision]:
        return approve.approve(
            self.store,
            deliveries,
            findings,
            self.network,
            person=person,
            note=note,
            now=self.clock(),
            max_lateness=self.library.campaign.max_lateness,
        )

    def reject(self, deliveries: Sequence[Delivery], *, person: str, note: str = "") -> list[approve.Decision]:
        return approve.reject(self.store, deliveries, person=person, note=note, now=self.clock())

    def check(self) -> tuple[list[Problem], int, int]:
        """Every problem of the files, and of every post that they make, with how many posts and deliveries there are.
        Nothing is written."""
        library, problems = self.load()
        if library is None:
            return problems, 0, 0
        self.__dict__["library"] = library
        campaign = library.campaign
        begin = datetime.combine(campaign.starts, time.min, self.zone).astimezone(UTC) - timedelta(seconds=1)
        found = plan.desired(library, self.network, after=begin, until=self.campaign_end())
        # A post that could not be composed for every account has that problem, not the ones that follow from it.
        accounts = {one.post.key: library.accounts_of(library.schedules[one.post.schedule]) for one in found.planned}
        whole = [one for one in found.planned if len(one.drafts) == len(accounts[one.post.key])]
        said = [said for planned in whole for said in _said(planned.post, planned.drafts)]
        problems = [*problems, *found.problems, *check.check_all(library, self.network, said)]
        return sorted(set(problems)), len(found.planned), sum(len(planned.drafts) for planned in found.planned)

    def findings(self, deliveries: Sequence[Delivery]) -> dict[str, list[Problem]]:
        """What the checks say of these deliveries, beside all others that are planned or sent. By delivery key."""
        posts = self.store.posts()
        every = [one for one in self.store.deliveries() if one.state not in (State.CANCELLED, State.MISSED)]
        said = [said for one in every for said in _said(posts[one.post], [one])]
        names = {name: key for key, name in self.names(deliveries).items()}
        found: dict[str, list[Problem]] = {}
        for problem in check.check_all(self.library, self.network, said):
            if problem.post in names:
                found.setdefault(names[problem.post], []).append(problem)
        return found

    def evaluation(self) -> Evaluation:
        """What came of it all, for the report."""
        titles = {series.id: series.file.title for series in self.library.series.values()}
        return evaluate(self.library.campaign, self.store.results(), titles=titles, now=self.clock())

    # ---- what people ask for by name

    def names(self, deliveries: Sequence[Delivery]) -> dict[str, str]:
        """post@account, the name that people type, by delivery key."""
        posts = self.store.posts()
        return {one.key: f"{posts[one.post].name}@{one.account}" for one in deliveries}

    def name_of(self, delivery: Delivery) -> str:
        return self.names([delivery])[delivery.key]

    def find(self, name: str) -> list[Delivery]:
        """The deliveries that a name means: a post, post@account, or the beginning of a key."""
        posts = self.store.posts()
        post, _, account = name.partition("@")
        found = [
            one
            for one in self.store.deliveries()
            if (posts[one.post].name == post and account in ("", one.account))
            or (len(name) >= 6 and one.key.startswith(name))
        ]
        if not found:
            names = [one.name for one in posts.values()]
            near = get_close_matches(post, names, n=1)
            advice = (
                f"Did you mean {near[0]}?"
                if near
                else "`campaign-bot plan` and `campaign-bot queue list` show what there is."
            )
            raise NotFound(f"There is no post “{name}”.", advice=advice)
        return found

    def account_names(self, name: str) -> list[str]:
        """One account, or all where no name is given. Raises NotFound with the nearest right word."""
        names = list(self.library.campaign.accounts)
        if name and name not in names:
            near = get_close_matches(name, names, n=1)
            raise NotFound(
                f"There is no account “{name}”.",
                advice=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}.",
            )
        return [name] if name else names

    def server_of(self, account: Account) -> str:
        return self.sandbox_url or account.server or self.network(account.network).default_server

    def history(self, delivery: Delivery) -> list[Event]:
        return self.store.events(delivery.key)

    def describe(self, delivery: Delivery) -> dict[str, object]:
        """A delivery as JSON."""
        receipts = self.store.receipts(delivery.key)
        return {
            "name": self.name_of(delivery),
            "key": delivery.key,
            "account": delivery.account,
            "network": delivery.network,
            "language": delivery.language,
            "due": delivery.due.isoformat(),
            "state": str(delivery.state),
            "reason": delivery.reason,
            "length": delivery.length,
            "limit": delivery.limit,
            "content_hash": delivery.content_hash,
            "content": asdict(delivery.content),
            "urls": [receipt.url for receipt in receipts.values()],
            "simulated": self.simulated,
        }

    def queue(
        self, accounts: Sequence[str], text: str, due: datetime, pictures: Sequence[tuple[Path, str]]
    ) -> list[Delivery]:
        """Add a post that is in no file. Raises StateError where the same one is queued already."""
        now = self.clock()
        if due <= now:
            raise StateError("That time has passed.", advice="Choose a later one.")
        chosen = [self.library.account(self.account_names(name)[0]) for name in dict.fromkeys(accounts)]
        names = {one.name for one in self.store.posts().values()}
        planned = plan.queued(self.library, self.network, chosen, text, due, pictures, names)
        if not self.store.add(planned, now=now, actor=self.person):
            raise StateError("The same post is queued for the same time already.")
        return [one for one in self.store.deliveries() if one.post == planned.post.key]

    def resolve(self, delivery: Delivery, url: str) -> None:
        """A person says what became of an unconfirmed delivery: where it is, or (no url) that it is not there."""
        now = self.clock()
        if url:
            part = len(self.store.receipts(delivery.key))
            self.store.record_receipt(delivery.key, part, Receipt(url.rstrip("/").rpartition("/")[2], url), now=now)
            self.store.settle_sent(delivery.key, owner="", now=now)
        else:
            why = f"{self.person} looked: it is not there"
            looks = self.store.looks(delivery.key)
            self.store.settle_later(
                delivery.key, owner="", not_before=now, counted=True, now=now, why=why, looks=looks
            )  # fmt: skip

    # ---- what a wake does

    def work(self) -> Worked:
        """All that is due now, done: for a single run and for rehearsals. One account's trouble never stops another;
        it is logged, written down, and raised at the end where it is ours."""
        dispatched = self.dispatch()
        done = Worked(missed=dispatched.missed)
        for future in dispatched.futures:
            done += future.result()
        return done

    def dispatch(self, when_done: Callable[[], None] = lambda: None) -> Dispatched:
        """Begin all that is due now and return: leases that ended, what is too late or held, and for every account
        that is not busy its look-ups, sends and counts. `when_done` is called from an account's thread at its end."""
        now = self.clock()
        if self.clock_was_set.is_set():
            self.store.forget_future(now, longest=self.timing.longest_backoff)
            self.clock_was_set.clear()
        self.store.expire_leases(now)
        self.store.hold_due(now, everything=self._quiet(now))
        missed = publish.miss_overdue(self.store, max_lateness=self.library.campaign.max_lateness, now=now)
        waiting: dict[str, tuple[list[Delivery], list[Delivery], list[DueSnapshot]]] = {}
        for number, group in enumerate(
            (self.store.to_look_up(now), self.store.due(now), self.store.due_snapshots(self.ages, now))
        ):
            for one in group:
                waiting.setdefault(one.account, ([], [], []))[number].append(one)  # type: ignore[arg-type]
        futures: list[Future[Worked]] = []
        for name, (look_up, due, counts) in waiting.items():
            if name not in self.library.campaign.accounts:
                continue
            if self._count_again.get(name, now) > now:
                counts = []
            if (look_up or due or counts) and self._take(name):
                futures.append(self._pool.submit(self._worker, name, when_done, look_up, due, counts))
        return Dispatched(missed, futures)

    @property
    def ages(self) -> tuple[timedelta, ...]:
        return self.library.campaign.collect_at

    @property
    def busy(self) -> bool:
        """Whether any account is at work."""
        with self._lock:
            return bool(self._busy)

    def next_wake(self) -> datetime | None:
        """The next instant at which something falls due or may be tried again; None where nothing will."""
        now = self.clock()
        with self._lock:
            rests = [until for until in self._rests.values() if until > now]
        return min([*rests, *filter(None, [self.store.next_due(now, self.ages)])], default=None)

    def _take(self, account: str) -> bool:
        """One worker an account: its deliveries leave in their order, one at a time."""
        with self._lock:
            if account in self._busy or self._rests.get(account, self.clock()) > self.clock():
                return False
            self._busy.add(account)
            return True

    def _worker(
        self, account: str, when_done: Callable[[], None],
        look_up: Sequence[Delivery], due: Sequence[Delivery], counts: Sequence[DueSnapshot],
    ) -> Worked:  # fmt: skip
        """One account's work in its thread; then it is free for the next, after trouble only in a while: nothing spins."""
        rest = LONG_REST
        try:
            worked = self._work_account(account, look_up, due, counts)
        except ConfigError as error:
            log.warning("account has no credentials", account=account, waiting=len(due), why=str(error))
            rest = COUNT_AGAIN
            return Worked(not_sent=len(due))
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

    def _work_account(
        self, name: str, look_up: Sequence[Delivery], due: Sequence[Delivery], counts: Sequence[DueSnapshot]
    ) -> Worked:
        connection = self.connection(name)
        network = self.network(self.library.account(name).network)
        sender = publish.Sender(
            self.store, self.owner, self.clock, self.timing, self.library.campaign.resend_unconfirmed
        )  # fmt: skip
        for delivery in look_up:
            state = publish.look_up(sender, delivery, connection, key_lifetime=network.key_lifetime)
            self._log_attempt("looked up", delivery, state)
            if state is State.APPROVED and (again := self.store.delivery(delivery.key)) is not None:
                due = [*due, again]
        if due:
            self._count_followers(name, connection)
        sent = sum(self._send(sender, delivery, connection) for delivery in due)
        kept = 0
        if counts and not self.stopping.is_set():
            kept, error = collect.collect(self.store, counts, connection, batch=network.limits.batch, now=self.clock())
            if error is not None:
                self._count_again[name] = self.clock() + COUNT_AGAIN
                log.warning("counts not read", account=name, left=len(counts) - kept, why=error.message)
        return Worked(sent=sent, not_sent=len(due) - sent, collected=kept)

    def _send(self, sender: publish.Sender, delivery: Delivery, connection: Connection) -> bool:
        """One send, unless we are asked to leave: what is in hand is finished, nothing new is begun."""
        if self.stopping.is_set():
            return False
        state = publish.send(sender, delivery, connection)
        self._log_attempt("attempt", delivery, state)
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

    def _count_followers(self, name: str, connection: Connection) -> None:
        """The denominator of engagement rates, kept before the send. Its failure never holds a post back."""
        last, now = self.store.last_followers(name), self.clock()
        if last is not None and now - last < FOLLOWERS_EVERY:
            return
        try:
            followers = connection.followers()
        except NetworkError as error:
            log.warning("followers not counted", account=name, why=error.message)
            return
        if followers is not None:
            self.store.record_followers(name, followers, now=now)

    # ---- who is at work

    def say_alive(self, started: datetime) -> None:
        self.store.record_daemon(self.owner, started=started, now=self.clock())

    def say_left(self) -> None:
        self.store.forget_daemon(self.owner)

    def other_daemons(self, within: timedelta) -> list[str]:
        """Who else was seen on this database lately. One of this machine whose process is gone is forgotten, and what it
        had in hand is looked up at once instead of at the end of its lease."""
        now, gone = self.clock(), list[str]()
        others = {owner: seen for owner, seen in self.store.daemons().items() if owner != self.owner}
        for owner in others:
            host, pid, _ = owner.rsplit(":", 2)
            if host == socket.gethostname() and not _runs(int(pid)):
                gone.append(owner)
                self.store.forget_daemon(owner)
        if gone:
            self.store.expire_leases(now, dead=gone)
        return [owner for owner, seen in others.items() if owner not in gone and now - seen < within]

    def campaign_end(self) -> datetime:
        """The last instant of the campaign's last day."""
        return datetime.combine(self.library.campaign.ends, time.max, self.zone).astimezone(UTC)


def _said(post: Post, drafts: Sequence[Draft | Delivery]) -> list[check.Said]:
    """Deliveries, planned or stored, as the checks read them."""
    return [check.Said(post, draft.account, draft.network, draft.due, draft.content) for draft in drafts]


def _runs(pid: int) -> bool:
    """Whether a process of this number is there. (Another one may have its number by now: then its lease has to end.)"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
