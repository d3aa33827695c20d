"""What every command shares: the options before the command, the opened app, printing for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from msgspec import Struct, field
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from campaign_bot.errors import CampaignBotError, NotFound

if TYPE_CHECKING:  # loaded when a campaign is opened: who asks for the version, or for help, does not wait for them
    from campaign_bot.app import App
    from campaign_bot.app.parts import Parts
    from campaign_bot.app.watching import Watching
    from campaign_bot.model import Problem

P = TypeVar("P", bound="Parts")

Json = Annotated[bool, typer.Option("--json", help="JSON for programs instead of text for people.")]

Database = Annotated[
    Path | None,
    typer.Option(
        help="Another database than the campaign's: a rehearsal's, or a copy. Figures are as of its last event."
    ),
]

out = Console(highlight=False, soft_wrap=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


class Session(Struct):
    """The options that stand before the command."""

    directory: Path = Path()
    sandbox: bool = False
    debug: bool = False
    opened: list[Parts] = field(default_factory=list["Parts"])

    @property
    def command(self) -> str:
        """What people type before the next command, so that it means the same campaign and networks."""
        place = f" -C {self.directory}" if self.directory != Path() else ""
        return f"campaign-bot{place}{' --sandbox' if self.sandbox else ''}"

    def open(self, *, sandbox: bool = False, sandbox_url: str = "", database: Path | None = None) -> App:
        """The campaign directory as an App, with logging set up and every secret hidden from it. `database`: a file that
        nobody works in is looked at, as of its last event."""
        from campaign_bot.app import App

        if database is not None:
            self._campaign()
            return self._opened(App.at_rest(self._files_of(database), database))
        return self._opened(App(self._campaign(), sandbox=self.sandbox or sandbox, sandbox_url=sandbox_url))

    def watch(self) -> Watching:
        """The same for who only looks: the stages, the networks and (mostly) the files are not loaded."""
        from campaign_bot.app.watching import Watching

        return self._opened(Watching(self._campaign(), sandbox=self.sandbox))

    def _campaign(self) -> Path:
        if not self.directory.is_dir():
            raise NotFound(f"{self.directory} is not a directory.", advice="Name a campaign directory with -C.")
        return self.directory

    def _opened(self, app: P) -> P:
        from campaign_bot.log import configure

        self.opened.append(app)
        configure(style=app.settings.log_format, secrets=())
        return app

    def _files_of(self, database: Path) -> Path:
        """Where no campaign is, `rehearse` plays the one that comes along: so its database is read with those files."""
        from campaign_bot import starter

        if (self.directory / "content").is_dir() or self.directory != Path() or not database.is_file():
            return self.directory
        err.print("There is no campaign here: reading with the files of the one that comes with campaign-bot.")
        return starter.shipped("open-government")

    def close(self) -> None:
        """After the command: connections end, and the database is one file again."""
        for app in self.opened:
            app.close()


def session(context: typer.Context) -> Session:
    found = context.find_object(Session)
    assert found is not None  # noqa: S101 - the callback of the root command makes it
    return found


def hide_secrets(app: Parts) -> None:
    """From here on no log line can hold a secret."""
    from campaign_bot.log import configure

    configure(style=app.settings.log_format, secrets=app.secrets())


def print_json(value: Any) -> None:
    """One JSON document on stdout, accents as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_problems(problems: Sequence[Problem], console: Console) -> None:
    """Every problem on its own lines: place, severity, what is wrong, what to do."""
    for problem in problems:
        colour = "dim" if problem.allowed else "red" if problem.blocks else "yellow"
        severity = "allowed" if problem.allowed else problem.severity
        told = f"Allowed: {problem.allowed}" if problem.allowed else problem.advice
        console.print(
            f"[bold]{escape(problem.place or 'campaign')}[/bold]: [{colour}]{severity}[/{colour}]: "
            f"{escape(problem.message)} [dim]({problem.rule})[/dim]",
            soft_wrap=True,
        )
        if told:
            console.print(f"    {escape(told)}", style="dim", soft_wrap=True)


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        name: getattr(problem, name)
        for name in ("file", "line", "column", "post", "where", "rule", "severity", "message", "advice", "allowed")
    }


def counted(number: int, noun: str) -> str:
    """1 post, 2 posts, no posts."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{f'{number:,}' if number else 'no'} {noun if number == 1 else plural}"


def print_difference(lines: Iterable[str], *, indent: str = "  ") -> None:
    """What is different, `-` in red and `+` in green."""
    for line in lines:
        colour = {"+": "green", "-": "red"}.get(line[:1], "dim")
        out.print(f"{indent}[{colour}]{escape(line)}[/{colour}]", soft_wrap=True)


def table(*columns: str, title: str = "", numbers: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """A plain table. `numbers` stand to the right; they and `whole` columns are never folded: the others give way."""
    made = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold"
    )
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in numbers else "left",
            overflow="fold",
            no_wrap=column in (*numbers, *whole),
        )
    return made


def parse_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """`2027-03-04 12:00` in the campaign's zone, an ISO instant with an offset, or `now`. Returns UTC."""
    if text.strip().lower() == "now":
        return now + timedelta(seconds=1)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CampaignBotError(
            f"“{text}” is not a date and time.", advice='Write it as "2027-03-04 12:00", or `now`.'
        ) from None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise CampaignBotError(f"“{text}” is too far away.", advice="Choose a time within the campaign.") from None


def parse_day_end(text: str, zone: ZoneInfo) -> datetime:
    """The end of a day in the campaign's zone, as UTC."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise CampaignBotError(f"“{text}” is not a date.", advice="Write it as 2027-03-04.") from None
    try:
        return datetime.combine(day, time.max, zone).astimezone(UTC)
    except OverflowError:
        raise CampaignBotError(f"“{text}” is too far away.", advice="Choose a day within the campaign.") from None


def local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M}"
