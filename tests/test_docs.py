"""README and docs say what is: commands, options, settings, dependencies."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
import typer.main

from campaign_bot.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "writing-content.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

#: Libraries whose own dependencies show through: their errors leak, or their types are in the signatures.
HANDED_ON = ("atproto", "fastapi", "httpx", "jinja2", "pydantic", "requests-oauthlib", "tweepy")


def _commands(command: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found = {path: command}
    for name, below in getattr(command, "commands", {}).items():
        found |= _commands(below, (*path, name))
    return found


def _all_loaded() -> Any:
    """The root command; a topic's module is loaded when its commands are asked for."""
    root: Any = typer.main.get_command(app)
    root.list_commands(None)
    return root


ROOT_COMMAND = _all_loaded()
COMMANDS = _commands(ROOT_COMMAND)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _options(path: tuple[str, ...]) -> set[str]:
    return {option for param in COMMANDS[path].params for option in (*param.opts, *param.secondary_opts)} | {"--help"}


def _typed(text: str) -> list[str]:
    """Every `campaign-bot …` that a reader could type."""
    lines = [line for line in text.splitlines() if "campaign-bot " in line]
    return [
        re.split(r"\s{2,}#|[`|]| && |\n", rest)[0]
        for line in lines
        for rest in re.findall(r"campaign-bot ((?:-|[a-z])[^`]*)", line)
        if line.startswith("    ") or "`campaign-bot" in line
    ]


@pytest.mark.parametrize("typed", sorted({*_typed(README), *_typed(GUIDE)}))
def test_commands_that_the_docs_name_exist(typed: str) -> None:
    words = re.findall(r'"[^"]*"|\S+', typed)
    path: tuple[str, ...] = ()
    allowed = set(_options(()))
    for word in words:
        if (*path, word) in COMMANDS:
            path = (*path, word)
            allowed = _options(path)
        elif word.startswith("-"):
            assert word.split("=")[0] in allowed, f"{typed}: {' '.join(path)} has no {word}"
    assert path, f"{typed}: there is no such command"


def test_readme_names_every_command() -> None:
    section = README.split("## The commands")[1].split("\n## ")[0]
    for path in COMMANDS:
        if path and not any(path == other[: len(path)] and other != path for other in COMMANDS):
            assert re.search(rf"\b{path[-1]}\b", section), f"README's table does not name {' '.join(path)}"


def test_links_in_the_docs_lead_somewhere() -> None:
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text("utf-8")):
            assert target.startswith("https://") or (file.parent / target).exists(), f"{file.name}: {target}"


#: What a part needs that only some install.
EXTRAS = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]


def test_every_dependency_is_declared_and_justified() -> None:
    declared = {_normal(re.split(r"[<>=\[]", one)[0]) for one in PROJECT["dependencies"] + EXTRAS}
    told = _normal((ROOT / "docs" / "dependencies.md").read_text("utf-8"))
    assert {one for one in declared if one not in told} == set()
    imported: set[str] = set()
    for path in (ROOT / "campaign_bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    homes = packages_distributions()
    declared |= {
        _normal(re.split(r"[^A-Za-z0-9_.-]", needed)[0]) for one in HANDED_ON for needed in requires(one) or []
    }
    outside = {one for one in imported if one not in sys.stdlib_module_names and one != "campaign_bot"}
    used = {one: {_normal(home) for home in homes[one]} for one in outside}
    assert {one for one, names in used.items() if not names & declared} == set()


def test_every_command_is_in_the_table_of_those_that_are_loaded_when_called() -> None:
    """One that a module registers and the table does not know could never be called, nor one that only the table knows."""
    assert set(ROOT_COMMAND.list_commands(None)) == set(ROOT_COMMAND.commands)


def test_asking_for_the_version_loads_no_campaign() -> None:
    """Else it takes most of a second, at each start."""
    asked = "import sys; sys.argv = ['campaign-bot', '--version']; import campaign_bot.cli as c\ntry: c.main()\nfinally: print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    loaded = set(told.split())
    assert "campaign_bot.cli.session" in loaded
    assert loaded.isdisjoint({"campaign_bot.app", "campaign_bot.plan", "pydantic", "jinja2", "PIL", "numpy"})
