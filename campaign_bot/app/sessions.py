"""A client's session, kept from one start to the next."""

from __future__ import annotations

from pathlib import Path

from campaign_bot.config import write_private
from campaign_bot.log import log
from campaign_bot.networks.base import Kept


class SessionFile(Kept):
    """A session in a file that only its owner may read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> str:
        try:
            return self._file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def write(self, text: str) -> None:
        try:
            write_private(self._file, text)
        except OSError as error:
            log.warning("a session was not kept", file=self._file.name, why=error.strerror)
