"""status, doctor, backup, restore: for who runs the service."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from msgspec import structs
from rich.markup import escape

from campaign_bot.cli.session import Json, counted, err, hide_secrets, local, out, print_json, session, table
from campaign_bot.model import State

if TYPE_CHECKING:
    from campaign_bot.health import Concern, Health

#: So many concerns of one kind are shown; --json has all.
SHOWN = 10
COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


def register(root: typer.Typer) -> None:
    for command in (status, doctor, backup, restore):
        root.command()(command)


def status(
    context: typer.Context,
    seen: Annotated[bool, typer.Option("--seen", help="Take note of what is shown: it is not told again.")] = False,
    tell: Annotated[
        bool, typer.Option("--tell", help="Tell what nobody has been told yet to CAMPAIGN_BOT_ALERTS; for cron.")
    ] = False,
    as_json: Json = False,
) -> None:
    """How the service is. Exit 0: healthy; 1: something needs a person."""
    from campaign_bot.store.reading import RECENT

    here = session(context)
    app = here.watch()
    # Who tells others also says what is over: that takes the whole record.
    health = app.health(command=here.command, whole_record=tell)
    if tell:
        hide_secrets(app)
        app.tell(health.concerns)
    if seen:
        app.take_note(health.open_concerns)
        health = app.health(command=here.command, whole_record=tell)
    if as_json:
        head = app.store.head()
        print_json(_as_json(health, simulated=app.simulated) | {"record_head": {"event": head.id, "hash": head.hash}})
    else:
        _show(health, app.local_zone)
        if not tell and (events := app.store.head().id) > RECENT:
            told = f"Of the record the last {RECENT:,} of {events:,} events were read; `{here.command} audit verify` reads all."
            out.print(f"\n[dim]{escape(told)}[/dim]", soft_wrap=True)
    raise typer.Exit(1 if health.open_concerns else 0)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Look whether everything is there that the service needs, down to each account's right to publish. Nothing is
    published. Exit 1 if anything is wrong."""
    app = session(context).open()
    hide_secrets(app)
    findings = app.doctor()
    wrong = sum(one.level == "error" for one in findings)
    if as_json:
        print_json([asdict(one) for one in findings])
    else:
        for one in findings:
            out.print(
                f"[{COLOURS[one.level]}]{one.level:<8}[/] [bold]{escape(one.what)}[/bold]: {escape(one.found)}",
                soft_wrap=True,
            )
            if one.cure:
                out.print(f"         {escape(one.cure)}", style="dim", soft_wrap=True)
        warnings = sum(one.level == "warning" for one in findings)
        out.print(f"\n{counted(wrong, 'error')}, {counted(warnings, 'warning')}.", style="red" if wrong else "green")
    raise typer.Exit(1 if wrong else 0)


def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Where the copy goes; it must not exist yet.")]
) -> None:
    """Copy the database while the service runs, and verify the copy."""
    rows = session(context).open().backup(file)
    out.print(f"{escape(str(file))}: whole, {counted(rows, 'row')}.", soft_wrap=True)


def restore(context: typer.Context, file: Annotated[Path, typer.Argument(help="A copy that `backup` made.")]) -> None:
    """Put a copy in the place of the database. What fell due since the copy may have been sent: it is looked up on the
    networks before anything leaves."""
    here = session(context)
    restored = here.open().restore(file)
    out.print(f"Restored {escape(str(file))}, the state of {restored.copied:%Y-%m-%d %H:%M:%S} UTC.", soft_wrap=True)
    if restored.before:
        out.print(f"The database from before is {escape(str(restored.before))}.", soft_wrap=True)
    if restored.doubtful:
        out.print(
            f"{counted(restored.doubtful, 'delivery')} fell due since and may have been sent: `{here.command} run` looks,"
            f" `{here.command} status` says which need a person.",
            soft_wrap=True,
        )
    out.print(
        "Approvals, posts and counts that are younger than the copy are gone: plan and approve again.", soft_wrap=True
    )


#: The columns of the table of accounts that are there also when all is well.
ALWAYS = ("draft", "ready", "sent")


def _show(health: Health, zone: ZoneInfo) -> None:
    running = ", ".join(f"{owner.rpartition(':')[0]}" for owner in health.daemons)
    out.print(f"[bold]daemon[/bold]     {escape(running) or 'none'}")
    out.print(f"[bold]next due[/bold]   {_when(health.next_due, zone)}")
    out.print(f"[bold]last sent[/bold]  {_when(health.last_sent, zone)}\n")
    rows = [
        {
            "draft": one.states.get(State.DRAFT, 0),
            "ready": one.states.get(State.APPROVED, 0) + one.states.get(State.SENDING, 0),
            "sent": one.states.get(State.SENT, 0), "overdue": one.overdue, "held": one.held,
            "unsure": one.states.get(State.UNCONFIRMED, 0), "failed": one.states.get(State.FAILED, 0),
            "missed": one.states.get(State.MISSED, 0),
        }
        for one in health.accounts
    ]  # fmt: skip
    # What is nowhere needs no column: the table has to fit into 80 columns.
    numbers = [name for name in rows[0] if name in ALWAYS or any(row[name] for row in rows)] if rows else []
    shown = table("account", "next due", *numbers, numbers=numbers, whole=("account", "next due"))
    for one, row in zip(health.accounts, rows, strict=True):
        shown.add_row(
            one.account, "paused" if one.paused else f"{one.next_due.astimezone(zone):%m-%d %H:%M}" if one.next_due else "-",
            *(str(row[name]) if row[name] else "[dim]·[/dim]" for name in numbers),
            style="yellow" if one.paused or one.missing_settings else None,
        )  # fmt: skip
    out.print(shown)
    for one in health.budgets:
        of = f"of ${one.budget:.2f}" if one.budget else "(no budget is set)"
        out.print(f"\n{one.network}, {one.month} (UTC): ${one.spent:.2f} {of} spent by the price list")
    if not health.concerns:
        out.print("\nNothing needs a person.", style="green")
        return
    _show_concerns(health.open_concerns)
    noted = [one for one in health.concerns if one.seen_by]
    if noted:
        out.print(f"\n[dim]{counted(len(noted), 'matter')} somebody has taken note of; --json lists them.[/dim]")


def _show_concerns(concerns: tuple[Concern, ...]) -> None:
    if not concerns:
        return
    out.print(f"\n[bold red]{counted(len(concerns), 'matter')} for a person[/bold red]")
    for kind in dict.fromkeys(one.kind for one in concerns):
        some = [one for one in concerns if one.kind == kind]
        for one in some[:SHOWN]:
            out.print(f"[red]{kind}[/red] [bold]{escape(one.subject)}[/bold] {escape(one.message)}", soft_wrap=True)
            out.print(f"    {escape(one.advice)}", style="dim", soft_wrap=True)
        if len(some) > SHOWN:
            err.print(f"[red]{kind}[/red] and {len(some) - SHOWN} more; --json lists them.", soft_wrap=True)


def _when(instant: datetime | None, zone: ZoneInfo) -> str:
    return local(instant, zone) if instant else "-"


def _as_json(health: Health, *, simulated: bool) -> dict[str, Any]:
    return {
        "healthy": not health.open_concerns,
        "at": health.at.isoformat(),
        "simulated": simulated,
        "next_due": health.next_due.isoformat() if health.next_due else None,
        "last_sent": health.last_sent.isoformat() if health.last_sent else None,
        "daemons": {owner: seen.isoformat() for owner, seen in health.daemons.items()},
        "accounts": [
            {
                **{name: getattr(one, name) for name in ("account", "network", "overdue", "held", "paused")},
                "missing_settings": list(one.missing_settings),
                "next_due": one.next_due.isoformat() if one.next_due else None,
                "last_sent": one.last_sent.isoformat() if one.last_sent else None,
                "states": {str(state): one.states.get(state, 0) for state in State},
            }
            for one in health.accounts
        ],
        "budgets": [structs.asdict(one) for one in health.budgets],
        "concerns": [structs.asdict(one) for one in health.concerns],
    }
