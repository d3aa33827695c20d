"""run, sandbox, rehearse: what keeps going."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from campaign_bot import starter
from campaign_bot.app import App, utc_now
from campaign_bot.cli.session import counted, err, hide_secrets, out, session, table
from campaign_bot.config import PREFIX
from campaign_bot.errors import ConfigError
from campaign_bot.log import configure
from campaign_bot.model import Result, State
from campaign_bot.report import render
from campaign_bot.sandbox.place import PORT
from campaign_bot.whole import write_whole

Port = Annotated[int, typer.Option(help="The local networks' port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)]
Seed = Annotated[int, typer.Option(help="Another seed, another simulated audience; the same seed, the same figures.")]
if TYPE_CHECKING:  # the local networks bring a web server: loaded only where they are started
    from campaign_bot.evaluate import Evaluation
    from campaign_bot.rehearsal import Progress as Where
    from campaign_bot.rehearsal import Rehearsed
    from campaign_bot.report.annex import Annex
    from campaign_bot.sandbox.server import LocalNetworks

SIMULATED = "[black on yellow] SIMULATED [/black on yellow]"


def register(root: typer.Typer) -> None:
    for command in (rehearse, run, sandbox):
        root.command()(command)


def rehearse(
    context: typer.Context,
    weeks: Annotated[int | None, typer.Option(help="Only the first weeks of the campaign.", min=1)] = None,
    seed: Seed = 2027,
    out_directory: Annotated[Path, typer.Option("--out", help="Where the database, report and timeline go.")] = Path(
        "rehearsal"
    ),
    serve: Annotated[bool, typer.Option("--serve", help="Stay up afterwards, to look at the timelines.")] = False,
) -> None:
    """Play the whole campaign against local networks, with a simulated audience and time compressed."""
    from campaign_bot import rehearsal

    here = session(context)
    directory = here.directory
    if not (directory / "content").is_dir() and directory == Path():
        directory = starter.shipped("open-government")
        err.print("There is no campaign here: rehearsing the one that comes with campaign-bot.")
    configure(style="text", secrets=(), level=logging.WARNING)  # the progress bar tells what each send was
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"), TimeElapsedColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("planning and composing", total=1.0, counts="")

        def show(now: Where) -> None:
            bar.update(
                task, completed=now.share, description=f"{now.now:%Y-%m-%d}",
                counts=f"{now.sent}/{now.of} sent, {now.collected} counts",
            )  # fmt: skip

        done = rehearsal.rehearse(directory, out_directory, seed=seed, weeks=weeks, progress=show)
    try:
        _tell(done, out_directory, here.command)
        if serve:
            out.print(f"\nThe timelines are at [bold]{done.networks.url}[/bold] until Ctrl-C.")
            done.networks.wait()
    finally:
        done.app.close()
        done.networks.stop()


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and leave.")] = False,
    with_sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Start the local networks too, and publish only there. They forget everything when they stop.",
        ),
    ] = False,
    port: Port = PORT,
) -> None:
    """The daemon: plans ahead, publishes what is due and approved, collects, until SIGTERM."""
    here = session(context)
    # --sandbox before the command means local networks that are up already, after it such as start with the daemon.
    if not with_sandbox:
        _run(here.open(), once=once)
        return
    local = _local_networks(here.open(sandbox=True), port, seed=2027)
    local.start()
    try:
        err.print(f"{SIMULATED} Local networks with a timeline to look at: [bold]{local.url}[/bold]")
        err.print(
            "In another terminal: campaign-bot --sandbox plan, then campaign-bot --sandbox approve POST", soft_wrap=True
        )
        _run(here.open(sandbox_url=local.url), once=once)
    finally:
        local.stop()


def sandbox(context: typer.Context, port: Port = PORT, seed: Seed = 2027) -> None:
    """The local networks in the foreground: they speak the real protocols, for nobody but this machine, and
    forget everything when they stop."""
    local = _local_networks(session(context).open(sandbox=True), port, seed)
    local.start()
    try:
        err.print(f"{SIMULATED} The timeline: [bold]{local.url}[/bold]  (Ctrl-C ends it)\n")
        err.print("Put this line into .env, and every command works with these networks and their own database:")
        out.print(f"{PREFIX}SANDBOX_URL={local.url}", soft_wrap=True)
        local.wait()
    finally:
        local.stop()


def _run(app: App, *, once: bool) -> None:
    accounts = app.library.campaign.accounts.values()
    lacking = {account.name: missing for account in accounts if (missing := app.missing_settings(account))}
    for name, missing in lacking.items():
        err.print(f"[yellow]{name}[/yellow] lacks {', '.join(missing)}", soft_wrap=True)
    if len(lacking) == len(accounts):
        raise ConfigError(
            "No account has credentials.",
            advice="Put the settings above into .env, or go without: campaign-bot run --sandbox",
        )
    hide_secrets(app)
    if once:
        app.ask_servers()
        app.plan()
        worked = app.work()
        out.print(
            f"{worked.sent} sent, {worked.not_sent} not sent, {worked.missed} missed, {worked.collected} counts read."
        )
        if worked.not_sent:
            raise typer.Exit(1)
        return
    from campaign_bot.daemon import Daemon  # its scheduler is for who runs one

    Daemon(app).run()
    app.close()  # before the local networks stop, or they would wait for our connections


def _local_networks(app: App, port: int, seed: int) -> LocalNetworks:
    from campaign_bot.sandbox.server import LocalNetworks, build_world

    world = build_world(app.library.campaign.accounts.values(), seed=seed, now=utc_now)
    return LocalNetworks(world, port=port)


def _tell(done: Rehearsed, directory: Path, command: str) -> None:
    """The table and the paths at the end of a rehearsal."""
    reports = _reports(done.app.evaluation(), done.app.annex(), directory)
    results = done.app.store.results()
    _table(results)
    for key, why in done.not_approved.items():
        err.print(f"[yellow]not approved[/yellow] {escape(key)}: {escape(why)}", soft_wrap=True)
    out.print(f"\n{SIMULATED} No person saw these posts, and no person made these counts.")
    for label, path in (
        ("Report", reports[0]),
        ("Rapport", reports[1]),
        ("Timeline", done.timeline),
        ("Database", done.database),
    ):
        out.print(f"{label:<9} {escape(str(path))}", soft_wrap=True)
    out.print(f"Report it again: {escape(command)} report --database {escape(str(done.database))}", soft_wrap=True)


def _reports(evaluation: Evaluation, annex: Annex, directory: Path) -> list[Path]:
    """The report in both languages, written by a process of its own: what draws its charts takes as much memory as all the
    rest, and a rehearsal that stays up has no use for it any more."""
    files = [directory / f"report.{language}.html" for language in ("en", "fr")]
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as other:
        for file, language in zip(files, ("en", "fr"), strict=True):
            text = other.submit(render, evaluation, format="html", language=language, annex=annex).result()
            write_whole(file, text)
    return files


def _table(results: list[Result]) -> None:
    shown = table(
        "network", "language", "sent", "failed", "missed", "counts", "engagements", "per post",
        numbers=("sent", "failed", "missed", "counts", "engagements", "per post"),
    )  # fmt: skip
    for network, language in sorted({(one.network, one.language) for one in results}):
        some = [one for one in results if (one.network, one.language) == (network, language)]
        states = Counter(one.state for one in some)
        total = sum(engagements(one) for one in some)
        sent = states[State.SENT]
        shown.add_row(
            network, language, str(sent),
            str(states[State.FAILED]), str(states[State.MISSED]),
            str(sum(len(one.snapshots) for one in some)), str(total), f"{total / sent:.1f}" if sent else "-",
        )  # fmt: skip
    out.print()
    out.print(shown)
    out.print(
        f"{counted(len(results), 'delivery')}; engagements: likes, reposts, replies, quotes and bookmarks, "
        "at the last age read.",
        soft_wrap=True,
    )


def engagements(result: Result) -> int:
    """All engagements at the oldest age read; a count that the network does not tell adds nothing."""
    if not result.snapshots:
        return 0
    counts = result.snapshots[-1].counts
    return sum(value or 0 for value in (counts.likes, counts.reposts, counts.replies, counts.quotes, counts.bookmarks))
