"""What operators do: copies of the database, the doctor, what is out already; and who is at work."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from campaign_bot import check, doctor, publish
from campaign_bot.app import checking
from campaign_bot.app.accounts import Accounts
from campaign_bot.app.auditing import Auditing
from campaign_bot.app.watching import BACKUP_EVERY, STAMP, WARN_BEFORE, Watching
from campaign_bot.doctor import Finding
from campaign_bot.errors import CampaignBotError, ContentError, StateError, StoreError
from campaign_bot.health import SILENT_AFTER
from campaign_bot.library.files import Account
from campaign_bot.model import RETRACTABLE, Content, Delivery, Problem, Receipt, State
from campaign_bot.store.connection import VERSION
from campaign_bot.store.copies import read_copy
from campaign_bot.store.record import Head
from campaign_bot.store.sqlite import SqliteStore
from campaign_bot.values import replace


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    copied: datetime  # when the copy was made
    doubtful: int  # deliveries that may have been sent since
    before: Path | None  # where the database is that was there


class Operating(Auditing, Accounts, Watching):
    """The service as its operators look after it."""

    # ---- copies of the database

    def backup(self, file: Path) -> int:
        """A verified copy, while the service runs. Returns its rows. Raises StateError where there is such a file."""
        if file.exists():
            raise StateError(f"{file} exists already.", advice="Choose another name: a copy never replaces one.")
        if not file.parent.is_dir():
            raise StateError(f"The directory {file.parent} does not exist.", advice="Create it first.")
        return self.store.backup(file, now=self.clock())

    def rotate_backups(self) -> Path | None:
        """Once a day a copy into the directory of the settings; the oldest beyond those to keep are deleted."""
        now, directory = self.clock(), self.backups
        if directory is None or ((last := self._last_backup()) is not None and now - last < BACKUP_EVERY):
            return None
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / f"{self.database.stem}-{now:{STAMP}}.db"
        self.backup(file)
        for old in sorted(directory.glob(f"{self.database.stem}-*.db"))[: -self.settings.backup_keep]:
            old.unlink()
        return file

    def restore(self, file: Path) -> Restored:
        """Put a copy in the place of the database. All that fell due since the copy was made is unconfirmed in it before
        it takes the place. Raises StateError while a daemon is at work, StoreError for a file that is no copy."""
        now, copy = self.clock(), read_copy(file)
        if copy.simulated != self.simulated:
            kind = "a SIMULATED audience" if copy.simulated else "real networks"
            raise StoreError(
                f"{file} holds what happened on {kind}.", advice="Use --sandbox for the one, not the other."
            )
        self._refuse_beside_daemon()
        part = self.database.with_name(f".{self.database.name}.restored")
        shutil.copyfile(file, part)
        self._for_the_service(part)
        restored = SqliteStore(part, simulated=self.simulated)
        why = f"the database was restored from a copy of {copy.copied:%Y-%m-%d %H:%M} UTC: it may have been sent since"
        latest = self.library.campaign.max_lateness
        doubtful = [
            one
            for one in restored.deliveries((State.DRAFT, State.APPROVED, State.SENDING))
            # A draft may have been approved after the copy was made, and was then sent if it was not too late.
            if one.due <= now and (one.state is not State.DRAFT or one.due > copy.copied - latest)
        ]
        for one in doubtful:
            parts = len(one.content.parts)
            keys = one.network_keys or self.network(one.network).keys(one.key, one.content_hash, one.due, parts)
            restored.doubt(one.key, keys, now=now, why=why)
        restored.identities[self.person] = self.identity
        restored.record_restore(copy.copied, self._head_or_none(), now=now, person=self.person, doubtful=len(doubtful))
        restored.close()
        before = self._set_aside(now)
        part.replace(self.database)
        part.with_name(part.name + ".lock").unlink(missing_ok=True)
        return Restored(copy.copied, len(doubtful), before)

    def _for_the_service(self, file: Path) -> None:
        """Who restores may be another user than the service: the file gets the owner and the rights of the one that it
        replaces; else those of the directory's owner alone."""
        like = self.database if self.database.exists() else self.database.parent
        found = like.stat()
        file.chmod(stat.S_IMODE(found.st_mode) if like == self.database else 0o600)
        if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
            with contextlib.suppress(PermissionError):  # then we are no other user who could give it away
                os.chown(file, found.st_uid, found.st_gid)

    def _head_or_none(self) -> Head | None:
        """Where the record ends that is about to be replaced; None where it cannot be read."""
        if not self.database.exists():
            return None
        try:
            return self.store.head()
        except StoreError:
            return None

    def _refuse_beside_daemon(self) -> None:
        """A database that cannot be read is no reason to keep it."""
        if not self.database.exists():
            return
        try:
            alive = [owner for owner, seen in self.store.daemons().items() if self.clock() - seen < SILENT_AFTER]
            alive = [owner for owner in alive if not self._is_gone(owner)]
        except StoreError:
            return
        if alive:
            raise StateError(f"A daemon is at work: {', '.join(alive)}.", advice="Stop it, then restore.")

    def _set_aside(self, now: datetime) -> Path | None:
        """The database that is there, with what SQLite keeps beside it, under another name."""
        if "store" in self.__dict__:
            self.store.close()
            del self.__dict__["store"]
        before = None
        for suffix in ("-wal", "-shm", ""):
            old = self.database.with_name(self.database.name + suffix)
            if old.exists():
                before = self.database.with_name(f"{self.database.name}.before-{now:{STAMP}}{suffix}")
                old.replace(before)
        return before

    # ---- doctor

    def doctor(self) -> list[Finding]:
        """Everything that the service needs, looked at; the networks are asked, nothing is published."""
        zone, problems = "", self._file_findings()
        with contextlib.suppress(ContentError):
            zone = self.library.campaign.timezone
        findings = [*doctor.of_machine(zone or "UTC", VERSION), *doctor.of_files(self.directory, self.database)]
        try:
            findings += doctor.of_database(self.store)
        except StoreError as error:
            findings.append(Finding("database", "error", error.message, error.advice))
        findings += problems
        if zone:
            findings += self._account_findings()
        if not self.settings.alert_addresses:
            cure = "Set CAMPAIGN_BOT_ALERTS, or let cron call `campaign-bot status` and mail what it says."
            findings.append(Finding("alerts", "warning", "nobody is told when something needs a person", cure))
        if self.backups is None:
            cure = "Set CAMPAIGN_BOT_BACKUP_DIRECTORY, on another disk if there is one."
            findings.append(Finding("copies", "warning", "no copies of the database are made", cure))
        return findings

    def _file_findings(self) -> list[Finding]:
        problems, posts, deliveries = self.check()
        wrong = sum(one.blocks for one in problems)
        if wrong:
            cure = "`campaign-bot check` shows each with its place."
            return [Finding("content", "error", f"{wrong} problems in the campaign's files or posts", cure)]
        return [Finding("content", "ok", f"{posts} posts, {deliveries} deliveries, nothing blocks")]

    def _account_findings(self) -> list[Finding]:
        findings: list[Finding] = []
        offsets: dict[str, timedelta | None] = {}
        for account in self.library.campaign.accounts.values():
            if missing := self.missing_settings(account):
                cure = "Put them into .env; .env.example explains each."
                findings.append(Finding(account.name, "error", f"lacks {', '.join(missing)}", cure))
                continue
            server = self.server_of(account)
            if server not in offsets:
                offsets[server] = self._clock_offset(server)
                findings.append(doctor.of_clock(server, offsets[server]))
            findings += self._asked(account)
            with contextlib.suppress(StoreError):  # a finding of its own
                findings.append(Finding(account.name, "ok", self.limits_now(account).sentence))
        return findings

    def _asked(self, account: Account) -> list[Finding]:
        """What the network says of the account's right to publish."""
        try:
            identity = self.identify(account)
        except CampaignBotError as error:
            return [Finding(account.name, "error", error.message, error.advice)]
        may: doctor.Level = "ok" if identity.may_publish else "error"
        words = f"{identity.handle} may {'publish' if identity.may_publish else 'not publish'}"
        found = [Finding(account.name, may, words, identity.detail if not identity.may_publish else "")]
        found += [doctor.of_expiry(account.name, identity.expires, self.clock(), WARN_BEFORE)]
        return found

    def _clock_offset(self, server: str) -> timedelta | None:
        """How far a server's clock is ahead of ours, by the Date of its answer (whole seconds)."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(server, method="HEAD")  # noqa: S310 - the address is the account's server
        try:
            with contextlib.closing(opener.open(request, timeout=self.settings.timeout_s)) as answer:
                told = answer.headers.get("Date", "")
        except urllib.error.HTTPError as error:
            told = error.headers.get("Date", "")
        except (OSError, ValueError):
            return None
        if not told:
            return None
        offset = parsedate_to_datetime(told) - self.clock()
        # The header has no fractions: up to a second of difference is none.
        return timedelta() if timedelta(seconds=-1) <= offset <= timedelta() else offset

    # ---- what is out already

    def out(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Those of which at least a part is public, by what we know: a thread may have stopped half-way."""
        return [one for one in deliveries if one.state is not State.RETRACTED and self.store.receipts(one.key)]

    def retract(self, delivery: Delivery, why: str) -> None:
        """Delete all parts on the network, the last one first. Raises NetworkError, or ConfigError for another account's
        credentials, when one could not be; then it counts as sent still, and the same again tries the rest. Raises
        StateError while one of its parts is under way."""
        self.permit("retract", [delivery])
        if delivery.state not in RETRACTABLE:
            cure = "`campaign-bot resolve` says what became of it." if delivery.state is State.UNCONFIRMED else ""
            raise StateError(f"it is {delivery.state}: nobody knows yet how much of it is out.", advice=cure)
        for _, receipt in sorted(self._receipts(delivery).items(), reverse=True):
            self.own_connection(delivery.account).retract(receipt.remote_id)
        self.store.settle_retracted(delivery.key, actor=self.person, now=self.clock(), why=why)

    def edited(self, delivery: Delivery, part: int, text: str) -> Content:
        """The content of a sent delivery with another text. Raises StateError where there is nothing to change."""
        parts = delivery.content.parts
        if delivery.state is not State.SENT:
            raise StateError(f"{self.name_of(delivery)} is {delivery.state}; only what was sent can be edited.")
        if part >= len(parts):
            raise StateError(f"{self.name_of(delivery)} has {len(parts)} parts.")
        if parts[part].text == text:
            raise StateError("It says that already.")
        return replace(
            delivery.content, parts=(*parts[:part], replace(parts[part], text=text), *parts[part + 1 :])
        )  # fmt: skip

    def check_content(self, delivery: Delivery, content: Content) -> list[Problem]:
        """What the checks say of a delivery if it said this."""
        post = self.store.posts()[delivery.post]
        said = checking.said(self.library, post, [replace(delivery, content=content)], self.store.allowed(post.key))
        return list(check.check_all(self.library, self.network, said, self.told_limits(self.library)))

    def edit(self, delivery: Delivery, part: int, content: Content) -> None:
        """Change it on the network, then in the record. Doing it again does the same. Raises StateError where this
        person's word does not suffice."""
        self.permit("edit", [delivery])
        if why := self.may_edit(delivery):
            raise StateError(
                f"It was not changed: {why}.", advice="Retract it, and queue a new one that others can approve."
            )
        trail = self.store.trail(delivery.key)
        if trail.altered or trail.fault or delivery.content.sha256 != trail.last_allowed_hash:
            raise StateError(
                f"{self.name_of(delivery)} is not what the record says was allowed.",
                advice="See what the database has been through: `campaign-bot audit verify`.",
            )
        receipts = self._receipts(delivery)
        changed = replace(delivery, content=content)
        outgoing = publish.outgoing(self.store, changed, part, receipts)
        self.own_connection(delivery.account).edit(receipts[part].remote_id, outgoing)
        measure = self.network_of(self.library.account(delivery.account)).measure
        length = max(measure(one.text) for one in content.parts)
        self.store.record_edit(
            delivery.key, delivery.content_hash, content, length, person=self.person, now=self.clock()
        )

    def _receipts(self, delivery: Delivery) -> dict[int, Receipt]:
        """Where it is. Raises StateError where the record says otherwise: it would be another post that changes."""
        found, trail = self.store.receipts(delivery.key), self.store.trail(delivery.key)
        if any(not trail.knows(part, receipt) for part, receipt in found.items()):
            raise StateError(
                f"{self.name_of(delivery)} is not where the record says that it was published.",
                advice=f"`campaign-bot audit post {self.name_of(delivery)}` shows both; change it on the network by hand.",
            )
        return found

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
            if self._is_gone(owner):
                gone.append(owner)
                self.store.forget_daemon(owner)
        if gone:
            self.store.expire_leases(now, dead=gone)
        return [owner for owner, seen in others.items() if owner not in gone and now - seen < within]

    def _is_gone(self, owner: str) -> bool:
        host, pid, _ = owner.rsplit(":", 2)
        return host == socket.gethostname() and not _runs(int(pid))


def _runs(pid: int) -> bool:
    """Whether a process of this number is there. (Another one may have its number by now: then its lease has to end.)"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
