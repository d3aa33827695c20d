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
    mine = [sides for sides in waiting if any(app.has_approved(one) for one in sides)]
    waiting = [sides for sides in waiting if sides not in mine]
    if not waiting:
        out.print(f"No draft waits for approval{f' by {escape(app.person)}' if mine else ''}.")
    done = {"approved": 0, "rejected": 0, "decided by others": 0}
    before = ""  # what became of the one before, said once more where the eyes are: above the keys
    for number, sides in enumerate(waiting, 1):
        outcome, before = _walk(app, sides, f"{number} of {len(waiting)}", before)
        if outcome == "quit":
            break
        if outcome in done:
            done[outcome] += 1
    left = len(waiting) - sum(done.values())
    others = f", {done['decided by others']} by others meanwhile" if done["decided by others"] else ""
    if waiting:
        out.print(
            f"\n{done['approved']} approved, {done['rejected']} rejected by {escape(app.person)}{others};"
            f" {counted(left, 'draft')} left."
        )
    if mine:
        said = f"{app.person} has said yes to {counted(len(mine), 'draft')} already, which wait for others"
        out.print(f"{escape(said)}.")


def _walk(app: App, sides: Sequence[Delivery], place: str, before: str) -> tuple[str, str]:
    """One post until something is decided: what became of it, and in words. It is shown as it is now, and once more
    where it changes while it is looked at."""
    while True:
        sides = [now for one in sides if (now := app.store.delivery(one.key))]
        if not any(one.state is State.DRAFT for one in sides):
            said = f"{_post(app, sides)} is {sides[0].state} by now: somebody else was faster."
            out.print(said)
            return "decided by others", said
        _show(app, sides, place)
        if before:
            out.print(f"[dim]Before: {escape(before)}[/dim]")
        key = _ask()
        if key == "q":
            return "quit", before
        if key == "s":
            return "skipped", f"{_post(app, sides)} was skipped."
        found, before = (_approve if key == "a" else _reject)(app, sides)
        if found:
            return found, before


def _post(app: App, sides: Sequence[Delivery]) -> str:
    """A post's name, with the accounts that its sides go to."""
    return f"{app.name_of(sides[0]).partition('@')[0]} ({' and '.join(one.account for one in sides)})"


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
            try:
                key = click.getchar().lower()
            except (KeyboardInterrupt, EOFError):  # what was decided so far is told
                key = "q"
            out.print(escape(key) if key.isprintable() else "")
        else:
            line = sys.stdin.readline()
            key = line.strip().lower()[:1] if line else "q"
            out.print(key)
        if key in ("\x03", "\x04", "\x1b"):
            key = "q"
        if key in KEYS:
            return key


def _approve(app: App, sides: Sequence[Delivery]) -> tuple[str, str]:
    """("approved", or nothing where it was not; what now is, in words). What was shown is what is approved."""
    drafts = [one for one in sides if one.state is State.DRAFT]
    decisions = app.approve(drafts, app.findings(drafts), person=app.person)
    refused = [one for one in decisions if not one.done]
    for one in refused:
        out.print(f"[red]not approved[/red] {one.delivery.account}: {escape(one.why)}", soft_wrap=True)
    if refused:
        changed = any(app.store.delivery(one.key) != one for one in drafts)
        if changed:
            return "", "it changed while it was shown: this is what it says now."
        return "refused", f"{_post(app, sides)} was not approved: {refused[0].why}."
    if decisions[0].complete:
        when = max(one.due for one in sides)
        leaves = "now" if when <= app.clock() else local(when, app.zone)
        said = f"{_post(app, sides)} is approved, and leaves {leaves}."
    else:
        of = decisions[0]
        said = f"{_post(app, sides)} has {of.given} of {of.needed} approvals; it waits for {app.waits_for(drafts[0])}."
    out.print(f"[green]{escape(said)}[/green]")
    return "approved", said


def _reject(app: App, sides: Sequence[Delivery]) -> tuple[str, str]:
    """("rejected", or nothing; what now is). Without a reason nothing is rejected: a slip of the finger is none."""
    out.print("Why? (nothing: back)  ", end="")
    note = sys.stdin.readline().strip()
    if not note:
        return "", "nothing was rejected."
    if not any(one.done for one in app.reject(sides, person=app.person, note=note)):
        return "", "it is not a draft any more."
    said = f"{_post(app, sides)} is rejected: {note}. It stays a draft that says so."
    out.print(f"[yellow]{escape(said)}[/yellow]")
    return "rejected", said
