"""Imports point strictly down (design 4). The table is the design; the test walks the real imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "campaign_bot"

#: From the top. A module may import from lower rows; within a row only where the row says so.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("daemon", "probe", "rehearsal", "starter", "redirector"),
    ("app", "contract"),
    (
        "plan",
        "check",
        "approve",
        "publish",
        "collect",
        "evaluate",
        "report",
        "bill",
        "health",
        "doctor",
        "outcomes",
        "opendata",
        "handout",
        "preview",
    ),
    ("networks", "store", "sandbox"),
    (
        "compose",
        "schedule",
        "library",
        "config",
        "log",
        "whole",
        "alerts",
        "privacy",
        "pairs",
        "parity",
        "difference",
        "authority",
        "hidden",
        "drawing",
    ),
    ("model",),
    ("errors",),
    ("secrecy", "bilingual", "values"),
)
ALLOWED_WITHIN = {
    ("report", "evaluate"),  # one stage in two packages
    ("opendata", "evaluate"),  # the same figures by the same rules
    ("opendata", "report"),  # the same way to say numbers and dates
    ("compose", "library"),
    ("schedule", "library"),
    ("daemon", "probe"),
    ("parity", "pairs"),
    ("authority", "library"),
    ("health", "bill"),  # the share from which a budget is a concern
    ("library", "schedule"),  # loading asks whether a rule is one
    ("errors", "model"),  # only the type of a field
}
#: A library that only one room may know: a module, or a package with all its modules.
HOMES = {
    "pytest": {
        "contract.suite",
        "contract.posting",
        "contract.fixtures",
    },  # it is not installed with the package: only who tests a network loads this
    "tweepy": {"networks.x"},
    "mastodon": {"networks.mastodon"},
    "atproto": {"networks.bluesky"},
    "apscheduler.schedulers": {"daemon"},
    "apscheduler.triggers": {"schedule", "daemon"},
    "apprise": {"alerts"},
    "prometheus_client": {"probe"},
    "pysqlite3": {"store.connection"},
    "sqlite_utils": {"store.database", "store.migrations"},
}


def _modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _row(module: str) -> int:
    top = module.split(".")[0]
    rows = [number for number, row in enumerate(LAYERS) if top in row]
    assert rows, f"{module} has no place in the table of layers"
    return rows[0]


@pytest.mark.parametrize("module", sorted(set(_modules()) - {"__init__"}))
def test_imports_point_down(module: str) -> None:
    top = module.split(".")[0]
    for name in _imports(_modules()[module]):
        if not name.startswith("campaign_bot.") or name == "campaign_bot.__version__":
            continue
        target = name.removeprefix("campaign_bot.").split(".")[0]
        if target == top or (top, target) in ALLOWED_WITHIN:
            continue
        assert _row(target) > _row(module), f"{module} imports {name}, which is not below it"


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_stays_in_its_room(library: str) -> None:
    users = {
        module
        for module, path in _modules().items()
        if any(name == library or name.startswith(library + ".") for name in _imports(path))
    }
    strangers = {user for user in users if not any(f"{user}.".startswith(f"{home}.") for home in HOMES[library])}
    assert strangers == set(), f"{library} is imported by {strangers}"


def test_only_app_reads_the_clock() -> None:
    for module, path in _modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("now", "utcnow", "today")
                and module.split(".")[0] != "app"
            ):
                called = ast.unparse(node.value)
                assert called not in ("datetime", "date", "datetime.datetime"), f"{module} reads the clock"
