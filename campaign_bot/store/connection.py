"""Opening the database: one connection a thread, WAL, full sync, migrations under a file lock, plain errors."""

from __future__ import annotations

import contextlib
import fcntl
import threading
import weakref
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3  # pyright: ignore[reportMissingTypeStubs]

from campaign_bot.errors import StoreError
from campaign_bot.store.database import Database
from campaign_bot.store.migrations import migrate

#: How long a statement waits for another process's write before it says that the database is locked.
BUSY_TIMEOUT_MS = 10_000
#: `recursive_triggers`: a REPLACE deletes, and the record's triggers have to see that.
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", f"busy_timeout={BUSY_TIMEOUT_MS}",
)  # fmt: skip


DatabaseError: type[Exception] = sqlite3.DatabaseError  # pyright: ignore[reportAttributeAccessIssue]
VERSION: str = sqlite3.sqlite_version  # pyright: ignore[reportAttributeAccessIssue]


def open_read_only(path: Path) -> Any:
    """A plain connection to a file that must stay as it is."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)  # pyright: ignore[reportAttributeAccessIssue]


def memory() -> Any:
    """A plain connection to an empty database that is nowhere."""
    return sqlite3.connect(":memory:", isolation_level=None)  # pyright: ignore[reportAttributeAccessIssue]


def to_ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def from_ms_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


class _Owned:
    """A connection that lives as long as what holds it: its thread."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def close(self) -> None:
        self.db.conn.close()

    def __del__(self) -> None:
        self.close()


class Connections:
    """A database file and this process's connections to it, one per thread (sqlite3's rule)."""

    def __init__(self, path: Path, *, simulated: bool) -> None:
        self.path = path
        self._local = threading.local()
        self._all: weakref.WeakSet[_Owned] = weakref.WeakSet()
        self._lock = threading.Lock()
        if not path.parent.is_dir():
            raise StoreError(f"The directory {path.parent} for the database does not exist.", advice="Create it first.")
        with self.errors():
            self._migrate()
            self._mark(simulated)

    @property
    def db(self) -> Database:
        """This thread's connection. It is closed when the thread ends: a probe has a thread for each question."""
        owned: _Owned | None = getattr(self._local, "owned", None)
        if owned is None:
            owned = self._local.owned = _Owned(self._open())
            with self._lock:
                self._all.add(owned)
        return owned.db

    def close(self) -> None:
        with self._lock:
            for owned in self._all:
                owned.close()
            self._all.clear()
        self._local = threading.local()

    @contextlib.contextmanager
    def errors(self) -> Generator[None]:
        """What SQLite raises becomes a StoreError that says what to do; nothing was changed."""
        try:
            yield
        except sqlite3.DatabaseError as error:  # pyright: ignore[reportAttributeAccessIssue]
            raise StoreError(f"The database {self.path} failed: {error}.", advice=_advice(str(error))) from error
        except OSError as error:
            raise StoreError(
                f"The database {self.path} failed: {error.strerror}.", advice=_advice(str(error))
            ) from error

    @contextlib.contextmanager
    def reading(self) -> Generator[None]:
        """One transaction that only reads: what others write meanwhile is seen in none of it."""
        with self.errors():
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                if self.db.conn.in_transaction:
                    self.db.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self) -> Generator[Database]:
        """One transaction: all of it or nothing. IMMEDIATE: sqlite-utils' own `atomic()` begins deferred and looks at
        tables before it writes, and a read lock cannot become a write lock while another connection writes."""
        db = self.db
        with self.errors():
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.conn.in_transaction:
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @staticmethod
    def open_other(path: Path) -> Any:
        """A plain connection to another file, to copy into."""
        return sqlite3.connect(str(path), isolation_level=None)  # pyright: ignore[reportAttributeAccessIssue]

    def _open(self) -> Database:
        # check_same_thread=False only so that close() may close the others' at the end.
        conn = sqlite3.connect(  # pyright: ignore[reportAttributeAccessIssue]
            str(self.path), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        for pragma in PRAGMAS:
            conn.execute(f"PRAGMA {pragma}")
        return Database(conn)

    def _migrate(self) -> None:
        """Two processes that open a new database at once would lock each other out: one migrates, the other waits."""
        lock = self.path.with_name(self.path.name + ".lock")
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            migrate(self.db)

    def _mark(self, simulated: bool) -> None:
        """A database is for real networks or for simulated ones, for ever: figures of the two never mix."""
        word = "yes" if simulated else "no"
        row = self.db.execute("select value from meta where name = 'simulated'").fetchone()
        if row is None:
            self.db.execute("insert into meta (name, value) values ('simulated', ?) on conflict do nothing", [word])
        elif row[0] != word:
            kind = "a SIMULATED audience" if row[0] == "yes" else "real networks"
            raise StoreError(
                f"{self.path} holds what happened on {kind}; it is never mixed with the other.",
                advice="Use another database (CAMPAIGN_BOT_DATABASE) or leave out --sandbox."
                if row[0] == "no"
                else "Use --sandbox, or another database (CAMPAIGN_BOT_DATABASE).",
            )


def _advice(message: str) -> str:
    for words, advice in (
        ("locked", "Another program holds it. Wait for it to finish, or end it, and try again."),
        ("readonly", "Make the file and its directory writable for this user."),
        ("unable to open", "Check that its directory exists and is writable for this user."),
        ("ermission denied", "Make the file and its directory writable for this user."),
        ("ead-only", "Make the file and its directory writable for this user."),
        ("full", "The disk that it is on is full. Make room there and try again; nothing was lost."),
        ("No space left", "The disk that it is on is full. Make room there and try again; nothing was lost."),
        ("disk I/O", "The disk that it is on is full or failing. Make room there and try again; nothing was lost."),
        ("not a database", "The file is not a campaign database. Name another one, or move it away."),
        ("malformed", "The file is damaged. Restore a backup."),
    ):
        if words in message:
            return advice
    return "Nothing was changed."
