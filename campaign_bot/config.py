"""Settings: what the environment and `.env` say. Secrets live here and nowhere else.

Every setting is `CAMPAIGN_BOT_<NAME>`; an account's secret is `CAMPAIGN_BOT_<ACCOUNT>_<FIELD>`, e.g.
`CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN`. Each may instead be `<SETTING>_FILE`, naming a file that holds the value.
The environment wins over `.env`.
"""

from __future__ import annotations

import ipaddress
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values, set_key
from msgspec import Struct

from campaign_bot.errors import ConfigError

PREFIX = "CAMPAIGN_BOT_"


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine."""
    try:
        return host == "localhost" or ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


class Settings(Struct):
    """What an operator may set, apart from secrets. `.env.example` explains each; a test compares the two."""

    database: str = "campaign.db"
    sandbox_url: str = ""
    sandbox_database: str = "sandbox.db"
    person: str = ""
    timeout_s: float = 15.0
    log_format: Literal["text", "json"] = "text"
    health_address: str = ""
    alerts: str = ""
    sessions: str = ".sessions"
    backup_directory: str = ""
    backup_keep: int = 14

    @property
    def alert_addresses(self) -> list[str]:
        return self.alerts.replace(",", " ").split()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError("write seconds, e.g. 15")
    return seconds


def _log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("write text or json")
    return text


def _address(text: str) -> str:
    _, _, port = text.rpartition(":")
    if not (port.isdecimal() and int(port) < 65_536):
        raise ValueError("write host:port, e.g. 127.0.0.1:9464")
    return text


def _local_url(text: str) -> str:
    if not is_loopback(urlsplit(text).hostname or ""):
        raise ValueError("the local networks are only ever on this machine, e.g. http://127.0.0.1:8765")
    return text


def _number_of_copies(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError("write how many copies are kept, at least 1, e.g. 14")
    return int(text)


#: The settings that are more than text: what makes each of what is written. ValueError says what to write.
_READERS: Mapping[str, Callable[[str], Any]] = {
    "timeout_s": _seconds,
    "log_format": _log_format,
    "health_address": _address,
    "sandbox_url": _local_url,
    "backup_keep": _number_of_copies,
}


class Secret:
    """A value that nobody sees by accident: whoever prints or logs it, or a traceback that shows it, has stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class Credentials(Struct):
    """The secrets of one account; each network subclasses it with its own `Secret` fields."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields, in their order."""
        return cls.__struct_fields__

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """From the secret values by field name; others are left out. Raises KeyError with the name of one that lacks."""
        return cls(**{name: Secret(values[name]) for name in cls.names()})

    def reveal(self) -> dict[str, str]:
        """The secret values by field name. For the network's own file only."""
        return {name: getattr(self, name).reveal() for name in self.names()}


C = TypeVar("C", bound=Credentials)


class Environment(Mapping[str, str]):
    """The environment over `.env`, with `<NAME>_FILE` resolved when it is asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {key.upper(): value for key, value in values.items() if key.upper().startswith(PREFIX)}

    @classmethod
    def read(cls, directory: Path, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of a campaign directory. Raises ConfigError when `.env` cannot be read."""
        file = directory / ".env"
        values: dict[str, str] = {}
        if file.is_file():
            try:
                values = {key: value or "" for key, value in dotenv_values(file, encoding="utf-8").items()}
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{file} cannot be read: {error}.", advice="It must be a UTF-8 text file.") from error
        return cls({**values, **(os.environ if environ is None else environ)})

    def __getitem__(self, key: str) -> str:
        value = self._values.get(key, "")
        if value:
            return value
        file = self._values.get(f"{key}_FILE", "")
        if not file:
            raise KeyError(key)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{key}_FILE names {file}, which cannot be read: {error}.",
                advice="Name a readable text file that holds only the value.",
            ) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def settings(self) -> Settings:
        """The settings apart from secrets. Raises ConfigError naming each wrong one."""
        given: dict[str, Any] = {}
        wrong: list[str] = []
        for name in Settings.__struct_fields__:
            setting = PREFIX + name.upper()
            if setting in self:
                try:
                    given[name] = _READERS.get(name, str)(self[setting])
                except ValueError as error:
                    wrong.append(f"{setting}: {error}")
        if wrong:
            raise ConfigError(f"A setting is wrong: {'; '.join(wrong)}.", advice="See .env.example.")
        return Settings(**given)

    def __contains__(self, key: object) -> bool:
        return bool(self._values.get(str(key)) or self._values.get(f"{key}_FILE"))

    def expires(self, account: str) -> datetime | None:
        """When an account's credentials end, where somebody wrote it down: CAMPAIGN_BOT_<ACCOUNT>_EXPIRES."""
        name = expiry_name(account)
        if name not in self:
            return None
        try:
            found = datetime.fromisoformat(self[name])
        except ValueError as error:
            raise ConfigError(f"{name} is no date.", advice="Write it as 2027-03-04.") from error
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def missing(self, account: str, kind: type[Credentials]) -> list[str]:
        """The names of the settings that this account lacks."""
        return [name for name in setting_names(account, kind) if name not in self]

    def credentials(self, account: str, kind: type[C]) -> C:
        """An account's secrets. Raises ConfigError that names every missing setting."""
        missing = self.missing(account, kind)
        if missing:
            raise ConfigError(
                f"{account} has no credentials: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
                advice="Put them in .env, or go without with --sandbox.",
            )
        for name in setting_names(account, kind):
            if any(ord(letter) < 32 or ord(letter) == 127 for letter in self[name]):
                raise ConfigError(f"{name} holds a control character.", advice="Copy it anew, as one line.")
        return kind.of(
            {field: self[name] for field, name in zip(kind.names(), setting_names(account, kind), strict=True)}
        )


def setting_names(account: str, kind: type[Credentials]) -> list[str]:
    """The settings that hold an account's secrets: mastodon-fr -> CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN."""
    stem = account.upper().replace("-", "_")
    return [f"{PREFIX}{stem}_{field.upper()}" for field in kind.names()]


def expiry_name(account: str) -> str:
    return f"{PREFIX}{account.upper().replace('-', '_')}_EXPIRES"


def write_private(file: Path, text: str) -> None:
    """A whole file that only its owner may read, in place of what was there. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".tmp_", delete=False) as part:
        part.write(text)  # the file is made with 0600
    Path(part.name).replace(file)


def keep_settings(file: Path, settings: Mapping[str, str]) -> None:
    """Put settings into a .env file, beside what is in it, for its owner's eyes only. Nothing is never written over
    something. Raises ConfigError where it cannot be written."""
    try:
        if not file.exists():
            file.touch(mode=0o600)
        file.chmod(0o600)  # before there is a secret in it
        for name, value in settings.items():
            if value:
                set_key(file, name, value, quote_mode="auto", follow_symlinks=True)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.", advice="Name another with --file.") from error
