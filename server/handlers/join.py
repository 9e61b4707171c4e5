"""Coming in: join, unlock, log out."""

from aiohttp import web


async def join(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/join (open)."""
    raise NotImplementedError


async def unlock(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/unlock (open)."""
    raise NotImplementedError


async def logout(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/logout (open)."""
    raise NotImplementedError
