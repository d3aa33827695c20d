"""Campaigns that come with the package: the starter that teaches the format, and the shipped example."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from campaign_bot.app import utc_now
from campaign_bot.errors import ConfigError, NotFound

_PACKAGE = Path(__file__).parent
EXAMPLES = ("open-government",)
#: The starter runs for so long, from the day it is made.
STARTER_DAYS = 27


def shipped(name: str) -> Path:
    """Where a shipped campaign is: inside the wheel, or the root of the clone."""
    if name not in EXAMPLES:
        raise NotFound(f"There is no example “{name}”.", advice=f"There is: {', '.join(EXAMPLES)}.")
    inside = _PACKAGE / "examples" / name
    return inside if (inside / "content").is_dir() else _PACKAGE.parent


def create(directory: Path, example: str = "") -> list[Path]:
    """Write a new campaign into an empty or new directory. Returns the files. Never overwrites anything."""
    source = shipped(example) if example else _PACKAGE / "examples" / "starter"
    taken = [name for name in ("content", "schedules") if (directory / name).exists()]
    if taken:
        raise ConfigError(
            f"{directory} has {' and '.join(taken)} already; nothing was written.", advice="Choose another."
        )
    today = utc_now().date()
    dates = {"__STARTS__": today.isoformat(), "__ENDS__": (today + timedelta(days=STARTER_DAYS)).isoformat()}
    written: list[Path] = []
    try:
        for name in ("content", "schedules"):
            shutil.copytree(source / name, directory / name)
        for file in sorted(
            path for name in ("content", "schedules") for path in (directory / name).rglob("*") if path.is_file()
        ):
            if file.suffix == ".yaml":
                text = file.read_text(encoding="utf-8")
                for token, value in dates.items():
                    text = text.replace(token, value)
                file.write_text(text, encoding="utf-8")
            written.append(file)
    except OSError as error:
        for name in ("content", "schedules"):  # they were not there before
            shutil.rmtree(directory / name, ignore_errors=True)
        why = error.strerror or "the files could not be copied"  # shutil.Error has a list instead
        raise ConfigError(
            f"{directory} cannot be written: {why}.", advice="Check its permissions and space."
        ) from error
    return written
