"""The secrets in force in this process: what is logged, shown or kept passes here first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HIDDEN = "[secret]"


class Redactor:
    """Replaces every known secret in any text that passes, however deep it sits."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """From here on these are taken out too. One that was in force stays so: an old token is a secret still."""
        known = {*self._secrets, *(secret for secret in secrets if len(secret) >= 4)}
        # Longest first: a secret that contains another one must not leave its rest behind.
        self._secrets = sorted(known, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))


#: Servers echo what they are sent: a network's words are freed from secrets before anybody keeps or shows them.
in_force = Redactor()
