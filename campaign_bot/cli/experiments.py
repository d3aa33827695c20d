"""experiment: how many posts one takes, and what it has found so far."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from campaign_bot.app.experimenting import POWER, ExperimentPlan
from campaign_bot.cli.session import Database, Json, print_json, session
from campaign_bot.report.learning import experiment_title, experiment_words
from campaign_bot.report.tables import experiment_json
from campaign_bot.report.words import Speaker

Name = Annotated[str, typer.Argument(help="The experiment: the name of its file. Default: all.")]
Language = Annotated[str, typer.Option(help="en or fr.")]


def register(root: typer.Typer) -> None:
    group = typer.Typer(help="Experiments: planned by power, dealt by lot, judged at any time.", no_args_is_help=True)
    group.command("plan")(plan)
    group.command("result")(result)
    root.add_typer(group, name="experiment")


def plan(context: typer.Context, name: Name = "", json: Json = False) -> None:
    """How many posts an experiment takes, and what the schedule can find. Nothing is written."""
    app = session(context).open()
    plans = app.experiment_plans(name)
    if json:
        print_json([_plan_json(one) for one in plans])
        return
    out = Console(soft_wrap=True)
    if not plans:
        out.print("There is no experiment. Write one in content/experiments/ (docs/evaluation.md).")
    for one in plans:
        out.print(f"[bold]{escape(one.id)}[/bold]: {escape(_title(one))}")
        for line in _plan_words(one):
            out.print(f"  {escape(line)}")


def result(
    context: typer.Context,
    name: Name = "",
    json: Json = False,
    language: Language = "en",
    database: Database = None,
) -> None:
    """What an experiment has found so far: won, lost, no difference or not yet. Look as often as you like."""
    if language not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--language")
    app = session(context).open(database=database)
    results = app.experiment_results(name)
    if json:
        print_json([experiment_json(one) for one in results])
        return
    speaker, out = Speaker(language, app.library.campaign.region), Console(soft_wrap=True)
    if not results:
        out.print("There is no experiment. Write one in content/experiments/ (docs/evaluation.md).")
    for one in results:
        out.print(f"[bold]{escape(one.id)}[/bold]{speaker.colon} {escape(experiment_title(one, speaker))}")
        out.print(f"  [bold]{speaker.word(one.verdict)}[/bold]")
        for line in experiment_words(one, speaker):
            out.print(f"  {escape(line)}")


def _title(one: ExperimentPlan) -> str:
    return one.file.question.get("en") or next(iter(one.file.question.values()), one.id)


def _plan_words(one: ExperimentPlan) -> list[str]:
    file, variants = one.file, len(one.file.variants)
    source = (
        f"measured on {one.spread_from} pairs of posts" if one.spread_from else "assumed; too few posts to measure it"
    )
    told = [
        f"{variants} variants ({', '.join(file.variants)}) of series {file.series}; {file.metric} after"
        f" {file.age.total_seconds() / 3600:g} h; at most {file.most_blocks} blocks.",
        f"Blocks vary by {one.spread:.2f} on the logarithm ({source}).",
    ]
    if one.blocks_needed:
        told.append(
            f"To find {file.smallest_effect:g}% more with a probability of {POWER:.0%}: {one.posts_needed} posts"
            f" ({one.blocks_needed} blocks of {variants})."
        )
        if one.blocks_needed > file.most_blocks:
            told.append(f"That is more than most_blocks ({file.most_blocks}): it would often stop undecided.")
    else:
        told.append(f"To find {file.smallest_effect:g}% more takes more posts than a campaign has.")
    if one.found_by_schedule is None:
        told.append(f"The schedule has {one.posts_scheduled} posts: too few to find anything.")
    else:
        told.append(
            f"The schedule has {one.posts_scheduled} posts: they find an effect of {one.found_by_schedule:.0f}% or more."
        )
    return told


def _plan_json(one: ExperimentPlan) -> dict[str, Any]:
    return {
        "id": one.id, "series": one.file.series, "variants": list(one.file.variants), "metric": one.file.metric,
        "smallest_effect": one.file.smallest_effect, "power": POWER, "spread": one.spread, "spread_from": one.spread_from,
        "blocks_needed": one.blocks_needed or None, "posts_needed": one.posts_needed or None,
        "posts_scheduled": one.posts_scheduled, "found_by_schedule": one.found_by_schedule,
    }  # fmt: skip
