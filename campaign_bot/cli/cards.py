"""cards: the pictures and captions of coming posts as files, for networks that people serve by hand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import Json, out, parse_day_end, print_json, session
from campaign_bot.compose import SHAPES, ShapeName
from campaign_bot.errors import ConfigError
from campaign_bot.whole import write_whole


class ShapeChoice(StrEnum):
    WIDE = "wide"
    SQUARE = "square"
    STORY = "story"
    ALL = "all"


def register(root: typer.Typer) -> None:
    root.command()(cards)


def cards(
    context: typer.Context,
    shape: Annotated[
        ShapeChoice, typer.Option(help="wide 1200 × 675, square 1080 × 1080, story 1080 × 1920, or all.")
    ] = ShapeChoice.ALL,
    series: Annotated[str, typer.Option(help="Only this series.")] = "",
    language: Annotated[str, typer.Option(help="Only this language.")] = "",
    until: Annotated[str, typer.Option(help="Posts up to this day. Default: the whole campaign.")] = "",
    network: Annotated[str, typer.Option("--for", help="Where they go; links that count visits say so.")] = "instagram",
    directory: Annotated[Path | None, typer.Option("--out", help="Where the files go. Default: cards/ there.")] = None,
    as_json: Json = False,
) -> None:
    """Write the cards of coming posts, each with its caption, for networks that people serve by hand."""
    app = session(context).open()
    languages = app.library.campaign.languages
    if language and language not in languages:
        raise typer.BadParameter(" or ".join(languages), param_hint="--language")
    shapes: list[ShapeName] = [one for one in SHAPES if shape in (one, ShapeChoice.ALL)]
    limit = parse_day_end(until, app.zone) if until else app.campaign_end()
    target = directory or app.directory / "cards"
    made = [
        (_write(target, sheet.name, sheet.data), sheet)
        for sheet in app.cards(
            shapes, [language] if language else languages, series=series, until=limit, network=network
        )
    ]
    if as_json:
        print_json([
            {"file": str(file), "post": one.post, "language": one.language, "shape": one.shape} for file, one in made
        ])  # fmt: skip
        return
    pictures = sum(bool(one.shape) for _, one in made)
    if not made:
        out.print("No coming post has a card: `pictures: [{card: …}]` in a series.yaml makes one.")
        return
    out.print(f"{pictures} pictures and {len(made) - pictures} captions in [bold]{escape(str(target))}[/bold]")
    out.print("Each caption stands beside its pictures as POST.LANGUAGE.txt, with the alt text under it.")


def _write(target: Path, name: str, data: bytes) -> Path:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be made: {error.strerror}.", advice="Choose another place with --out."
        ) from error
    write_whole(target / name, data)
    return target / name
