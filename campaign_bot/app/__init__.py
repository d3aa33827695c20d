"""The composition root: settings, clock, library, store and networks, put together once. Every surface calls this.

The only place that reads the clock and the environment. Stages get what they need as arguments.
"""

from __future__ import annotations

from campaign_bot.app.labelled import Labelling
from campaign_bot.app.operating import Operating
from campaign_bot.app.parts import utc_now
from campaign_bot.app.telling import Telling
from campaign_bot.app.working import Worked, Working

__all__ = ["App", "Worked", "utc_now"]


class App(Working, Operating, Labelling, Telling):
    """One campaign directory, opened. `sandbox` sends everything to local networks and marks it
    SIMULATED; `sandbox_url` says where they are."""
