"""How the service is: what a person has to see to, and who is told. Loaded by itself, `status` answers at once."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_bot.app.known import NOTHING_KNOWN, Known
from campaign_bot.app.names import Names
from campaign_bot.bill import month_of
from campaign_bot.errors import ConfigError, ContentError
from campaign_bot.health import Budget, Concern, Health, health
from campaign_bot.log import log

BACKUP_EVERY = timedelta(days=1)
STAMP = "%Y%m%dT%H%M%SZ"
#: Who claimed an alert and did not come back has lost it.
ALERT_CLAIM = timedelta(minutes=2)
#: An alert names so many of one kind, and counts the rest.
NAMED = 5
#: Credentials that end are a concern from so long before.
WARN_BEFORE = timedelta(days=7)


class Watching(Names):
    """The service as it is seen: nothing here sends, plans or reads a network."""

    def health(self, *, command: str = "campaign-bot", whole_record: bool = True) -> Health:
        """Everything that the store knows, and what needs a person. Files that are not right are one of the concerns. Of a
        long record only the end is read where `whole_record` is not asked for, and nobody has told that it was altered."""
        broken, known = self.broken_files, NOTHING_KNOWN
        try:
            known = self.known
        except ContentError as error:
            broken = error.message
        others = [_files_broken(broken, command)] if broken else []
        return health(
            self.store,
            {name: account.network for name, account in known.accounts.items()},
            missing={
                name: [setting for setting in account.secrets if setting not in self.environment]
                for name, account in known.accounts.items()
            },
            budgets=self._budgets(known),
            others=[
                *others,
                *self._of_backups(),
                *self._of_record(command, whole_record or self.store.is_alerted("record")),
                *self._of_expiry(known),
            ],
            now=self.clock(),
            command=command,
            local=self.database.name if self.simulated else "",
        )

    def _budgets(self, known: Known) -> list[Budget]:
        now = self.clock()
        spent = self.store.spent(*month_of(now))
        return [
            Budget(name, f"{now:%Y-%m}", spent.get(name, 0.0), known.budget.get(name))
            for name in sorted({account.network for account in known.accounts.values()})
            if name in known.budget or spent.get(name)
        ]

    def take_note(self, concerns: Sequence[Concern]) -> int:
        """A person has seen these; they are not told again, and `status` is content with them."""
        return self.store.see_alerts([one.key for one in concerns], person=self.person, now=self.clock())

    def pause(self, account: str, reason: str) -> None:
        """Stop an account (`ALL`: every one) at once. Anybody may."""
        self.store.pause(account, now=self.clock(), why=reason or f"by {self.person}", actor=self.person)

    def tell(self, concerns: Sequence[Concern]) -> int:
        """Tell each concern once to whom it may concern. Returns how many were told now."""
        now = self.clock()
        self.store.keep_alerts({one.key for one in concerns})
        # A pause is a person's own doing: everybody knows.
        keys = [one.key for one in concerns if one.kind != "paused" and not one.seen_by]
        claimed = set(self.store.claim_alerts(keys, now=now, stale_before=now - ALERT_CLAIM))
        fresh = [one for one in concerns if one.key in claimed]
        if not fresh:
            return 0
        for one in fresh:
            log.warning("needs a person", kind=one.kind, subject=one.subject, what=one.message, cure=one.advice)
        addresses, told = self.settings.alert_addresses, True
        if addresses:
            from campaign_bot import alerts

            failed = alerts.send(addresses, self._title(fresh), _words(fresh))
            if failed:
                log.error("an alert was not delivered", addresses=len(addresses), failed=[n + 1 for n in failed])
            told = len(failed) < len(addresses)
        self.store.settle_alerts(sorted(claimed), told=now if told else None)
        return len(fresh) if told else 0

    def _title(self, concerns: Sequence[Concern]) -> str:
        import socket

        number = "something needs" if len(concerns) == 1 else f"{len(concerns)} things need"
        return f"{'[SIMULATED] ' if self.simulated else ''}campaign-bot on {socket.gethostname()}: {number} a person"

    def _of_expiry(self, known: Known) -> list[Concern]:
        """Credentials that end within a week, or have ended, by what is written down: no network is asked."""
        found: list[Concern] = []
        for name in known.accounts:
            try:
                expires = self.environment.expires(name)
            except ConfigError as error:
                found.append(Concern("expiring", name, error.message, error.advice, f"expiring/{name}/unknown"))
                continue
            if expires is not None and expires - self.clock() < WARN_BEFORE:
                advice = f"`campaign-bot accounts login {name}` renews them."
                key = f"expiring/{name}/{expires.isoformat()}"
                found.append(
                    Concern(
                        "expiring",
                        name,
                        f"Its credentials {'end' if expires > self.clock() else 'ended'} on {expires:%Y-%m-%d}.",
                        advice,
                        key,
                    )
                )
        return found

    @property
    def backups(self) -> Path | None:
        name = self.settings.backup_directory
        return self.directory / name if name else None

    def _last_backup(self) -> datetime | None:
        """When the newest copy of this database was made, by its name."""
        found: list[datetime] = []
        for file in self.backups.glob(f"{self.database.stem}-*.db") if self.backups else ():
            with contextlib.suppress(ValueError):
                stamp = file.stem.removeprefix(f"{self.database.stem}-")
                found.append(datetime.strptime(stamp, STAMP).replace(tzinfo=UTC))
        return max(found, default=None)

    def _of_backups(self) -> list[Concern]:
        if self.backups is None:
            return []
        last = self._last_backup()
        since = last or self.store.first_event()
        if since is None or self.clock() - since < 2 * BACKUP_EVERY:
            return []
        message = f"The last copy of the database is of {last:%Y-%m-%d %H:%M} UTC." if last else "There is no copy yet."
        advice = f"The log says why no copy was made; can {self.backups} be written, and is there space?"
        return [Concern("backup", "", message, advice, f"backup/{since:{STAMP}}")]

    def _of_record(self, command: str, whole: bool) -> list[Concern]:
        fault = self.store.record_fault() if whole else self.store.recent_fault()
        if not fault:
            return []
        message = f"The record of who did what was altered: {fault}. Nothing leaves meanwhile."
        advice = f"`{command} audit verify` says where. Find out who did it; then restore a backup, or `{command} audit accept`."
        return [Concern("record", "", message, advice, f"record/{fault}")]


def _files_broken(why: str, command: str) -> Concern:
    advice = f"`{command} check` shows every problem; what was planned before stays in force."
    return Concern("files", "", f"The campaign's files cannot be used: {why}", advice, "files")


def _words(concerns: Sequence[Concern]) -> str:
    """The body of an alert: by kind, what and what to do."""
    lines: list[str] = []
    for kind in dict.fromkeys(one.kind for one in concerns):
        some = [one for one in concerns if one.kind == kind]
        for one in some[:NAMED]:
            subject = f" {one.subject}" if one.subject else ""
            lines.append(f"{kind}:{subject}\n  {one.message}\n  {one.advice}")
        if len(some) > NAMED:
            lines.append(f"{kind}: and {len(some) - NAMED} more; see `campaign-bot status`.")
    return "\n\n".join(lines)
