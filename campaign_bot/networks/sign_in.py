"""How a person gives an account its credentials: questions that a network asks through whoever talks to the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


class Person(Protocol):
    """Whom a network asks."""

    def tell(self, text: str) -> None:
        """Something to read, or to do."""
        ...

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """An answer, without white space around it; `hidden` while it is typed. Never empty."""
        ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of it: the secrets by the fields of the network's Credentials, and how long they last if the network said."""

    secrets: Mapping[str, str] = field(repr=False)
    lifetime: timedelta | None = None
