"""Our cookies: `__Host-` names on https, plain names without Secure on http://localhost.

All are HttpOnly, SameSite=Strict, Path=/. Tokens come from `crypto.keys.new_token` and are stored hashed only.
"""

from aiohttp import web

from server.crypto.keys import new_token as new_token
from server.domain.values import Seat
from server.handlers.keys import SECURE

SESSION_SECONDS = 12 * 3600
SEAT_SECONDS = 400 * 24 * 3600
ADMIN_SECONDS = 12 * 3600


def session_name(room: str) -> str:
    return f"session-{room}"


def seat_name(room: str, seat: Seat) -> str:
    return f"seat-{room}-{seat}"


ADMIN_NAME = "admin"


def read(request: web.Request, name: str) -> str | None:
    """The cookie's value; on https only the `__Host-` one counts."""
    value = request.cookies.get(f"__Host-{name}" if request[SECURE] else name)
    return value or None


def write(request: web.Request, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
    secure = request[SECURE]
    response.set_cookie(
        f"__Host-{name}" if secure else name,
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def forget(request: web.Request, response: web.StreamResponse, name: str) -> None:
    write(request, response, name, "", 0)


def set_session(request: web.Request, response: web.StreamResponse, room: str, token: str) -> None:
    write(request, response, session_name(room), token, SESSION_SECONDS)


def set_seat(request: web.Request, response: web.StreamResponse, room: str, seat: Seat, token: str) -> None:
    write(request, response, seat_name(room, seat), token, SEAT_SECONDS)


def read_session(request: web.Request, room: str) -> str | None:
    return read(request, session_name(room))


def read_seats(request: web.Request, room: str) -> dict[Seat, str]:
    """Tokens of the seat cookies this browser sent for the room; unproved until looked up."""
    found = {seat: read(request, seat_name(room, seat)) for seat in Seat}
    return {seat: token for seat, token in found.items() if token is not None}
