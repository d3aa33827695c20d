"""Write a file whole or not at all: a full disk or a kill leaves the one that was there before."""

from __future__ import annotations

from pathlib import Path

from campaign_bot.errors import ConfigError


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace `path` in one step. Raises ConfigError, with the old file as it was, when it cannot be written."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}.", advice="Choose another place, or make room there."
        ) from error
