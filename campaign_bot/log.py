"""One way to log: structlog, text or JSON lines on stderr, with every secret taken out underneath."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog

from campaign_bot.secrecy import in_force


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: in_force.value(value) for key, value in event.items()}


def configure(*, style: str, secrets: Iterable[str], level: int = logging.INFO) -> None:
    """Set up logging for this process, ours and that of every library. `style`: text for people, json for machines.
    `secrets` are taken out of every line from here on."""
    in_force.add(secrets)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    )
    before: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*before, _redacted, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Whatever stderr is when a line is written: a caller in the same process may have replaced it since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # A library's warning takes the same way: one format, and nothing that is secret.
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redacted, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Stderr(logging.StreamHandler[TextIO]):
    """A logging handler that writes to the stderr of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)
