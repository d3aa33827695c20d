"""What an App is put together from: settings, clock, files, database, networks.

Whatever takes long to load (the checks, templates, the networks' knowledge) is loaded by what needs it: to look at the
database takes none of it.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campaign_bot.app.purse import Purse
from campaign_bot.config import Environment, setting_names
from campaign_bot.errors import ContentError, StoreError
from campaign_bot.log import log
from campaign_bot.model import Problem, Spend
from campaign_bot.sandbox.place import URL, secrets_of
from campaign_bot.secrecy import in_force
from campaign_bot.store.base import Store
from campaign_bot.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from campaign_bot.app.sessions import SessionFile
    from campaign_bot.config import Credentials
    from campaign_bot.library.files import Account, Library
    from campaign_bot.networks.base import Connection, Network
    from campaign_bot.publish import Timing

#: Accounts work side by side, each one's deliveries in order.
MAX_SIDE_BY_SIDE = 20


def utc_now() -> datetime:
    return datetime.now(UTC)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a table of users
        return "unknown"


class Parts:
    """The campaign directory with its settings, its store and its connections."""

    def __init__(
        self,
        directory: Path,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        sandbox: bool = False,
        sandbox_url: str = "",
        database: Path | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self._environ = environ
        self.environment = Environment.read(directory, environ)
        self.from_environment = dict(os.environ if environ is None else environ)  # what wins over .env
        self.settings = self.environment.settings()
        self.sandbox_url = sandbox_url or self.settings.sandbox_url or (URL if sandbox else "")
        self.simulated = bool(self.sandbox_url)
        self._database = database
        self._connections: dict[str, Connection] = {}
        self._made_with: dict[str, Credentials] = {}  # what each connection signs in with, whatever `.env` says by now
        self._timing = timing
        self._closing = ExitStack()  # what else ends with this, after the database
        self.stopping = threading.Event()
        self.clock_was_set = threading.Event()  # set until the first wake: nobody knows what was before
        self.clock_was_set.set()
        self.when_sent: Callable[[str, float], None] = lambda network, late_s: None
        self.broken_files = ""  # why the files that are there now are not the ones in force
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._stale: set[str] = set()  # accounts whose connection is to be made anew
        self._purse = Purse()
        self._proven: dict[str, tuple[Connection, Account]] = {}  # whose credentials are surely its own
        self._prepared: dict[str, datetime] = {}
        self._rests: dict[str, datetime] = {}
        self._count_again: dict[str, datetime] = {}
        self._followers_counted: dict[str, datetime] = {}

    # ---- parts

    @cached_property
    def owner(self) -> str:
        """Who works here, in leases and among the daemons: the machine, the process, and one of its kind."""
        import socket

        return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(max_workers=MAX_SIDE_BY_SIDE, thread_name_prefix="account")

    def load(self) -> tuple[Library | None, list[Problem]]:
        """Read every file of the campaign; all problems at once."""
        from campaign_bot import networks
        from campaign_bot.check import RULES
        from campaign_bot.compose import parse_problems
        from campaign_bot.library.load import load

        return load(
            self.directory, networks=networks.names(), template_problems=parse_problems, rules=RULES,
            ended=self._ended_experiments(),
        )  # fmt: skip

    def load_sound(self) -> tuple[Library | None, list[Problem]]:
        """The same, with a Library of what can be read on where something blocks: to look at, never to publish from."""
        from campaign_bot import networks
        from campaign_bot.check import RULES
        from campaign_bot.compose import parse_problems
        from campaign_bot.library.load import load_sound

        return load_sound(
            self.directory, networks=networks.names(), template_problems=parse_problems, rules=RULES,
            ended=self._ended_experiments(),
        )  # fmt: skip

    def _ended_experiments(self) -> dict[str, str]:
        """What they were declared to be. No database is made for it."""
        if self.database.exists():
            with contextlib.suppress(StoreError):
                return {name: one.design for name, one in self.store.ended().items()}
        return {}

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

    @cached_property
    def store(self) -> Store:
        store = SqliteStore(self.database, simulated=self.simulated)
        store.identities[self.person] = self.identity
        return store

    @property
    def database(self) -> Path:
        """Real and simulated happenings never share a database."""
        if self._database is not None:
            return self._database
        return self.directory / (self.settings.sandbox_database if self.simulated else self.settings.database)

    @property
    def person(self) -> str:
        """Who is at the keyboard, for the record."""
        return self.settings.person or _login_name()

    @property
    def identity(self) -> str:
        """How we know who that is, for the record."""
        return f"command line, {'CAMPAIGN_BOT_PERSON' if self.settings.person else 'login name'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.library.campaign.timezone)

    @cached_property
    def timing(self) -> Timing:
        from campaign_bot.publish import Timing

        return self._timing or Timing()

    def network(self, name: str) -> Network:
        from campaign_bot import networks

        return networks.get(name)

    def credentials(self, account: Account) -> Credentials:
        """An account's secrets. Raises ConfigError naming the settings that it lacks."""
        kind = self.network(account.network).credentials
        if self.simulated:
            return kind.of(secrets_of(account, kind.names()))
        return self.environment.credentials(account.name, kind)

    def missing_settings(self, account: Account) -> list[str]:
        return [name for name in self.secret_settings(account) if name not in self.environment]

    def secret_settings(self, account: Account) -> list[str]:
        """The settings that hold an account's secrets, by name; local networks need none."""
        return [] if self.simulated else setting_names(account.name, self.network(account.network).credentials)

    def secrets(self) -> list[str]:
        """Every secret in force, for the redactor."""
        found = [*self.settings.alert_addresses]
        try:
            accounts = self.library.campaign.accounts.values()
        except ContentError:  # no account can be used either
            return found
        for account in accounts:
            if not self.missing_settings(account):
                found += self.credentials(account).reveal().values()
            if self.settings.sessions:
                found += self._session(account.name).read().split("\n")[1:]
        return found

    def connection(self, account_name: str) -> Connection:
        """The account's connection, made at the first use."""
        if account_name not in self._connections:
            account = self.library.account(account_name)
            secrets = self.credentials(account)
            in_force.add(secrets.reveal().values())
            connection = self.network(account.network).connect(
                account, secrets, server=self.sandbox_url, timeout_s=self.settings.timeout_s
            )
            connection.meter = partial(self._charge, account)
            if self.settings.sessions and not self.simulated:
                connection.kept = self._session(account_name)
            self._connections[account_name] = connection
            self._made_with[account_name] = secrets
        return self._connections[account_name]

    def reread_secrets(self) -> None:
        """After somebody has mended `.env`: what is signed in with other secrets, or to another address, signs in anew at
        its next use. What is at work now finishes as it is."""
        self.environment = Environment.read(self.directory, self._environ)
        in_force.add(self.secrets())
        with self._lock:
            self._stale |= set(self._connections)
        self._drop_stale()

    def _drop_stale(self) -> None:
        """Close the connections that are to be made anew, as far as nobody is using them."""
        with self._lock:
            dropped = [self._connections.pop(name, None) for name in self._stale - self._busy]
            self._stale &= self._busy
        for connection in filter(None, dropped):
            connection.close()

    def session_file(self, account: str) -> Path:
        return self.directory / self.settings.sessions / account

    def _session(self, account: str) -> SessionFile:
        from campaign_bot.app.sessions import SessionFile

        return SessionFile(self.session_file(account))

    def _charge(self, account: Account, action: str, ids: Sequence[str]) -> None:
        """A network's meter: written down at once, in place of what was reserved for it. What cannot be written never
        stops a send that has happened."""
        now = self.clock()
        price = next(one for one in self.network(account.network).prices if one.action == action)
        day = now.astimezone(UTC).date().isoformat() if price.daily else ""
        spends = [Spend(account.name, account.network, action, one, day, price.usd) for one in ids]
        try:
            self._purse.charge(self.store, spends, now)
        except StoreError as error:
            log.error("a charge was not written down", account=account.name, action=action, why=str(error))

    def close(self) -> None:
        if "_pool" in self.__dict__:
            self._pool.shutdown()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        if "store" in self.__dict__:
            self.store.close()
        self._closing.close()
