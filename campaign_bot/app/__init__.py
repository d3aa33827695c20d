"""The composition root: settings, clock, library, store and networks, put together once. Every surface calls this.

The only place that reads the clock and the environment. Stages get what they need as arguments.

Each class loads what it needs and no more: `Watching` looks at the database, `App` can do everything.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaign_bot.app.assembled import App
    from campaign_bot.app.parts import utc_now
    from campaign_bot.app.working import Worked

__all__ = ["App", "Worked", "utc_now"]
#: Where each name of this package is; loaded when it is asked for.
_HOMES = {"App": "assembled", "Worked": "working", "utc_now": "parts"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
