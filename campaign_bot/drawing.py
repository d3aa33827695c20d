"""Vega-Lite charts as SVG. What draws them takes a second to start: a process of its own does that while figures are read.

Run as a program it is that process: a chart a line as JSON on stdin, its SVG as JSON on stdout, until stdin ends.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any

_beside: list[subprocess.Popen[str]] = []  # none, or the one


def begin() -> Callable[[], None]:
    """From here on charts are drawn in a process beside this one, where one can be made. Returns what ends it."""
    # A session of its own: Ctrl-C is for us alone. -P: nothing is loaded from the directory that one is in.
    command = [sys.executable, "-P", "-m", "campaign_bot.drawing"]
    with contextlib.suppress(OSError):  # without one they are drawn here
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        _beside.append(process)
    return _end


def _end() -> None:
    while _beside:
        with contextlib.suppress(OSError), _beside.pop() as process:
            process.kill()  # it has nothing to lose


def svg(spec: Mapping[str, Any], format_locale: Mapping[str, Any] | None) -> str:
    """A chart as SVG: drawn beside, or here where nobody else does it."""
    if _beside:
        try:
            return _asked(_beside[0], spec, format_locale)
        except (OSError, ValueError):  # it has gone: what is wrong shows here
            _end()
    return _drawn(spec, format_locale)


def _asked(process: subprocess.Popen[str], spec: Mapping[str, Any], format_locale: Mapping[str, Any] | None) -> str:
    assert process.stdin and process.stdout  # noqa: S101 - pipes
    process.stdin.write(json.dumps([spec, format_locale]) + "\n")
    process.stdin.flush()
    return str(json.loads(process.stdout.readline()))


def _drawn(spec: Any, format_locale: Any) -> str:
    import vl_convert  # late: 84 MB

    return vl_convert.vegalite_to_svg(spec, format_locale=format_locale)


def _draw_all(asked: IO[str], told: IO[str]) -> None:
    _drawn({"data": {"values": [{}]}, "mark": "point"}, None)  # the start is what takes long
    for line in asked:
        told.write(json.dumps(_drawn(*json.loads(line))) + "\n")
        told.flush()


if __name__ == "__main__":
    _draw_all(sys.stdin, sys.stdout)
