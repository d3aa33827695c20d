"""The composition root: settings, clock, library, store and networks, put together once. Every surface calls this.

The only place that reads the clock and the environment. Stages get what they need as arguments.
"""

from __future__ import annotations

import getpass
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from campaign_bot.sandbox.server import URL, secrets_of
from campaign_bot.store.base import Draft, DueSnapshot, Store
from campaign_bot.store.sqlite import SqliteStore

log = structlog.get_logger()

#: How far ahead planning writes drafts when nobody says otherwise.
HORIZON = timedelta(weeks=2)
#: Followers are counted at the first send after this.
FOLLOWERS_EVERY = timedelta(hours=20)
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
        self.stopping = threading.Event()
        self.owner = f"{socket.gethostname()}:{os.getpid()}"

    # ---- parts

    def load(self) -> tuple[Library | None, list[Problem]]:
        """Read every file of the campaign; all problems at once."""
        return load(self.directory, networks=networks.names(), template_problems=parse_problems)

    @cached_property
    def library(self) -> Library:
        """The campaign's files. Raises ContentError with every problem when they are not right."""
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
        """Forget the files, so that the next look reads them again."""
        self.__dict__.pop("library", None)

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
            self.store.settle_sent(delivery.key, now=now)
        else:
            why = f"{self.person} looked: it is not there"
            self.store.settle_later(delivery.key, not_before=now, counted=True, now=now, why=why)

    # ---- what a wake does

    def work(self) -> Worked:
        """All that is due now: leases that ended, what is too late, look-ups, sends, counts. Never raises for one
        account's trouble: it is logged, written down, and the others go on."""
        now = self.clock()
        self.store.expire_leases(now)
        missed = publish.miss_overdue(self.store, max_lateness=self.library.campaign.max_lateness, now=now)
        waiting: dict[str, tuple[list[Delivery], list[Delivery], list[DueSnapshot]]] = {}
        for number, group in enumerate(
            (self.store.to_look_up(now), self.store.due(now), self.store.due_snapshots(self.ages, now))
        ):
            for one in group:
                waiting.setdefault(one.account, ([], [], []))[number].append(one)  # type: ignore[arg-type]
        known = {name: work for name, work in waiting.items() if name in self.library.campaign.accounts}
        done = Worked(missed=missed)
        for worked in [self._pool.submit(self._work_account, name, *work) for name, work in known.items()]:
            done += worked.result()
        return done

    @property
    def ages(self) -> tuple[timedelta, ...]:
        return self.library.campaign.collect_at

    def next_wake(self) -> datetime | None:
        """When something is due next; None where nothing is."""
        return self.store.next_due(self.clock(), self.ages)

    def _work_account(
        self, name: str, look_up: Sequence[Delivery], due: Sequence[Delivery], counts: Sequence[DueSnapshot]
    ) -> Worked:
        try:
            connection = self.connection(name)
        except ConfigError as error:
            log.warning("account has no credentials", account=name, waiting=len(due), why=str(error))
            return Worked(not_sent=len(due))
        sender = publish.Sender(self.store, self.owner, self.clock)
        for delivery in look_up:
            state = publish.look_up(sender, delivery, connection)
            log.info("looked up", account=name, delivery=delivery.key, state=str(state))
        if due:
            self._count_followers(name, connection)
        sent = sum(self._send(sender, delivery, connection) for delivery in due)
        kept = 0
        if counts:
            batch = self.network(self.library.account(name).network).limits.batch
            kept, error = collect.collect(self.store, counts, connection, batch=batch, now=self.clock())
            if error is not None:
                log.warning("counts not read", account=name, left=len(counts) - kept, why=error.message)
        return Worked(sent=sent, not_sent=len(due) - sent, collected=kept)

    def _send(self, sender: publish.Sender, delivery: Delivery, connection: Connection) -> bool:
        """One send, unless we are asked to leave: what is in hand is finished, nothing new is begun."""
        if self.stopping.is_set():
            return False
        state = publish.send(sender, delivery, connection)
        log.info(
            "attempt", account=delivery.account, delivery=delivery.key, state=str(state), due=delivery.due.isoformat()
        )
        return state is State.SENT

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

    def campaign_end(self) -> datetime:
        """The last instant of the campaign's last day."""
        return datetime.combine(self.library.campaign.ends, time.max, self.zone).astimezone(UTC)


def _said(post: Post, drafts: Sequence[Draft | Delivery]) -> list[check.Said]:
    """Deliveries, planned or stored, as the checks read them."""
    return [check.Said(post, draft.account, draft.network, draft.due, draft.content) for draft in drafts]
