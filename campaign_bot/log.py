"""One way to log: structlog, text or JSON lines on stderr, with every secret taken out underneath.

structlog is loaded with the first line: most commands never have one, and it takes as long to load as they work.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from functools import cache, cached_property
from typing import Any, Literal, TextIO

from msgspec import Struct

from campaign_bot.secrecy import in_force

Style = Literal["text", "json"]


class _Configured(Struct):
    style: Style = "text"
    level: int = logging.INFO


_configured = _Configured()


class Logger:
    """What happened, in a few words, and its values by name."""

    def info(self, what: str, /, **values: object) -> None:
        _structlog().info(what, **values)

    def warning(self, what: str, /, **values: object) -> None:
        _structlog().warning(what, **values)

    def error(self, what: str, /, **values: object) -> None:
        _structlog().error(what, **values)


log = Logger()


def configure(*, style: Style, secrets: Iterable[str], level: int = logging.INFO) -> None:
    """Set up logging for this process, ours and that of every library. `style`: text for people, json for machines.
    `secrets` are taken out of every line from here on."""
    in_force.add(secrets)
    _configured.style, _configured.level = style, level
    _structlog.cache_clear()
    # A library's warning takes the same way: one format, and nothing that is secret.
    logging.basicConfig(level=logging.WARNING, handlers=[_Stderr()], force=True)


@cache
def _structlog() -> Any:
    import structlog

    structlog.configure(
        processors=[*_before(), _redacted, _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(_configured.level),
        # Whatever stderr is when a line is written: a caller in the same process may have replaced it since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    return structlog.get_logger()


def _before() -> list[Any]:
    import structlog

    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _renderer() -> Any:
    import structlog

    if _configured.style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: in_force.value(value) for key, value in event.items()}


class _Stderr(logging.StreamHandler[TextIO]):
    """Other libraries' records, to the stderr of the moment, as our own lines look."""

    @cached_property
    def _formatter(self) -> logging.Formatter:
        import structlog

        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_before()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redacted, _renderer()],
        )

    def format(self, record: logging.LogRecord) -> str:
        return self._formatter.format(record)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)
