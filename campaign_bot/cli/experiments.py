"""experiment: how many posts one takes, what it has found so far, and its end."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from campaign_bot.app.foreseeing import POWER, ExperimentPlan
from campaign_bot.cli.session import Database, Json, print_json, session
from campaign_bot.report.labels import text_label
from campaign_bot.report.learning import experiment_title, experiment_verdict, experiment_words
from campaign_bot.report.tables import experiment_json
from campaign_bot.report.words import Speaker

Name = Annotated[str, typer.Argument(help="The experiment: the name of its file. Default: all.")]
Language = Annotated[str, typer.Option(help="en or fr.")]


def register(root: typer.Typer) -> None:
    group = typer.Typer(help="Experiments: planned by power, dealt by lot, judged at any time.", no_args_is_help=True)
    group.command("plan")(plan)
    group.command("result")(result)
    group.command("end")(end)
    root.add_typer(group, name="experiment")


def plan(context: typer.Context, name: Name = "", json: Json = False, language: Language = "en") -> None:
    """How many posts an experiment takes, and what the schedule can find. Nothing is written."""
    _known(language)
    app = session(context).open()
    plans = app.experiment_plans(name)
    if json:
        print_json([_plan_json(one) for one in plans])
        return
    speaker, out = Speaker(language, app.library.campaign.region), Console(soft_wrap=True)
    if not plans:
        out.print(speaker.sentence("exp_none"))
    for one in plans:
        title = text_label(one.file.question, one.id, speaker)
        out.print(f"[bold]{escape(one.id)}[/bold]{speaker.colon} {escape(title)}")
        for line in _plan_words(one, speaker):
            out.print(f"  {escape(line)}")


def result(
    context: typer.Context,
    name: Name = "",
    json: Json = False,
    language: Language = "en",
    database: Database = None,
) -> None:
    """What an experiment has found so far: won, lost, no difference or not yet. Look as often as you like."""
    _known(language)
    app = session(context).open(database=database)
    results = app.experiment_results(name)
    if json:
        print_json([experiment_json(one) for one in results])
        return
    speaker, out = Speaker(language, app.library.campaign.region), Console(soft_wrap=True)
    if not results:
        out.print(speaker.sentence("exp_none"))
    for one in results:
        out.print(f"[bold]{escape(one.id)}[/bold]{speaker.colon} {escape(experiment_title(one, speaker))}")
        out.print(f"  [bold]{escape(experiment_verdict(one, speaker))}[/bold]")
        for line in experiment_words(one, speaker):
            out.print(f"  {escape(line)}")


def end(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The experiment: the name of its file.")],
    reason: Annotated[str, typer.Option(help="Why, for the record and the report.")],
    json: Json = False,
    language: Language = "en",
) -> None:
    """End an experiment: nothing more is dealt, its result stands, and its file may change. It cannot begin again."""
    _known(language)
    app = session(context).open()
    ending = app.end_experiment(name, reason)
    if json:
        print_json(
            {
                "let_go": ending.let_go, "changing": ending.changing, "approved": ending.approved,
                "result": experiment_json(ending.result),
            }
        )  # fmt: skip
        return
    speaker, out = Speaker(language, app.library.campaign.region), Console(soft_wrap=True)
    say, number = speaker.sentence, speaker.number
    out.print(escape(say("end_done", id=name, verdict=experiment_verdict(ending.result, speaker))))
    told = experiment_words(ending.result, speaker)
    if ending.let_go:
        told.append(say("end_let_go", number=number(ending.let_go)))
        changing, approved = number(ending.changing), number(ending.approved)
        told.append(say("end_changing", changing=changing, approved=approved) if ending.changing else say("end_same"))
    else:
        told.append(say("end_none"))
    for line in (*told, say("end_free")):
        out.print(f"  {escape(line)}")


def _known(language: str) -> None:
    if language not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--language")


def _plan_words(one: ExperimentPlan, speaker: Speaker) -> list[str]:
    file, number, say = one.file, speaker.number, speaker.sentence
    variants, smallest = len(file.variants), speaker.percent(file.smallest_effect, 2)
    source = say("plan_measured", number=number(one.spread_from)) if one.spread_from else say("plan_assumed")
    told = [
        say(
            "plan_what", number=number(variants), variants=", ".join(file.variants), series=file.series,
            metric=speaker.word(file.metric).lower(), age=speaker.age(file.age), most=speaker.count(file.most_blocks, "block"),
        ),
        say("plan_spread", spread=speaker.rate(one.spread), source=source),
    ]  # fmt: skip
    if one.blocks_needed:
        told.append(
            say(
                "plan_needed", smallest=smallest, power=speaker.percent(100 * POWER), posts=number(one.posts_needed),
                blocks=speaker.count(one.blocks_needed, "block"), number=number(variants),
            )
        )  # fmt: skip
        if one.blocks_needed > file.most_blocks:
            told.append(say("plan_over", most=number(file.most_blocks)))
    else:
        told.append(say("plan_never", smallest=smallest))
    scheduled = say("plan_scheduled", posts=number(one.posts_scheduled))
    if one.posts_refused:
        scheduled = say("plan_refused", scheduled=scheduled, refused=number(one.posts_refused))
    if one.posts_used < one.posts_scheduled:
        blocks = speaker.count(one.blocks_scheduled, "block")
        scheduled = say("plan_used", scheduled=scheduled, used=number(one.posts_used), blocks=blocks)
    if one.found_by_schedule is None:
        told.append(say("plan_too_few", scheduled=scheduled))
    else:
        told.append(say("plan_finds", scheduled=scheduled, found=speaker.percent(one.found_by_schedule)))
    return told


def _plan_json(one: ExperimentPlan) -> dict[str, Any]:
    return {
        "id": one.id, "series": one.file.series, "variants": list(one.file.variants), "metric": one.file.metric,
        "smallest_effect": one.file.smallest_effect, "power": POWER, "spread": one.spread, "spread_from": one.spread_from,
        "blocks_needed": one.blocks_needed or None, "posts_needed": one.posts_needed or None,
        "posts_scheduled": one.posts_scheduled, "posts_refused": one.posts_refused, "posts_used": one.posts_used,
        "found_by_schedule": one.found_by_schedule,
    }  # fmt: skip
