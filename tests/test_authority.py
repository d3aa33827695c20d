"""Who may do what: every act that changes what leaves, by people who are and are not among the campaign's."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_bot import cli
from campaign_bot.app import App
from campaign_bot.authority import ACTS
from campaign_bot.errors import StateError
from campaign_bot.model import ALL, State
from campaign_bot.store.base import Store
from tests.campaigns import SERIES
from tests.stage import DUE, Stage, set_stage
from tests.test_approvals import HOUR, approve, of, queued
from tests.test_approvals import rules as rules_with_pictures

ROOT = Path(__file__).parent.parent
DIRECTORS = "approvals: {roles: [director], self_approval: true}\n"
NO_PICTURES = {"content/series/facts/series.yaml": SERIES.split("pictures:")[0]}


def rules(text: str) -> dict[str, str]:
    return rules_with_pictures(text) | NO_PICTURES


#: How each act is done. What it would need on a network is not reached by who may not do it.
DO: dict[str, Callable[[App, Stage], object]] = {
    "pause": lambda app, stage: app.pause(ALL, "stop"),
    "queue": lambda app, stage: app.queue(["x-en"], "Hello to you all.", DUE + HOUR),
    "move": lambda app, stage: app.move(of(stage), DUE + HOUR),
    "cancel": lambda app, stage: app.cancel(of(stage), ""),
    "reject": lambda app, stage: app.reject(of(stage), person=app.person),
    "retract": lambda app, stage: app.retract(of(stage)[0], "why"),
    "resolve": lambda app, stage: app.resolve(of(stage)[0], ""),
    "import": lambda app, stage: app.undo_import(1),
    "end": lambda app, stage: app.end_experiment("ask-or-tell", "why"),
    "label": lambda app, stage: app.label(app.library.account("x-en")),
    "release": lambda app, stage: app.release(of(stage)[0], stage.clock()),
    "resume": lambda app, stage: app.resume(ALL),
    "edit": lambda app, stage: app.edit(of(stage)[0], 0, of(stage)[0].content),
    "accept": lambda app, stage: app.accept("why"),
    "dispose": lambda app, stage: app.dispose(DUE - timedelta(days=99), "why", dry_run=False),
}


def test_who_is_not_among_the_people_can_only_stop_and_who_lacks_the_role_lets_nothing_leave(tmp_path: Path) -> None:
    assert set(DO) == set(ACTS) - {"approve"}, "`approve` tells why for each post"
    with set_stage(tmp_path, rules(DIRECTORS), approved=False, now=DUE - HOUR / 2) as stage:
        for person, refused in (("mallory", {"people", "approvers"}), ("alex", {"approvers"})):
            stage.app.settings.person = person
            for act, do in DO.items():
                before = stage.app.store.head()
                if ACTS[act][0] in refused:
                    with pytest.raises(StateError, match=f"{person} may not {act} this"):
                        do(stage.app, stage)
                    assert stage.app.store.head() == before, f"{act} by {person} left a trace"
            decision = approve(stage, person)
            assert decision.why.startswith(f"{person} ") and not decision.done
        stage.app.settings.person = "mallory"
        stage.app.pause(ALL, "stop")
        assert ALL in stage.app.store.paused()


def test_the_role_is_that_of_the_posts_own_rule(tmp_path: Path) -> None:
    text = "approvals: {roles: [editor], rules: [{accounts: [x-en, x-fr], roles: [director]}]}\n"
    with set_stage(tmp_path, rules(text), approved=False) as stage:
        stage.app.settings.person = "alex"
        stage.app.permit("release", of(stage))
        with pytest.raises(StateError, match="alex has not the role it takes: director"):
            stage.app.permit("release", of(stage, "x"))
        stage.app.pause("x-en", "")
        with pytest.raises(StateError, match="Ask sam or noor"):
            stage.app.resume("x-en")


def test_a_broken_file_of_posts_does_not_keep_people_from_acting(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules(DIRECTORS), approved=False) as stage:
        (stage.app.directory / "content/data/facts.yaml").write_text("- id: [\n", "utf-8")
        del stage.app.__dict__["library"]
        stage.app.settings.person = "mallory"
        with pytest.raises(StateError, match="may not cancel"):
            stage.app.cancel(of(stage), "")
        stage.app.settings.person = "alex"
        assert all(done for _, done in stage.app.cancel(of(stage), "wrong figure"))


@pytest.mark.parametrize("people", ["", "people: {publisher: [director], alex: [director]}\n"])
def test_nobody_goes_by_a_name_of_the_program(tmp_path: Path, people: str) -> None:
    with set_stage(tmp_path, {"content/campaign.yaml": rules("")["content/campaign.yaml"].split("people:")[0] + people},
                   approved=False) as stage:  # fmt: skip
        assert "no person’s" in approve(stage, "Publisher").why
        stage.app.settings.person = "plan"
        with pytest.raises(StateError, match="“plan” is a name of the program"):
            stage.app.move(of(stage), DUE + HOUR)


def test_one_person_under_two_spellings_is_one(tmp_path: Path) -> None:
    campaign = rules("approvals: {needed: 2}\n")["content/campaign.yaml"]
    campaign = re.sub(r"people:\n(  .*\n)+", "", campaign)
    with set_stage(tmp_path, {"content/campaign.yaml": campaign} | NO_PICTURES, approved=False) as stage:
        assert approve(stage, "Alex").given == 1
        assert "has approved it already" in approve(stage, " alex").why
        assert approve(stage, "sam").complete


@pytest.mark.parametrize(
    ("self_approval", "needed", "by_author", "leaves"),
    [
        ("never", 2, "alex wrote or changed it", ("sam", "noor")),
        ("counts-as-one", 1, "alex wrote or changed it", ("sam",)), ("counts-as-one", 2, "", ("sam",)),
        ("alone", 1, "", ()), ("false", 1, "alex wrote or changed it", ("sam",)),
    ],
)  # fmt: skip
def test_what_the_authors_own_yes_counts(
    tmp_path: Path, self_approval: str, needed: int, by_author: str, leaves: tuple[str, ...]
) -> None:
    text = f"approvals: {{needed: {needed}, self_approval: {self_approval}}}\n"
    with set_stage(tmp_path, rules(text), approved=False, now=DUE - HOUR / 2) as stage:
        key = queued(stage, "alex")[0].key

        def one() -> list[object]:
            return [each for each in stage.app.store.deliveries() if each.key == key]

        assert (approve(stage, "alex", one()).why or "").startswith(by_author)  # type: ignore[arg-type]
        for person in leaves:
            assert {each.state for each in one()} == {State.DRAFT}  # type: ignore[attr-defined]
            assert approve(stage, person, one()).done  # type: ignore[arg-type]
        stage.work(until=2 * HOUR)
        assert {each.state for each in one()} == {State.SENT}  # type: ignore[attr-defined]


def test_the_page_has_the_table_of_acts() -> None:
    text = (ROOT / "docs/approvals.md").read_text("utf-8")
    told = {row[0]: (row[1], row[2]) for row in re.findall(r"^\| `([a-z ]+)` \| .*? \| (\w+) \| (.*?) \|$", text, re.M)}
    assert told == ACTS


def test_commands_write_through_the_app_alone() -> None:
    """Who may is asked there: a verb of the store that takes who did it is none that a command may call."""
    writing = {
        name
        for name, verb in inspect.getmembers(Store, inspect.isfunction)
        if {"actor", "person"} & set(inspect.signature(verb).parameters)
    }
    called = {
        (path.name, node.func.attr)
        for path in Path(cli.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "store"
    }
    assert called
    assert {one for one in called if one[1] in writing} == set()
