"""report, export: what the campaign achieved, for those who run it and for everybody."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import err, out, session, table
from campaign_bot.report import render
from campaign_bot.whole import write_whole


class Format(StrEnum):
    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"


def register(root: typer.Typer) -> None:
    root.command()(report)
    root.command()(export)


def report(
    context: typer.Context,
    format: Annotated[Format, typer.Option(help="html (one self-contained file), md, json or csv.")] = Format.HTML,  # noqa: A002
    language: Annotated[str, typer.Option(help="The report's language: en or fr.")] = "en",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here. Default: html to report.<language>.html, else stdout."),
    ] = None,
) -> None:
    """Write the report: outputs and engagement by network, language, series and priority."""
    if language not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--language")
    app = session(context).open()
    text = render(app.evaluation(), format=format.value, language=language, annex=app.annex())
    if output is None and format is Format.HTML:
        output = app.directory / f"report.{language}.html"
    if output is None or str(output) == "-":
        sys.stdout.write(text)
        return
    write_whole(output, text)
    err.print(f"Report: [bold]{escape(str(output))}[/bold]")


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where to write; an export that is there is replaced.")],
    simulated_ok: Annotated[
        bool, typer.Option("--simulated-ok", help="Write SIMULATED figures too, marked as such on every page and row.")
    ] = False,
) -> None:
    """Write open data (a data package of CSV files) and the public page in both languages."""
    made = session(context).open().export(directory, simulated_ok=simulated_ok)
    shown = table("file", "rows", numbers=("rows",))
    for name, number in made.rows.items():
        shown.add_row(f"data/{name}.csv", f"{number:,}")
    out.print(shown)
    err.print(f"Open data and page: [bold]{escape(str(directory / 'index.html'))}[/bold]", soft_wrap=True)
