"""queue: posts that are in no file, and deliveries one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs
from rich.markup import escape

from campaign_bot.cli.session import (
    Json,
    counted,
    err,
    local,
    out,
    parse_instant,
    print_difference,
    print_json,
    print_problems,
    session,
    table,
)
from campaign_bot.errors import CampaignBotError, StateError
from campaign_bot.library.durations import parse_duration
from campaign_bot.model import ALL, Delivery, State

if TYPE_CHECKING:
    from campaign_bot.app import App

Name = Annotated[str, typer.Argument(help="A post, or post@account for one delivery.")]
At = Annotated[str, typer.Option("--at", help='When: "2027-03-04 12:00" in the campaign\'s timezone, or now.')]

#: What the history shows of an event; `audit post` has all.
SHOWN = ("why", "note", "account", "url", "identity", "due_to")


def register(root: typer.Typer) -> None:
    queue = typer.Typer(help="Deliveries one by one, and posts that are in no file.", no_args_is_help=True)
    queue.command("list")(list_)
    # There is an option for each of the campaign's languages: they are read in `add`.
    queue.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(add)
    for command in (show, move, cancel, release):
        queue.command()(command)
    root.add_typer(queue, name="queue")


def list_(
    context: typer.Context,
    state: Annotated[list[State] | None, typer.Option(help="Only deliveries in this state (repeatable).")] = None,
    as_json: Json = False,
) -> None:
    """All deliveries, in the order they are due."""
    here = session(context)
    app = here.watch()
    found = app.store.deliveries(state or ())
    if as_json:
        print_json([app.describe(one) for one in found])
        return
    if not found:
        out.print(
            f"No deliveries. `{here.command} plan` writes them from the files, `{here.command} queue add` adds one."
        )
        return
    shown = table("due", "delivery", "state", "why", whole=("due", "delivery", "state"))
    names = app.names(found)
    for one in found:
        stands = "held" if one.held and one.state is State.APPROVED else str(one.state)
        why = one.reason or one.held
        shown.add_row(local(one.due, app.local_zone), escape(names[one.key]), stands, escape(why))
    out.print(shown)
    out.print(f"\n{counted(len(found), 'delivery')}, times in {app.local_zone.key}.")
    for one in app.store.paused().values():
        name, option = ("Everything", "") if one.account == ALL else (one.account, f" --account {one.account}")
        err.print(
            f"[yellow]{name} is paused:[/yellow] {escape(one.reason)} Then: {here.command} resume{option}",
            soft_wrap=True,
        )


def show(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Everything about a post's deliveries: content, state, what happened when."""
    app = session(context).open()
    deliveries = app.find(name)
    if as_json:
        print_json(
            [
                {**app.describe(one), "events": [structs.asdict(event) for event in app.history(one)]}
                for one in deliveries
            ]
        )
        return
    for one in deliveries:
        out.print(
            f"[bold]{escape(app.name_of(one))}[/bold]  {one.state}  due {local(one.due, app.zone)}", soft_wrap=True
        )
        if one.reason:
            out.print(f"  {escape(one.reason)}", soft_wrap=True)
        for receipt in app.store.receipts(one.key).values():
            out.print(f"  {receipt.url}", soft_wrap=True)
        if changed := app.since_approval(one):
            out.print("  [bold]Since it was approved:[/bold]")
            print_difference(changed, indent="    ")
        for event in app.history(one):
            detail = ", ".join(f"{key}: {event.detail[key]}" for key in SHOWN if event.detail.get(key))
            out.print(
                f"  [dim]{event.at:%Y-%m-%d %H:%M:%S}[/dim]  {event.action} by {escape(event.actor)}  {escape(detail)}",
                soft_wrap=True,
            )


def add(
    context: typer.Context,
    account: Annotated[list[str], typer.Option(help="The account (repeatable), or all.")],
    at: At,
    text: Annotated[
        str, typer.Option(help="What to say on every account. “-” reads it from standard input. Else one a language:"
                          " --text-en, --text-fr…")
    ] = "",
    media: Annotated[
        list[Path] | None, typer.Option(help="A picture or video (repeatable; each with its --alt).")
    ] = None,
    alt: Annotated[
        list[str] | None,
        typer.Option(help="What it shows, for people who cannot see it. Else one a language: --alt-en, --alt-fr…"),
    ] = None,
    quote: Annotated[str, typer.Option(metavar="POST", help="An own earlier post, shown below the text.")] = "",
    repost: Annotated[str, typer.Option(metavar="POST", help="An own earlier post, shown again as it is.")] = "",
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE: WHY", help="A rule of the checks that it may break, and why (repeatable)."),
    ] = None,
) -> None:  # fmt: skip
    """Queue a post that is in no file, in every language: queue add --account mastodon-en --account mastodon-fr --at
    "2027-03-04 12:00" --text-en "…" --text-fr "…". Its languages are one post: approved, moved and due together."""
    here = session(context)
    app = here.open()
    texts, alts = by_language(context.args, app.library.campaign.languages)
    if repost and (text or texts or media or quote):
        raise typer.BadParameter("A repost has nothing of its own: use --quote.", param_hint="--repost")
    if not (repost or text or texts or media):
        raise typer.BadParameter("Say something: --text, --media or --repost.", param_hint="--text")
    if (text and texts) or (alt and alts):
        raise typer.BadParameter("One for all accounts, or one a language; not both.", param_hint="--text, --alt")
    when = parse_instant(at, app.zone, app.clock())
    said = {language: _typed(one[-1]) for language, one in texts.items()} or _typed(text)
    pictures = _with_alts(media or [], alt or [], alts)
    reasons = dict(_reason(one) for one in allow or ())
    deliveries = app.queue(account, said, when, pictures, quote=quote, repost=repost, allow=reasons)
    findings = app.findings(deliveries)
    for one in deliveries:
        out.print(f"Queued {escape(app.name_of(one))} for {local(one.due, app.zone)} ({one.length}/{one.limit}).")
        print_problems(findings.get(one.key, []), err)
    name = escape(app.name_of(deliveries[0]).split("@")[0])
    if any(problem.blocks for found in findings.values() for problem in found):
        out.print(
            f"It cannot be approved as it is: {here.command} queue cancel {name}, then add what is missing; or say why it"
            ' may be so: --allow "RULE: WHY".', soft_wrap=True,
        )  # fmt: skip
    else:
        out.print(f"Next: {here.command} approve {name}")


def by_language(
    arguments: Sequence[str], languages: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The options that there are one of for each language: texts, and alt texts in the order of the pictures."""
    texts, alts = dict[str, list[str]](), dict[str, list[str]]()
    left = list(arguments)
    while left:
        name, equals, value = left.pop(0).partition("=")
        kind, _, language = name.removeprefix("--").partition("-")
        found = {"text": texts, "alt": alts}.get(kind) if name.startswith("--") else None
        if found is None or language not in languages:
            from campaign_bot.library.words import advice_for  # loads the files' models: only where it is needed

            known = [f"--{kind}-{one}" for kind in ("text", "alt") for one in languages]
            raise typer.BadParameter(f"There is no option {name}. {advice_for(name, known, 'option')}")
        if not equals and not left:
            raise typer.BadParameter("It needs a value.", param_hint=name)
        found.setdefault(language, []).append(value if equals else left.pop(0))
    if more := next((one for one, given in texts.items() if len(given) > 1), ""):
        raise typer.BadParameter("A post has one text a language.", param_hint=f"--text-{more}")
    return texts, alts


def _typed(text: str) -> str:
    return typer.get_text_stream("stdin").read() if text == "-" else text


def _with_alts(
    media: Sequence[Path], alt: Sequence[str], alts: Mapping[str, Sequence[str]]
) -> list[tuple[Path, str | Mapping[str, str]]]:
    """Each picture with what it shows, in one language or in each."""
    for language, given in alts.items() or [("", alt)]:
        if len(media) != len(given):
            raise CampaignBotError(
                f"{counted(len(media), 'picture')} and {counted(len(given), 'alt text')} were given.",
                advice=f"Give one --alt{'-' if language else ''}{language} after each --media.",
            )
    if not alts:
        return list(zip(media, alt, strict=True))
    return [(file, {one: given[number] for one, given in alts.items()}) for number, file in enumerate(media)]


def _reason(text: str) -> tuple[str, str]:
    rule, _, why = text.partition(":")
    return rule.strip(), why.strip()


def move(context: typer.Context, name: Name, at: At) -> None:
    """Give a post another time. Beyond the campaign's tolerance it has to be approved again."""
    app = session(context).open()
    when = parse_instant(at, app.zone, app.clock())
    if when <= app.clock():
        raise CampaignBotError("That time has passed.", advice="Choose a later one.")
    found = app.find(name)
    _say(app, app.move(found, when), f"moved to {local(when, app.zone)}")
    again = [one for one in found if one.state is State.APPROVED and app.find(app.name_of(one))[0].state is State.DRAFT]
    if again:
        out.print(f"Approve it again: `{session(context).command} approve {escape(name)}`.", soft_wrap=True)


def cancel(
    context: typer.Context, name: Name, reason: Annotated[str, typer.Option(help="Why, for the record.")] = ""
) -> None:
    """Take a delivery out. Planning does not bring it back."""
    app = session(context).open()
    _say(app, app.cancel(app.find(name), reason), "cancelled")


def release(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A post, or post@account; none with --all.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that is held.")] = False,
    every: Annotated[str, typer.Option(help="So far apart, e.g. 10m: never a burst.")] = "10m",
) -> None:
    """Let deliveries go that a pause or a quiet period has held. The first leaves now."""
    app = session(context).open()
    if everything == bool(name):
        raise CampaignBotError("Which post?", advice="Name one, or use --all.")
    try:
        apart = parse_duration(every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from error
    held = [one for one in (app.find(name) if name else app.store.deliveries((State.APPROVED,))) if one.held]
    if not held:
        raise StateError("Nothing of that is held.")
    steps: dict[str, int] = {}  # accounts side by side; one account's deliveries apart
    names = app.names(held)
    for one in held:
        step = steps[one.account] = steps.get(one.account, -1) + 1
        at = app.clock() + step * apart
        if at - one.due > app.library.campaign.max_lateness:
            err.print(
                f"{escape(names[one.key])}: too late by then; give it another time with queue move", soft_wrap=True
            )
            continue
        app.release(one, at)
        out.print(f"{escape(names[one.key])}: leaves {local(at, app.zone)}")


def _say(app: App, changed: list[tuple[Delivery, bool]], done: str) -> None:
    """Which deliveries were changed; and which not, and why."""
    refused: list[Delivery] = []
    for one, was_changed in changed:
        if was_changed:
            out.print(f"{escape(app.name_of(one))}: {done}")
        else:
            refused.append(one)
    if refused:
        states = ", ".join(f"{app.name_of(one)} is {one.state}" for one in refused)
        raise StateError(f"Only a draft or approved delivery can be changed: {states}.")
