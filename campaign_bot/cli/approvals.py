"""approve, reject, resolve, pause, resume: what a person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import counted, err, out, print_problems, session
from campaign_bot.errors import CampaignBotError, ContentError, StateError
from campaign_bot.library.durations import format_duration
from campaign_bot.library.words import advice_for
from campaign_bot.model import ALL, Delivery, Problem, State

if TYPE_CHECKING:
    from campaign_bot.app import App
    from campaign_bot.app.watching import Watching
    from campaign_bot.approve import Decision

Names = Annotated[list[str] | None, typer.Argument(help="Posts, or post@account for one delivery.")]
Note = Annotated[str, typer.Option(help="A note for the record.")]


def register(root: typer.Typer) -> None:
    for command in (approve, reject, resolve, pause, resume):
        root.command()(command)


def approve(
    context: typer.Context,
    names: Names = None,
    everything: Annotated[bool, typer.Option("--all", help="Every draft that is planned.")] = False,
    series: Annotated[str, typer.Option(help="Every planned draft of this series.")] = "",
    all_of: Annotated[
        str, typer.Option("--all-of", help="Every planned draft of this series, asking about each warning first.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With --all-of: accept every warning.")] = False,
    seen: Annotated[
        str,
        typer.Option(help="The code on a page of `preview --html`: only if the post still says what was seen there."),
    ] = "",
    note: Note = "",
) -> None:
    """Allow exactly these bytes to be published, in all languages of a post. Any later change makes the approval void."""
    app = session(context).open()
    if series and all_of:
        raise CampaignBotError("--series or --all-of?", advice="--all-of asks about each warning first.")
    deliveries = _chosen(app, names or [], everything=everything, series=series or all_of)
    if seen and (now := app.seen_code(deliveries)) != seen.strip().lower():
        raise StateError(
            f"It does not say any more what was seen: its code is {now}, not {seen}.",
            advice="Make a new page with preview --html, or look at it with review.",
        )
    findings = app.findings(deliveries)
    if all_of and not yes:
        deliveries = _accepted(app, deliveries, findings)
    _show(app, app.approve(deliveries, findings, person=app.person, note=note), "approved")


def reject(context: typer.Context, names: Names = None, note: Note = "") -> None:
    """Say no: the delivery stays a draft, with the note, and an approval that it had is void."""
    app = session(context).open()
    if not names:
        raise CampaignBotError("Which post?", advice="Name one or more, e.g. campaign-bot reject POST --note why")
    deliveries = [one for name in names for one in app.find(name)]
    _show(app, app.reject(deliveries, person=app.person, note=note), "rejected")


def resolve(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="post@account of an unconfirmed delivery.")],
    outcome: Annotated[str, typer.Argument(help="sent or not-sent")],
    url: Annotated[str, typer.Argument(help="Where it is, for `sent`.")] = "",
) -> None:
    """Say what became of a delivery that the network could not confirm."""
    app = session(context).open()
    if outcome not in ("sent", "not-sent") or (outcome == "sent") != bool(url):
        raise typer.BadParameter("say `sent URL` or `not-sent`")
    for delivery in app.find(name):
        if delivery.state is not State.UNCONFIRMED:
            raise StateError(
                f"{app.name_of(delivery)} is {delivery.state}; only an unconfirmed delivery can be resolved."
            )
        app.resolve(delivery, url)
        out.print(f"{escape(app.name_of(delivery))}: {outcome}")


def pause(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Only this account. Default: all.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
) -> None:
    """Stop publishing at once. At most a request that is on the wire still leaves."""
    app = session(context).watch()
    name = app.account_names(account)[0] if account else ALL
    app.pause(name, reason)
    out.print(
        f"{'Everything' if name == ALL else name} is paused. What falls due meanwhile is held, and listed by `resume`."
    )


def resume(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Only this account. Default: all.")] = "",
) -> None:
    """Publish again."""
    here = session(context)
    app = here.open()
    name = app.account_names(account)[0] if account else ALL
    if not app.resume(name):
        everything = ALL in app.store.paused() or app.store.paused_by_record(ALL)
        more = " Everything is paused: resume without --account." if everything else ""
        raise StateError(f"{'Nothing' if name == ALL else name} was{' not' if account else ''} paused.{more}")
    out.print(f"{'Everything' if name == ALL else name}: publishing again.")
    held = [one for one in app.store.deliveries((State.APPROVED,)) if one.held and account in ("", one.account)]
    if not held:
        return
    out.print(f"{counted(len(held), 'delivery')} fell due meanwhile and did not leave:")
    for one in app.names(held).values():
        out.print(f"  {escape(one)}", soft_wrap=True)
    out.print(
        f"Let them go with `{here.command} queue release POST` (or --all --every 10m), move or cancel them; "
        f"later than {_max_lateness(app)} they become missed.",
        soft_wrap=True,
    )


def _max_lateness(app: Watching) -> str:
    """In an emergency the files may be broken too."""
    try:
        return format_duration(app.library.campaign.max_lateness)
    except ContentError:
        return "max_lateness"


def _chosen(app: App, names: list[str], *, everything: bool, series: str) -> list[Delivery]:
    if bool(names) + everything + bool(series) > 1:
        raise CampaignBotError(
            "Which: the posts that you name, those of a series, or all?", advice="Say one of the three."
        )
    earliest = app.clock() - app.library.campaign.max_lateness  # so late it may still leave
    drafts = [one for one in app.store.deliveries((State.DRAFT,)) if one.due > earliest]
    if everything:
        found = drafts
    elif series:
        posts = app.store.posts()
        found = [one for one in drafts if posts[one.post].series == series]
    elif names:
        found = list({one.key: one for name in names for one in app.find(name)}.values())
    else:
        raise CampaignBotError("Which post?", advice="Name one or more, or use --series or --all.")
    if not found and series and series not in app.library.series:
        raise CampaignBotError(
            f"There is no series “{series}”.", advice=advice_for(series, app.library.series, "series")
        )
    if not found:
        raise CampaignBotError("There is no draft to approve.", advice="`campaign-bot plan` writes drafts.")
    return found


def _accepted(app: App, deliveries: list[Delivery], findings: Mapping[str, Sequence[Problem]]) -> list[Delivery]:
    """Those whose warnings the person accepts, one by one; a post stays out with all its languages."""
    names, refused = app.names(deliveries), set[tuple[str, str]]()
    for one in deliveries:
        for problem in findings.get(one.key, ()):
            if problem.blocks or (one.post, one.network) in refused:
                continue
            print_problems([problem], out)
            if not typer.confirm(f"Approve {names[one.key]} all the same?", default=False):
                refused.add((one.post, one.network))
    kept = [one for one in deliveries if (one.post, one.network) not in refused]
    if len(kept) < len(deliveries):
        out.print(f"{counted(len(deliveries) - len(kept), 'delivery')} left out.")
    return kept


def _show(app: App, decisions: list[Decision], word: str) -> None:
    for decision in decisions:
        if not decision.done:
            err.print(
                f"[red]not {word}[/red] {escape(app.name_of(decision.delivery))}: {escape(decision.why)}",
                soft_wrap=True,
            )
    for decision in decisions:
        if decision.done and not decision.complete:
            more = app.waits_for(decision.delivery) or "another person"
            of = f"{decision.given} of {decision.needed} approvals; it waits for {more}"
            out.print(f"{escape(app.name_of(decision.delivery))}: {of}", soft_wrap=True)
    done = sum(decision.done for decision in decisions)
    out.print(f"{counted(done, 'delivery')} {word} by {escape(app.person)}.")
    if done < len(decisions):
        raise typer.Exit(1)
