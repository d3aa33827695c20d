"""The commands, by topic. They parse, call `app`, and show; rules live in the stages.

Results go to stdout, progress and errors to stderr. Exit 0: done; 1: something failed; 2: wrong usage.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

#: Nothing here is for plugins of pydantic, and looking for them in every installed package takes a tenth of a second.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import typer
from typer.core import TyperGroup

from campaign_bot import __version__
from campaign_bot.cli.session import Session, err, print_problems
from campaign_bot.errors import CampaignBotError, ContentError

#: Every topic, a module of this package, with the commands that it registers.
TOPICS: dict[str, tuple[str, ...]] = {
    "service": ("rehearse", "run", "sandbox"),
    "checking": ("check",),
    "content": ("plan", "preview", "init"),
    "cards": ("cards",),
    "review": ("review",),
    "approvals": ("approve", "reject", "resolve", "pause", "resume"),
    "queue": ("queue",),
    "sent": ("retract", "edit"),
    "accounts": ("accounts",),
    "networks": ("networks",),
    "reports": ("report", "export"),
    "experiments": ("experiment",),
    "imports": ("import",),
    "links": ("links",),
    "explore": ("explore",),
    "privacy": ("privacy",),
    "operating": ("status", "doctor", "backup", "restore"),
    "audit": ("audit",),
}


class Commands(TyperGroup):
    """The commands, each loaded when it is called: to load all of them takes longer than most of them work."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            topics = [topic for topic, names in TOPICS.items() if cmd_name in names]
            self._load(topics or TOPICS)  # all, to say which one may have been meant
        return self.commands.get(cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        self._load(TOPICS)
        return [name for names in TOPICS.values() for name in names]

    def _load(self, topics: Iterable[str]) -> None:
        for topic in topics:
            registered = typer.Typer()
            import_module(f"{__name__}.{topic}").register(registered)
            self.commands = {**self.commands, **typer.main.get_group(registered).commands}


app = typer.Typer(
    name="campaign-bot",
    cls=Commands,
    help="Run a public, bilingual social media campaign: planned from files, checked, approved, published exactly once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"campaign-bot {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("-C", "--directory", help="The campaign directory.")] = Path(),
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Work with the local networks and their own SIMULATED database.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    context.obj = Session(directory, sandbox, debug)
    context.call_on_close(context.obj.close)


def main() -> None:
    """The entry point: one clean line for every error; tracebacks only with --debug. Typer itself sees to wrong usage
    (exit 2), Ctrl-C (130) and readers that have gone (`| head`)."""
    # Nothing is left to be saved when Python leaves, and to look for garbage among all modules first is a fifth of `status`.
    atexit.register(gc.freeze)
    try:
        app()
    except ContentError as error:
        if [problem.message for problem in error.problems] != [error.message]:
            print_problems(error.problems, err)
        _fail(error, str(error))
    except CampaignBotError as error:
        _fail(error, str(error))
    except Exception as error:  # noqa: BLE001 - the surface: people get a sentence, maintainers --debug
        told = f"A fault in campaign-bot: {type(error).__name__}: {error}."
        _fail(error, f"{told} Please report it, with what --debug shows.")


def _fail(error: Exception, told: str) -> None:
    if "--debug" in sys.argv:
        raise error
    err.print(f"[red]Error:[/red] {_escape(told)}", soft_wrap=True)
    sys.exit(1)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
