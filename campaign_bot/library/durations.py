"""Durations as people write them: 30m, 2h, 3d, 1w, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SHAPE = re.compile(r"(?:\d{1,9}[wdhms])+")
_LONGEST = timedelta(days=3660)


def parse_duration(value: object) -> timedelta:
    """`30m`, `2h`, `3d`, `1h30m`. Raises ValueError with a sentence otherwise."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _SHAPE.fullmatch(value.strip()):
        raise ValueError("write a duration such as 30m, 2h, 3d or 1w")
    found = re.findall(r"(\d+)([wdhms])", value)
    try:
        duration = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in found), timedelta())
    except OverflowError:
        duration = timedelta.max
    if duration > _LONGEST:
        raise ValueError("a duration of more than ten years is a slip")
    return duration


def format_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: 24 h is `1d`, 90 min `1h30m`."""
    seconds, text = int(value.total_seconds()), ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            text += f"{number}{unit}"
    return text or "0s"
