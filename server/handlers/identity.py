"""What the cookies of a request prove: a password session, seats, the admin."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from server.domain.messages import Seat

if TYPE_CHECKING:
    from server.store.sessions import Session


@dataclass(frozen=True, slots=True)
class Identity:
    """Resolved once a request, for the room in its path (if there is one)."""

    room: str | None = None
    session: "Session | None" = None
    """The live session's row: this browser proved the room's password in the last 12 hours."""
    session_token: str | None = None
    """Its token, which with the master key opens the room's secret key. Never logged."""
    seats: tuple[Seat, ...] = ()
    """Seats of this room that this browser holds (two tabs may hold both)."""
    seat: Seat | None = None
    """The one the request speaks for: `?seat=` if it is held, else the only or first one held."""
    admin: bool = False


async def resolve(request: web.Request, room: str | None) -> Identity:
    """Looks the request's cookies up in the store."""
    raise NotImplementedError
