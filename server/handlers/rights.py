"""Who may do what: the rights, the shape of a row of the route table, and what a browser has proved.

A right stands beside each path in `routes.TABLE`; the guard enforces it before a handler runs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Right(StrEnum):
    OPEN = "open"
    CREATE = "create"
    """May create a room, as the setting `rooms` says; a code is checked by the handler, it lies in the body."""
    SESSION = "session"
    """Has proved this room's password."""
    SEAT = "seat"
    """Holds a seat of this room."""
    READER = "reader"
    """Has proved this room's password, or holds a seat of it: may read what the two make together."""
    SESSION_AND_SEAT = "session_and_seat"
    ADMIN = "admin"
    OPERATOR = "operator"
    """The admin, or a program on this very machine."""


class Kind(StrEnum):
    """How errors are told and what the answer may be kept by."""

    PAGE = "page"
    API = "api"
    ASSET = "asset"
    SOCKET = "socket"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the route table."""

    method: str
    path: str
    """aiohttp's pattern; `{room}`, `{rec}`, `{part}`, `{request}` match identifiers only."""
    right: Right
    handler: Handler
    kind: Kind = Kind.API
    max_body: int = 16 * 1024
    """Bytes."""
    octets: bool = False
    """The body is `application/octet-stream` and not JSON; neither is a type another site's form could send."""
    deadline_s: float | None = 30.0
    """After so long the request is given up; None for sockets and media."""
