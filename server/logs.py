"""Logs without secrets: ids, codes and numbers. No query strings, cookies, bodies, names, SDP, exceptions' words."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from server.handlers.keys import ROUTES

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
QUIET = ("aiohttp", "aioice", "aiortc", "asyncio", "alembic", "sqlalchemy", "uvloop")
"""Libraries that log what we must not keep (aiortc prints SDP with its passwords, asyncio the words of exceptions)."""


def configure(level: str, as_json: bool) -> None:
    """structlog to stderr; the libraries below warning are silent, and above it only say where they are."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_only,
            structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries()]
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def places_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces a traceback by its places: an exception's own words may quote what people wrote."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exception() if info is True else None
    if isinstance(info, tuple):
        error = info[1]
    if error is not None:
        event.setdefault("error", type(error).__name__)
        event["at"] = places(error)
    return event


def places(error: BaseException) -> list[str]:
    """`file:line` from the outermost call to the one that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        f"{frame.filename.rpartition('/site-packages/')[2].rpartition('/server/')[2]}:{frame.lineno}"
        for frame in frames
    ]


class _Libraries(logging.Handler):
    """What a library says at warning and above: its place and the kind of error, not its words."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno,
            "library_said",
            library=record.name,
            place=f"{record.filename}:{record.lineno}",
            **({"error": type(error).__name__, "at": places(error)} if error else {}),
        )


class AccessLog(AbstractAccessLogger):
    """One line a request: method, the route's pattern (never the address asked for), status, milliseconds."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        structlog.get_logger().info(
            "request", method=request.method, route=_pattern(request), status=response.status, ms=round(time * 1000, 1)
        )


def _pattern(request: web.BaseRequest) -> str | None:
    try:
        assert isinstance(request, web.Request)
        row = request.app[ROUTES].get(request.match_info.route)
    except (AssertionError, AttributeError):  # it could not even be read: aiohttp has no route for it
        return None
    return row.path if row else None
