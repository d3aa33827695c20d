"""plan, preview, init: a campaign's files, and what they will say."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from msgspec import structs
from rich.markup import escape

from campaign_bot import starter
from campaign_bot.app import App
from campaign_bot.bill import Line
from campaign_bot.cli.panel import panel
from campaign_bot.cli.session import (
    Json,
    counted,
    err,
    local,
    out,
    parse_day_end,
    print_difference,
    print_json,
    print_problems,
    session,
    table,
)
from campaign_bot.errors import CampaignBotError
from campaign_bot.model import OPEN_STATES, Delivery
from campaign_bot.plan import Change, Plan
from campaign_bot.whole import write_whole


def register(root: typer.Typer) -> None:
    root.command()(plan)
    root.command()(preview)
    root.command()(init)


def plan(
    context: typer.Context,
    until: Annotated[str, typer.Option(help="Plan up to this day, e.g. 2027-03-14. Default: two weeks ahead.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Plan the coming posts, and show them."""
    here = session(context)
    app = here.open()
    zone = app.zone
    limit = parse_day_end(until, zone) if until else None
    found = app.desired(until=limit) if dry_run else app.plan(until=limit)
    problems = [problem for problem in found.problems if problem.blocks or dry_run or not as_json]
    if as_json:
        print_json({"dry_run": dry_run, "changes": [_change_json(app, change) for change in found.changes],
                    "deliveries": [] if dry_run else [_delivery_json(app, one) for one in _coming(app, found)],
                    "bill": [structs.asdict(line) for line in _bill(app, found, dry_run=dry_run)]})  # fmt: skip
    elif dry_run:
        _show_changes(app, found, zone)
    else:
        _show_coming(app, found, zone, here.command)
    if not as_json:
        _show_bill(app, _bill(app, found, dry_run=dry_run))
    print_problems(problems, err)
    raise typer.Exit(1 if any(problem.blocks for problem in found.problems) else 0)


def preview(
    context: typer.Context,
    post: Annotated[
        str, typer.Argument(help="A post's name, or post@account. With --html: none means all that waits.")
    ] = "",
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write one self-contained page, as readers would see it, to mail to a reviewer."),
    ] = None,
    language: Annotated[str, typer.Option(help="The language of that page: en or fr.")] = "en",
    as_json: Json = False,
) -> None:
    """Show a post exactly as it would be sent: text, pictures with alt, poll, per account."""
    app = session(context).open()
    if language not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--language")
    if html is not None:
        shown = app.find(post) if post else app.waiting()
        write_whole(html, app.previews(shown, language))
        err.print(f"{counted(len(shown), 'delivery')}: [bold]{escape(str(html))}[/bold]")
        return
    if not post:
        raise CampaignBotError("Which post?", advice="Name one, or use --html FILE for all that waits.")
    deliveries = app.find(post)
    findings = app.findings(deliveries)
    if as_json:
        print_json([_delivery_json(app, one) for one in deliveries])
        return
    for delivery in deliveries:
        out.print(panel(app, delivery, app.zone))
        print_problems(findings.get(delivery.key, []), out)


def init(
    directory: Annotated[Path, typer.Argument(help="Where the new campaign goes.")],
    example: Annotated[str, typer.Option(help="Copy a shipped campaign instead: open-government.")] = "",
) -> None:
    """Make a small, working campaign of one's own."""
    for file in starter.create(directory, example):
        out.print(f"  {escape(str(file))}")
    out.print(
        f"\nA campaign is ready in [bold]{escape(str(directory))}[/bold]. Next:\n"
        f"  cd {escape(str(directory))}\n"
        "  campaign-bot check       every file and every post\n"
        "  campaign-bot rehearse    the whole campaign against local networks, in seconds\n"
        "  campaign-bot plan        what goes out when"
    )


def _coming(app: App, found: Plan) -> list[Delivery]:
    planned = {draft.key for post in found.planned for draft in post.drafts}
    now = app.clock()
    return [one for one in app.store.deliveries(since=now) if one.key in planned or one.due > now]


def _show_coming(app: App, found: Plan, zone: ZoneInfo, command: str) -> None:
    posts = app.store.posts()
    coming = _coming(app, found)
    if not coming:
        begins = app.library.campaign.starts
        out.print(
            f"Nothing is due in this time. The campaign runs from {begins} to {app.library.campaign.ends}; try --until."
        )
        return
    shown = table("when", "post", "account", "state", "length", numbers=("length",), whole=("when", "post", "account"))
    by_post = sorted(coming, key=lambda one: (one.due, one.post))  # a stable sort: accounts stay in order
    for (due, key), some in groupby(by_post, key=lambda one: (one.due, one.post)):
        group = list(some)
        # The series stands under the post's name: side by side they would not fit into 80 columns.
        heads = [(local(due, zone), posts[key].name), ("", f"[dim]series {posts[key].series}[/dim]")]
        for number, one in enumerate(group):
            when, name = heads[number] if number < len(heads) else ("", "")
            shown.add_row(
                when, name, one.account, str(one.state), f"{one.length}/{one.limit}",
                style="red" if one.length > one.limit else None,
            )  # fmt: skip
        if len(group) == 1:
            shown.add_row(*heads[1])
    out.print(shown)
    drafts = sum(one.state == "draft" for one in coming)
    out.print(
        f"\n{counted(len(coming), 'delivery')}, times in {zone.key}; {counted(len(found.changes), 'change')} made."
    )
    if drafts:
        out.print(
            f"{counted(drafts, 'draft')} to approve: {command} preview POST, then {command} approve POST",
            soft_wrap=True,
        )


def _bill(app: App, found: Plan, *, dry_run: bool) -> list[Line]:
    if dry_run:
        return app.bill([draft for post in found.planned for draft in post.drafts])
    return app.bill([one for one in _coming(app, found) if one.state in OPEN_STATES])


def _show_bill(app: App, lines: list[Line]) -> None:
    """What the posts above will cost, by month and network; beside the budget where there is one."""
    if not lines:
        return
    shown = table("month (UTC)", "network", "what", "count", "USD", "budget", numbers=("count", "USD", "budget"))
    for (month, name), some in groupby(lines, key=lambda line: (line.month, line.network)):
        group = list(some)
        budget, total = app.library.campaign.budget.get(name), sum(line.usd for line in group)
        for line in group:
            shown.add_row(month, name, line.action, str(line.count), f"{line.usd:.2f}", "")
            month = name = ""
        over = budget is not None and total > budget
        shown.add_row(
            "",
            "",
            "together",
            "",
            f"{total:.2f}",
            f"{budget:.2f}" if budget else "none",
            style="red" if over else "bold",
        )
    first = app.network(lines[0].network).prices[0]
    out.print("\n[bold]The bill of these posts and of reading their counts[/bold]", soft_wrap=True)
    out.print(shown)
    out.print(f"List prices: {first.source}, read {first.date}.", style="dim", soft_wrap=True)


def _show_changes(app: App, found: Plan, zone: ZoneInfo) -> None:
    if not found.changes:
        out.print("Nothing would change.")
        return
    posts = app.store.posts()
    shown = table("change", "when", "post", "account", "why")
    for change in found.changes:
        shown.add_row(change.kind, local(_due(change), zone), _post_name(change, posts), _account(change), change.why)
    out.print(shown)
    for change in found.changes:
        if lines := app.difference_of(change):
            out.print(f"\n[bold]{escape(_post_name(change, posts))}@{_account(change)}[/bold]")
            print_difference(lines)
    out.print(f"\n{counted(len(found.changes), 'change')}; nothing was written. Times in {zone.key}.")


def _due(change: Change) -> datetime:
    if change.draft:
        return change.draft.due
    assert change.delivery is not None  # noqa: S101 - a change is about one of the two
    return change.delivery.due


def _account(change: Change) -> str:
    return change.draft.account if change.draft else (change.delivery.account if change.delivery else "")


def _post_name(change: Change, posts: dict[str, Any]) -> str:
    if change.post:
        return change.post.name
    return posts[change.delivery.post].name if change.delivery else ""


def _change_json(app: App, change: Change) -> dict[str, Any]:
    return {"change": change.kind, "post": _post_name(change, dict(app.store.posts())), "account": _account(change),
            "due": _due(change).isoformat(), "why": change.why, "difference": app.difference_of(change)}  # fmt: skip


def _delivery_json(app: App, delivery: Delivery) -> dict[str, Any]:
    return app.describe(delivery)
