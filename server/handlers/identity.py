"""What the cookies of a request prove: a password session, seats, the admin."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from server.crypto.keys import token_hash
from server.domain.values import Seat
from server.handlers import cookies
from server.handlers.keys import CLOCK, DATABASE
from server.store import seats, sessions, settings

if TYPE_CHECKING:
    from server.store.database import Tx
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
    """The one the request speaks for: `?seat=` if it is held, without `?seat=` the first one held."""
    admin: bool = False


async def resolve(request: web.Request, room: str | None) -> Identity:
    """Looks the request's cookies up in the store; without cookies the store is not asked."""
    admin_token = cookies.read(request, cookies.ADMIN_NAME)
    session_token = cookies.read_session(request, room) if room else None
    seat_tokens = cookies.read_seats(request, room) if room else {}
    if not (admin_token or session_token or seat_tokens):
        return Identity(room)
    now = request.app[CLOCK].now_ms()
    async with request.app[DATABASE].read() as tx:
        admin = admin_token is not None and await settings.admin_session(tx, token_hash(admin_token), now)
        if room is None:
            return Identity(admin=admin)
        session = await sessions.get(tx, room, token_hash(session_token), now) if session_token else None
        held = await _held(tx, room, seat_tokens, now)
    return Identity(
        room, session, session_token if session else None, held, _spoken_for(request.query.get("seat"), held), admin
    )


async def _held(tx: "Tx", room: str, tokens: dict[Seat, str], now: int) -> tuple[Seat, ...]:
    # a cookie counts for the seat in its name only: the two could have been swapped by hand
    return tuple(
        [seat for seat, token in tokens.items() if await seats.holder(tx, room, token_hash(token), now) == seat]
    )


def _spoken_for(asked: str | None, held: tuple[Seat, ...]) -> Seat | None:
    if asked is None:
        return held[0] if held else None
    return next((seat for seat in held if seat == asked), None)
