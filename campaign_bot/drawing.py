"""Vega-Lite charts as SVG. What draws them takes a second to start: a process of its own does that while figures are read.

Run as a program it is that process: a chart a line as JSON on stdin, its SVG as JSON on stdout, until stdin ends.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any

Svg = Callable[[], str]

_beside: list[_Beside] = []  # none, or the one


def begin() -> Callable[[], None]:
    """From here on charts are drawn in a process beside this one, where one can be made. Returns what ends it."""
    with contextlib.suppress(OSError):  # without one they are drawn here
        _beside.append(_Beside())
    return _end


def _end() -> None:
    while _beside:
        _beside.pop().end()


def ask(spec: Mapping[str, Any], format_locale: Mapping[str, Any] | None) -> Svg:
    """A chart's SVG, when it is called for: drawn beside meanwhile, or here where nobody else does it."""
    here = partial(_drawn, spec, format_locale)
    if not _beside:
        return here
    asked = _beside[0].ask(spec, format_locale)

    def told() -> str:
        try:
            return asked()
        except (OSError, ValueError):  # it has gone: what is wrong shows here
            _end()
        return here()

    return told


class _Beside:
    """The process that draws, and the thread that waits for it."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C is for us alone. -P: nothing is loaded from the directory that one is in.
        command = [sys.executable, "-P", "-m", "campaign_bot.drawing"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drawing")

    def ask(self, spec: Mapping[str, Any], format_locale: Mapping[str, Any] | None) -> Svg:
        return self._thread.submit(self._draw, json.dumps([spec, format_locale])).result

    def _draw(self, line: str) -> str:
        told, tells = self._process.stdin, self._process.stdout
        assert told and tells  # noqa: S101 - pipes
        told.write(line + "\n")
        told.flush()
        return str(json.loads(tells.readline()))

    def end(self) -> None:
        self._process.kill()  # it has nothing to lose
        self._thread.shutdown()
        with contextlib.suppress(OSError), self._process:
            pass  # its pipes are closed, and it is waited for


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
