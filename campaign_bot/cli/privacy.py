"""privacy: every stored column, why, and how long; and forgetting what is old enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table as Grid

from campaign_bot.bilingual import typeset
from campaign_bot.cli.session import Json, counted, out, print_json, session
from campaign_bot.privacy import Table, stored
from campaign_bot.store.schema import schema

WORDS = {
    "en": ("What is stored, why and how long", "Nothing about the people who read or answer is kept: only counts.",
           "kept:", "may name staff"),
    "fr": ("Ce qui est conservé, pourquoi et combien de temps",
           typeset("Rien n’est gardé sur les personnes qui lisent ou répondent : seulement des chiffres."),
           typeset("conservation :"), "peut nommer le personnel"),
}  # fmt: skip


def register(root: typer.Typer) -> None:
    root.command()(privacy)


def privacy(
    context: typer.Context,
    language: Annotated[str, typer.Option(help="en or fr.")] = "en",
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget what is older than `retention` in campaign.yaml; figures stay.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --forget: only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Every stored column, why, and how long; --forget lets go of what is old enough."""
    if language not in WORDS:
        raise typer.BadParameter("en or fr", param_hint="--language")
    if forget:
        found = session(context).open().forget(dry=dry_run)
        if as_json:
            print_json(found)
        elif not found:
            out.print("Nothing is old enough.")
        for what, number in found.items() if not as_json else ():
            out.print(f"{what}: {counted(number, 'value')} {'would be ' if dry_run else ''}forgotten")
        return
    tables = stored().described(schema())
    if as_json:
        print_json([_json(one) for one in tables])
        return
    _show(tables, language)


def _json(table: Table) -> dict[str, Any]:
    columns = [{"name": one.name, "what": dict(one.what), "staff": bool(one.staff)} for one in table.columns]
    return {"table": table.name, "what": dict(table.what), "keep": dict(table.keep or {}), "columns": columns}


def _show(tables: Sequence[Table], language: str) -> None:
    title, promise, kept, staff = WORDS[language]
    out.print(f"[bold]{title}[/bold]\n{promise}\n", soft_wrap=True)
    for table in tables:
        assert table.keep is not None  # noqa: S101 - tables have it, views have not
        out.print(f"[bold]{table.name}[/bold]  {escape(table.what[language])}", soft_wrap=True)
        out.print(f"  {kept} {escape(table.keep[language])}", style="dim", soft_wrap=True)
        grid = Grid(box=None, show_header=False, pad_edge=False, padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for one in table.columns:
            grid.add_row(
                f"  {one.name}", escape(one.what[language]) + (f" [yellow]({staff})[/yellow]" if one.staff else "")
            )
        out.print(grid)
        out.print()
