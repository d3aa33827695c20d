"""Every error that a person may see. The message is a sentence fit to show; `advice` says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from campaign_bot.secrecy import in_force

if TYPE_CHECKING:
    from campaign_bot.model import Problem


class CampaignBotError(Exception):
    """The root. Surfaces print it as one clean line and exit 1."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class ConfigError(CampaignBotError):
    """A setting is missing or wrong."""


class ContentError(CampaignBotError):
    """The campaign's files have problems that block; `problems` has all of them."""

    def __init__(self, message: str, problems: Sequence[Problem], *, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.problems = tuple(problems)


class NotFound(CampaignBotError):
    """Nothing has that name."""


class StateError(CampaignBotError):
    """What was asked does not fit the state that the thing is in."""


class StoreError(CampaignBotError):
    """The database could not do it; nothing was changed."""


class NetworkError(CampaignBotError):
    """A network said no, or nothing. `account` is whose request it was."""

    def __init__(self, account: str, message: str, *, advice: str = "") -> None:
        super().__init__(in_force.text(message), advice=advice)
        self.account = account

    def __str__(self) -> str:
        return f"{self.account}: {super().__str__()}"


class Rejected(NetworkError):
    """This delivery will never be accepted as it is -> failed."""


class AuthError(NetworkError):
    """This account can do nothing until a person mends its credentials -> account paused, alert."""


class RateLimited(NetworkError):
    """Too many requests -> later; not counted as an attempt. `until` is None where the server did not say."""

    def __init__(self, account: str, message: str, *, until: datetime | None = None, advice: str = "") -> None:
        super().__init__(account, message, advice=advice)
        self.until = until


class BudgetReached(NetworkError):
    """The network wants money that is not there -> held, alert."""

    def __init__(self, account: str, message: str, *, until: datetime | None = None, advice: str = "") -> None:
        super().__init__(account, message, advice=advice)
        self.until = until


class NotReady(NetworkError):
    """What was uploaded is still being prepared, nothing was created -> asked again `after` so many seconds at the
    earliest; not counted as an attempt, and never past the campaign's max lateness."""

    def __init__(self, account: str, message: str, *, after_s: float = 5.0, advice: str = "") -> None:
        super().__init__(account, message, advice=advice)
        self.after_s = after_s


class Unavailable(NetworkError):
    """Certainly not sent (refused connection, 502 before creating) -> backoff with jitter."""


class Unconfirmed(NetworkError):
    """May have been sent (lost answer, timeout after the request left) -> reconcile before any resend."""
