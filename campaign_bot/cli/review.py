"""review: the drafts that wait, one post at a time, with its other languages beside it. One key a decision."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import click
import typer
from rich.markup import escape
from rich.table import Table

from campaign_bot.app import App
from campaign_bot.cli.panel import panel
from campaign_bot.cli.session import counted, local, out, print_difference, print_problems, session
from campaign_bot.model import Delivery, State
from campaign_bot.pairs import pairs

KEYS = {"a": "approve", "r": "reject, with a note", "s": "skip", "q": "quit"}
#: From here on languages stand side by side.
WIDE = 96


def register(root: typer.Typer) -> None:
    root.command()(review)


def review(
    context: typer.Context,
    series: Annotated[str, typer.Option(help="Only drafts of this series.")] = "",
    account: Annotated[str, typer.Option(help="Only posts that go to this account too.")] = "",
) -> None:
    """Walk through the drafts that wait: preview, findings, the other language beside it; then approve, reject or skip."""
    app = session(context).open()
    waiting = _waiting(app, series, app.account_names(account)[0] if account else "")
    if not waiting:
        out.print("No draft waits for approval.")
        return
    done = {"approve": 0, "reject": 0, "skip": 0}
    for number, sides in enumerate(waiting, 1):
        _show(app, sides, f"{number} of {len(waiting)}")
        key = _ask()
        if key == "q":
            break
        if key == "a":
            done["approve"] += _approve(app, sides)
        elif key == "r":
            done["reject"] += _reject(app, sides)
        else:
            done["skip"] += 1
    left = len(waiting) - done["approve"] - done["reject"]
    out.print(
        f"\n{done['approve']} approved, {done['reject']} rejected by {escape(app.person)}; {counted(left, 'draft')} left."
    )


def _waiting(app: App, series: str, account: str) -> list[tuple[Delivery, ...]]:
    """Posts with something to decide, all sides of each, in the order they are due."""
    posts = app.store.posts()
    every = [one for one in app.waiting() if series in ("", posts[one.post].series)]
    return [
        sides
        for sides in pairs(every)
        if any(one.state is State.DRAFT for one in sides) and account in ("", *(one.account for one in sides))
    ]


def _show(app: App, sides: Sequence[Delivery], place: str) -> None:
    name = app.name_of(sides[0]).partition("@")[0]
    out.rule(f"[bold]{escape(name)}[/bold] · {local(sides[0].due, app.zone)} · {place}", align="left")
    shown = [panel(app, one, app.zone) for one in sides]
    if out.width >= WIDE and len(shown) > 1:
        grid = Table.grid(expand=True, padding=(0, 1))
        for _ in shown[:2]:
            grid.add_column(ratio=1)
        for row in range(0, len(shown), 2):
            grid.add_row(*shown[row : row + 2])
        out.print(grid)
    else:
        for one in shown:
            out.print(one)
    findings = app.findings(sides)
    for one in sides:
        print_problems(findings.get(one.key, []), out)
        if one.reason:
            out.print(f"[bold]{one.account}[/bold]: {escape(one.reason)}", soft_wrap=True)
        if changed := app.since_approval(one):
            out.print(f"[bold]{one.account}, since it was approved:[/bold]")
            print_difference(changed)


def _ask() -> str:
    """One key from a terminal; the first letter of a line from anything else. The end of input quits."""
    while True:
        out.print("  ".join(f"[bold]{key}[/bold] {what}" for key, what in KEYS.items()), end="  > ")
        if sys.stdin.isatty():
            key = click.getchar().lower()
            out.print(escape(key) if key.isprintable() else "")
        else:
            line = sys.stdin.readline()
            key = line.strip().lower()[:1] if line else "q"
            out.print(key)
        if key in ("\x03", "\x04", "\x1b"):
            key = "q"
        if key in KEYS:
            return key


def _approve(app: App, sides: Sequence[Delivery]) -> int:
    drafts = [one for one in sides if one.state is State.DRAFT]
    decisions = app.approve(drafts, app.findings(drafts), person=app.person)
    refused = [one for one in decisions if not one.done]
    for one in refused:
        out.print(f"[red]not approved[/red] {one.delivery.account}: {escape(one.why)}", soft_wrap=True)
    if refused:
        return 0
    of = decisions[0]
    out.print(
        "[green]approved[/green]" + ("" if of.complete else f", {of.given} of {of.needed}: another person is needed")
    )
    return 1


def _reject(app: App, sides: Sequence[Delivery]) -> int:
    out.print("Why? ", end="")
    note = sys.stdin.readline().strip()
    decisions = app.reject(sides, person=app.person, note=note)
    done = any(one.done for one in decisions)
    out.print("[yellow]rejected[/yellow]" if done else "[red]It is not a draft any more.[/red]")
    return int(done)
