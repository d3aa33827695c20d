"""Patterns that are compiled when they are first used: most commands judge nothing, and compiling takes longer than to read
a campaign's files."""

from __future__ import annotations

from typing import Any, cast

import regex


def late(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """What `regex.compile` gives, compiled with its first use."""
    return cast("regex.Pattern[str]", _Late(pattern, flags))


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(regex.compile(self._pattern, self._flags), name)
        self.__dict__[name] = found  # asked for once: it is used in loops
        return found
