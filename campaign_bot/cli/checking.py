"""check: every file and every post; drafts of other tools; the table of rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot import starter
from campaign_bot.app.checking import judge_drafts, what_to_mend, write_mends
from campaign_bot.check import RULES, Rule, page
from campaign_bot.cli.findings import as_github, as_sarif, merged, show
from campaign_bot.cli.session import Json, counted, err, out, print_json, problem_json, session, table
from campaign_bot.errors import NotFound
from campaign_bot.library.words import advice_for
from campaign_bot.model import Problem

#: How spaces that look like others are shown in a diff.
SHOWN_NBSP, SHOWN_NARROW = "⍽", "⎵"
FORMATS = ("text", "json", "sarif", "github", "markdown")


def register(root: typer.Typer) -> None:
    root.command()(check)


def check(
    context: typer.Context,
    as_json: Json = False,
    output: Annotated[
        str, typer.Option("--format", help="text, json, sarif (code review tools) or github (pull requests).")
    ] = "text",
    drafts: Annotated[
        str, typer.Option(help="Judge drafts instead: a file of JSON lines, or - for standard input.")
    ] = "",
    rules: Annotated[bool, typer.Option("--rules", help="List every rule instead.")] = False,
    explain: Annotated[str, typer.Option(help="Explain one rule instead, with examples.")] = "",
    fix: Annotated[
        bool, typer.Option("--fix", help="Show what can be mended without doubt, ask, and write it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: write without asking.")] = False,
) -> None:
    """Check every file of the campaign and every post that it makes. Exit 1 if anything blocks."""
    if yes and not fix:
        raise typer.BadParameter("it goes with --fix", param_hint="--yes")
    output = "json" if as_json else output
    if output not in FORMATS or (output == "markdown" and not rules):
        raise typer.BadParameter(f"{output} is none of text, json, sarif, github", param_hint="--format")
    if rules or explain:
        _show_rules(explain, output)
    elif fix:
        _fix(session(context).directory, yes=yes)
    elif drafts:
        _check_drafts(session(context).directory, drafts)
    else:
        app = session(context).open()
        raise typer.Exit(_report(*app.check(), directory=app.directory, output=output))


def _report(problems: list[Problem], posts: int, deliveries: int, *, directory: Path, output: str) -> int:
    blocking = sum(problem.blocks for problem in problems)
    if output == "json":
        told = [problem_json(problem) for problem in problems]
        allowed = sum(bool(problem.allowed) for problem in problems)
        print_json({"errors": blocking, "warnings": len(problems) - blocking - allowed, "allowed": allowed,
                    "posts": posts, "deliveries": deliveries, "problems": told})  # fmt: skip
    elif output == "sarif":
        print_json(as_sarif(problems))
    elif output == "github":
        sys.stdout.writelines(f"{line}\n" for line in as_github(problems))
    else:
        show(problems, out, directory)
        once = [problem for problem, _ in merged(problems)]
        errors, allowed = sum(one.blocks for one in once), sum(bool(one.allowed) for one in once)
        checked = f"{counted(posts, 'post')}, {counted(deliveries, 'delivery')} checked: " if posts else ""
        told = f"{checked}{counted(errors, 'error')}, {counted(len(once) - errors - allowed, 'warning')}"
        out.print(f"{told}{f', {allowed} allowed' if allowed else ''}.", style="red" if blocking else "green")
    return 1 if blocking else 0


def _show_rules(name: str, output: str) -> None:
    if name and name not in RULES:
        raise NotFound(f"There is no rule “{name}”.", advice=advice_for(name, RULES, "rule"))
    chosen = [RULES[name]] if name else page.ordered()
    if output == "json":
        print_json([page.as_json(rule) for rule in chosen])
    elif output == "markdown":
        sys.stdout.write(page.page())
    elif name:
        _explain(chosen[0])
    else:
        shown = table("rule", "severity", "fix", "what it asks", whole=("rule", "severity"))
        for rule in chosen:
            shown.add_row(rule.id, rule.severities or rule.severity, "yes" if rule.mend else "", escape(rule.says))
        out.print(shown)
        out.print("\n`campaign-bot check --explain RULE` shows examples of each.", style="dim")


def _explain(rule: Rule) -> None:
    out.print(
        f"[bold]{rule.id}[/bold]  {rule.severities or rule.severity}{'  (check --fix mends it)' if rule.mend else ''}"
    )
    out.print(escape(rule.says))
    out.print(f"Looks at {page.LOOKS[rule.looks]}.", style="dim")
    out.print(f"\n  en  {escape(rule.advice['en'])}\n  fr  {escape(rule.advice['fr'])}")
    for title, colour, examples in (("Passes", "green", rule.passes), ("Found", "red", rule.fails)):
        if examples:
            out.print(f"\n[{colour}]{title}[/{colour}]")
            for example in examples:
                out.print(f"  {page.told(example)}", markup=False, emoji=False, soft_wrap=True)
    out.print(f"\nSource: {escape(rule.source)}", style="dim")


def _fix(directory: Path, *, yes: bool) -> None:
    """What the machine can mend, as a diff first. Exit 1 if something is left to be written."""
    found, unread = what_to_mend(directory)
    for file in unread:
        err.print(f"{escape(file)} cannot be read and is left as it is: `campaign-bot check` says why.", soft_wrap=True)
    for one in found:
        for line in one.diff():
            style = "bold" if line.startswith(("---", "+++")) else {"+": "green", "-": "red"}.get(line[:1], "dim")
            out.print(_visible(line), style=style, markup=False, emoji=False, soft_wrap=True)
    if not found:
        out.print("Nothing to mend." if not unread else "Nothing else to mend.", style="green")
        return
    told = f"{counted(sum(one.lines for one in found), 'line')} in {counted(len(found), 'file')}"
    out.print(f"\n{told}; {SHOWN_NBSP} is a no-break space, {SHOWN_NARROW} a narrow one.", style="dim")
    if not yes and (not sys.stdin.isatty() or not typer.confirm("Write this?")):
        out.print("Nothing was written." + ("" if sys.stdin.isatty() else " Add --yes to write it."))
        raise typer.Exit(1)
    write_mends(directory, found)
    out.print(f"Mended {told}.", style="green")


def _visible(line: str) -> str:
    return line.rstrip("\r").replace("\u00a0", SHOWN_NBSP).replace("\u202f", SHOWN_NARROW)


def _check_drafts(directory: Path, file: str) -> None:
    """One line of findings for each draft on stdout; what is no draft is also told on stderr."""
    campaign = directory if (directory / "content" / "campaign.yaml").is_file() else starter.shipped("open-government")
    judged = judge_drafts(campaign, _lines(file))
    for one in judged:
        sys.stdout.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")
        if one.bad:
            err.print(f"[bold]{'standard input' if file == '-' else file}:{one.line}[/bold]: ", end="")
            err.print(one.bad, markup=False, emoji=False, soft_wrap=True)
    sys.stdout.flush()
    raise typer.Exit(1 if any(one.blocks for one in judged) else 0)


def _lines(file: str) -> Iterator[str]:
    """The lines of a file or of standard input; a byte that is not UTF-8 is the problem of its line."""
    if file == "-":
        raw = sys.stdin.buffer.read()
    else:
        try:
            raw = Path(file).read_bytes()
        except OSError as error:
            raise NotFound(
                f"{file} cannot be read: {error.strerror}.", advice="Name a file, or - for standard input."
            ) from error
    for line in raw.split(b"\n"):
        yield line.decode("utf-8", errors="surrogateescape")
