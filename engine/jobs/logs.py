"""Log lines for people or for programs: each names what it is about, none holds a secret.

Modules log as always, with `logging.getLogger(__name__)`; a process sets this up once.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from types import TracebackType
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Style = Literal["text", "json"]

bound = structlog.contextvars.bound_contextvars
"""Have every line inside a block name what it is about, as in `with bound(job=job.id):`."""

_QUIET = ("aiohttp.access", "alembic", "httpx", "httpcore")
"""Loggers that write down every request, its address included, or every step."""

_MASKS = (
    # What a check or a statement was given: prompts are among it.
    (re.compile(r"input_value=.*(?=, input_type=)"), "input_value=..."),
    (re.compile(r"(?<=\[parameters: ).*"), "..."),
    (re.compile(r"(?<=DETAIL: ).*"), "..."),
    # What opens doors: user and password, a bot's token, signatures in a query.
    (re.compile(r"(?<=://)[^\s/'\"]+@"), "...@"),
    (re.compile(r"(?<=/bot)\d+:[\w-]+"), "..."),
    (re.compile(r"(?<=\?)[\w%.-]+=[^\s'\"]+"), "..."),
)

log = logging.getLogger(__name__)


def set_up_logs(style: Style) -> None:
    """Send every line of this process to stderr, uncaught exceptions included."""
    handler = logging.StreamHandler()
    handler.setFormatter(_text() if style == "text" else _json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def masked(text: str) -> str:
    """Take out of a text what a log must not keep."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _text() -> logging.Formatter:
    return _formatter(
        structlog.processors.TimeStamper("%Y-%m-%d %H:%M:%S", utc=False, key="time"),
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), timestamp_key="time", sort_keys=False, pad_event_to=0
        ),
    )


def _json() -> logging.Formatter:
    return _formatter(
        structlog.processors.TimeStamper("iso", utc=True, key="time"),
        structlog.processors.JSONRenderer(),
    )


def _formatter(timestamp: Processor, renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            timestamp,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _mask,
            renderer,
        ],
    )


def _mask(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {key: masked(value) if isinstance(value, str) else value for key, value in line.items()}


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("an error nobody expected", exc_info=(kind, error, trace))


def _uncaught_in_thread(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_value is not None:
        _uncaught(raised.exc_type, raised.exc_value, raised.exc_traceback)
