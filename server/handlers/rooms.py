"""Rooms: the password offered, creating one, what this browser may see, shorter retention, a new password."""

from aiohttp import web


async def offer_password(request: web.Request) -> web.StreamResponse:
    """GET /api/password (open)."""
    raise NotImplementedError


async def create_room(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms (as set)."""
    raise NotImplementedError


async def me(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/me (open)."""
    raise NotImplementedError


async def shorten_retention(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/retention (seat)."""
    raise NotImplementedError


async def change_password(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/password (session+seat)."""
    raise NotImplementedError
