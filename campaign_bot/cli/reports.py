"""report, export: what the campaign achieved, for those who run it and for everybody."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from campaign_bot import drawing
from campaign_bot.cli.session import Database, err, out, parse_day_end, session, table
from campaign_bot.errors import CampaignBotError
from campaign_bot.whole import write_whole

LANGUAGES = {"en": ("en",), "fr": ("fr",), "both": ("en", "fr")}


class Format(StrEnum):
    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"


def register(root: typer.Typer) -> None:
    root.command()(report)
    root.command()(export)


def report(
    context: typer.Context,
    format: Annotated[Format, typer.Option(help="html (one self-contained file), pdf, md, json or csv.")] = Format.HTML,  # noqa: A002
    language: Annotated[str, typer.Option(help="The report's language: en, fr, or both in one file.")] = "en",
    since: Annotated[str, typer.Option(help="Only what was due from this day on: 2027-02-01.")] = "",
    until: Annotated[str, typer.Option(help="Only what was due up to this day, included.")] = "",
    compare: Annotated[
        str,
        typer.Option(help="Beside it: `previous`, a period (2027-01-18..2027-02-14), or another campaign's directory."),
    ] = "",
    database: Database = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o",
            help="Write here. Default: html and pdf to report.<language>.html (.pdf) beside the database, else stdout.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Write the report: what came of the campaign, what differed and how surely, at what cost."""
    if language not in LANGUAGES:
        raise typer.BadParameter("en, fr or both", param_hint="--language")
    _keep_everything(context)
    if format in (Format.HTML, Format.PDF):  # the only ones with charts
        context.call_on_close(drawing.begin())
    # Only now: what draws starts on another core while these load.
    from campaign_bot.app.evaluating import MOST_MEASURED
    from campaign_bot.app.printing import print_pdf
    from campaign_bot.report import render

    app = session(context).open(database=database)
    begin, end = _day_begin(since, app.zone), parse_day_end(until, app.zone) if until else None
    if begin and end and end < begin:
        raise CampaignBotError("--until is before --since.", advice="Put them in order.")
    evaluation = app.evaluation(
        since=begin,
        until=end,
        most=None if format is Format.CSV else MOST_MEASURED,
        compare=_compared(compare, app.zone),
    )
    kind = Format.HTML if format is Format.PDF else format
    text = render(evaluation, format=kind.value, language=LANGUAGES[language], annex=app.annex(since=begin, until=end))
    if output is None and format in (Format.HTML, Format.PDF):
        output = (database.parent if database else app.directory) / f"report.{language}.{format.value}"
    if format is Format.PDF:
        if output is None or str(output) == "-":
            raise CampaignBotError("A PDF is not text for a terminal.", advice="Name a file with --output.")
        print_pdf(text, output)
    elif output is None or str(output) == "-":
        sys.stdout.write(text)
        return
    else:
        write_whole(output, text)
    err.print(f"Report: [bold]{escape(str(output))}[/bold]")


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where to write; an export that is there is replaced.")],
    simulated_ok: Annotated[
        bool, typer.Option("--simulated-ok", help="Write SIMULATED figures too, marked as such on every page and row.")
    ] = False,
    database: Database = None,
) -> None:
    """Write open data (a data package of CSV files) and the public page in both languages."""
    _keep_everything(context)
    made = session(context).open(database=database).export(directory, simulated_ok=simulated_ok)
    shown = table("file", "rows", numbers=("rows",))
    for name, number in made.rows.items():
        shown.add_row(f"data/{name}.csv", f"{number:,}")
    out.print(shown)
    err.print(f"Open data and page: [bold]{escape(str(directory / 'index.html'))}[/bold]", soft_wrap=True)


def _keep_everything(context: typer.Context) -> None:
    """Hundreds of thousands of values are read and kept until the command ends; to look again and again for what could go
    takes a tenth of its time."""
    gc.disable()
    context.call_on_close(gc.enable)


def _day_begin(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    end = parse_day_end(text, zone)
    return datetime.combine(end.astimezone(zone).date(), time.min, zone).astimezone(UTC)


def _compared(text: str, zone: ZoneInfo) -> str | Path | tuple[datetime, datetime] | None:
    """`previous`, a period, or another campaign's directory."""
    if text in ("", "previous"):
        return text or None
    begin, dots, end = text.partition("..")
    if dots and not Path(text).is_dir():
        found = _day_begin(begin, zone), parse_day_end(end, zone)
        assert found[0] is not None or not begin  # noqa: S101 - an empty day is refused below
        if found[0] is None or found[1] < found[0]:
            raise CampaignBotError(f"“{text}” is not a period.", advice="Write it as 2027-01-18..2027-02-14.")
        return found[0], found[1]
    if not Path(text).is_dir():
        raise CampaignBotError(
            f"“{text}” is nothing to compare with.",
            advice="Write `previous`, a period (2027-01-18..2027-02-14), or the directory of another campaign.",
        )
    return Path(text)
