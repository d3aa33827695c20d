"""import: what happened elsewhere, from a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import structs
from rich.markup import escape

from campaign_bot.cli.session import (
    Json,
    Session,
    counted,
    err,
    local,
    out,
    print_json,
    print_problems,
    problem_json,
    session,
    table,
)
from campaign_bot.store.base import Imported


def register(root: typer.Typer) -> None:
    root.command("import")(import_)


def import_(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="CSV with the columns day, source, name, count and, if known, post.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="If the file is not UTF-8, e.g. cp1252.")] = "utf-8",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look whether everything is right.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="What was imported so far.")] = False,
    undo: Annotated[int | None, typer.Option(help="Take back the import of this number.")] = None,
    as_json: Json = False,
) -> None:
    """Import outcomes: sign-ups, submissions and downloads that were counted elsewhere, by day and source."""
    if sum((file is not None, list_, undo is not None)) != 1:
        raise typer.BadParameter("Name a file, or --list, or --undo with a number.", param_hint="FILE")
    here = session(context)
    if list_:
        _list(here, as_json)
    elif undo is not None:
        taken, again = here.open().undo_import(undo)
        if as_json:
            print_json({"undone": taken.id, "in_force_again": [one.id for one in again]})
            return
        out.print(f"Import {undo} ({escape(taken.file)}) no longer counts.")
        for one in again:
            out.print(f"Import {one.id} ({escape(one.file)}), which it had replaced, counts again.")
    elif file is not None and dry_run:
        _, found = here.open().check_outcomes(file, encoding=encoding)
        if as_json:
            told = [problem_json(one) for one in found.warnings]
            print_json({"rows": found.rows, "total": found.total, "new": False, "warnings": told})
            return
        print_problems(found.warnings, err)
        right = "It can be imported" if found.warnings else "Nothing is wrong"
        out.print(f"{right}: {counted(found.rows, 'row')}, {found.total:,} in all. Nothing was imported.")
    elif file is not None:
        made, new, warnings = here.open().import_outcomes(file, encoding=encoding)
        if as_json:
            older = _older(here, made, file.name)
            told = [problem_json(one) for one in warnings]
            print_json({**_json(made), "new": new, "still_counts": older.id if older else None, "warnings": told})
            return
        print_problems(warnings, err)
        if new and warnings:
            out.print(
                f"Import {made.id}: {counted(made.rows, 'row')} of {escape(made.file)}. Was that a slip?"
                f" `{here.command} import --undo {made.id}` takes it back.",
                soft_wrap=True,
            )
        elif new:
            out.print(f"Import {made.id}: {counted(made.rows, 'row')} of {escape(made.file)}.")
        elif made.file == file.name:
            out.print(f"{escape(file.name)} was imported before, as import {made.id}. Nothing was changed.")
        else:
            out.print(
                f"{escape(file.name)} is the same as {escape(made.file)}, which counts as import {made.id}. Nothing was"
                " changed.", soft_wrap=True,
            )  # fmt: skip
            if (older := _older(here, made, file.name)) is not None:
                out.print(
                    f"What {escape(file.name)} said before, import {older.id}, still counts beside it. If it is not to:"
                    f" `{here.command} import --undo {older.id}`.", soft_wrap=True,
                )  # fmt: skip


def _older(here: Session, made: Imported, name: str) -> Imported | None:
    """Another import in force that came under this name: it was not replaced, as these bytes have a name already."""
    found = (one for one in here.open().store.imports() if one.file == name and one.id != made.id)
    return next((one for one in found if one.state == "in force"), None)


def _json(one: Imported) -> dict[str, Any]:
    return {**structs.asdict(one), "at": one.at.isoformat()}


def _list(here: Session, as_json: bool) -> None:
    app = here.open()
    found = app.store.imports()
    if as_json:
        print_json([_json(one) for one in found])
        return
    if not found:
        out.print(f"Nothing was imported yet. `{here.command} import outcomes.csv` does that.")
        return
    shown = table("import", "file", "rows", "when", "who", "state", numbers=("import", "rows"), whole=("when", "state"))
    for one in found:
        when = local(one.at, app.local_zone)
        shown.add_row(str(one.id), escape(one.file), f"{one.rows:,}", when, escape(one.person), one.state)
    out.print(shown)
