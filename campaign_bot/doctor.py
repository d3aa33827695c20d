"""Doctor: is everything there that the service needs? Each finding says what was found, and the cure."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaign_bot.store.base import Store

OLDEST_PYTHON = (3, 11)
#: Older versions can corrupt a WAL database that two connections use (sqlite.org/wal.html, the WAL-reset bug).
OLDEST_SQLITE = (3, 51, 3)
LITTLE_SPACE, NO_SPACE = 500_000_000, 50_000_000
#: A clock that is off by more makes posts late; by minutes, X refuses signatures.
CLOCK_WARNING, CLOCK_ERROR = timedelta(seconds=2), timedelta(seconds=60)

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    level: Level
    found: str
    cure: str = ""


def of_machine(timezone: str, sqlite_version: str) -> Iterator[Finding]:
    """Python, SQLite, time zones."""
    running = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < OLDEST_PYTHON
    yield Finding("Python", "error" if old else "ok", running, "Use Python 3.11 or newer." if old else "")
    old = tuple(int(part) for part in sqlite_version.split(".")) < OLDEST_SQLITE
    cure = "Older than 3.51.3 can damage the database: renew the package pysqlite3." if old else ""
    yield Finding("SQLite", "error" if old else "ok", sqlite_version, cure)
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            "time zones", "error", f"{timezone or 'the zone'} is not known here", "Install the package tzdata."
        )
        return
    try:
        yield Finding("time zones", "ok", f"{timezone} is known, tzdata {version('tzdata')}")
    except PackageNotFoundError:
        yield Finding("time zones", "ok", f"{timezone} is known, from the system")


def of_files(directory: Path, database: Path) -> Iterator[Finding]:
    """Space, and who may read and write what."""
    free = shutil.disk_usage(database.parent).free
    level: Level = "error" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    cure = "" if level == "ok" else "Free some: a full disk stops publishing before anything is sent twice."
    yield Finding("disk space", level, f"{free / 1e9:.1f} GB free for the database", cure)
    secrets = directory / ".env"
    if secrets.exists():
        yield _for_others(secrets, 0o077, "read")
    if database.exists():
        yield _for_others(database, 0o022, "changed")
    writable = os.access(database if database.exists() else database.parent, os.W_OK) and os.access(
        database.parent, os.W_OK
    )
    cure = "" if writable else "Make the file and its directory writable for this user."
    yield Finding("database", "ok" if writable else "error", "writable" if writable else "not writable", cure)


def of_database(store: Store) -> Iterator[Finding]:
    told = store.health_of_file()
    cure = "" if told == "ok" else "Restore a copy: campaign-bot restore FILE."
    yield Finding("database", "ok" if told == "ok" else "error", f"integrity check: {told}", cure)


def of_clock(server: str, offset: timedelta | None) -> Finding:
    """How this machine's clock differs from a network's; None: the server did not say."""
    if offset is None:
        return Finding("clock", "warning", f"{server} did not tell the time", "Is it reachable from here?")
    seconds = offset.total_seconds()
    level: Level = "error" if abs(offset) > CLOCK_ERROR else "warning" if abs(offset) > CLOCK_WARNING else "ok"
    cure = "" if level == "ok" else "Let the system keep its time by NTP."
    return Finding("clock", level, f"{abs(seconds):.1f} s {'behind' if seconds > 0 else 'ahead of'} {server}", cure)


def of_expiry(account: str, expires: datetime | None, now: datetime, warn_before: timedelta) -> Finding:
    """When an account's credentials end."""
    if expires is None:
        return Finding(account, "ok", "its credentials have no end that its network tells")
    level: Level = "error" if expires <= now else "warning" if expires - now < warn_before else "ok"
    cure = "" if level == "ok" else f"campaign-bot accounts login {account} renews them."
    return Finding(account, level, f"its credentials {'end' if expires > now else 'ended'} on {expires:%Y-%m-%d}", cure)


def _for_others(file: Path, forbidden: int, done: str) -> Finding:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & forbidden:
        return Finding("permissions", "error", f"{file.name} can be {done} by others ({mode:o})", f"chmod 600 {file}")
    return Finding("permissions", "ok", f"{file.name} can be {done} by you alone ({mode:o})")
