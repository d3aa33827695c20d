"""What commands that only look need of the campaign's files, remembered as long as no file has changed.

Reading a campaign takes half a second: every file is parsed and checked. `status` needs to know that they are right, the
accounts, the budgets and the timezone, and people and cron ask it often.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct, to_builtins

from campaign_bot import __version__
from campaign_bot.app.parts import Parts
from campaign_bot.errors import ContentError, StoreError

#: Where a campaign's files are.
FOLDERS = ("content", "schedules")
#: Where the program's are.
PROGRAM = Path(__file__).parents[1]
_NOTE = "files"


class KnownAccount(Struct, frozen=True):
    network: str
    secrets: tuple[str, ...]  # the settings that hold them, by name


class Known(Struct, frozen=True):
    """Of files that are right."""

    timezone: str
    accounts: Mapping[str, KnownAccount]
    budget: Mapping[str, float]  # US dollars a month, by network


#: Of files that are not right.
NOTHING_KNOWN = Known("UTC", {}, {})


class Knowing(Parts):
    """The campaign's files as they matter to those who only look."""

    @property
    def known(self) -> Known:
        """Of the files in force. Raises ContentError where they are not right."""
        if "library" in self.__dict__:
            return self._learned()
        mark = fingerprint(self.directory)
        found = None
        with contextlib.suppress(StoreError, ValueError):  # a note that nobody can read
            found = self._remembered(mark)
        if found is None:
            found = self._learned()
            with contextlib.suppress(StoreError):  # it is read again next time
                self.store.note(_NOTE, json.dumps({"mark": mark, **to_builtins(found)}))
        self._zone_known = ZoneInfo(found.timezone)
        return found

    _zone_known: ZoneInfo | None = None

    @property
    def local_zone(self) -> ZoneInfo:
        """The campaign's zone, as it was known last: who shows many times does not look at the files for each. UTC where
        they cannot be read."""
        if self._zone_known is None:
            with contextlib.suppress(ContentError):
                self._zone_known = ZoneInfo(self.known.timezone)
        return self._zone_known or ZoneInfo("UTC")

    def _learned(self) -> Known:
        campaign = self.library.campaign
        accounts = {
            one.name: KnownAccount(one.network, tuple(self.secret_settings(one))) for one in campaign.accounts.values()
        }
        return Known(campaign.timezone, accounts, dict(campaign.budget))

    def _remembered(self, mark: str) -> Known | None:
        if not self.database.exists() or not (note := self.store.noted(_NOTE)):
            return None
        told = json.loads(note)
        if told["mark"] != mark:
            return None
        accounts = {name: KnownAccount(one["network"], tuple(one["secrets"])) for name, one in told["accounts"].items()}
        return Known(told["timezone"], accounts, told["budget"])


def fingerprint(directory: Path, program: Path = PROGRAM) -> str:
    """Another one when any of the campaign's files, or of the program's, is another one. No file is read: whoever writes
    one changes its ctime, which nobody can set back. (What is installed beside it changes with its directory.)"""
    packages = [one for one in sys.path if one.endswith(("site-packages", "dist-packages"))]
    seen = [__version__, *(_mark(found) for one in packages if (found := _seen(one)) is not None)]
    # A program that is worked on keeps its version. What Python keeps beside its files changes by being run.
    every = _below(str(program), without="__pycache__")
    seen += sorted(f"{path} {_mark(found)}" for path, found in every if not stat.S_ISDIR(found.st_mode))
    for folder in FOLDERS:
        seen += sorted(f"{folder}{path} {_mark(found)}" for path, found in _below(str(directory / folder)))
    return sha256("\n".join(seen).encode(errors="surrogateescape")).hexdigest()


def _seen(path: str) -> os.stat_result | None:
    """None of what is not there (`sys.path` may name anything), or nobody may look at."""
    with contextlib.suppress(OSError):
        return os.stat(path)  # noqa: PTH116 - see `_below`
    return None


def _mark(found: os.stat_result) -> str:
    return f"{found.st_ino} {found.st_size} {found.st_ctime_ns}"


def _below(folder: str, *, without: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """A folder and all that is in it, by their paths from it, each folder once: links may lead back. What is not there, or
    nobody may look at, is left out: reading the files tells it. (Paths are strings: `Path` takes three times as long.)"""
    left, met = [""], set[tuple[int, int]]()
    while left:
        path = left.pop()
        if (found := _seen(folder + path)) is None:
            continue
        here = (found.st_dev, found.st_ino)
        if stat.S_ISDIR(found.st_mode) and here not in met:
            met.add(here)
            with contextlib.suppress(OSError):
                left += (f"{path}/{name}" for name in os.listdir(folder + path) if name != without)  # noqa: PTH208
        yield path, found
