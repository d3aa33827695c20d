"""Everything that an App can do, put together."""

from __future__ import annotations

from campaign_bot.app.foreseeing import Foreseeing
from campaign_bot.app.labelled import Labelling
from campaign_bot.app.operating import Operating
from campaign_bot.app.telling import Telling
from campaign_bot.app.working import Working


class App(Working, Operating, Labelling, Telling, Foreseeing):
    """One campaign directory, opened. `sandbox` sends everything to local networks and marks it
    SIMULATED; `sandbox_url` says where they are."""
